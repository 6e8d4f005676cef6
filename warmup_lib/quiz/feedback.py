"""What a student is told, as plain data; :mod:`warmup_lib.quiz.view` shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(str, Enum):
    """The four ways a check can end."""

    PASSED = "passed"
    NOT_ATTEMPTED = "not attempted"
    INCORRECT = "incorrect"
    COULD_NOT_CHECK = "could not check"


@dataclass(frozen=True)
class Curves:
    """An answer's values beside the expected ones, for a figure.

    Attributes:
        yours: what was seen of the answer.
        expected: the expected values, or, where they would give the answer away, only
            those before the two part.
        part_at: the first index at which they differ.
        labels: what each value belongs to, such as ``update 3``.
        measures: what each value is, such as ``factor``.
        called: what the two curves are called.
    """

    yours: tuple[float, ...]
    expected: tuple[float, ...]
    part_at: int
    labels: tuple[str, ...]
    measures: str
    called: tuple[str, str] = ("yours", "expected")


@dataclass(frozen=True)
class Feedback:
    """The verdict on one answer.

    Attributes:
        question: ``quiz/name``.
        outcome: how the check ended.
        message: the sentence that matters most; `code` stands in backticks.
        points: what the question is worth.
        misconception: the name of the one that explains the answer, if one does.
        details: more sentences, such as where the first difference is.
        curves: what a figure of a wrong answer shows, where it has a curve.
        fingerprint: tells an answer from another one that gives something else.
    """

    question: str
    outcome: Outcome
    message: str
    points: float
    misconception: str | None = None
    details: tuple[str, ...] = ()
    curves: Curves | None = None
    fingerprint: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def score(self) -> float:
        """Points earned, between 0 and ``points``."""
        return self.points if self.passed else 0.0
