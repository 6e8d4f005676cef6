"""How a loop that accumulates gradients is exercised."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.calling import called
from warmup_lib.quiz.exercises.made import never_the_same
from warmup_lib.quiz.observation import AnswerTroubleError
from warmup_lib.schedules import Schedule
from warmup_lib.trace import record


@dataclass(frozen=True)
class UsedByAccumulation:
    """The LR of each update of a loop that makes one of every few batches.

    No two batches have the same gradient, so that an update of the wrong ones is
    noticed. The loop is run a second time, with more of everything, for its updates.
    """

    factor: Schedule
    every: int
    updates: int
    epochs: int = 2
    measures: ClassVar[str] = "LR"

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {update}" for update in range(self.epochs * self.updates)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        used = self._used(
            function, name, every=self.every, updates=self.updates, epochs=self.epochs
        )
        self._used(
            function, name, every=self.every + 1, updates=self.updates + 1, epochs=self.epochs + 1
        )
        return used

    def wider(self) -> UsedByAccumulation:
        return replace(
            self,
            factor=never_the_same,
            every=self.every + 3,
            updates=3 * self.updates,
            epochs=self.epochs + 3,
        )

    def _used(
        self, function: Callable[..., Any], name: str, *, every: int, updates: int, epochs: int
    ) -> Sequence[float]:
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        scheduler = LambdaLR(optimizer, self.factor)
        batches = [torch.full((1, 1), 1.0 + index) for index in range(every * updates)]
        gradients: list[float] = []
        by_hand: list[int] = []

        def before_step(*_: Any) -> None:
            if optimizer.param_groups[0]["lr"] != scheduler.get_last_lr()[0]:
                by_hand.append(len(gradients))
            if model.weight.grad is not None:
                gradients.append(model.weight.grad.item())

        optimizer.register_step_pre_hook(before_step)
        with record(optimizer) as trace:
            called(function, name, model, optimizer, scheduler, batches, every, epochs)
        if len(trace) != epochs * updates:
            raise AnswerTroubleError(
                "wrong type",
                f"Of {epochs} epochs of {len(batches)} batches, with `every={every}`, `{name}` "
                f"made {len(trace)} updates; they give {epochs * updates}. An `optimizer.step()` "
                "with no gradients is none.",
            )
        # The gradient of a batch's loss is the batch; that of an update is the mean of its own.
        means = [(1 + every) / 2 + every * update for update in range(updates)] * epochs
        for update, (gradient, mean) in enumerate(zip(gradients, means, strict=True)):
            if not math.isclose(gradient, mean, rel_tol=1e-4):
                raise AnswerTroubleError(
                    "wrong type",
                    f"Update {update} of `{name}` does not use the mean gradient of its {every} "
                    "batches. Which batches must be added up before it, and when do their "
                    "gradients have to go?",
                )
        if by_hand:
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` sets the LR of update {by_hand[0]} by hand; leave it to the scheduler.",
            )
        return trace.used()
