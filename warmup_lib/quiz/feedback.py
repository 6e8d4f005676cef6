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
class Feedback:
    """The verdict on one answer.

    Attributes:
        question: ``quiz/name``.
        outcome: how the check ended.
        message: the sentence that matters most; `code` stands in backticks.
        points: what the question is worth.
        misconception: the name of the one that explains the answer, if one does.
        details: more sentences, such as where the first difference is.
    """

    question: str
    outcome: Outcome
    message: str
    points: float
    misconception: str | None = None
    details: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def score(self) -> float:
        """Points earned, between 0 and ``points``."""
        return self.points if self.passed else 0.0
