"""Random correct runs: schedules × groups × loops × ways to say what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from warmup_lib.doctor import Plan
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedules import Schedule

from .cases import Case
from .shapes import Drawn, drawn

LONG = 2000


def correct(rng: Random) -> Case:
    """A random correct run, and its plan."""
    # Most are short, for speed.
    longest = LONG if rng.random() < 0.01 else 30
    what = drawn(rng, n=(1, longest))
    peaks = draw_peaks(rng)
    # An LR of 0 costs one update, which may be meant, but per epoch it costs a whole epoch.
    has_zero = what.zero_start or what.schedule(what.total - 1) == 0
    per_epoch = rng.random() < 0.25 and not has_zero
    every = rng.randint(2, 12) if per_epoch else 1
    lr = _lr_of(rng, what, peaks)
    order = rng.choice(list(_ORDERS))
    rows = _rows(rng, lr, peaks, _cut(rng, what, every), every)
    trace = _loop(rng, rows, order, every)
    plan = _plan(rng, lr, peaks, len(rows), every, order)
    loop = f"{order}, every {every}" if every > 1 else order
    says = f"{what.says}, {loop}" + (f", down to {lr.floor:g} in all groups" if lr.floor else "")
    return Case(trace, plan, says=says, needs_plan=order == "scheduler first")


def cut_short(rng: Random) -> Case:
    """The first part of a random correct run whose length is in the plan."""
    while True:
        case = correct(rng)
        if case.plan and case.plan.total and len(case.trace) > 1:
            updates = rng.randint(1, len(case.trace) - 1)
            return replace(case, trace=_first(case.trace, updates), says=f"start of: {case.says}")


def _first(whole: Trace, updates: int) -> Trace:
    trace, rows = Trace(), iter(whole.lrs)
    for event in whole.events:
        if event is not Event.UPDATE:
            trace.add(event)
        elif len(trace) == updates:
            break
        else:
            trace.add_update(next(rows))
    return trace


def draw_peaks(rng: Random, most: int = 4) -> tuple[float, ...]:
    """Peaks of one to four parameter groups."""
    groups = rng.choice([1, 1, *range(1, most + 1)])
    first = float(f"{10 ** rng.uniform(-5, 0):.2g}")
    if rng.random() < 0.3:
        return (first,) * groups
    return (first, *(float(f"{first * 10 ** rng.uniform(-2, 1):.2g}") for _ in range(groups - 1)))


def stated(
    rng: Random, what: Drawn, peaks: tuple[float, ...], *, every: int = 1, **meant: Any
) -> Plan:
    """The plan in words: as much of the truth as somebody might tell.

    ``meant`` overrules what would be drawn.
    """
    words: dict[str, Any] = {
        "peak": peaks if len(set(peaks)) > 1 or rng.random() < 0.3 else peaks[0],
        "warmup": warmup_of(rng, what) * every,
        "zero_start": what.zero_start,
        "ramp": rng.choice(["linear", "rising"]) if what.ramp.is_line and every == 1 else "rising",
        "then": rng.choice(thens_of(what, peaks)),
    }
    words |= meant
    ends = words["then"] in ("linear", "cosine")
    if ends:
        words.setdefault("end", what.decay.end * peaks[0])
    if ends or rng.random() < 0.6:
        words.setdefault("total", what.total * every)
    return Plan(**words)


def warmup_of(rng: Random, what: Drawn) -> int:
    """A length that one might give: update ``warmup - 1`` or ``warmup`` is first at the peak."""
    if what.ramp_name == "linear (t+1)/n":
        return what.n
    lengths = [max(what.first, 1), max(what.first, 1), what.first + 1]
    return min(rng.choice(lengths), what.total)


def thens_of(what: Drawn, peaks: tuple[float, ...]) -> tuple[str, ...]:
    """What can be said of a decay. One end LR cannot be that of groups with several peaks."""
    if what.decay.end and len(set(peaks)) > 1:
        return ("falling", "anything")
    return what.decay.thens


@dataclass(frozen=True)
class _LRs:
    """The LR of a group at a scheduler step; with a ``floor`` all groups decay to that LR."""

    what: Drawn
    schedule: Schedule
    floor: float | None = None

    def __call__(self, peak: float, t: int) -> float:
        if self.floor is None or t < self.what.hands_over:
            return peak * self.schedule(t)
        # The decay has no end of its own here.
        factor = self.what.decay.schedule(t - self.what.hands_over)
        return self.floor + (peak - self.floor) * factor


def _lr_of(rng: Random, what: Drawn, peaks: tuple[float, ...]) -> _LRs:
    floor = None
    ends = what.decay_name in ("cosine", "linear") and what.decay.end == 0
    if ends and len(set(peaks)) > 1 and rng.random() < 0.2:
        # As CosineAnnealingLR(eta_min=…) does.
        floor = float(f"{min(peaks) * rng.uniform(0.001, 0.5):.2g}")
    return _LRs(what, what.schedule, floor)


def _cut(rng: Random, what: Drawn, every: int) -> int:
    """The number of updates: a run may end within an epoch, where no decay must be over."""
    updates = what.total * every
    is_long = what.total > 1 and what.decay_name not in ("cosine", "linear")
    if every > 1 and is_long and rng.random() < 0.3:
        updates -= rng.randrange(every)
    return updates


def _rows(
    rng: Random, lr: _LRs, peaks: tuple[float, ...], updates: int, every: int
) -> list[tuple[float, ...]]:
    rows: list[tuple[float, ...]] = []
    for t in range(updates):
        rows.append(rows[-1] if t % every else tuple([lr(peak, t // every) for peak in peaks]))
    if rng.random() < 0.3:
        rows = [tuple([x * (1 + rng.uniform(-1e-12, 1e-12)) for x in row]) for row in rows]
    return rows


def _plan(
    rng: Random, lr: _LRs, peaks: tuple[float, ...], updates: int, every: int, order: str
) -> Plan:
    what = lr.what
    meant: dict[str, Any] = {"scheduler_first": order == "scheduler first"}
    if every > 1:
        meant |= {"per_epoch": True, "updates_per_epoch": every}
    elif rng.random() < 0.3:
        meant["updates_per_epoch"] = rng.randint(2, 50)
    if lr.floor is not None:
        # Groups with one end and several peaks differ; its end LR in the plan says that it is so.
        meant |= {"then": what.decay_name, "end": lr.floor}
    elif rng.random() < 0.3:
        schedule = what.schedule
        return Plan.of(lambda t: schedule(t // every), _one_or_all(peaks), updates, **meant)
    if updates < what.total * every:
        meant |= {"total": updates, "warmup": max(what.first, 1) * every}
    return stated(rng, what, peaks, every=every, **meant)


def _one_or_all(peaks: tuple[float, ...]) -> float | tuple[float, ...]:
    return peaks if len(peaks) > 1 else peaks[0]


_ORDERS = {
    "update first": Event.SCHEDULER,
    "update, then scheduler set": Event.SCHEDULER_SET,
    "scheduler first": Event.SCHEDULER,
    "scheduler set first": Event.SCHEDULER_SET,
    "by hand": None,
}


def _loop(rng: Random, rows: Sequence[tuple[float, ...]], order: str, every: int) -> Trace:
    """The loop's events around its updates."""
    event, before = _ORDERS[order], order in ("scheduler first", "scheduler set first")
    trace = Trace()
    if rng.random() < 0.05 and not before:
        trace.add(Event.NO_GRADIENT)  # A step before there are gradients, to quiet a warning.
    overflows = rng.random() < 0.1 and not before
    for t, row in enumerate(rows):
        if event and before and t % every == 0:
            trace.add(event)
        while overflows and rng.random() < 0.1:
            trace.add(Event.SKIPPED)  # And the scheduler is not stepped.
        trace.add_update(row)
        if event and not before and t % every == every - 1:
            trace.add(event)
    return trace
