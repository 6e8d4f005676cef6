"""One batch of all cases, with good neighbours before, among and after them."""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from unittest import mock

import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

from hostile import (
    bad_input,
    baselines,
    faults,
    leaking,
    neighbours,
    reaching_out,
    scripts,
    spoilt_notebooks,
    tampering,
)
from hostile.making import BASES, POINTS, QUIZ, RIGHT, ROOT, Case, Notebook, World
from hostile.watching import Listeners, Watcher, needs_bwrap
from warmup_lib.commands.grade import Row
from warmup_lib.grading.delivery import open_delivery
from warmup_lib.grading.grade import Run, deliver
from warmup_lib.grading.intake import hand_ins
from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.records import Record
from warmup_lib.grading.sandbox import open_sandbox
from warmup_lib.quiz.feedback import Outcome

pytestmark = needs_bwrap

GROUPS = [
    baselines.cases,
    faults.cases,
    bad_input.cases,
    tampering.cases,
    spoilt_notebooks.cases,
    reaching_out.cases,
    leaking.cases,
    scripts.cases,
    neighbours.cases,
]
CASES = [case for group in GROUPS for case in group.cases]
IDS = [f"{case.group}-{case.name}".replace(" ", "_") for case in CASES]

LIMITS = Limits(
    seconds=5.0,
    cell_seconds=1.0,
    question_seconds=1.0,
    cpu_seconds=6,
    memory=320 << 20,
    processes=32,
    disk=16 << 20,
    output=1 << 20,
)
SECONDS = 480.0
"""In which the batch must end, however slow the machine: a case that hangs takes for ever."""
EVERY = 4
"""Cases between one neighbour and the next."""
SLIPS = {
    "error_after_the_answer": {"NameError"},
    "letters_that_no_file_can_hold": {"SyntaxError"},
    "cell_that_is_not_python": {"SyntaxError"},
    "shell_replaced": {"NameError"},
    "shell_replaced_by_one_who_knows_half": {"NameError"},
}
"""Errors that are meant."""
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
KINDS = ("right", "wrong", "untouched", "half")


@dataclass
class Batch:
    """The batch, and what was seen of it."""

    world: World
    students: dict[str, Case]
    neighbours: dict[str, str]
    secrets: dict[str, str]
    alone: dict[str, Record] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    before: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)
    left_lying: list[str] = field(default_factory=list)
    bystander_lives: bool = False

    @property
    def course(self) -> Path:
        return self.world.course

    def run(self) -> Run:
        return Run(QUIZ, self.course, LIMITS)

    def record(self, student: str) -> Record:
        found = self.run().records.read(student)
        assert found is not None, f"there is no record of {student}"
        return found

    def student_of(self, case: Case) -> str:
        """Who handed a case in, as it stands in the table."""
        student = next(name for name, each in self.students.items() if each is case)
        if student in self.rows:
            return student
        unnamed = [name for name in self.rows if name.startswith("unnamed-")]
        assert len(unnamed) == 1, unnamed
        return unnamed[0]

    def outputs(self, student: str) -> dict[str, str]:
        """All that is written of one student, by file."""
        files = [
            self.run().records.path(student),
            self.course / "autograded" / student / QUIZ / f"{QUIZ}.ipynb",
            self.course / "feedback" / student / QUIZ / f"{QUIZ}.html",
        ]
        return {str(path): path.read_text(encoding="utf-8") for path in files if path.exists()}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    folder = tmp_path_factory.mktemp("class")
    with ExitStack() as stack:
        one = secrets.token_hex(4)
        known = {
            "of another student": f"secret-of-the-neighbour-{one}",
            "of the environment": f"secret-of-the-environment-{one}",
            "of a file": f"secret-of-a-file-{one}",
        }
        stack.enter_context(mock.patch.dict(os.environ, TEACHERS_TOKEN=known["of the environment"]))
        temporary = folder / "temporary"
        temporary.mkdir()
        stack.enter_context(mock.patch.object(tempfile, "tempdir", str(temporary)))
        bystander = subprocess.Popen(["sleep", "1000"])
        stack.callback(bystander.wait)
        stack.callback(bystander.kill)
        mark = f"marked-{secrets.token_hex(6)}"
        listeners = stack.enter_context(Listeners(f"{mark}-listening"))

        course = _course(folder / "course", known["of a file"])
        there = {p.name: str(p) for p in course.iterdir()}
        assert "gradebook.db" not in there
        listeners.also_at(course / "s")
        world = World(
            mark, course, "", "n000-right", listeners.port, listeners.abstract, bystander.pid
        )
        alone = _grade_neighbours_alone(folder / "alone", known)
        batch = Batch(world, {}, {}, known, alone)
        _hand_in_everything(batch)
        batch.before = _digests(course)
        files_before = _places()

        watcher = stack.enter_context(Watcher())
        start = time.monotonic()
        _grade(batch)
        batch.seconds = time.monotonic() - start
        batch.left_running = watcher.still_running(mark, but=bystander.pid)
        batch.heard = listeners.heard
        batch.bystander_lives = bystander.poll() is None
        batch.left_lying = [
            *(path for path in _places() - files_before if _is_of_a_case(Path(path), mark)),
            *map(str, temporary.rglob("*")),
        ]
        yield batch


def _course(course: Path, secret: str) -> Path:
    course.mkdir()
    for name in ("quizzes", "solutions"):
        shutil.copytree(ROOT / name / QUIZ, course / name / QUIZ)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    (course / "secret.txt").write_text(secret)
    return course


def _neighbour(kind: str, known: dict[str, str]) -> bytes:
    notebook = Notebook(BASES[kind])
    if kind == "right":
        cell = notebook.cell("off_by_one")
        cell["source"] += f"\n# {known['of another student']}"
    return notebook.as_bytes()


def _grade_neighbours_alone(folder: Path, known: dict[str, str]) -> dict[str, Record]:
    course = _course(folder, "")
    for kind in KINDS:
        _write(course, kind, _neighbour(kind, known))
    run = Run(QUIZ, course, LIMITS)
    with open_sandbox(workers=1) as sandbox:
        return {
            each.record.student: each.record for each in run.grade(hand_ins(QUIZ, course), sandbox)
        }


def _hand_in_everything(batch: Batch) -> None:
    """In the order of ids a neighbour first, then after every few cases, and two at the end."""
    number = 0

    def neighbour(place: int) -> None:
        nonlocal number
        kind = KINDS[number % len(KINDS)]
        number += 1
        student = f"n{place:03}-{kind}"
        batch.neighbours[student] = kind
        _write(batch.course, student, _neighbour(kind, batch.secrets))

    neighbour(0)
    for place, case in enumerate(CASES, 1):
        student = case.student or f"n{place:03}case-{case.name}"[:70]
        batch.students[student] = case
        world = batch.world
        own = replace(world, student=student)
        own.own.mkdir(parents=True)
        made = case.make(own)
        if made is not None:
            own.notebook.write_bytes(made if isinstance(made, bytes) else made.as_bytes())
        if place % EVERY == 0:
            neighbour(place)
    for place in (996, 997, 998, 999):
        neighbour(place)


def _write(course: Path, student: str, data: bytes) -> None:
    folder = course / "submitted" / student / QUIZ
    folder.mkdir(parents=True)
    (folder / f"{QUIZ}.ipynb").write_bytes(data)


def _grade(batch: Batch) -> None:
    """As ``warmup grade`` does it."""
    ends = time.monotonic() + SECONDS
    with (
        open_sandbox(workers=2) as sandbox,
        open_delivery(None, batch.course, QUIZ) as delivery,
    ):
        graded = batch.run().grade(hand_ins(QUIZ, batch.course), sandbox)
        for each in deliver(graded, delivery.write):
            row = Row.of(each)
            assert row.student not in batch.rows, "a submission came twice"
            batch.rows[row.student] = row
            assert time.monotonic() < ends, f"still grading after {SECONDS:g} s"
        batch.refused = delivery.refused


def _digests(course: Path) -> dict[str, str]:
    """Of what an instructor has, and what students handed in."""
    found = {}
    for path in sorted(course.rglob("*")):
        relative = path.relative_to(course)
        if relative.parts[0] in ("grading", "autograded", "feedback") or relative.parts[
            0
        ].startswith("gradebook.db"):
            continue
        status = path.lstat()
        text = f"{status.st_mode} {status.st_size} {status.st_mtime_ns}"
        if path.is_file() and not path.is_symlink() and status.st_size < 10**7:
            text += hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(relative)] = text
    return found


SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/")


def _places() -> set[str]:
    folders = [Path(each) for each in (*SHARED, Path.home(), Path.home() / ".ssh")]
    return {str(path) for each in folders if each.is_dir() for path in each.iterdir()}


def _is_of_a_case(path: Path, mark: str) -> bool:
    """Others work on this machine, too."""
    names = ("left", "stolen", "bomb", "big", "home", "work", ".shm", "authorized_keys")
    try:
        is_nobodys = path.lstat().st_uid == 65534
    except OSError:
        return False
    return is_nobodys or path.name in names or mark in path.name


# The verdicts


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_each_question_gets_its_honest_mark(batch: Batch, case: Case) -> None:
    student = batch.student_of(case)
    record = batch.record(student)
    row = batch.rows[student]
    right = {
        name.rpartition("/")[2]
        for name, marked in record.marked.items()
        if marked.feedback.outcome is Outcome.PASSED
    }
    said = _said(record)
    assert right <= set(case.right), said
    assert right == set(case.right) or not case.is_exact, said
    assert row.score == record.score == sum(POINTS[name] for name in right)
    assert row.points == sum(POINTS.values())
    assert (record.status == "graded") is case.is_readable, said
    if not case.is_readable:
        assert record.reason, "no reason is given"
    for text in case.says:
        assert text in said + batch.refused.get(student, "")
    # The attack itself must have been tried: a slip in its code would look like a success.
    odd = re.findall(r"NameError|SyntaxError|IndentationError|ends in an error: TypeError", said)
    assert set(odd) <= SLIPS.get(case.name, set()), said


def _said(record: Record) -> str:
    """All that anybody is told of a submission."""
    messages = [
        text
        for each in record.marked.values()
        if each.feedback.outcome is not Outcome.PASSED
        for text in (each.feedback.message, *each.feedback.details)
    ]
    return "\n".join([record.reason, *record.troubles, *record.notes, *messages])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_gradebook_holds_that_score_and_no_other(batch: Batch, case: Case) -> None:
    student = batch.student_of(case)
    scores = _gradebook(batch).get(student)
    if not case.is_kept:
        assert scores is None
        assert batch.refused[student]
    elif case.is_readable:
        marked = batch.record(student).marked
        assert scores == {
            name: POINTS[name] * marked[f"{QUIZ}/{name}"].feedback.passed for name in POINTS
        }
    else:
        assert scores == dict.fromkeys(POINTS)


def _gradebook(batch: Batch) -> dict[str, dict[str, float | None]]:
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, auto_score
        FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
    """
    found: dict[str, dict[str, float | None]] = {}
    with closing(sqlite3.connect(batch.course / "gradebook.db")) as database:
        for student, cell, score in database.execute(query):
            found.setdefault(student, {})[cell.removesuffix("-check")] = score
    return found


def test_nobody_gave_himself_anything_else(batch: Batch) -> None:
    with closing(sqlite3.connect(batch.course / "gradebook.db")) as database:
        [odd] = database.execute(
            "SELECT count(*) FROM grade WHERE manual_score IS NOT NULL OR extra_credit > 0"
        )
        assert odd == (0,)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        students = {name for (name,) in database.execute("SELECT id FROM student")}
    assert students == set(batch.rows) - set(batch.refused)


def test_every_neighbour_keeps_exactly_what_it_gets_alone(batch: Batch) -> None:
    assert len(batch.neighbours) > len(CASES) / EVERY
    kept = _gradebook(batch)
    for student, kind in batch.neighbours.items():
        record, alone = batch.record(student), batch.alone[kind]
        assert _marks(record) == _marks(alone), student
        assert (record.troubles, record.notes) == ((), ()), student
        assert sum(score or 0 for score in kept[student].values()) == alone.score


def _marks(record: Record) -> dict[str, object]:
    return {name: (each.observation, each.feedback) for name, each in record.marked.items()}


def test_there_is_a_row_for_everybody(batch: Batch) -> None:
    assert len(batch.rows) == len(CASES) + len(batch.neighbours)
    assert set(batch.neighbours) < set(batch.rows)


# What must not have happened


def test_nothing_that_was_there_has_changed(batch: Batch) -> None:
    after = _digests(batch.course)
    changed = {
        name
        for name in batch.before.keys() | after.keys()
        if batch.before.get(name) != after.get(name)
    }
    assert not changed


def test_nothing_was_written_into_the_package(batch: Batch) -> None:
    mark = batch.world.mark.encode()
    for path in (ROOT / "warmup_lib").rglob("*"):
        assert batch.world.mark not in path.name
        if path.suffix in (".py", ".pth") and path.is_file():
            assert mark not in path.read_bytes(), path


def test_nobody_was_reached(batch: Batch) -> None:
    assert batch.heard == []
    assert batch.bystander_lives


def test_nothing_is_left_running(batch: Batch) -> None:
    assert batch.left_running == []


def test_nothing_is_left_lying(batch: Batch) -> None:
    assert batch.left_lying == []


def test_the_batch_ends_in_bounded_time(batch: Batch) -> None:
    assert batch.seconds < SECONDS


# What must not be said


def test_no_secret_is_in_any_output(batch: Batch) -> None:
    for student in batch.rows:
        if student in batch.neighbours:
            continue
        for path, text in batch.outputs(student).items():
            for what, secret in batch.secrets.items():
                assert secret not in text, f"the secret {what} is in {path}"


def test_no_answer_is_told_to_who_has_none_right(batch: Batch) -> None:
    """Neither the source of a reference, nor what a program prints."""
    lines = {RIGHT[name].splitlines()[-1].strip() for name in ("off_by_one", "ramp_from_one_nth")}
    lines |= {RIGHT["ramp_of_each_group"].splitlines()[-1].strip(), "0.1, 0.2, 0.3, 0.3, 0.3"}
    for student in batch.rows:
        record = batch.record(student)
        if record.score > 0:
            continue
        handed_in = _handed_in(batch, student)
        for path, text in batch.outputs(student).items():
            plain = html.unescape(re.sub(r"<[^>]+>", "", text))
            for line in lines:
                assert line not in plain or line in handed_in, f"{line!r} is in {path}"


def _handed_in(batch: Batch, student: str) -> str:
    folder = batch.course / "submitted" / student / QUIZ
    if not folder.is_dir():
        return ""
    return "".join(
        path.read_text(errors="replace")
        for path in folder.glob("*.ipynb")
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 10**7
    )


class Page(HTMLParser):
    """What a page would do."""

    FORBIDDEN = frozenset(
        ("script", "iframe", "frame", "object", "embed", "base", "form", "link", "applet", "portal")
    )
    ADDRESSES = frozenset(("href", "src", "action", "data", "xlink:href", "srcset", "formaction"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.does: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.FORBIDDEN:
            self.does.append(f"<{tag}>")
        for name, value in attrs:
            at = (value or "").strip().lower()
            if name.startswith("on") or name == "srcdoc":
                self.does.append(f"{tag} {name}={value!r}")
            if name in self.ADDRESSES and not at.startswith(("#", "data:image/")):
                self.does.append(f"{tag} {name}={value!r}")
            if tag == "meta" and name == "http-equiv" and at == "refresh":
                self.does.append("refresh")


def test_no_page_and_no_notebook_does_anything(batch: Batch) -> None:
    pages = notebooks = 0
    released = json.loads((batch.course / f"quizzes/{QUIZ}/{QUIZ}.ipynb").read_text("utf-8"))
    texts = {cell["id"]: cell for cell in released["cells"] if cell["cell_type"] == "markdown"}
    for student in batch.rows:
        for path, text in batch.outputs(student).items():
            if path.endswith(".html"):
                pages += 1
                assert Page(text).does == [], path
                assert not UNSEEN.search(text), path
            elif path.endswith(".ipynb"):
                notebooks += 1
                _check_notebook(path, json.loads(text), texts)
    assert pages == notebooks == len(batch.rows) - len(batch.refused)


def _check_notebook(path: str, notebook: dict, texts: dict) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            assert cell == texts[cell["id"]], f"{path}: a text that is not ours"
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert data.keys() <= {"text/html", "text/plain"}, path
            assert Page(data.get("text/html", "")).does == [], path


def test_a_second_run_has_nothing_to_do(batch: Batch) -> None:
    """Whatever was handed in, it is recognised by what it is."""
    readable = [name for name in batch.rows if batch.record(name).digest]
    runner = mock.Mock(isolated=True)
    runner.run_all = lambda jobs: iter([(name, None) for name, _, _ in jobs])
    class_ = hand_ins(QUIZ, batch.course, only=readable)
    again = list(batch.run().grade(class_, runner))
    assert len(again) == len(readable)
    assert not any(each.is_new for each in again)


def _score_is_honest(case: Case, score: float) -> bool:
    return score == case.score if case.is_exact else score <= case.score


def test_the_counts(batch: Batch, record_property: Callable[[str, object], None]) -> None:
    assert len(CASES) >= 90
    counts = []
    for group, number in Counter(case.group for case in CASES).items():
        right = sum(
            _score_is_honest(case, batch.record(batch.student_of(case)).score)
            for case in CASES
            if case.group == group
        )
        counts.append((group, number, right))
    neighbours = sum(
        batch.record(name).score == batch.alone[kind].score
        for name, kind in batch.neighbours.items()
    )
    counts.append(("good neighbours", len(batch.neighbours), neighbours))
    record_property("hostile", {"counts": counts, "seconds": batch.seconds})
