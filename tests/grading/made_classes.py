"""Classes made by hand: records with the mistakes that a test wants, and no code run."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from warmup_lib import questions
from warmup_lib.grading.records import Marked, Record
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.observation import Observation

RIGHT, WRONG, UNTOUCHED, UNCHECKED = "right", "wrong", "untouched", "unchecked"
"""What an answer is; any other text is the name of the misconception that explains it."""

_OUTCOMES = {
    RIGHT: Outcome.PASSED,
    UNTOUCHED: Outcome.NOT_ATTEMPTED,
    UNCHECKED: Outcome.COULD_NOT_CHECK,
}


def marked(
    question: str, answer: str, *, points: float = 1, seconds: float = 0.1, says: str = ""
) -> Marked:
    """One answer, marked."""
    outcome = _OUTCOMES.get(answer, Outcome.INCORRECT)
    known = answer if outcome is Outcome.INCORRECT and answer != WRONG else None
    message = says or (f"`{answer}` is not so: run it." if known else f"It is {answer}.")
    feedback = Feedback(question, outcome, message, points, known)
    return Marked(Observation((0.1,)), feedback, seconds)


def record(student: str, answers: Mapping[str, str], quiz: str = "demo", **known: object) -> Record:
    """One submission; the answers by the question's name without its quiz."""
    given = {
        f"{quiz}/{name}": marked(f"{quiz}/{name}", answer, points=points_of(f"{quiz}/{name}"))
        for name, answer in answers.items()
    }
    return Record(student, quiz, "0" * 64, given, **known)  # type: ignore[arg-type]  # any field of it


def points_of(question: str) -> float:
    facts = questions.index().get(question)
    return 1 if facts is None else facts.points


def unreadable(student: str, quiz: str = "demo") -> Record:
    """A submission in which there was nothing to run."""
    return Record(student, quiz, "", {}, status="unreadable", reason="It is no notebook.")


def column(name: str, answers: Sequence[str], quiz: str = "demo") -> list[Record]:
    """A class with a quiz of one question."""
    return [record(f"s{place}", {name: answer}, quiz) for place, answer in enumerate(answers)]


def drawn(quiz: str, students: int, seed: int = 1) -> list[Record]:
    """A class that understands more or less of a quiz of the bank, with its misconceptions."""
    rng = random.Random(seed)
    facts = {name: each for name, each in questions.index().items() if name.startswith(f"{quiz}/")}
    ease = {name: rng.gauss(0.4, 1) for name in facts}
    records = []
    for place in range(students):
        able, confused = rng.gauss(0, 1.1), rng.random() < 0.25
        answers = {}
        for name, each in facts.items():
            weights = [1 / (1 + rank) for rank in range(len(each.misconceptions))]
            answer = rng.choices(each.misconceptions, weights)[0]
            if confused and rng.random() < 0.7:
                answer = each.misconceptions[0]
            elif rng.gauss(0, 1) < able + ease[name]:
                answer = RIGHT
            elif rng.random() < 0.35:
                answer = rng.choice([WRONG, WRONG, UNTOUCHED, UNCHECKED])
            answers[name.partition("/")[2]] = answer
        at = f"2025-03-04T10:{place // 60 % 60:02d}:{place % 60:02d}Z"
        records.append(record(f"student-{place:04d}", answers, quiz, at=at))
    return records
