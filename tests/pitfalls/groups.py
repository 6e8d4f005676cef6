"""Mistakes with several parameter groups."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib.lr_trace import Trace
from warmup_lib.trace import record

from .cases import Case, pitfall, traced
from .loops import RISING, Meant, build, draw, quiet, scheduled, train, weights


def several(rng: Random) -> Meant | None:
    """A run of several groups with a ramp to be missed."""
    meant = draw(rng, n=(3, 20), ramps=RISING)
    return meant if len(meant.peaks) > 1 and meant.first >= 2 else None


@pitfall(
    "20",
    "a group without warmup",
    "LambdaLR with [ramp, lambda t: 1.0]",
    "groups-differ",
)
def without_warmup(rng: Random) -> Case | None:
    meant = several(rng)
    if meant is None:
        return None
    groups = len(meant.peaks)
    wrong = set(rng.sample(range(groups), rng.randint(1, groups - 1)))
    lambdas = [(lambda t: 1.0) if g in wrong else meant.schedule for g in range(groups)]
    trace = scheduled(meant.peaks, lambda o: LambdaLR(o, lambdas), meant.total)
    return meant.case(trace, meant.plan)


@pitfall(
    "20",
    "the first group alone",
    "optimizer.param_groups[0]['lr'] = … in the loop",
    "groups-differ",
)
def first_group_alone(rng: Random) -> Case | None:
    meant = several(rng)
    if meant is None:
        return None
    with quiet():
        optimizer = build(meant.peaks)
        with record(optimizer) as trace:
            for first, *_ in meant.rows:
                optimizer.param_groups[0]["lr"] = first
                train(optimizer, 1)
    return meant.case(trace, meant.plan, event=None)


def joins_later(rng: Random, *, heard: bool) -> tuple[Meant, Trace, Trace]:
    """A run whose last group joins during the ramp, and the same with it there from the start."""
    meant = draw(rng, n=(5, 20), ramps=("linear from a start factor",), decays=("hold",))
    at = rng.randint(1, meant.drawn.n - 2)
    peak = rng.choice([meant.peak, meant.peak * rng.choice([0.1, 0.5, 2])])
    peaks = (*meant.peaks, peak)
    meant = Meant(meant.drawn, peaks, replace(meant.plan, peak=peaks))
    with quiet():
        optimizer = build(peaks[:-1])
        scheduler = LinearLR(optimizer, meant.schedule(0), total_iters=meant.drawn.n)
        with record(optimizer, *([scheduler] if heard else [])) as trace:
            train(optimizer, at, scheduler)
            optimizer.add_param_group({"params": weights(), "lr": peak})
            train(optimizer, meant.total - at, scheduler)
    return meant, trace, traced(meant.rows)


@pitfall(
    "20b",
    "a group added later",
    "add_param_group() after the scheduler was made",
    "group-without-schedule",
)
def added_later(rng: Random) -> Case:
    meant, trace, right = joins_later(rng, heard=True)
    return Case(trace, meant.plan_or_none(rng), right=right, says=meant.drawn.says)


@pitfall(
    "20b",
    "a group added later, LRs alone",
    "the same where no scheduler was heard",
    "group-overshoots",
)
def added_later_unheard(rng: Random) -> Case:
    meant, trace, right = joins_later(rng, heard=False)
    return Case(trace, meant.plan, right=right, says=meant.drawn.says)
