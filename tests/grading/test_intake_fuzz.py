"""Intake: whatever comes, nothing is raised, and only what is the student's is taken."""

from __future__ import annotations

import copy
import io
import json
import re
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from submissions_made import (
    GOOD,
    HARMLESS,
    QUIZ,
    RELEASED,
    RIGHT,
    SALT,
    SETUP,
    VARIABLES,
    Cells,
    answered,
    as_bytes,
    code,
    take,
    take_notebook,
)

from warmup_lib.grading.handed_in import HandedIn
from warmup_lib.grading.intake import IntakeError, hand_ins, own_numbers
from warmup_lib.grading.intake.folders import Folder
from warmup_lib.grading.intake.naming import Naming, rank
from warmup_lib.grading.intake.places import CannotReadError, Entry

# Whatever comes.

FUZZ = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["cells", "metadata", "source", "id", "cell_type", "nbgrader", "grade_id", "outputs", "input"]
)


def is_clean(handed_in: HandedIn) -> None:
    """What is true of everything that intake gives."""
    assert (handed_in.trouble is None) == bool(handed_in.pieces)
    for sentence in (*handed_in.notes, handed_in.trouble or "."):
        assert sentence.isprintable()
        assert 0 < len(sentence) <= 400
    assert len(handed_in.notes) <= 21
    if handed_in.pieces:
        assert handed_in.pieces[0].source == SETUP
        assert handed_in.pieces[0].question is None
    for piece in handed_in.pieces:
        piece.source.encode()
        assert piece.question is None or piece.question in VARIABLES


@FUZZ
@given(st.binary(max_size=300))
def test_any_bytes_are_taken_in(data: bytes) -> None:
    is_clean(take(data, handed_out=own_numbers(SALT)))


@FUZZ
@given(JSON)
def test_any_json_is_taken_in(data: Any) -> None:
    raw = json.dumps(data).encode()
    is_clean(take(raw))
    raw = json.dumps({"cells": data}).encode()
    is_clean(take(raw))


@FUZZ
@given(st.lists(st.dictionaries(FIELDS, JSON | st.sampled_from(["code", *VARIABLES]), max_size=6)))
def test_any_cells_are_taken_in(cells: Cells) -> None:
    raw = json.dumps({"cells": cells}).encode()
    is_clean(take(raw, handed_out=own_numbers(SALT)))


@FUZZ
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=4)), max_size=8))
@example([(0, b"")])
def test_a_notebook_with_bytes_changed_is_taken_in(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(GOOD)
    for at, new in changes:
        data[at : at + len(new)] = new
    is_clean(take(bytes(data)))


@FUZZ
@given(st.data())
def test_pieces_are_the_set_up_and_the_students_own_code(data: st.DataObject) -> None:
    """Cells dropped, doubled, moved, renamed, retyped and rewritten."""
    notebook = answered()
    cells = notebook["cells"]
    for _ in range(data.draw(st.integers(1, 8))):
        cell = cells[data.draw(st.integers(0, len(cells) - 1))]
        identity = data.draw(st.sampled_from([*VARIABLES, "first_print-check", f"{QUIZ}-setup"]))
        change = data.draw(st.integers(0, 6))
        if change == 0 and len(cells) > 1:
            cells.remove(cell)
        elif change == 1:
            cells.append(copy.deepcopy(cell))
        elif change == 2:
            cells.insert(0, cells.pop())
        elif change == 3:
            cell["metadata"] = {"nbgrader": {"grade_id": identity}}
        elif change == 4:
            cell["id"] = identity
        elif change == 5:
            cell["cell_type"] = data.draw(st.sampled_from(["code", "markdown", "raw", 3]))
        else:
            cell["source"] = data.draw(st.text(max_size=30) | st.just("VARIANT = 'x'"))
    raw = as_bytes(notebook)
    handed_in = take(raw)
    is_clean(handed_in)
    there = {"".join(cell["source"]) for cell in cells}
    encodable = {each.encode("utf-8", "replace").decode() for each in there}
    assert {piece.source for piece in handed_in.pieces} - {SETUP} <= there | encodable


@FUZZ
@given(
    st.lists(st.sampled_from([name for name in HARMLESS if "version" not in name]), max_size=4),
    st.permutations(["import a", "import b", "import c"]),
    st.lists(st.integers(0, len(RELEASED["cells"])), min_size=3, max_size=3),
)
def test_harmless_changes_together_do_not_change_the_pieces(
    changes: list[str], helpers: list[str], places: list[int]
) -> None:
    notebook = answered()
    # What picks cells by their metadata comes before what takes it away.
    for name in sorted(changes, key=lambda name: name != "only_answer_cells"):
        try:
            HARMLESS[name](notebook)
        except (KeyError, AttributeError, TypeError):
            continue  # An earlier change has taken what this one changes.
    cells = notebook["cells"]
    # From the last place to the first, so that none moves another; there may be fewer cells now.
    places = sorted((min(place, len(cells)) for place in places), reverse=True)
    for helper, place in zip(helpers, places, strict=True):
        cells.insert(place, code(helper))
    handed_in = take_notebook(notebook)
    own = [piece for piece in handed_in.pieces if piece.question is None][1:]
    assert [piece.source for piece in own] == helpers[::-1] or len(set(places)) != 3
    assert {piece.source for piece in own} == set(helpers)
    assert [piece for piece in handed_in.pieces if piece.question] == list(RIGHT.pieces[1:])


@FUZZ
@given(st.text(alphabet=st.characters(), max_size=120), st.booleans(), st.booleans())
@example("..", True, True)
@example("__MACOSX_1_2_x.ipynb", False, False)
def test_any_name_gives_an_id_that_stays_inside(name: str, is_folder: bool, is_id: bool) -> None:
    for naming in (Naming(QUIZ), Naming(QUIZ, re.compile(r"(?P<student>.*)"))):
        named = naming(name, is_folder=is_folder, is_id=is_id)
        if named is not None:
            assert named.student.isprintable()
            assert 0 < len(named.student.encode()) <= 80
            assert not {"/", "\\"} & set(named.student)
            assert not named.student.startswith(".")
    rank(name, QUIZ)


@FUZZ
@given(st.binary(max_size=200), st.integers(0, 10_000), st.binary(max_size=6))
def test_any_zip_is_taken_in_or_refused(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, at: int, new: bytes
) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada.ipynb", GOOD)
        archive.writestr("submitted/x", tail)
        archive.writestr("ben/lambda_lr.ipynb", tail)
    raw = bytearray(memory.getvalue())
    at %= len(raw)
    raw[-at : len(raw) - at + len(new)] = new
    path = tmp_path_factory.getbasetemp() / "any.zip"
    path.write_bytes(bytes(raw))
    with suppress(IntakeError):
        for handed_in in hand_ins(QUIZ, path):
            is_clean(handed_in)


def test_a_folder_is_not_left_by_a_name(tmp_path: Path) -> None:
    with pytest.raises(CannotReadError):
        Folder(tmp_path).read(Entry("..", "folder"))
