"""How a function that takes up a run is exercised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LinearLR

from warmup_lib.quiz.calling import called
from warmup_lib.quiz.observation import AnswerTroubleError


@dataclass(frozen=True)
class UsedAfterResume:
    """The LRs of ``after`` updates once a function has taken up a run of ``before``."""

    before: int = 3
    after: int = 6
    base_lr: float = 0.1
    measures: ClassVar[str] = "LR"

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {t}" for t in range(self.before, self.before + self.after)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        weight = torch.ones(1, requires_grad=True)

        def make_optimizer() -> Optimizer:
            return torch.optim.SGD([weight], lr=self.base_lr, momentum=0.9)

        def make_scheduler(optimizer: Optimizer) -> LinearLR:
            return LinearLR(optimizer, start_factor=0.1, total_iters=5)

        def train(optimizer: Any, scheduler: Any, updates: int) -> list[float]:
            used = []
            for _ in range(updates):
                weight.sum().backward()
                used.append(float(optimizer.param_groups[0]["lr"]))
                optimizer.step()
                scheduler.step()
            return used

        optimizer = make_optimizer()
        scheduler = make_scheduler(optimizer)
        train(optimizer, scheduler, self.before)
        checkpoint = {
            "optimizer": optimizer.state_dict(),
            "scheduler": scheduler.state_dict(),
        }
        taken_up = called(function, name, make_optimizer, make_scheduler, checkpoint)
        if not isinstance(taken_up, tuple) or len(taken_up) != 2:
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` must return `optimizer, scheduler`, and gave a "
                f"`{type(taken_up).__name__}`.",
            )
        if not isinstance(taken_up[1], LinearLR):
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` must return the scheduler that `make_scheduler` builds, and gave a "
                f"`{type(taken_up[1]).__name__}`.",
            )
        self._refuse_a_lost_state(taken_up[0], checkpoint["optimizer"], name)
        return train(*taken_up, self.after)

    def _refuse_a_lost_state(self, optimizer: Any, saved: Any, name: str) -> None:
        """Where the LR is right, the rest of the optimizer must be, too."""
        now = optimizer.state_dict()
        has_its_lr = now["param_groups"][0]["lr"] == saved["param_groups"][0]["lr"]
        if has_its_lr and now["state"].keys() != saved["state"].keys():
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` gives an optimizer that has the right LR, but not its own state, such "
                "as momentum; that is in the checkpoint as well.",
            )

    def wider(self) -> UsedAfterResume:
        return replace(self, before=self.before - 1, after=10 * self.after)
