"""A class of made-up students: right answers, misconceptions and untouched cells of the bank."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from warmup_lib import questions
from warmup_lib.quiz.question import Question

ROOT = Path(__file__).parent.parent


def answers(question: Question) -> list[str]:
    """Cells that answer a question: the right one first, then each mistake, then none."""
    wrong = [
        question.cell(model)
        for name, model in question.wrong_answers().items()
        if name != question.starter_is
    ]
    return [question.solution(), *wrong, question.starter()]


def hand_in(course: Path, quiz: str, students: int, *, seed: int = 0) -> dict[str, float]:
    """Write ``submitted/STUDENT/QUIZ/QUIZ.ipynb`` for so many students.

    Returns:
        By student, the score that the notebook deserves.
    """
    bank = [questions.load(name) for name in questions.names(quiz)]
    cells = {question.variable: answers(question) for question in bank}
    points = {question.variable: question.points for question in bank}
    released = json.loads((ROOT / "quizzes" / quiz / f"{quiz}.ipynb").read_text(encoding="utf-8"))
    random, deserved = Random(seed), {}
    for number in range(students):
        student = f"s{number:05d}"
        chosen = {name: _choice(random, of) for name, of in cells.items()}
        for cell in released["cells"]:
            if cell["id"] in chosen:
                cell["source"] = chosen[cell["id"]]
        folder = course / "submitted" / student / quiz
        folder.mkdir(parents=True)
        (folder / f"{quiz}.ipynb").write_text(json.dumps(released), encoding="utf-8")
        deserved[student] = float(
            sum(points[name] for name, cell in chosen.items() if cell == cells[name][0])
        )
    return deserved


def _choice(random: Random, of: Sequence[str]) -> str:
    """Mostly right, as a class is."""
    return of[0] if random.random() < 0.6 else random.choice(of[1:])
