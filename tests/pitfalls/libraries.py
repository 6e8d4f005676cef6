"""What other libraries' schedulers do, in as little code as shows it.

Each follows the library's source, and a test compares it with LRs that the library gave.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from warmup_lib.schedules import Schedule


class GradualWarmupOfMaster(LRScheduler):
    """The ``GradualWarmupScheduler`` of the git master, which is on no index."""

    def __init__(
        self, optimizer: Optimizer, multiplier: float, total_epoch: int, after_scheduler: Any
    ) -> None:
        self.multiplier, self.total_epoch = multiplier, total_epoch
        self.after_scheduler, self.finished = after_scheduler, False
        super().__init__(optimizer)

    def get_lr(self) -> list[Any]:
        if self.last_epoch > self.total_epoch:
            if not self.finished:
                self.after_scheduler.base_lrs = [lr * self.multiplier for lr in self.base_lrs]
                self.finished = True
            lrs: list[Any] = self.after_scheduler.get_last_lr()
            return lrs
        if self.multiplier == 1:
            return [lr * self.last_epoch / self.total_epoch for lr in self.base_lrs]
        rise = (self.multiplier - 1) * self.last_epoch / self.total_epoch
        return [lr * (rise + 1) for lr in self.base_lrs]

    def step(self, epoch: int | None = None) -> None:
        if not self.finished:
            super().step(epoch)
            return
        self.after_scheduler.step(None if epoch is None else epoch - self.total_epoch)
        self._last_lr = self.after_scheduler.get_last_lr()


class WarmupOfPytorchWarmup:
    """``pytorch_warmup.LinearWarmup``: it dampens what another scheduler sets."""

    def __init__(self, optimizer: Optimizer, warmup_period: int) -> None:
        self.optimizer, self.period = optimizer, warmup_period
        self.last_step = -1
        self.lrs = [group["lr"] for group in optimizer.param_groups]
        self.dampen()

    def dampen(self) -> None:
        self.last_step += 1
        for group in self.optimizer.param_groups:
            group["lr"] *= min(1.0, (self.last_step + 1) / self.period)

    @contextmanager
    def dampening(self) -> Iterator[None]:
        for group, lr in zip(self.optimizer.param_groups, self.lrs, strict=True):
            group["lr"] = lr
        yield
        self.lrs = [group["lr"] for group in self.optimizer.param_groups]
        self.dampen()


class CosineOfTimm:
    """timm's ``CosineLRScheduler``: the cosine's clock runs from update 0, unless prefixed."""

    def __init__(
        self,
        optimizer: Optimizer,
        t_initial: int,
        warmup_t: int,
        *,
        warmup_prefix: bool = False,
        t_in_epochs: bool = True,
    ) -> None:
        self.optimizer, self.t_initial, self.warmup_t = optimizer, t_initial, warmup_t
        self.warmup_prefix, self.t_in_epochs = warmup_prefix, t_in_epochs
        self.base_lrs = [group["lr"] for group in optimizer.param_groups]
        self._write(0)

    def step(self, epoch: int) -> None:
        if self.t_in_epochs:
            self._write(epoch)

    def step_update(self, num_updates: int) -> None:
        if not self.t_in_epochs:
            self._write(num_updates)

    def _write(self, t: int) -> None:
        factor = t / self.warmup_t
        if t >= self.warmup_t:
            t = t - self.warmup_t if self.warmup_prefix else t
            done = t / self.t_initial
            factor = (1 + math.cos(math.pi * done)) / 2 if done < 1 else 0.0
        for group, lr in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = lr * factor


class WarmupOfDeepSpeed:
    """DeepSpeed's ``WarmupLR``: its constructor sets 0, and its first step is the log of 1."""

    def __init__(self, optimizer: Optimizer, warmup_num_steps: int, warmup_type: str) -> None:
        self.optimizer, self.steps, self.type = optimizer, warmup_num_steps, warmup_type
        self.last_batch_iteration = -1
        self.max_lrs = [group["lr"] for group in optimizer.param_groups]
        self._write(0.0)

    def step(self) -> None:
        self.last_batch_iteration += 1
        self._write(self._gamma(self.last_batch_iteration))

    def _gamma(self, t: int) -> float:
        if t >= self.steps:
            return 1.0
        return math.log(t + 1) / math.log(self.steps) if self.type == "log" else t / self.steps

    def _write(self, factor: float) -> None:
        for group, lr in zip(self.optimizer.param_groups, self.max_lrs, strict=True):
            group["lr"] = lr * factor


class SetsAfterwards:
    """Sets an LR with its first step only, as ignite does on ITERATION_COMPLETED."""

    def __init__(self, optimizer: Optimizer, schedule: Schedule) -> None:
        self.optimizer, self.schedule, self.t = optimizer, schedule, 0
        self.base_lrs = [group["lr"] for group in optimizer.param_groups]

    def step(self) -> None:
        factor = self.schedule(self.t)
        self.t += 1
        for group, lr in zip(self.optimizer.param_groups, self.base_lrs, strict=True):
            group["lr"] = lr * factor
