"""Mistakes at the hand-over, and in how long the decay is."""

from __future__ import annotations

from random import Random

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    OneCycleLR,
    SequentialLR,
    StepLR,
)
from warmup_scheduler import GradualWarmupScheduler

from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedules import cosine_decay, join, polynomial_decay
from warmup_lib.trace import record

from .cases import Case, pitfall
from .correct import stated
from .libraries import CosineOfTimm, GradualWarmupOfMaster
from .loops import (
    FROM_START,
    LINE_FROM_ZERO,
    Make,
    Meant,
    build,
    by_factors,
    draw,
    linear_lr,
    quiet,
    scheduled,
    update,
)

DECAYING = ("cosine", "linear")


def cosine_of_pypi(rng: Random) -> Meant:
    """A run that PyPI's class gets wrong at the hand-over to a cosine."""
    return draw(rng, more=(4, 60), ramps=LINE_FROM_ZERO, decays=("cosine",), groups=1)


def under_pypi(meant: Meant) -> Trace:
    rest, end = meant.total - meant.drawn.n, meant.peak * meant.drawn.decay.end

    def make(optimizer: Optimizer) -> GradualWarmupScheduler:
        after = CosineAnnealingLR(optimizer, rest, end)
        return GradualWarmupScheduler(optimizer, 1, meant.drawn.n, after)

    return scheduled(meant.peaks, make, meant.total)


@pitfall(
    "13",
    "cosine overshoots",
    "PyPI's GradualWarmupScheduler with a CosineAnnealingLR",
    "handover-overshoots",
)
def cosine_overshoots(rng: Random) -> Case | None:
    meant = cosine_of_pypi(rng)
    return None if meant.drawn.decay.end else meant.case(under_pypi(meant), meant.plan)


# Above an end of its own it is not by 2/(1 + cos(π/T)) that it overshoots.
@pitfall(
    "13",
    "cosine above an end overshoots",
    "the same with eta_min",
    "handover-overshoots",
    "overshoots-peak",
)
def cosine_above_an_end_overshoots(rng: Random) -> Case | None:
    meant = cosine_of_pypi(rng)
    return meant.case(under_pypi(meant), meant.plan) if meant.drawn.decay.end else None


def of_master(meant: Meant, *, by_epoch: bool) -> Trace:
    """A run under the git master's class, which starts at the base LR and doubles it, say."""
    multiplier = 1 / meant.schedule(0)
    with quiet():
        optimizer = build([peak / multiplier for peak in meant.peaks])
        after = StepLR(optimizer, 2 * meant.total)
        scheduler = GradualWarmupOfMaster(optimizer, multiplier, meant.drawn.n, after)
        with record(optimizer, scheduler) as trace:
            for t in range(meant.total):
                update(optimizer)
                scheduler.step(*([t + 1] if by_epoch else []))
    return trace


@pitfall(
    "13b",
    "dips at the hand-over",
    "the git master of GradualWarmupScheduler, multiplier > 1, step(epoch)",
    "handover-dips",
)
def dips(rng: Random) -> Case:
    # Where the plan allows anything, it may be a short cycle with restarts.
    meant = draw(rng, ramps=FROM_START, decays=("hold",), then="hold")
    return meant.case(of_master(meant, by_epoch=True), meant.plan, event=Event.SCHEDULER_SET)


# It dips at the hand-over and does not come back, where it was to be held: both are so.
@pitfall(
    "13b",
    "falls at the hand-over",
    "the same with step(): the peak is used once",
    "handover-dips",
    "falls-after-peak",
)
def falls_at_the_handover(rng: Random) -> Case:
    meant = draw(rng, ramps=FROM_START, decays=("hold",), then="hold")
    return meant.case(of_master(meant, by_epoch=False), meant.plan)


def of_timm(meant: Meant, t_initial: int) -> Trace:
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = CosineOfTimm(optimizer, t_initial, meant.drawn.n)
        with record(optimizer, scheduler) as trace:
            for t in range(meant.total):
                update(optimizer)
                scheduler.step(t + 1)
    return trace


@pitfall(
    "13c",
    "the cosine's clock ran",
    "timm's default warmup_prefix=False, a warmup of a good part of the run",
    "peak-skipped",
)
def clock_ran(rng: Random) -> Case | None:
    meant = draw(rng, n=(4, 20), more=(5, 40), ramps=LINE_FROM_ZERO, decays=("cosine",))
    trace = of_timm(meant, meant.total)
    used, n = trace.used(), meant.drawn.n
    return (
        meant.case(trace, meant.plan, event=Event.SCHEDULER_SET)
        if used[n] < used[n - 1] * 0.99
        else None
    )


# In a long run the cosine has hardly begun: nothing falls, and the peak is missed by little.
@pitfall(
    "13c",
    "the cosine's clock ran a little",
    "the same where the warmup is a small part of the run",
    "peak-skipped",
    "never-reaches-peak",
)
def clock_ran_a_little(rng: Random) -> Case | None:
    meant = draw(rng, n=(4, 12), more=(60, 120), ramps=LINE_FROM_ZERO, decays=("cosine",))
    trace = of_timm(meant, meant.total)
    used, n = trace.used(), meant.drawn.n
    return (
        meant.case(trace, meant.plan, event=Event.SCHEDULER_SET) if used[n] > used[n - 1] else None
    )


def in_sequence(meant: Meant, at: int, ramp: Make, *after: Make) -> Trace:
    """The trace of a ``SequentialLR``."""

    def make(optimizer: Optimizer) -> SequentialLR:
        return SequentialLR(optimizer, [each(optimizer) for each in (ramp, *after)], [at])

    return scheduled(meant.peaks, make, meant.total)


@pitfall(
    "13d",
    "milestone before the ramp's end",
    "SequentialLR with milestones below total_iters",
    "handover-jumps",
)
def early_milestone(rng: Random) -> Case:
    meant = draw(rng, n=(5, 20), ramps=FROM_START, decays=("hold", "exponential"), ramp="linear")
    n = meant.drawn.n
    early = n - rng.randint(1, max(n // 3, 1))
    decay = meant.drawn.decay.schedule
    trace = in_sequence(meant, early, linear_lr(meant), lambda o: LambdaLR(o, decay))
    return meant.case(trace, meant.plan)


def to_zero(rng: Random, **lengths: tuple[int, int]) -> Meant:
    """A linear ramp, and a cosine or a line from the peak down to 0 at the run's end."""
    while True:
        meant = draw(rng, ramps=FROM_START, decays=DECAYING, **lengths)
        what = meant.drawn
        if what.decay.end == 0 and what.hands_over == what.first:
            plan = stated(rng, what, meant.peaks, then=what.decay_name)
            return Meant(what, meant.peaks, plan)


@pitfall(
    "14",
    "the decay is as long as the run",
    "T_max = total behind a warmup",
    "decay-unfinished",
)
def decay_of_total(rng: Random) -> Case:
    meant = to_zero(rng, n=(5, 20), more=(8, 30))
    n, total = meant.drawn.n, meant.total
    if meant.drawn.decay_name == "linear":
        decay = polynomial_decay(total)
        return meant.case(
            by_factors(meant, join(meant.drawn.ramp.schedule, decay, at=n)), meant.plan
        )
    trace = in_sequence(meant, n, linear_lr(meant), lambda o: CosineAnnealingLR(o, total))
    return meant.case(trace, meant.plan)


@pitfall(
    "14",
    "the cosine turns back",
    "T_max too short for what the warmup leaves of the run",
    "decay-rebounds",
)
def cosine_turns_back(rng: Random) -> Case | None:
    meant = draw(rng, more=(8, 40), ramps=FROM_START, decays=("cosine",))
    short = round((meant.total - meant.drawn.n) * rng.uniform(0.4, 0.8))
    if meant.plan.then == "anything":
        return None  # Restarts would be just that.
    trace = in_sequence(
        meant, meant.drawn.n, linear_lr(meant), lambda o: CosineAnnealingLR(o, short)
    )
    return meant.case(trace, meant.plan)


@pitfall(
    "",
    "the decay is over early",
    "a decay that stays at its end, far too short for the run",
    "decay-ends-early",
)
def decay_over_early(rng: Random) -> Case:
    meant = to_zero(rng, more=(12, 60))
    n = meant.drawn.n
    short = round((meant.total - n) * rng.uniform(0.3, 0.7))
    make = cosine_decay if meant.drawn.decay_name == "cosine" else polynomial_decay
    schedule = join(meant.drawn.ramp.schedule, make(short), at=n)
    return meant.case(by_factors(meant, schedule), meant.plan)


@pitfall(
    "25",
    "OneCycleLR in a sequence",
    "SequentialLR of LinearLR and OneCycleLR, which overwrites initial_lr",
    "handover-jumps",
)
def one_cycle_in_sequence(rng: Random) -> Case | None:
    meant = draw(rng, n=(3, 12), more=(12, 40), ramps=FROM_START, decays=("cosine",), ramp="linear")
    rest = meant.total - meant.drawn.n + 1
    # The cycle's own ramp is short, or else that ramp is what one sees.
    share = rng.uniform(1.05, 2.2) / rest
    trace = in_sequence(
        meant,
        meant.drawn.n,
        linear_lr(meant),
        lambda o: OneCycleLR(o, list(meant.peaks), total_steps=rest, pct_start=share),
    )
    return meant.case(trace, meant.plan)
