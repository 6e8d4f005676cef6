"""Mistakes in the ramp's formula and in its length."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import torch
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    SequentialLR,
)

from warmup_lib.doctor import Plan
from warmup_lib.schedules import linear_warmup_from
from warmup_lib.trace import record

from .cases import Case, pitfall, traced
from .correct import draw_peaks
from .libraries import CosineOfTimm
from .loops import (
    FROM_ZERO,
    LINEAR,
    RISING,
    build,
    by_factors,
    draw,
    first_raised,
    quiet,
    scheduled,
    update,
)

# Decays that a plan can name without the run's length.
ENDLESS = ("hold", "exponential", "step", "inverse sqrt")


@pitfall("1", "zero start", "LambdaLR with min(t / n, 1)", "zero-lr-start")
def zero_start(rng: Random) -> Case | None:
    meant = draw(rng, n=(1, 20), ramps=FROM_ZERO, zero_start=False, ramp="rising")
    if not meant.drawn.zero_start:
        return None
    return Case(
        by_factors(meant, meant.schedule),
        meant.plan,
        right=traced(first_raised(meant.rows)),
        says=meant.drawn.says,
    )


@pitfall("1b", "zero LR moves Adam's state", "Adam with a zero start", "zero-lr-moves-state")
def zero_moves_state(rng: Random) -> Case | None:
    meant = draw(rng, ramps=FROM_ZERO)
    if not meant.drawn.zero_start:
        return None
    kind = rng.choice(["Adam", "AdamW", "RAdam"])
    trace = scheduled(meant.peaks, lambda o: LambdaLR(o, meant.schedule), meant.total, kind)
    return meant.case(trace, meant.plan_or_none(rng))


# The run is as long as the warmup, and the peak would come one update later: the ramp may be
# called too long, or the run too short.
@pitfall(
    "2",
    "trained for the warmup only",
    "t/n, or LinearLR(total_iters=n), for n updates",
    "never-reaches-peak",
    "run-shorter-than-warmup",
)
def trained_for_the_warmup(rng: Random) -> Case:
    n, peaks = rng.randint(3, 20), draw_peaks(rng)
    start = rng.choice([0.0, 0.1, 1 / 3])
    wrong = linear_warmup_from(start, n)
    right = linear_warmup_from(start, n - 1)
    plan = Plan(
        peak=peaks,
        warmup=n,
        total=rng.choice([None, n]),
        zero_start=start == 0,
        then=rng.choice(["anything", "hold"]),
    )
    rows = [tuple(peak * right(t) for peak in peaks) for t in range(n)]
    trace = scheduled(peaks, lambda o: LambdaLR(o, wrong), n)
    return Case(trace, plan, right=traced(rows), says=f"from {start} in {n} updates")


@pitfall("2", "divided by n + 1", "min(t + 1, n) / (n + 1)", "never-reaches-peak")
def divided_by_one_more(rng: Random) -> Case:
    meant = draw(rng, ramps=("linear (t+1)/n",), decays=("hold",))
    n = meant.drawn.n
    return meant.case(by_factors(meant, lambda t: min(t + 1, n) / (n + 1)), meant.plan)


@pitfall(
    "3b",
    "no cap, and printed after the step",
    "a short loop with lambda t: (t + 1) / n, which prints after scheduler.step()",
    "overshoots-peak",
)
def small_overshoot(rng: Random) -> Case:
    # One update above the peak could be the hand-over's.
    meant = draw(rng, n=(2, 6), more=(3, 6), ramps=("linear (t+1)/n",), decays=("hold",))
    n = meant.drawn.n
    trace = by_factors(meant, lambda t: (t + 1) / n)
    logged = [*trace.used()[1:], meant.peak * (meant.total + 1) / n]
    return meant.case(trace, meant.plan, logged=logged)


@pitfall("7", "no cap", "a line without min(…, 1)", "overshoots-peak")
def no_cap(rng: Random) -> Case:
    meant = draw(rng, ramps=LINEAR, decays=("hold",))
    start = meant.schedule(0)
    slope = meant.schedule(1) - start
    return meant.case(by_factors(meant, lambda t: start + slope * t), meant.plan)


@pitfall("8", "an LR for a factor", "LambdaLR with min(peak * (t + 1) / n, peak)", "lr-times-base")
def lr_for_factor(rng: Random) -> Case:
    peak = float(f"{10 ** rng.uniform(-5, -0.3):.2g}")
    meant = draw(rng, peaks=(peak,) * rng.randint(1, 3))
    return meant.case(by_factors(meant, lambda t: peak * meant.schedule(t)), meant.plan)


@pitfall("21b", "ConstantLR of 0", "ConstantLR(factor=0), up to the hand-over", "all-zero")
def constant_of_zero(rng: Random) -> Case:
    meant = draw(rng, ramps=("constant",))
    with quiet():
        optimizer = build(meant.peaks, rng.choice(["SGD", "Adam"]))
        scheduler = ConstantLR(optimizer, factor=0, total_iters=meant.drawn.n)
        # The hand-over divides by the factor.
        with record(optimizer, scheduler) as trace, suppress(ZeroDivisionError):
            for _ in range(meant.total):
                update(optimizer)
                scheduler.step()
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall("33", "timm's other step", "timm's step(epoch) with t_in_epochs=False", "all-zero")
def other_step(rng: Random) -> Case:
    meant = draw(rng, ramps=("linear from zero",))
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = CosineOfTimm(optimizer, meant.total, meant.drawn.n, t_in_epochs=False)
        with record(optimizer, scheduler) as trace:
            for t in range(meant.total):
                update(optimizer)
                scheduler.step(t + 1)
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall("22", "LinearLR of no updates", "LinearLR(total_iters=0)", "stuck-at-start")
def no_iterations(rng: Random) -> Case:
    meant = draw(rng, ramps=("linear from a start factor",), decays=("hold",))
    start = meant.schedule(0)
    trace = scheduled(meant.peaks, lambda o: LinearLR(o, start, total_iters=0), meant.total)
    return meant.case(trace, meant.plan)


@pitfall("22b", "LinearLR of half an update", "LinearLR(total_iters=2.5)", "never-reaches-peak")
def half_an_iteration(rng: Random) -> Case:
    meant = draw(rng, ramps=("linear from a start factor",), decays=("hold",))
    start, half = meant.schedule(0), meant.drawn.n - 0.5
    trace = scheduled(meant.peaks, lambda o: LinearLR(o, start, total_iters=half), meant.total)
    return meant.case(trace, meant.plan)


@pitfall("22b", "milestone of half an update", "milestones=[2.5]", "never-reaches-peak")
def half_a_milestone(rng: Random) -> Case | None:
    meant = draw(
        rng, n=(3, 20), more=(6, 30), ramps=("linear from a start factor",), decays=("cosine",)
    )
    start, half, rest = meant.schedule(0), meant.drawn.n - 0.5, meant.total - meant.drawn.n

    def make(optimizer: torch.optim.Optimizer) -> SequentialLR:
        ramp = LinearLR(optimizer, start, total_iters=half)
        return SequentialLR(optimizer, [ramp, CosineAnnealingLR(optimizer, rest)], [half])

    trace = scheduled(meant.peaks, make, meant.total)
    # The cosine starts too high, which can hide that the ramp ends too low.
    return meant.case(trace, meant.plan) if max(trace.used()) < 0.999 * meant.peak else None


@pitfall(
    "34",
    "run shorter than warmup",
    "fewer updates than the warmup has",
    "run-shorter-than-warmup",
)
def short_run(rng: Random) -> Case:
    meant = draw(rng, n=(5, 40), ramps=RISING, decays=ENDLESS, total=None)
    # One update less than the warmup is for "trained for the warmup only".
    updates = rng.randint(2, meant.first - 1)
    trace = scheduled(meant.peaks, lambda o: LambdaLR(o, meant.schedule), updates)
    return meant.case(trace, meant.plan)
