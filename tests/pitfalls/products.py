"""Mistakes between two schedulers, and of other libraries' schedulers."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)
from warmup_scheduler import GradualWarmupScheduler

from warmup_lib.doctor import Plan
from warmup_lib.lr_trace import Trace
from warmup_lib.schedules import hold, join
from warmup_lib.trace import record

from .cases import Case, pitfall, traced
from .correct import draw_peaks
from .libraries import WarmupOfDeepSpeed, WarmupOfPytorchWarmup
from .loops import (
    FROM_START,
    LINE_FROM_ZERO,
    Make,
    Meant,
    build,
    draw,
    first_raised,
    linear_lr,
    quiet,
    scheduled,
    train,
    update,
)

DECAYING = ("cosine", "linear")


@pitfall(
    "15",
    "no warmup under a plateau",
    "PyPI's GradualWarmupScheduler(multiplier=1) with a ReduceLROnPlateau",
    "no-warmup",
)
def no_warmup_under_plateau(rng: Random) -> Case:
    meant = draw(rng, n=(3, 20), ramps=("linear (t+1)/n", *LINE_FROM_ZERO), decays=("hold", "step"))
    with quiet():
        optimizer = build(meant.peaks)
        after = ReduceLROnPlateau(optimizer, patience=3)
        scheduler = GradualWarmupScheduler(optimizer, 1, meant.drawn.n, after)
        with record(optimizer, scheduler) as trace:
            for _ in range(meant.total):
                update(optimizer)
                scheduler.step(metrics=1.0)
    return meant.case(trace, meant.plan)


# That two schedulers take turns is the reason, that the LR falls is what comes of it.
@pitfall(
    "16",
    "plateau during the warmup",
    "a ReduceLROnPlateau stepped beside a LinearLR",
    "falls-during-warmup",
    "two-schedulers",
)
def plateau_during_warmup(rng: Random) -> Case | None:
    meant = draw(rng, n=(5, 20), ramps=FROM_START, decays=("hold",))
    with quiet():
        optimizer = build(meant.peaks)
        ramp = linear_lr(meant)(optimizer)
        plateau = ReduceLROnPlateau(
            optimizer, factor=rng.choice([0.1, 0.3, 0.5]), patience=rng.randint(0, 3)
        )
        known = rng.choice([(ramp,), (ramp, plateau)])
        with record(optimizer, *known) as trace:
            for _ in range(meant.total):
                update(optimizer)
                ramp.step()
                plateau.step(1.0)
    used = trace.used()[: meant.drawn.n]
    # A steep start of the ramp may make up for it.
    falls = any(b < 0.99 * a for a, b in pairwise(used))
    return meant.case(trace, meant.plan) if falls else None


@pitfall(
    "24",
    "steps down during the warmup",
    "ChainedScheduler of LinearLR and a StepLR with a step inside the warmup",
    "falls-during-warmup",
)
def chained_steps(rng: Random) -> Case | None:
    meant = draw(rng, n=(5, 20), ramps=FROM_START, decays=("hold", "step"))
    every = rng.randint(2, meant.drawn.n - 1)

    def make(optimizer: Optimizer) -> ChainedScheduler:
        return ChainedScheduler([linear_lr(meant)(optimizer), StepLR(optimizer, every, 0.1)])

    trace = scheduled(meant.peaks, make, meant.total)
    used = trace.used()[: meant.drawn.n + 1]
    falls = any(b < 0.99 * a for a, b in pairwise(used))
    return meant.case(trace, meant.plan) if falls else None


# Where the decay is strong the product turns down before the warmup's end.
@pitfall(
    "24",
    "decays during the warmup",
    "ChainedScheduler of LinearLR and ExponentialLR",
    "never-reaches-peak",
    "falls-during-warmup",
)
def chained_decays(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20), ramps=FROM_START, decays=("exponential",))
    gamma = rng.uniform(0.8, 0.99)

    def make(optimizer: Optimizer) -> ChainedScheduler:
        return ChainedScheduler([linear_lr(meant)(optimizer), ExponentialLR(optimizer, gamma)])

    return meant.case(scheduled(meant.peaks, make, meant.total), meant.plan)


# As above, for a cosine whose clock runs from update 0.
@pitfall(
    "24",
    "cosine during the warmup",
    "pytorch_warmup's LinearWarmup beside a cosine over the whole run",
    "never-reaches-peak",
    "falls-during-warmup",
)
def dampened_cosine(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20), more=(5, 30), ramps=("linear (t+1)/n",), decays=("cosine",))
    trace = dampened(meant, lambda o: CosineAnnealingLR(o, meant.total))
    return meant.case(trace, meant.plan)


@pitfall("24b", "two schedulers in turn", "LambdaLR and StepLR, both stepped", "two-schedulers")
def two_in_turn(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20), decays=("hold", "step"))
    with quiet():
        optimizer = build(meant.peaks)
        makes: list[Make] = [
            lambda o: LambdaLR(o, meant.schedule),
            lambda o: StepLR(o, rng.randint(2, 10), 0.1),
        ]
        rng.shuffle(makes)
        schedulers = [make(optimizer) for make in makes]
        with record(optimizer, *schedulers) as trace:
            train(optimizer, meant.total, *schedulers)
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall("26", "OneCycleLR one step too many", "one update more than total_steps", "negative-lr")
def one_step_too_many(rng: Random) -> Case:
    total, peaks = rng.randint(6, 40), draw_peaks(rng)
    peak_at = rng.randint(2, total // 2)

    def make(optimizer: Optimizer) -> OneCycleLR:
        share = (peak_at + 1) / total
        return OneCycleLR(
            optimizer, list(peaks), total_steps=total, pct_start=share, anneal_strategy="linear"
        )

    with quiet():
        optimizer = build(peaks)
        scheduler = make(optimizer)
        with record(optimizer, scheduler) as trace:
            train(optimizer, total, scheduler)
            update(optimizer)
    plan = Plan(peak=peaks, warmup=peak_at, ramp="linear", then="falling")
    right = scheduled(peaks, make, total)
    says = f"{total} steps, peak at {peak_at}"
    return Case(trace, rng.choice([plan, None]), right=right, says=says)


@pitfall(
    "29", "DeepSpeed's two zeros", "DeepSpeed's WarmupLR, by line or by log", "zero-lr-updates"
)
def two_zeros(rng: Random) -> Case:
    # A zero start that is declared is that of one update.
    declared = rng.random() < 0.5
    meant = draw(
        rng,
        n=(3, 20),
        ramps=LINE_FROM_ZERO,
        decays=("hold",),
        zero_start=declared,
        ramp="rising",
    )
    kind = rng.choice(["log", "linear"])
    trace = scheduled(meant.peaks, lambda o: WarmupOfDeepSpeed(o, meant.drawn.n, kind), meant.total)
    right = meant.rows if declared else first_raised(meant.rows)
    return Case(trace, meant.plan, right=traced(right), says=f"{meant.drawn.says}, by {kind}")


def dampened(meant: Meant, make: Make, *, too_early: bool = False, inside: bool = True) -> Trace:
    """A loop with pytorch_warmup: made before the scheduler or after, stepped inside or not."""
    with quiet():
        optimizer = build(meant.peaks)
        if too_early:
            warmup = WarmupOfPytorchWarmup(optimizer, meant.drawn.n)
            scheduler = make(optimizer)
        else:
            scheduler = make(optimizer)
            warmup = WarmupOfPytorchWarmup(optimizer, meant.drawn.n)
        with record(optimizer, scheduler) as trace:
            for _ in range(meant.total):
                update(optimizer)
                if not inside:
                    scheduler.step()
                    continue
                with warmup.dampening():
                    scheduler.step()
    return trace


# From b/n it falls to b/n², and rises to b/n again: it falls in the warmup, and b is not reached.
@pitfall(
    "32",
    "pytorch_warmup made too early",
    "LinearWarmup made before a LambdaLR, which takes the dampened LR for its base",
    "falls-during-warmup",
    "never-reaches-peak",
)
def dampened_too_early(rng: Random) -> Case:
    meant = draw(rng, n=(3, 20), ramps=("linear (t+1)/n",), decays=("hold", "exponential"))
    delayed = join(hold(), meant.drawn.decay.schedule, at=max(meant.drawn.hands_over, 1))
    trace = dampened(meant, lambda o: LambdaLR(o, delayed), too_early=True)
    return meant.case(trace, meant.plan)


@pitfall(
    "32b",
    "never dampened again",
    "pytorch_warmup, and a StepLR stepped outside dampening()",
    "stuck-at-start",
)
def outside_dampening(rng: Random) -> Case:
    meant = draw(rng, n=(3, 20), ramps=("linear (t+1)/n",), decays=("hold",))
    trace = dampened(meant, lambda o: StepLR(o, 2 * meant.total), inside=False)
    return meant.case(trace, meant.plan)


# The ramp ends in a jump at update 1: it is too short, and all of it is that jump.
@pitfall(
    "32b",
    "dampened once",
    "pytorch_warmup, and a LambdaLR stepped outside dampening()",
    "warmup-too-short",
    "handover-jumps",
)
def dampened_once(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20), ramps=("linear (t+1)/n",), decays=("hold",))
    trace = dampened(meant, lambda o: LambdaLR(o, hold()), inside=False)
    return meant.case(trace, meant.plan)


@pitfall(
    "39",
    "get_last_lr() frozen",
    "PyPI's GradualWarmupScheduler behind the hand-over",
    "last-lr-differs",
)
def frozen_last_lr(rng: Random) -> Case:
    meant = draw(rng, more=(5, 30), ramps=LINE_FROM_ZERO, decays=("exponential",))
    gamma = meant.drawn.decay.schedule(1)

    def make(optimizer: Optimizer) -> GradualWarmupScheduler:
        after = ExponentialLR(optimizer, gamma)
        return GradualWarmupScheduler(optimizer, 1, meant.drawn.n, after)

    return meant.case(scheduled(meant.peaks, make, meant.total), meant.plan_or_none(rng))
