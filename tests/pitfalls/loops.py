"""Small real training runs: one weight a parameter group, recorded."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib.doctor import Plan
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedules import Schedule
from warmup_lib.trace import record

from .cases import Case, traced
from .correct import draw_peaks, stated
from .shapes import DECAYS, RAMPS, Drawn, drawn

STARTING_ABOVE_ZERO = ("linear (t+1)/n", "linear from a start factor", "geometric")
LINEAR = ("linear from zero", "linear (t+1)/n", "linear from a start factor")
# Those of one LR for several updates hide what comes an update late.
RISING = tuple(name for name in RAMPS if name not in ("constant", "stairs"))


Make = Callable[[Optimizer], Any]
"""What makes a scheduler on an optimizer."""

FROM_START = ("linear from a start factor",)
LINE_FROM_ZERO = ("linear from zero",)
# Of these the first alone always starts at 0.
FROM_ZERO = ("linear from zero", "quadratic", "square root", "half-cosine")
# Optimizers whose state counts its steps.
COUNTING = ("Adam", "AdamW", "RAdam")


@dataclass(frozen=True)
class Meant:
    """A run as it was meant: a schedule, the peak of each group, and the plan in words."""

    drawn: Drawn
    peaks: tuple[float, ...]
    plan: Plan

    @property
    def schedule(self) -> Schedule:
        return self.drawn.schedule

    @property
    def total(self) -> int:
        return self.drawn.total

    @property
    def first(self) -> int:
        """The first update at the peak."""
        return self.drawn.first

    @property
    def peak(self) -> float:
        return self.peaks[0]

    @property
    def rows(self) -> list[tuple[float, ...]]:
        """The LRs of each update."""
        return [
            tuple(peak * factor for peak in self.peaks)
            for factor in map(self.schedule, range(self.total))
        ]

    def case(
        self,
        trace: Trace,
        plan: Plan | None,
        *,
        event: Event | None = Event.SCHEDULER,
        logged: Sequence[float] | None = None,
    ) -> Case:
        """A run with a mistake, where this one was meant."""
        says = f"{self.drawn.says}, peaks {self.peaks}"
        return Case(trace, plan, logged, right=traced(self.rows, event), says=says)

    def plan_or_none(self, rng: Random) -> Plan | None:
        """The plan in half of the draws, of mistakes that show without one."""
        return self.plan if rng.random() < 0.5 else None


def draw(
    rng: Random,
    *,
    n: tuple[int, int] = (2, 20),
    more: tuple[int, int] = (3, 30),
    ramps: Sequence[str] = tuple(RAMPS),
    decays: Sequence[str] = tuple(DECAYS),
    peaks: tuple[float, ...] | None = None,
    groups: int = 4,
    **meant: Any,
) -> Meant:
    """A random run; ``meant`` overrules words of its plan."""
    what = drawn(rng, n=n, more=more, ramps=ramps, decays=decays)
    peaks = peaks or draw_peaks(rng, groups)
    return Meant(what, peaks, stated(rng, what, peaks, **meant))


def weights(count: int = 1) -> list[torch.Tensor]:
    return [torch.ones(1, requires_grad=True) for _ in range(count)]


def build(peaks: Sequence[float], kind: str = "SGD", **settings: Any) -> Optimizer:
    """An optimizer with one weight and one peak a group."""
    groups = [{"params": [w], "lr": lr} for w, lr in zip(weights(len(peaks)), peaks, strict=True)]
    made: Optimizer = getattr(torch.optim, kind)(groups, **settings)
    return made


def backward(optimizer: Optimizer) -> None:
    """New gradients: those of the sum of squares, written down to save autograd's time."""
    for group in optimizer.param_groups:
        for weight in group["params"]:
            # At the LRs of some mistakes a weight grows without bound; only the LRs matter here.
            weight.grad = weight.detach().clamp(-1, 1)


def update(optimizer: Optimizer) -> None:
    backward(optimizer)
    optimizer.step()


def held(optimizer: Optimizer) -> tuple[float, ...]:
    return tuple(float(group["lr"]) for group in optimizer.param_groups)


def set_lrs(optimizer: Optimizer, lrs: Iterable[float]) -> None:
    for group, lr in zip(optimizer.param_groups, lrs, strict=True):
        group["lr"] = lr


def train(optimizer: Optimizer, updates: int, *schedulers: Any) -> None:
    """The right loop: schedulers after each update."""
    for _ in range(updates):
        update(optimizer)
        for scheduler in schedulers:
            scheduler.step()


def recorded(optimizer: Optimizer, scheduler: Any, updates: int) -> Trace:
    """The trace of the right loop."""
    with quiet(), record(optimizer, scheduler) as trace:
        train(optimizer, updates, scheduler)
    return trace


def scheduled(peaks: Sequence[float], make: Make, updates: int, kind: str = "SGD") -> Trace:
    """The trace of the right loop with a new optimizer and the scheduler made on it."""
    with quiet():
        optimizer = build(peaks, kind)
        return recorded(optimizer, make(optimizer), updates)


def by_factors(meant: Meant, schedule: Schedule) -> Trace:
    """The trace of the right loop with another schedule than the one that was meant."""
    return scheduled(meant.peaks, lambda o: LambdaLR(o, schedule), meant.total)


def first_raised(rows: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """The same ramp with half of the second LR in place of a first one of 0."""
    return [tuple(lr / 2 for lr in rows[1]), *rows[1:]]


def lambda_lr(meant: Meant) -> Make:
    """What makes the scheduler that was meant."""
    return lambda o: LambdaLR(o, meant.schedule)


def linear_lr(meant: Meant) -> Make:
    """The same of a linear ramp from a start factor."""
    return lambda o: LinearLR(o, meant.schedule(0), total_iters=meant.drawn.n)


@contextmanager
def quiet() -> Iterator[None]:
    """PyTorch warns of some of these mistakes; here they are meant."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
