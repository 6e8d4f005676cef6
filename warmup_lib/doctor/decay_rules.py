"""What is wrong after the peak, held against the plan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from warmup_lib.doctor.curve import Curve
from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.plan import SAME, Plan

_UNFINISHED = 1.6
"""How many times its last LR may be what it should be: conventions differ by an update."""


_A_DECAY = 3
"""Fewer steps than this have no shape."""


def decay(curve: Curve, plan: Plan) -> Finding | None:
    """What is wrong from the hand-over on."""
    first = curve.first_at_peak
    if first is None or plan.then == "anything":
        return None
    left = next((t for t in curve.falls if t > first), None)
    for rule in _RULES:
        found = rule(curve, plan, left)
        if found is not None:
            return found
    return None


def _dip(curve: Curve, plan: Plan, left: int | None) -> Finding | None:
    if left is None or left > plan.warmup + 2:
        return None
    back = curve.rise_after(left)
    if back is None or back > left + 2 or curve[back] < curve[left - 1] * 0.9:
        return None
    return Finding(
        "handover-dips",
        f"Update {left} dips from {curve.lrs[left - 1]:.6g} to {curve.lrs[left]:.6g}, and update "
        f"{back} is back at {curve.lrs[back]:.6g}.",
        (left, back),
        evidence={"before": curve.lrs[left - 1], "dip": curve.lrs[left]},
    )


def _not_held(curve: Curve, plan: Plan, left: int | None) -> Finding | None:
    if plan.then != "hold" or left is None:
        return None
    return Finding(
        "falls-after-peak",
        f"Update {left} falls from {curve.lrs[left - 1]:.6g} to {curve.lrs[left]:.6g}, where the "
        "peak was to be held.",
        (left, left),
        evidence={"before": curve.lrs[left - 1], "after": curve.lrs[left]},
    )


def _rebound(curve: Curve, plan: Plan, left: int | None) -> Finding | None:
    if plan.then == "hold" or left is None:
        return None
    up = curve.rise_after(left)
    if up is None:
        return None
    highest = max(curve.lrs[up:])
    return Finding(
        "decay-rebounds",
        f"After falling to {curve.lrs[up - 1]:.6g} the learning rate rises from update {up} on, "
        f"to {highest:.6g}.",
        (up, len(curve) - 1),
        evidence={"lowest": curve.lrs[up - 1], "highest after": highest},
    )


def _unfinished(curve: Curve, plan: Plan, _: int | None) -> Finding | None:
    steps = _decay_steps(plan)
    if steps < _A_DECAY or plan.total is None or len(curve) < plan.total:
        return None
    end, last = plan.end / curve.peak, curve[plan.total - 1]
    shape = _SHAPES[plan.then]
    # A step more or less: each is a convention, of the decay's length or of its last value.
    allowed = max(shape(n - back, n, end) for n in (steps, steps + 1) for back in (1, 2))
    if last - end <= _UNFINISHED * (allowed - end) + SAME:
        return None
    return Finding(
        "decay-unfinished",
        f"The last update, {plan.total - 1}, uses {last * curve.peak:.6g}; a {plan.then} decay to "
        f"{plan.end:g} in the {plan.total - plan.warmup} updates that the warmup leaves would be "
        f"at {allowed * curve.peak:.6g} or below.",
        (plan.total - 1, plan.total - 1),
        evidence={"last lr": last * curve.peak, "end": plan.end},
    )


def _early(curve: Curve, plan: Plan, _: int | None) -> Finding | None:
    steps, each = _decay_steps(plan), plan.updates_per_step
    if steps < _A_DECAY or plan.total is None:
        return None
    end = plan.end / curve.peak
    ended = next(
        (t for t, f in enumerate(curve.factors) if t > plan.warmup and f <= end + SAME), None
    )
    if ended is None or len(curve) < min(plan.total, ended + 3):
        return None
    if ended >= plan.total - max(2, 0.02 * steps) * each - 1:
        return None
    return Finding(
        "decay-ends-early",
        f"The decay is at its end, {plan.end:g}, at update {ended} of {plan.total}.",
        (ended, plan.total - 1),
        evidence={"ended": ended, "total": plan.total},
    )


def _decay_steps(plan: Plan) -> int:
    """The scheduler steps that a linear or cosine decay may take; 0 where none is planned."""
    if plan.then not in _SHAPES or plan.total is None:
        return 0
    return (plan.total - plan.warmup) // plan.updates_per_step


_RULES: Sequence[Callable[[Curve, Plan, int | None], Finding | None]] = (
    _dip,
    _not_held,
    _rebound,
    _unfinished,
    _early,
)


def _line(t: int, n: int, end: float) -> float:
    return end + (1 - end) * max(1 - t / n, 0.0)


def _cosine(t: int, n: int, end: float) -> float:
    return end + (1 - end) * (1 + math.cos(math.pi * min(t, n) / n)) / 2


_SHAPES: dict[str, Callable[[int, int, float], float]] = {"linear": _line, "cosine": _cosine}
