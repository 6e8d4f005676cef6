"""Mistakes in when schedulers are stepped, and in what is logged."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.lr_trace import Event, Trace
from warmup_lib.trace import record

from .cases import Case, pitfall
from .libraries import SetsAfterwards
from .loops import RISING, Meant, backward, build, draw, held, quiet, update

Loop = Callable[[Optimizer, Any], None]


def looped(meant: Meant, loop: Loop, kind: str = "SGD", **settings: Any) -> Trace:
    """The trace of another loop with the schedule that was meant."""
    with quiet():
        optimizer = build(meant.peaks, kind, **settings)
        scheduler = LambdaLR(optimizer, meant.schedule)
        with record(optimizer, scheduler) as trace:
            loop(optimizer, scheduler)
    return trace


@pitfall("3", "logged after the step", "log(lr) after scheduler.step()", "logged-after-step")
def logged_after(rng: Random) -> Case:
    meant, logged = draw(rng), []

    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        for _ in range(meant.total):
            update(optimizer)
            scheduler.step()
            logged.append(float(scheduler.get_last_lr()[0]))

    trace = looped(meant, loop)
    return meant.case(trace, meant.plan_or_none(rng), logged=logged)


@pitfall("", "another optimizer logged", "log(lr) of another optimizer", "logged-lr-differs")
def another_logged(rng: Random) -> Case:
    meant, logged = draw(rng), []

    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        other = build([2 * meant.peak])
        for _ in range(meant.total):
            logged.append(held(other)[0])
            update(optimizer)
            scheduler.step()

    trace = looped(meant, loop)
    return meant.case(trace, meant.plan_or_none(rng), logged=logged)


@pitfall(
    "4",
    "scheduler first",
    "scheduler.step() before optimizer.step()",
    "scheduler-before-optimizer",
)
def scheduler_first(rng: Random) -> Case:
    meant = draw(rng)

    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        for _ in range(meant.total):
            backward(optimizer)
            scheduler.step()
            optimizer.step()

    return meant.case(looped(meant, loop), meant.plan_or_none(rng))


@pitfall(
    "17",
    "stepped per micro-batch",
    "gradients accumulated, the scheduler stepped for each micro-batch",
    "stepped-per-micro-batch",
)
def per_micro_batch(rng: Random) -> Case:
    meant, parts = draw(rng), rng.randint(2, 8)

    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        for batch in range(1, meant.total * parts + 1):
            backward(optimizer)
            if batch % parts == 0:
                optimizer.step()
            scheduler.step()

    return meant.case(looped(meant, loop), meant.plan_or_none(rng))


def scaled(meant: Meant, overflows: set[int], **settings: Any) -> Trace:
    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
        for batch in range(meant.total + len(overflows)):
            overflow = float("inf") if batch in overflows else 1.0
            optimizer.zero_grad()
            parameters = [w for group in optimizer.param_groups for w in group["params"]]
            scaler.scale(overflow * (torch.cat(parameters) ** 2).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()

    return looped(meant, loop, **settings)


@pitfall(
    "18",
    "the scaler's first overflows",
    "a GradScaler skips the first updates, scheduler.step() is called all the same",
    "schedule-outruns-updates",
)
def first_overflows(rng: Random) -> Case:
    meant = draw(rng)
    trace = scaled(meant, set(range(rng.randint(1, 4))), fused=rng.random() < 0.5)
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall(
    "18",
    "an overflow in between",
    "the same with overflows later in the warmup",
    "schedule-outruns-updates",
)
def later_overflows(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20))
    overflows = {rng.randint(1, meant.drawn.n) for _ in range(rng.randint(1, 3))}
    trace = scaled(meant, overflows, fused=rng.random() < 0.5)
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall(
    "",
    "batches without gradients",
    "optimizer.step() finds no gradients in some batches, scheduler.step() is called",
    "schedule-outruns-updates",
)
def batches_without_gradients(rng: Random) -> Case:
    meant = draw(rng, n=(4, 20))
    empty = {rng.randint(0, meant.drawn.n) for _ in range(rng.randint(1, 3))}

    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        for batch in range(meant.total + len(empty)):
            backward(optimizer)
            if batch in empty:
                optimizer.zero_grad()
            optimizer.step()
            scheduler.step()

    return meant.case(looped(meant, loop), meant.plan_or_none(rng))


def several(meant: Meant, times: int) -> Trace:
    def loop(optimizer: Optimizer, scheduler: LambdaLR) -> None:
        for _ in range(meant.total):
            update(optimizer)
            for _ in range(times):
                scheduler.step()

    return looped(meant, loop)


@pitfall(
    "19",
    "stepped once per process",
    "accelerate's scheduler, which steps num_processes times",
    "stepped-several-times",
)
def once_per_process(rng: Random) -> Case:
    meant = draw(rng)
    return meant.case(several(meant, rng.choice([2, 4, 8])), meant.plan_or_none(rng))


@pitfall(
    "31",
    "stepped twice",
    "scheduler.step() in a callback and in the loop",
    "stepped-several-times",
)
def twice(rng: Random) -> Case:
    meant = draw(rng)
    return meant.case(several(meant, 2), meant.plan_or_none(rng))


@pitfall(
    "28", "set after the update", "the LR is set at the end of an iteration", "lr-set-after-update"
)
def set_after(rng: Random) -> Case | None:
    meant = draw(rng, n=(3, 20), ramps=RISING)
    if meant.first < 2:
        return None
    heard = rng.random() < 0.5
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = SetsAfterwards(optimizer, meant.schedule)
        with record(optimizer, *([scheduler] if heard else [])) as trace:
            for _ in range(meant.total):
                update(optimizer)
                scheduler.step()
    return meant.case(trace, meant.plan, event=Event.SCHEDULER if heard else None)
