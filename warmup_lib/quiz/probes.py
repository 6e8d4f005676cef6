"""How a student's function is exercised, and what is recorded of it.

A probe runs beside the student's code and only reports: numbers in, judging elsewhere.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from warmup_lib.quiz.calling import called
from warmup_lib.quiz.observation import AnswerTroubleError, as_number


class Probe(Protocol):
    """Exercises a function that the student calls ``name``; one number for each label."""

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def measures(self) -> str:
        """What each number is, as a figure names it."""
        ...

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]: ...

    def wider(self) -> Probe:
        """The same exercise over far more of what the task specifies.

        The bank's gate holds a wrong answer that passes here against it.
        """
        ...


@dataclass(frozen=True)
class Factors:
    """The factor that a function of the index gives for each of the first ``count``.

    ``run_ends`` says that the run has no more than these, and the task nothing about
    what would come after them.

    >>> Factors(3)(lambda update: min((update + 1) / 2, 1), "ramp")
    [0.5, 1.0, 1.0]
    """

    count: int
    of: str = "update"
    run_ends: bool = False
    measures: ClassVar[str] = "factor"

    @property
    def labels(self) -> Sequence[str]:
        return [f"{self.of} {index}" for index in range(self.count)]

    def wider(self) -> Factors:
        return self if self.run_ends else replace(self, count=10 * self.count)

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        return [self._factor(function, name, index) for index in range(self.count)]

    def _factor(self, function: Callable[..., Any], name: str, index: int) -> float:
        value = called(function, name, index)
        if value is None:
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}({index})` gives `None`; does every path of the function `return` "
                "a number?",
            )
        return as_number(value, f"`{name}({index})`")


@dataclass(frozen=True)
class UsedByScheduler:
    """The LR of each update under the scheduler that a student's function builds.

    The function gets an optimizer and, where ``batches`` names any, a number of
    batches, each of these in turn; the loop calls ``optimizer.step()``, then
    ``scheduler.step()``. ``run_ends`` says that the run has no more than these updates.
    """

    updates: int
    batches: tuple[int, ...] = ()
    base_lr: float = 0.1
    run_ends: bool = False
    measures: ClassVar[str] = "LR"

    @property
    def labels(self) -> Sequence[str]:
        cases = [f", batches={n}" for n in self.batches] or [""]
        return [f"update {update}{case}" for case in cases for update in range(self.updates)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        cases: list[tuple[int, ...]] = [(n,) for n in self.batches] or [()]
        return [lr for case in cases for lr in self._used(function, name, *case)]

    def wider(self) -> UsedByScheduler:
        """A longer run at another base LR, and with other numbers of batches."""
        batches = {m for n in self.batches for m in (1, 2, n, n + 1, 3 * n)}
        updates = self.updates if self.run_ends else 10 * self.updates
        return UsedByScheduler(updates, tuple(sorted(batches)), 0.4, self.run_ends)

    def _used(self, function: Callable[..., Any], name: str, *case: int) -> Sequence[float]:
        import torch

        from warmup_lib.trace import dry_run

        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=self.base_lr)
        scheduler = called(function, name, optimizer, *case)
        if not hasattr(scheduler, "step"):
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` must return the scheduler that it builds, and returns "
                f"`{reprlib.repr(scheduler)}`.",
            )
        used = dry_run(optimizer, scheduler, self.updates).used()
        return [as_number(lr, f"the LR of update {t}") for t, lr in enumerate(used)]
