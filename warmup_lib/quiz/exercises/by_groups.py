"""How a function that builds a scheduler for several parameter groups is exercised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch

from warmup_lib.quiz.calling import called
from warmup_lib.quiz.observation import AnswerTroubleError, as_number
from warmup_lib.trace import dry_run


@dataclass(frozen=True)
class UsedByGroups:
    """The LRs of each parameter group in turn, under the scheduler that a function builds.

    It is first tried with two of the groups, for a function that knows their number.
    """

    updates: int
    lengths: tuple[int, ...]
    base_lrs: tuple[float, ...]
    measures: ClassVar[str] = "LR"

    @property
    def labels(self) -> Sequence[str]:
        groups, updates = range(len(self.lengths)), range(self.updates)
        return [f"update {update} of group {group}" for group in groups for update in updates]

    def wider(self) -> UsedByGroups:
        return UsedByGroups(10 * self.updates, (5, 1, 7, 12), (0.3, 0.2, 0.5, 0.1))

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        self._used(function, name, self.lengths[:2])
        return self._used(function, name, self.lengths)

    def _used(
        self, function: Callable[..., Any], name: str, lengths: tuple[int, ...]
    ) -> Sequence[float]:
        weights = [torch.zeros(1, requires_grad=True) for _ in lengths]
        optimizer = torch.optim.SGD(
            [{"params": [w], "lr": lr} for w, lr in zip(weights, self.base_lrs, strict=False)]
        )
        scheduler = called(function, name, optimizer, list(lengths))
        if not hasattr(scheduler, "step"):
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` must return the scheduler that it builds, and what it returns is of "
                f"type `{type(scheduler).__name__}`.",
            )
        trace = dry_run(optimizer, scheduler, self.updates)
        used = [lr for group in range(len(lengths)) for lr in trace.used(group)]
        return [as_number(lr, f"the LR of {at}") for lr, at in zip(used, self.labels, strict=False)]
