"""Records made by hand from the bank, and nbgrader as it is run on a course."""

from __future__ import annotations

import csv
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import programs

from warmup_lib import questions
from warmup_lib.asked import asked
from warmup_lib.grading.handed_in import HandedIn, Piece
from warmup_lib.grading.records import Marked, Record
from warmup_lib.quiz.examine import observe
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.question import Question

QUIZ = "lambda_lr"
ROOT = Path(__file__).parents[2]
NAMES = questions.names(QUIZ)
POINTS = sum(questions.load(name).points for name in NAMES)


@cache
def marked_right(name: str) -> Marked:
    """What the reference gets."""
    one = asked(name)
    seen = observe(one.question, one.question.reference())
    return Marked(seen, judge(one.key, seen))


def wrong_answer(question: Question) -> Any:
    """The first misconception's answer that no starter holds."""
    wrong = question.wrong_answers()
    return next(wrong[name] for name in wrong if name != question.starter_is)


@cache
def marked_wrong(name: str) -> Marked:
    """What that answer gets."""
    one = asked(name)
    seen = observe(one.question, wrong_answer(one.question))
    return Marked(seen, judge(one.key, seen))


def marked_raising(name: str, message: str) -> Marked:
    """What an answer gets that raised this."""
    seen = Observation(trouble="raised", message=message)
    return Marked(seen, judge(asked(name).key, seen))


def record(student: str, *wrong: int, **changed: object) -> Record:
    """A record in which all answers are right but these, by number."""
    marked = {
        name: marked_wrong(name) if number in wrong else marked_right(name)
        for number, name in enumerate(NAMES)
    }
    return Record(**{"student": student, "quiz": QUIZ, "digest": "d", "marked": marked, **changed})


def handed_in(student: str, **sources: str) -> HandedIn:
    """A notebook with the worked answers, but for the questions given."""
    setup = str(questions.quiz_module(QUIZ).SETUP)
    pieces = [Piece("set-up", setup)]
    for name in NAMES:
        question = questions.load(name)
        source = sources.get(question.variable, question.solution())
        pieces.append(Piece(question.variable, source, question.variable))
    return HandedIn(student, QUIZ, Path("upload.ipynb"), "d", tuple(pieces))


def copy_of_the_course(course: Path) -> Path:
    """A course with one quiz."""
    course.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for folder in ("solutions", "quizzes"):
        shutil.copytree(ROOT / folder / QUIZ, course / folder / QUIZ)
    return course


def nbgrader(course: Path, *arguments: str) -> str:
    """Run nbgrader, and see it succeed."""
    run = programs.nbgrader(course, *arguments)
    assert run.returncode == 0, run.stderr[-3000:]
    return run.stderr


def exported(course: Path, *arguments: str) -> dict[str, dict[str, str]]:
    """By student, the row of ``nbgrader export``."""
    nbgrader(course, "export", *arguments)
    with (course / "grades.csv").open(encoding="utf-8", newline="") as lines:
        return {row["student_id"]: row for row in csv.DictReader(lines)}
