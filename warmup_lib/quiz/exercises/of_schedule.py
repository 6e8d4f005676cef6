"""How a function that makes schedules is exercised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

from warmup_lib.quiz.calling import called
from warmup_lib.quiz.exercises.made import Made
from warmup_lib.quiz.observation import AnswerTroubleError, as_number
from warmup_lib.schedules import Schedule, exponential_warmup, step_decay


@dataclass(frozen=True)
class FactorsOfSchedule:
    """The factors of the schedules that a student's function makes.

    Each case is a multiplier, a ``total_epoch`` and the schedule after it.
    """

    cases: tuple[tuple[float, int, Schedule], ...]
    updates: int = 8
    measures: ClassVar[str] = "factor"

    @property
    def labels(self) -> Sequence[str]:
        return [
            f"update {update} with multiplier {multiplier} and total_epoch {total_epoch}"
            for multiplier, total_epoch, _ in self.cases
            for update in range(self.updates)
        ]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        factors = []
        for case in self.cases:
            schedule = called(function, name, *case)
            if not callable(schedule):
                raise AnswerTroubleError(
                    "wrong type",
                    f"`{name}` must return a schedule, a function of the update, and returns "
                    f"`{schedule!r:.40}`.",
                )
            for update in range(self.updates):
                factor = called(schedule, "schedule", update)
                factors.append(as_number(factor, f"`schedule({update})`"))
        return factors

    def wider(self) -> FactorsOfSchedule:
        after = (Made(step_decay, (3, 0.5)), Made(exponential_warmup, (4,)))
        return FactorsOfSchedule(tuple(product((1, 1.5, 2, 10), (1, 2, 5, 20), after)), 80)
