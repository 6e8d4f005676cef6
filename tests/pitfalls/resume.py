"""Mistakes in a resume."""

from __future__ import annotations

from random import Random
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LinearLR,
    SequentialLR,
)

from warmup_lib.lr_trace import Trace

from .cases import Case, joined, pitfall, traced
from .correct import stated
from .loops import (
    COUNTING,
    FROM_START,
    RISING,
    Make,
    Meant,
    build,
    draw,
    lambda_lr,
    linear_lr,
    quiet,
    recorded,
)


def before(meant: Meant, make: Make, at: int, kind: str) -> tuple[Trace, Any, Any]:
    """The run up to the break: its trace, and the states of optimizer and scheduler."""
    optimizer = build(meant.peaks, kind)
    scheduler = make(optimizer)
    trace = recorded(optimizer, scheduler, at)
    return trace, optimizer.state_dict(), scheduler.state_dict()


def without_scheduler(meant: Meant, make: Make, at: int, kind: str = "SGD") -> tuple[Trace, Trace]:
    """A run broken off, and resumed with the optimizer's state alone."""
    with quiet():
        first, state, _ = before(meant, make, at, kind)
        optimizer = build(meant.peaks, kind)
        optimizer.load_state_dict(state)
        return first, recorded(optimizer, make(optimizer), meant.total - at)


def in_wrong_order(meant: Meant, make: Make, at: int, kind: str = "SGD") -> tuple[Trace, Trace]:
    """The same, resumed by: load the optimizer, make the scheduler, load the scheduler."""
    with quiet():
        first, state, scheduler_state = before(meant, make, at, kind)
        optimizer = build(meant.peaks, kind)
        optimizer.load_state_dict(state)
        scheduler = make(optimizer)
        scheduler.load_state_dict(scheduler_state)
        return first, recorded(optimizer, scheduler, meant.total - at)


def from_epoch(meant: Meant, make: Make, again: Make, at: int) -> Trace:
    """A run resumed by a scheduler that is made with ``last_epoch``."""
    with quiet():
        first, state, _ = before(meant, make, at, "SGD")
        optimizer = build(meant.peaks)
        optimizer.load_state_dict(state)
        return joined(first, recorded(optimizer, again(optimizer), meant.total - at))


def second_half(meant: Meant, trace: Trace, at: int) -> Case:
    """A recording that begins where the run is resumed; no plan speaks of such a part."""
    says = f"{meant.drawn.says}, resumed at {at}"
    return Case(trace, None, right=traced(meant.rows[at:]), says=says)


@pitfall(
    "9",
    "scheduler not resumed",
    "the optimizer's state loaded, a new scheduler, recorded from there",
    "scheduler-not-resumed",
)
def not_resumed(rng: Random) -> Case:
    meant = draw(rng)
    at = rng.randint(1, meant.total - 2)
    _, trace = without_scheduler(meant, lambda_lr(meant), at, rng.choice(COUNTING))
    return second_half(meant, trace, at)


def falls_at(meant: Meant, at: int) -> bool:
    """Whether a restart at this update is seen: it falls, and rises again for a while."""
    factors = [meant.schedule(t) for t in range(meant.total)]
    return factors[at - 1] > 1.01 * factors[0] and meant.first >= 2 and meant.total - at >= 3


@pitfall(
    "9",
    "the warmup begins again",
    "the same with a LambdaLR, recorded from the start",
    "warmup-restarts",
)
def begins_again(rng: Random) -> Case | None:
    meant = draw(rng, n=(4, 20), ramps=RISING)
    at = rng.randint(2, meant.total - 3) if meant.total > 5 else 2
    # Past the peak a plan may allow restarts.
    if not falls_at(meant, at) or (at > meant.first and meant.plan.then == "anything"):
        return None
    return meant.case(joined(*without_scheduler(meant, lambda_lr(meant), at)), meant.plan)


@pitfall(
    "9",
    "the warmup begins again, lower",
    "the same with a LinearLR, which multiplies the LR it finds",
    "warmup-restarts",
)
def begins_again_lower(rng: Random) -> Case:
    meant = draw(rng, n=(5, 20), more=(5, 30), ramps=FROM_START, decays=("hold",))
    at = rng.randint(2, meant.drawn.n - 1)
    return meant.case(joined(*without_scheduler(meant, linear_lr(meant), at)), meant.plan)


def sequential(meant: Meant, last_epoch: int = -1) -> Make:
    n, rest = meant.drawn.n, meant.total - meant.drawn.n

    def make(optimizer: Optimizer) -> SequentialLR:
        ramp = LinearLR(optimizer, meant.schedule(0), total_iters=n)
        after = CosineAnnealingLR(optimizer, rest)
        return SequentialLR(optimizer, [ramp, after], [n], last_epoch=last_epoch)

    return make


@pitfall(
    "10",
    "loaded in the wrong order",
    "optimizer.load, constructor, scheduler.load, recorded from there",
    "lr-not-the-schedulers",
)
def wrong_order(rng: Random) -> Case | None:
    make, meant = rng.choice(
        [
            (lambda_lr, draw(rng)),
            (linear_lr, draw(rng, ramps=FROM_START, decays=("hold",))),
            (sequential, to_cosine(rng)),
        ]
    )
    at = rng.randint(1, meant.total - 2)
    _, trace = in_wrong_order(meant, make(meant), at, rng.choice(["SGD", *COUNTING]))
    differs = abs(trace.used()[0] / meant.rows[at][0] - 1) > 1e-6 if meant.rows[at][0] else True
    return second_half(meant, trace, at) if differs else None


def to_cosine(rng: Random) -> Meant:
    """A linear ramp, and a cosine to 0 at the end of the run."""
    while True:
        meant = draw(rng, n=(4, 20), more=(6, 30), ramps=FROM_START, decays=("cosine",))
        what = meant.drawn
        if what.decay.end == 0 and what.hands_over == what.first:
            return Meant(what, meant.peaks, stated(rng, what, meant.peaks, then="cosine"))


# Of the LRs it falls and then rises by what is left of the ramp: nothing tells a second beginning
# of the warmup from a fall during it.
@pitfall(
    "10",
    "stays low after the resume",
    "the same with a LinearLR, recorded from the start",
    "falls-during-warmup",
    "warmup-restarts",
)
def stays_low(rng: Random) -> Case:
    meant = draw(rng, n=(5, 20), more=(5, 30), ramps=FROM_START, decays=("hold",))
    at = rng.randint(2, meant.drawn.n - 2)
    return meant.case(joined(*in_wrong_order(meant, linear_lr(meant), at)), meant.plan)


@pitfall(
    "11b",
    "last_epoch off by one",
    "LinearLR(last_epoch=k) after k updates, in place of k - 1",
    "never-reaches-peak",
)
def last_epoch_off(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20), more=(5, 30), ramps=FROM_START, decays=("hold",))
    at = rng.randint(1, meant.drawn.n - 1)

    def again(optimizer: Optimizer) -> LinearLR:
        return LinearLR(optimizer, meant.schedule(0), total_iters=meant.drawn.n, last_epoch=at)

    return meant.case(from_epoch(meant, linear_lr(meant), again, at), meant.plan)


# Where the peak was to come, it falls to the ramp's start and goes down from there. Any of these
# says so; which of torch's mistakes it is, only the code tells.
@pitfall(
    "11c",
    "SequentialLR(last_epoch=k)",
    "a SequentialLR resumed by last_epoch at its milestone",
    "falls-during-warmup",
    "peak-skipped",
    "never-reaches-peak",
)
def sequential_last_epoch(rng: Random) -> Case:
    meant = to_cosine(rng)
    at = meant.drawn.n
    trace = from_epoch(meant, sequential(meant), sequential(meant, at - 1), at)
    return meant.case(trace, meant.plan)
