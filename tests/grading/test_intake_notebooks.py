"""Intake: from a notebook's bytes to clean pieces, or a sentence why not."""

from __future__ import annotations

import copy
import json
import random

import pytest
from submissions_made import (
    GOOD,
    HARMLESS,
    QUIZ,
    RIGHT,
    ROOT,
    SALT,
    SETUP,
    VARIABLES,
    answer_of,
    answered,
    answers,
    as_bytes,
    cell_of,
    code,
    lose_metadata,
    notes,
    take,
    take_notebook,
)

from warmup_lib import questions
from warmup_lib.grading.handed_in import HandedIn
from warmup_lib.grading.intake import SeedOf, own_numbers, same_numbers
from warmup_lib.grading.intake.released import released
from warmup_lib.quiz.variants import student_seed


def test_a_good_notebook_gives_the_set_up_and_the_answers_in_order() -> None:
    assert [piece.question for piece in RIGHT.pieces] == [None, *VARIABLES]
    assert RIGHT.pieces[0].source == SETUP
    assert answers(RIGHT) == {variable: answer_of(variable) for variable in VARIABLES}
    assert (RIGHT.notes, RIGHT.trouble, RIGHT.seed) == ((), None, None)
    assert len(RIGHT.digest) == 64


@pytest.mark.parametrize("quiz", questions.QUIZZES)
def test_every_released_notebook_is_taken_in_untouched(quiz: str) -> None:
    path = ROOT / f"quizzes/{quiz}/{quiz}.ipynb"
    handed_in = take(path.read_bytes(), quiz=quiz)
    names = [name.rpartition("/")[2] for name in questions.names(quiz)]
    assert [piece.question for piece in handed_in.pieces] == [None, *names]
    assert (handed_in.notes, handed_in.trouble) == ((), None)
    for name in questions.names(quiz):
        variable = name.rpartition("/")[2]
        assert answers(handed_in)[variable].strip() == questions.load(name).starter()


@pytest.mark.parametrize("quiz", questions.QUIZZES)
def test_roles_are_those_that_nbgrader_wrote(quiz: str) -> None:
    notebook = json.loads((ROOT / f"quizzes/{quiz}/{quiz}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        nbgrader = cell["metadata"].get("nbgrader")
        role = released(quiz).role(cell["id"])
        if nbgrader is None:
            assert role is None
        else:
            assert role == ("answer" if nbgrader["solution"] else "locked")


# What students' notebooks look like.


@pytest.mark.parametrize("change", HARMLESS)
def test_the_pieces_do_not_change_with_what_does_not_matter(change: str) -> None:
    notebook = answered()
    HARMLESS[change](notebook)
    handed_in = take_notebook(notebook)
    assert handed_in.pieces == RIGHT.pieces
    assert handed_in.trouble is None


def test_lost_metadata_is_said() -> None:
    notebook = answered()
    lose_metadata(notebook)
    assert "Cell metadata was lost; recognised by the name it defines: first_print" in notes(
        take_notebook(notebook)
    )


def test_a_name_is_recognised_in_code_that_is_no_python() -> None:
    notebook = answered(
        first_print="first_print = 0.1 +",
        used_by_updates="%matplotlib inline\n!ls\nused_by_updates = [1]",
        off_by_one="def off_by_one(epoch:\n    return 1",
    )
    lose_metadata(notebook)
    handed_in = take_notebook(notebook)
    assert set(answers(handed_in)) == set(VARIABLES)
    assert answers(handed_in)["used_by_updates"].startswith("%matplotlib inline\n!ls")


def test_cells_that_the_student_added_keep_their_places() -> None:
    notebook = answered()
    first, last = code("import numpy as np"), code("%%bash\necho hello")
    notebook["cells"] = [first, *notebook["cells"], last]
    handed_in = take_notebook(notebook)
    assert [piece.source for piece in handed_in.pieces] == [
        SETUP,
        "import numpy as np",
        *answers(RIGHT).values(),
        "%%bash\necho hello",
    ]
    assert [piece.question for piece in handed_in.pieces[1:2]] == [None]
    assert handed_in.pieces[-1].name == "added cell 2"


def test_a_cell_that_answers_several_questions_belongs_to_none() -> None:
    both = "first_print, lr_for_factor = 0.1, 0.2"
    notebook = answered(first_print=both)
    lose_metadata(notebook)
    notebook["cells"] = [
        cell for cell in notebook["cells"] if not "".join(cell["source"]).startswith("lr_for_fac")
    ]
    handed_in = take_notebook(notebook)
    assert [piece.source for piece in handed_in.pieces if piece.question is None] == [SETUP, both]
    assert "There is no cell" not in notes(handed_in)


def test_an_answer_in_the_cell_of_another_question_is_recognised() -> None:
    notebook = answered()
    here, there = cell_of(notebook, "first_print"), cell_of(notebook, "lr_for_factor")
    here["source"], there["source"] = there["source"], here["source"]
    assert answers(take_notebook(notebook)) == answers(RIGHT)


def twice(*sources: str) -> HandedIn:
    """Handed in with several cells that have the id of the first question."""
    notebook = answered()
    cells = notebook["cells"]
    original = cell_of(notebook, "first_print")
    place = cells.index(original)
    cells[place : place + 1] = [
        {**copy.deepcopy(original), "id": f"copy{number}", "source": source}
        for number, source in enumerate(sources)
    ]
    return take_notebook(notebook)


STARTER = "first_print = ...  # replace the dots with a number"


@pytest.mark.parametrize(
    ("sources", "taken"),
    [
        (["first_print = 1", "first_print = 2"], ["first_print = 1", "first_print = 2"]),
        (["first_print = 1", STARTER], ["first_print = 1"]),
        ([STARTER, "first_print = 1"], ["first_print = 1"]),
        (["first_print = 1", "first_print = 1"], ["first_print = 1"]),
        ([STARTER, STARTER + "\n\n"], [STARTER + "\n\n"]),
        (["import math\n", "first_print = math.e"], ["import math\n", "first_print = math.e"]),
        (["first_print = 1", "", STARTER], ["first_print = 1", ""]),
    ],
)
def test_of_several_cells_for_one_question_the_last_answer_counts(
    sources: list[str], taken: list[str]
) -> None:
    handed_in = twice(*sources)
    found = [piece.source for piece in handed_in.pieces if piece.question == "first_print"]
    assert found == taken
    assert f"{len(sources)} cells answer first_print; the last one" in notes(handed_in)


@pytest.mark.parametrize("identity", ["first_print-check", f"{QUIZ}-setup"])
def test_what_stands_in_a_locked_cell_does_not_count(identity: str) -> None:
    notebook = answered()
    cell_of(notebook, identity)["source"] = "import os; os._exit(0)"
    handed_in = take_notebook(notebook)
    assert handed_in.pieces == RIGHT.pieces
    assert f"locked cells does not count: {identity}" in notes(handed_in)


def test_an_answer_cell_that_is_no_code_is_said() -> None:
    notebook = answered()
    cell_of(notebook, "first_print")["cell_type"] = "markdown"
    handed_in = take_notebook(notebook)
    assert "first_print" not in answers(handed_in)
    assert "The cell of first_print is no code cell any more." in handed_in.notes
    assert "There is no cell for first_print." in handed_in.notes


def test_an_emptied_answer_cell_is_kept() -> None:
    assert answers(take_notebook(answered(first_print="")))["first_print"] == ""


def test_another_quiz_is_refused_by_name() -> None:
    text = (ROOT / "quizzes/training/training.ipynb").read_bytes()
    assert "This is a notebook of the quiz training; ask" in (take(text).trouble or "")


def test_a_notebook_without_any_code_is_refused() -> None:
    trouble = take_notebook({"cells": [], "nbformat": 4}).trouble
    assert trouble is not None
    assert "has no answer to any question of lambda_lr" in trouble


# Variants.


def with_variant(*sources: str, handed_out: SeedOf | None = None) -> HandedIn:
    notebook = answered()
    for source in sources:
        notebook["cells"].insert(2, code(source, id=f"{QUIZ}-variant"))
    return take_notebook(notebook, handed_out=handed_out)


OWN = student_seed(SALT, "ada")


def test_the_variant_is_read_and_its_cell_left_out() -> None:
    handed_in = with_variant(f'VARIANT = "{OWN}"  # your own numbers')
    assert (handed_in.seed, handed_in.pieces, handed_in.notes) == (OWN, RIGHT.pieces, ())
    for handed_out in own_numbers(SALT), same_numbers(OWN):
        again = with_variant(f'VARIANT = "{OWN}"  # your own numbers', handed_out=handed_out)
        assert again == handed_in


@pytest.mark.parametrize(
    "sources",
    [
        [f'VARIANT = "{student_seed(SALT, "ben")}"'],
        [],
        ["VARIANT = 3"],
        ['VARIANT = f"{1}"'],
        ['VARIANT = "a" + "b"'],
        ["VARIANT = (("],
        ["import VARIANT"],
        ['VARIANT = "\\x1b[31m"'],
        [f'VARIANT = "{"x" * 5000}"'],
        ['VARIANT = ""'],
    ],
)
def test_with_a_salt_the_students_own_numbers_count(sources: list[str]) -> None:
    handed_in = with_variant(*sources, handed_out=own_numbers(SALT))
    assert handed_in.seed == OWN
    assert "judged by the numbers that belong to 'ada'" in notes(handed_in)
    assert "\x1b" not in notes(handed_in)
    assert handed_in.pieces[0].source == SETUP


@pytest.mark.parametrize("source", ["VARIANT = 3", "VARIANT = open('/etc/passwd').read()"])
def test_a_variant_is_never_run(source: str) -> None:
    handed_in = with_variant(source)
    assert handed_in.seed is None
    assert "VARIANT is no plain text" in notes(handed_in)


def test_where_everybody_has_the_same_numbers_no_other_ones_count() -> None:
    handed_in = with_variant(f'VARIANT = "{OWN}"', handed_out=same_numbers("2026"))
    assert handed_in.seed == "2026"
    assert "judged by the numbers that belong to 'ada'" in notes(handed_in)


def test_what_cannot_pick_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        own_numbers(b"short")
    for seed in ("", "x" * 101, "\x1b"):
        with pytest.raises(ValueError, match="seed must be text of 1 to 100 printable"):
            same_numbers(seed)


# Bytes that are no notebook, or nearly.

NO_NOTEBOOK: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \n\0\0",
    "cut off half way": GOOD[: len(GOOD) // 2],
    "cut off at the end": GOOD[:-2],
    "two after another": GOOD + GOOD,
    "a list": b"[1, 2]",
    "a number": b"3",
    "nan": b"NaN",
    "cells are no list": b'{"cells": {"a": 1}}',
    "cells are null": b'{"cells": null, "nbformat": 4}',
    "worksheets are text": b'{"worksheets": "x"}',
    "nested lists": b"[" * 100_000,
    "nested objects": b'{"cells": ' * 50_000,
    "nested in a cell": b'{"cells": [' + b"[" * 200_000 + b"]" * 200_000 + b"]}",
    "brackets": b'{"cells": [' + b"{}," * 1_000_001 + b"{}]}",
    "latin-1 and no JSON": b"\xe9t\xe9",
    "utf-16 cut off": GOOD.decode().encode("utf-16")[:-3],
    "random": random.Random(0).randbytes(5000),
    "a zip": b"PK\x03\x04 and so on",
    "html": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "escapes": b"\x1b]0;title\x07\x1b[2J",
    "texts": b'{"cells": [' + b'"a",' * 1_000_001 + b"1]}",
    "too many cells": as_bytes({"cells": [code("x = 1")] * 2001}),
    "too much code": as_bytes({"cells": [code("x = 1\n" * 400_000)]}),
}


@pytest.mark.parametrize("what", NO_NOTEBOOK)
def test_what_is_no_notebook_is_said_in_a_sentence(what: str) -> None:
    handed_in = take(NO_NOTEBOOK[what])
    assert handed_in.pieces == ()
    assert handed_in.trouble is not None
    assert handed_in.trouble.endswith(".")
    assert "ask" in handed_in.trouble
    assert handed_in.trouble.isprintable()
    assert len(handed_in.trouble) <= 400
    assert len(handed_in.digest) == 64


SPELLINGS: dict[str, tuple[bytes, str]] = {
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD, ""),
    "utf-16": (GOOD.decode().encode("utf-16"), "is in utf-16"),
    "utf-32": (GOOD.decode().encode("utf-32"), "is in utf-32"),
    "a latin-1 byte": (GOOD.replace(b'"cells"', b'"t\xe9": 1, "cells"', 1), "read as Latin-1"),
    "zeros at the end": (GOOD + b"\0" * 100, ""),
    "a key twice": (GOOD.replace(b'"cells"', b'"cells": 3, "cells"', 1), ""),
    "a huge number": (GOOD.replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 100_000, 1), ""),
    "line ends of Windows": (GOOD.replace(b"\n", b"\r\n"), ""),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_pieces_do_not_change_with_how_the_file_is_written(spelling: str) -> None:
    data, note = SPELLINGS[spelling]
    handed_in = take(data)
    assert handed_in.pieces == RIGHT.pieces
    assert note in notes(handed_in)


def test_half_a_letter_in_a_source_does_no_harm() -> None:
    data = GOOD.replace(b"first_print = 0.25", b"first_print = '\\ud800'")
    source = answers(take(data))["first_print"]
    assert source.encode("utf-8").startswith(b"first_print = '")


@pytest.mark.parametrize(
    "source",
    ["(" * 40_000, "-" * 49_000 + "1", "a" + ".b" * 20_000, "x\0y", "'\\d'", "\x0c", "f'{'" * 900],
)
def test_code_that_is_hard_to_read_does_no_harm(source: str) -> None:
    notebook = answered(first_print=source)
    notebook["cells"].append(code(source))
    lost = copy.deepcopy(notebook)
    lose_metadata(lost)
    assert answers(take_notebook(notebook))["first_print"] == source
    assert take_notebook(lost).trouble is None
