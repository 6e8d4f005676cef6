"""Mistakes between updates and epochs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from torch.optim.lr_scheduler import (
    LambdaLR,
)

from warmup_lib.doctor import Plan
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedules import Schedule, join, linear_warmup, linear_warmup_from
from warmup_lib.trace import record

from .cases import Case, pitfall, traced
from .correct import draw_peaks
from .loops import (
    FROM_ZERO,
    STARTING_ABOVE_ZERO,
    Meant,
    build,
    by_factors,
    draw,
    first_raised,
    quiet,
    update,
)

# Decays that a plan can name without the run's length.
ENDLESS = ("hold", "exponential", "step", "inverse sqrt")


def in_epochs(rows: list[tuple[float, ...]], every: int) -> Trace:
    """The trace of a loop that steps its scheduler once per epoch of so many updates."""
    trace = Trace()
    for row in rows:
        for _ in range(every):
            trace.add_update(row)
        trace.add(Event.SCHEDULER)
    return trace


def draw_epochs(rng: Random, every: int, ramps: Sequence[str], **meant: Any) -> Meant:
    """A schedule in epochs of so many updates, that trains nothing in none but the first."""
    while True:
        drawn = draw(
            rng,
            n=(2, 8),
            more=(2, 10),
            ramps=ramps,
            every=every,
            per_epoch=True,
            updates_per_epoch=every,
            **meant,
        )
        if drawn.schedule(drawn.total - 1) > 0:
            return drawn


def stepped_every(meant: Meant, schedule: Schedule, every: int, updates: int) -> Trace:
    """A real loop that steps its scheduler once in so many updates."""
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = LambdaLR(optimizer, schedule)
        with record(optimizer, scheduler) as trace:
            for t in range(updates):
                update(optimizer)
                if t % every == every - 1:
                    scheduler.step()
    return trace


@pitfall("1", "zero epoch", "a zero start, stepped once per epoch", "zero-lr-updates")
def zero_epoch(rng: Random) -> Case | None:
    every = rng.randint(2, 12)
    # A zero start that is declared is that of one update, not of an epoch.
    meant = draw_epochs(rng, every, FROM_ZERO, zero_start=rng.random() < 0.3)
    if not meant.drawn.zero_start:
        return None
    return Case(
        stepped_every(meant, meant.schedule, every, meant.total * every),
        meant.plan,
        right=in_epochs(first_raised(meant.rows), every),
        says=f"{meant.drawn.says}, {every} updates an epoch",
    )


def stepped_per_epoch(rng: Random, ramps: tuple[str, ...]) -> tuple[Meant, int] | None:
    """A run whose ramp is long enough to see that it is slowed down, and an epoch's length."""
    meant = draw(rng, n=(4, 40), more=(4, 60), ramps=ramps)
    every = rng.randint(2, 20)
    if meant.first < 3 or meant.total < 3 * every:
        return None
    return meant, every


def with_epochs(rng: Random, plan: Plan, every: int) -> Plan:
    """The same plan, with the length of an epoch in half of the draws."""
    return replace(plan, updates_per_epoch=every if rng.random() < 0.5 else None)


@pitfall(
    "5", "stepped per epoch", "a schedule in updates, stepped once per epoch", "stepped-per-epoch"
)
def once_per_epoch(rng: Random) -> Case | None:
    got = stepped_per_epoch(rng, STARTING_ABOVE_ZERO)
    if got is None:
        return None
    meant, every = got
    trace = stepped_every(meant, meant.schedule, every, meant.total)
    return meant.case(trace, with_epochs(rng, meant.plan, every))


# It is both: a first epoch that trains nothing, and the reason for it.
@pitfall(
    "5",
    "stepped per epoch from zero",
    "the same with a schedule that starts at 0",
    "stepped-per-epoch",
    "zero-lr-updates",
)
def once_per_epoch_from_zero(rng: Random) -> Case | None:
    got = stepped_per_epoch(rng, ("linear from zero",))
    if got is None:
        return None
    meant, every = got
    trace = stepped_every(meant, meant.schedule, every, meant.total)
    return meant.case(trace, with_epochs(rng, meant.plan, every))


@pitfall(
    "5",
    "stepped per epoch, LRs alone",
    "the same where no scheduler was heard, and the length of an epoch is known",
    "stepped-per-epoch",
)
def once_per_epoch_unheard(rng: Random) -> Case | None:
    every = rng.randint(2, 20)
    meant = draw(rng, n=(4, 40), more=(4, 60), ramps=STARTING_ABOVE_ZERO, updates_per_epoch=every)
    if meant.first < 3 or meant.total < 3 * every:
        return None
    rows = [meant.rows[t // every] for t in range(meant.total)]
    return meant.case(traced(rows, None), meant.plan, event=None)


@pitfall(
    "6", "stepped per update", "a schedule in epochs, stepped at every update", "stepped-per-update"
)
def once_per_update(rng: Random) -> Case:
    every = rng.randint(3, 30)
    meant = draw_epochs(rng, every, STARTING_ABOVE_ZERO)
    trace = stepped_every(meant, meant.schedule, 1, meant.total * every)
    right = in_epochs(meant.rows, every)
    return Case(trace, meant.plan, right=right, says=f"{meant.drawn.says}, {every} an epoch")


def epochs_for_updates(rng: Random, *, known: bool) -> Case:
    """A ramp of so many updates as it was to have epochs."""
    every, epochs = rng.randint(3, 30), rng.randint(2, 6)
    meant = draw(
        rng,
        n=(epochs * every,) * 2,
        ramps=("linear (t+1)/n", "linear from a start factor"),
        decays=ENDLESS,
        updates_per_epoch=every if known else None,
        ramp="rising",
    )
    ramp = linear_warmup(epochs)
    if meant.drawn.ramp_name != "linear (t+1)/n":
        ramp = linear_warmup_from(meant.schedule(0), epochs)
    return meant.case(
        by_factors(meant, join(ramp, meant.drawn.decay.schedule, at=epochs)), meant.plan
    )


@pitfall(
    "6",
    "epochs taken for updates",
    "a warmup of some epochs, given as so many updates",
    "stepped-per-update",
)
def epochs_taken_for_updates(rng: Random) -> Case:
    return epochs_for_updates(rng, known=True)


@pitfall(
    "6",
    "far too short",
    "the same where the length of an epoch is not known",
    "warmup-too-short",
)
def far_too_short(rng: Random) -> Case:
    return epochs_for_updates(rng, known=False)


def sawtooth(rng: Random, *, known: bool) -> Case | None:
    every, epochs, n = rng.randint(3, 20), rng.randint(3, 6), rng.randint(3, 30)
    if n >= every * epochs:
        return None
    # After the peak, "anything" would allow to begin again.
    then = rng.choice(["hold", "falling"] if n <= every else ["hold", "anything"])
    peaks = draw_peaks(rng)
    plan = Plan(
        peak=peaks, warmup=n, then=then, updates_per_epoch=every if known else None, ramp="linear"
    )
    ramp = linear_warmup(n)
    rows = [[peak * ramp(t % every) for peak in peaks] for t in range(every * epochs)]
    right = [[peak * ramp(t) for peak in peaks] for t in range(every * epochs)]
    says = f"n={n}, {epochs} epochs of {every}"
    return Case(traced(rows, None), plan, right=traced(right, None), says=says)


@pitfall(
    "27",
    "reset in each epoch",
    "min((batch + 1) / n, 1), where an epoch's length is known",
    "warmup-resets-each-epoch",
)
def reset_each_epoch(rng: Random) -> Case | None:
    return sawtooth(rng, known=True)


# Where no epoch's length is known, that the warmup begins again is all there is to see.
@pitfall(
    "27",
    "reset again and again",
    "the same where the length of an epoch is not known",
    "warmup-resets-each-epoch",
    "warmup-restarts",
)
def reset_again(rng: Random) -> Case | None:
    return sawtooth(rng, known=False)


@pitfall(
    "35",
    "floor for ceil",
    "a warmup in updates, counted with len(dataset) // batch_size or one more",
    "epoch-length",
)
def other_epoch_length(rng: Random) -> Case:
    every, epochs, off = rng.randint(4, 30), rng.randint(2, 6), rng.choice([-1, -1, 1])
    meant = draw(
        rng,
        n=(every * epochs,) * 2,
        more=(2 * epochs, 60),
        ramps=("linear (t+1)/n",),
        decays=ENDLESS,
        updates_per_epoch=every,
    )
    n = (every + off) * epochs
    other = join(linear_warmup(n), meant.drawn.decay.schedule, at=n)
    return meant.case(by_factors(meant, other), meant.plan)


@pitfall(
    "35",
    "epochs of another length",
    "stepped once per epoch, and an epoch has one update more or less than thought",
    "epoch-length",
)
def epochs_of_other_length(rng: Random) -> Case:
    every, off = rng.randint(4, 20), rng.choice([-1, 1])
    meant = draw_epochs(rng, every, STARTING_ABOVE_ZERO)
    updates = meant.total * (every + off)
    trace = stepped_every(meant, meant.schedule, every + off, updates)
    right = in_epochs(meant.rows, every)
    return Case(trace, meant.plan, right=right, says=f"{meant.drawn.says}, {every}{off:+} updates")
