"""The round trip with nbgrader: release, a small class, autograde, feedback, export, validate."""

from __future__ import annotations

import csv
import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

from warmup_lib import questions
from warmup_lib.quiz.lettered import Lettered
from warmup_lib.quiz.question import Question

QUIZ = "lambda_lr"
ROOT = Path(__file__).parent.parent
BANK = [questions.load(name) for name in questions.names(QUIZ)]
POINTS = sum(question.points for question in BANK)

Cell = Callable[[Question], str]


def mistakes(question: Question) -> list[str]:
    """The question's misconceptions, less the one that its starter holds."""
    return [name for name in question.wrong_answers() if name != question.starter_is]


def mistake(question: Question, number: int) -> str:
    known = mistakes(question)
    return known[number % len(known)]


def right(question: Question) -> str:
    return question.solution()


def right_in_another_way(question: Question) -> str:
    for answer in question.alternatives:
        if answer.__module__.startswith("warmup_lib.questions") and answer.__name__ != "<lambda>":
            # What the answer needs is imported where it was written.
            return f"from {answer.__module__} import *\n{question.cell(answer)}"
    if isinstance(question, Lettered):
        return f'{question.variable} = " {question.reference().lower()} "'
    return f"{question.solution()}\nimport numpy\n" + (
        f"{question.variable} = numpy.array({question.variable})"
    )


def wrong(number: int) -> Cell:
    return lambda question: question.cell(question.wrong_answers()[mistake(question, number)])


def untouched(question: Question) -> str:
    return question.starter()


def raises(question: Question) -> str:
    """The first question's cell raises and the second is no Python; the rest is right."""
    broken = {BANK[0].name: "first_print = 1 / 0", BANK[1].name: "used_by_updates = [0.1, 0.2"}
    return broken.get(question.name, question.solution())


def odd(question: Question) -> str:
    """Wrong types, noise and endless loops; the last two questions are right."""
    answers = {
        "predict": f'{question.variable} = "0.08"',
        "choose": f"{question.variable} = 3",
        "name the bug": f"{question.variable} = ['A']",
        "write": f"def {question.variable}(update):\n    while True:\n        pass",
        "fix": f"def {question.variable}():\n    return 1",
    }
    return question.solution() if question in BANK[-2:] else answers[question.kind]


CLASS: dict[str, Cell] = {
    "ada_right": right,
    "ben_another_way": right_in_another_way,
    "cleo_mistake_0": wrong(0),
    "dev_mistake_1": wrong(1),
    "eli_mistake_2": wrong(2),
    "fay_untouched": untouched,
    "gus_raises": raises,
    "hana_odd": odd,
}

SCORES = {
    "ada_right": POINTS,
    "ben_another_way": POINTS,
    "cleo_mistake_0": 0,
    "dev_mistake_1": 0,
    "eli_mistake_2": 0,
    "fay_untouched": 0,
    "gus_raises": POINTS - BANK[0].points - BANK[1].points,
    "hana_odd": BANK[-1].points + BANK[-2].points,
}


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    programs = str(Path(sys.executable).parent)
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={
            **os.environ,
            "PATH": os.pathsep.join([programs, os.environ["PATH"]]),
            "WARMUP_HOME": str(course / "home"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def hand_in(course: Path, student: str, cell: Cell) -> None:
    """What the student does: open the released notebook, write into its answer cells, save."""
    notebook: Any = nbformat.read(course / f"quizzes/{QUIZ}/{QUIZ}.ipynb", as_version=4)
    cells = {each.id: each for each in notebook.cells}
    for question in BANK:
        cells[question.variable].source = cell(question)
    folder = course / "submitted" / student / QUIZ
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{QUIZ}.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which the class was graded."""
    course = tmp_path_factory.mktemp("a course") / "warmup course"
    course.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", course)
    shutil.copytree(ROOT / "solutions", course / "solutions")
    for student, cell in CLASS.items():
        if student == "ada_right":
            run = nbgrader(course, "generate_assignment", QUIZ)
            assert run.returncode == 0, run.stderr
        hand_in(course, student, cell)
    for step in (["autograde", QUIZ], ["generate_feedback", QUIZ], ["export"]):
        run = nbgrader(course, *step)
        assert run.returncode == 0, (step, run.stderr[-3000:])
    return course


def feedback_text(course: Path, student: str) -> str:
    page = (course / "feedback" / student / QUIZ / f"{QUIZ}.html").read_text(encoding="utf-8")
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_the_release_holds_no_answer(course: Path) -> None:
    notebook: Any = nbformat.read(course / f"quizzes/{QUIZ}/{QUIZ}.ipynb", as_version=4)
    cells = {cell.id: cell.source.rstrip() for cell in notebook.cells}
    for question in BANK:
        assert cells[question.variable] == question.starter()


@pytest.mark.parametrize("student", CLASS)
def test_the_gradebook_holds_the_score_that_was_earned(course: Path, student: str) -> None:
    with (course / "grades.csv").open(encoding="utf-8") as lines:
        rows = {row["student_id"]: row for row in csv.DictReader(lines)}
    assert float(rows[student]["score"]) == SCORES[student]
    assert float(rows[student]["max_score"]) == POINTS


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_feedback_page_names_each_misconception(course: Path, number: int) -> None:
    student = next(name for name in CLASS if name.endswith(f"mistake_{number}"))
    text = feedback_text(course, student)
    for question in BANK:
        assert f"Known mistake: {mistake(question, number)}" in text, question.name
    assert "Traceback (most recent" not in text


def test_the_feedback_page_of_an_untouched_quiz_says_so(course: Path) -> None:
    text = feedback_text(course, "fay_untouched")
    assert text.count("○ Not attempted yet") == len(BANK)
    assert "Known mistake" not in text
    assert "Traceback (most recent" not in text


def test_a_cell_that_raises_costs_only_its_own_question(course: Path) -> None:
    text = feedback_text(course, "gus_raises")
    assert text.count("✓ Right") == len(BANK) - 2
    assert "No answer could be read: there is no first_print." in text


def test_odd_answers_get_a_sentence_each(course: Path) -> None:
    text = feedback_text(course, "hana_odd")
    assert "is the text '0.08'; a number has no quotes around it" in text
    assert "must be one letter in quotes, one of A, B, C, D, E" in text
    assert "still running after 5 seconds" in text
    assert "is called with 1 argument, and yours is off_by_one()" in text


def test_nbgrader_validate_tells_the_truth_about_each(course: Path) -> None:
    def validate(student: str) -> str:
        return nbgrader(course, "validate", f"submitted/{student}/{QUIZ}/{QUIZ}.ipynb").stdout

    with ThreadPoolExecutor(max_workers=2) as pool:
        said = dict(zip(CLASS, pool.map(validate, CLASS), strict=True))
    for student, text in said.items():
        if SCORES[student] == POINTS:
            assert "Success! Your notebook passes all the tests." in text, (student, text)
        else:
            assert "VALIDATION FAILED ON" in text, (student, text)
    assert f"VALIDATION FAILED ON {len(BANK)} CELL(S)" in said["fay_untouched"]


def test_grading_a_class_writes_nobodys_progress(course: Path) -> None:
    assert not (course / "home").exists()
