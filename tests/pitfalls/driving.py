"""Schedulers that drive another optimizer, and optimizers that something else drives, too."""

from __future__ import annotations

import copy
import io
from random import Random
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ExponentialLR,
    LambdaLR,
)
from warmup_scheduler import GradualWarmupScheduler

from warmup_lib.following import record_all
from warmup_lib.trace import record

from .cases import Case, pitfall
from .loops import (
    FROM_START,
    Make,
    Meant,
    build,
    draw,
    held,
    lambda_lr,
    linear_lr,
    quiet,
    recorded,
    set_lrs,
    train,
)
from .resume import before, second_half


def gradual(meant: Meant) -> Make:
    def make(optimizer: Optimizer) -> GradualWarmupScheduler:
        after = ExponentialLR(optimizer, meant.drawn.decay.schedule(1))
        return GradualWarmupScheduler(optimizer, 1, meant.drawn.n, after)

    return make


def copied(rng: Random, state: Any) -> Any:
    """A checkpoint's way through a file, or a copy of it."""
    if rng.random() < 0.5:
        return copy.deepcopy(state)
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


def meant_for_gradual(rng: Random) -> tuple[Meant, int]:
    """A run whose hand-over has been made at the update of its break."""
    meant = draw(rng, more=(6, 30), ramps=("linear from zero",), decays=("exponential",))
    return meant, rng.randint(meant.drawn.n + 2, meant.total - 2)


@pitfall(
    "12",
    "a ghost optimizer",
    "PyPI's GradualWarmupScheduler loaded from a checkpoint, recorded from there",
    "another-optimizer",
)
def ghost(rng: Random) -> Case:
    meant, at = meant_for_gradual(rng)
    with quiet():
        _, state, scheduler_state = before(meant, gradual(meant), at, "SGD")
        optimizer = build(meant.peaks)
        scheduler = gradual(meant)(optimizer)
        optimizer.load_state_dict(copied(rng, state))
        scheduler.load_state_dict(copied(rng, scheduler_state))
        return second_half(meant, recorded(optimizer, scheduler, meant.total - at), at)


@pitfall(
    "12",
    "a ghost optimizer in the same run",
    "the same, loaded in the middle of one training",
    "another-optimizer",
)
def ghost_within(rng: Random) -> Case:
    meant, at = meant_for_gradual(rng)
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = gradual(meant)(optimizer)
        with record(optimizer, scheduler) as trace:
            train(optimizer, at, scheduler)
            scheduler.load_state_dict(copied(rng, scheduler.state_dict()))
            train(optimizer, meant.total - at, scheduler)
    return meant.case(trace, meant.plan_or_none(rng))


def made_anew(meant: Meant) -> tuple[Optimizer, LambdaLR]:
    """An optimizer made after the scheduler, for the same weights."""
    old = build(meant.peaks)
    scheduler = LambdaLR(old, meant.schedule)
    anew = build(meant.peaks)
    for group, its_old in zip(anew.param_groups, old.param_groups, strict=True):
        group["params"] = its_old["params"]
    return anew, scheduler


@pitfall(
    "30",
    "optimizer made anew",
    "a new optimizer after the scheduler was made",
    "another-optimizer",
)
def anew(rng: Random) -> Case | None:
    meant = draw(rng)
    follow = rng.random() < 0.5
    with quiet():
        if not follow:
            trace = recorded(*made_anew(meant), meant.total)
        else:
            with record_all() as traces:
                optimizer, scheduler = made_anew(meant)
                train(optimizer, meant.total, scheduler)
            (trace,) = traces
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall(
    "30",
    "optimizer made anew, LRs alone",
    "the same where no scheduler was heard",
    "no-warmup",
)
def anew_unheard(rng: Random) -> Case | None:
    meant = draw(rng, n=(3, 20))
    if meant.first < 2:
        return None
    with quiet():
        optimizer, scheduler = made_anew(meant)
        with record(optimizer) as trace:
            train(optimizer, meant.total, scheduler)
    return meant.case(trace, meant.plan, event=None)


@pitfall("23", "edited by hand", "group['lr'] *= 0.5 in the middle of the training", "lr-edited")
def edited(rng: Random) -> Case:
    make, meant = rng.choice(
        [
            (lambda_lr, draw(rng)),
            (linear_lr, draw(rng, ramps=FROM_START, decays=("hold",))),
        ]
    )
    at, factor = rng.randint(1, meant.total - 2), rng.choice([0.1, 0.5, 2.0])
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = make(meant)(optimizer)
        with record(optimizer, scheduler) as trace:
            train(optimizer, at, scheduler)
            set_lrs(optimizer, [factor * lr for lr in held(optimizer)])
            train(optimizer, meant.total - at, scheduler)
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall(
    "23",
    "scaled after the constructor",
    "group['lr'] *= world_size once the scheduler is made",
    "lr-edited",
)
def scaled_late(rng: Random) -> Case:
    make, meant = rng.choice(
        [
            (lambda_lr, draw(rng)),
            (linear_lr, draw(rng, ramps=FROM_START, decays=("hold",))),
        ]
    )
    world = rng.choice([2, 4, 8])
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = make(meant)(optimizer)
        set_lrs(optimizer, [world * lr for lr in held(optimizer)])
        trace = recorded(optimizer, scheduler, meant.total)
    return meant.case(trace, meant.plan_or_none(rng))
