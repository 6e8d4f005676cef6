"""What is wrong with a warmup, held against its plan: from the first update to the peak.

Each rule looks for one mistake and gives a finding or ``None``; the first that finds
something speaks. They stand from the particular to the general.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from warmup_lib.doctor.curve import Curve, is_same
from warmup_lib.doctor.event_rules import Pace
from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.likeness import scale
from warmup_lib.doctor.plan import SAME, Plan

_A_SHAPE = 4
"""So many LRs that are those of the start, scaled, are a ramp and no accident."""
_NEAR = 1e-3
_JUMP = 1.5
"""A last step of the ramp that is this many times the one before is a jump."""


def start(curve: Curve, plan: Plan) -> Finding | None:
    """Updates at the start that train nothing."""
    zeros = curve.zeros
    if zeros == 0 or (plan.zero_start and zeros == 1):
        return None
    if zeros == 1:
        return Finding("zero-lr-start", "Update 0 has a learning rate of 0.", (0, 0))
    return Finding(
        "zero-lr-updates",
        f"The first {zeros} updates have a learning rate of 0.",
        (0, zeros - 1),
        evidence={"updates at 0": zeros},
    )


def ramp(curve: Curve, plan: Plan, pace: Pace) -> Finding | None:
    """What is wrong on the way to the peak, and about when it is reached."""
    if len(curve) < 2 or curve.zeros == len(curve):
        return None
    for rule in _RULES:
        found = rule(curve, plan, pace)
        if found is not None:
            return found
    return None


def _set_after_update(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    at_once = curve.first_at_peak == 0 and plan.warmup > plan.updates_per_step
    if not at_once or curve.first_above_peak is not None or 1 not in curve.falls or len(curve) < 3:
        return None
    rise = next(iter(curve.rises), None)
    if rise is None or rise > plan.warmup + 1:
        return None
    return Finding(
        "lr-set-after-update",
        f"Update 0 runs at the peak, {curve.lrs[0]:.6g}, and update 1 at {curve.lrs[1]:.6g}: "
        "there the warmup begins.",
        (0, 1),
        evidence={"first lr": curve.lrs[0], "second lr": curve.lrs[1]},
    )


def _times_base(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    peak = curve.peak
    if abs(peak - 1) < 0.01 or abs(curve.top - peak) > SAME * peak:
        return None
    first = next(t for t, f in enumerate(curve.factors) if f >= curve.top * (1 - SAME))
    if not plan.warmup - plan.updates_per_step <= first <= plan.warmup:
        return None
    return Finding(
        "lr-times-base",
        f"The highest learning rate is {peak * peak:.6g}, which is the peak {peak:.6g} squared.",
        (first, first),
        evidence={"highest lr": peak * peak, "peak": peak},
        remedy="LambdaLR(optimizer, lambda t: min((t + 1) / n, 1.0))  # a factor, not an LR",
    )


def _overshoot(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    if curve.first_above_peak is None:
        return None
    at = curve.factors.index(curve.top)
    length = _cosine_length(curve.top)
    goes_on = at >= 2 and curve.is_at(at, 2 * curve[at - 1] - curve[at - 2])
    if length and not goes_on and at - (curve.first_at_peak or 0) <= 2 and at >= plan.warmup - 1:
        return Finding(
            "handover-overshoots",
            f"Update {at} uses {curve.lrs[at]:.6g}, the peak times 2/(1 + cos(π/{length})).",
            (at, at),
            evidence={"highest lr": curve.lrs[at], "peak": curve.peak, "T": length},
            cause=f"A CosineAnnealingLR of {length} steps took over without its first one.",
        )
    rising = at == len(curve) - 1
    return Finding(
        "overshoots-peak",
        f"The learning rate rises to {curve.lrs[at]:.6g} at update {at}, "
        f"{curve.top:.4g} times the peak"
        + (", and is still rising at the end." if rising else "."),
        (curve.first_at_peak or 0, at),
        evidence={"highest lr": curve.lrs[at], "peak": curve.peak},
        cause="The factor has no cap." if rising else "",
        remedy="min((t + 1) / n, 1.0)" if rising else "",
    )


def _none(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    if curve.first_at_peak != 0 or plan.warmup <= plan.updates_per_step:
        return None
    return Finding(
        "no-warmup",
        f"Update 0 runs at {curve.lrs[0]:.6g}, which is the peak; the warmup was to take "
        f"{plan.warmup} updates.",
        (0, 0),
        evidence={"first lr": curve.lrs[0], "peak": curve.peak},
    )


def _stuck(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    if curve.falls or curve.rises or len(curve) <= plan.warmup or curve.first_at_peak is not None:
        return None
    return Finding(
        "stuck-at-start",
        f"All {len(curve)} updates used {curve.lrs[0]:.6g}, {curve[0]:.4g} of the peak.",
        (0, len(curve) - 1),
        evidence={"lr": curve.lrs[0], "peak": curve.peak},
    )


def _falls(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    end = len(curve) if curve.first_at_peak is None else curve.first_at_peak
    falls = [t for t in curve.falls if t < end]
    if not falls:
        return None
    first = falls[0]
    if _is_skipped_peak(curve, plan, first):
        return Finding(
            "peak-skipped",
            f"The learning rate falls at update {first}, from {curve.lrs[first - 1]:.6g} to "
            f"{curve.lrs[first]:.6g}, and never was at {curve.peak:.6g}.",
            (first - 1, first),
            evidence={"highest lr": max(curve.lrs), "peak": curve.peak},
        )
    if first < plan.warmup:
        return Finding(
            "falls-during-warmup",
            f"Update {first} falls from {curve.lrs[first - 1]:.6g} to {curve.lrs[first]:.6g}, "
            f"before the peak.",
            (first, first),
            evidence={"before": curve.lrs[first - 1], "after": curve.lrs[first]},
        )
    return None


def _again(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    end = len(curve)
    if plan.then == "anything" and curve.first_at_peak is not None:
        end = curve.first_at_peak + 1
    last_rise = max(curve.rises, default=0)
    back = [t for t in curve.falls if t < min(end, last_rise) and _repeats(curve, t, plan)]
    if not back:
        return None
    at = back[0]
    if _is_regular(back, plan):
        return Finding(
            "warmup-resets-each-epoch",
            f"The learning rate falls back to {curve.lrs[at]:.6g} every {at} updates.",
            (at, back[-1]),
            evidence={"every": at, "times": len(back)},
        )
    return Finding(
        "warmup-restarts",
        f"At update {at} the learning rate falls from {curve.lrs[at - 1]:.6g} to "
        f"{curve.lrs[at]:.6g}, and the warmup begins again.",
        (at, at),
        evidence={"before": curve.lrs[at - 1], "after": curve.lrs[at]},
        cause=f"A run was resumed at update {at} without the scheduler's state.",
        remedy='scheduler.load_state_dict(checkpoint["scheduler"])',
    )


def _jump(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    if plan.ramp != "linear":
        return None
    end = plan.warmup + 1 if curve.first_at_peak is None else curve.first_at_peak
    rises = [t for t in curve.rises if t <= min(end, plan.warmup + 1)]
    if len(rises) < 2:
        return None
    sizes = {t: curve[t] - curve[t - 1] for t in rises}
    at = max(sizes, key=lambda t: sizes[t])
    before = [sizes[t] for t in rises if t < at]
    if any(t < at for t in curve.falls):
        return None
    if not before or (at != rises[-1] and at < plan.warmup - 1):
        return None
    if sizes[at] <= _JUMP * max(before) + SAME:
        return None
    return Finding(
        "handover-jumps",
        f"The learning rate jumps from {curve.lrs[at - 1]:.6g} to {curve.lrs[at]:.6g} at update "
        f"{at}; the steps before are at most {max(before) * curve.peak:.6g}.",
        (at - 1, at),
        evidence={"jump": sizes[at] * curve.peak, "largest before": max(before) * curve.peak},
    )


def _per_epoch(curve: Curve, plan: Plan, pace: Pace) -> Finding | None:
    late = curve.first_at_peak is None or curve.first_at_peak > plan.warmup
    if plan.per_epoch or not late:
        return None
    held = pace.updates_per_step if pace.updates_per_step > 1 else curve.stairs
    if held < 2 or not curve.rises:
        return None
    return Finding(
        "stepped-per-epoch",
        f"Each learning rate is held for {held} updates, so the warmup of {plan.warmup} updates "
        f"takes {plan.warmup * held}.",
        (0, len(curve) - 1),
        evidence={"updates per step": held, "highest lr": max(curve.lrs), "peak": curve.peak},
        cause="scheduler.step() stands in the loop over epochs.",
        remedy="for batch in loader:\n    …\n    optimizer.step()\n    scheduler.step()",
    )


def _other_epochs(curve: Curve, plan: Plan, pace: Pace) -> Finding | None:
    held, thought = pace.updates_per_step, plan.updates_per_epoch
    if not plan.per_epoch or thought is None or held in (0, 1, thought):
        return None
    return Finding(
        "epoch-length",
        f"The scheduler is stepped every {held} updates, where an epoch was to have {thought}.",
        (0, len(curve) - 1),
        evidence={"updates per step": held, "updates per epoch": thought},
        remedy="updates_per_epoch = len(loader)",
    )


def _short_run(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    if curve.first_at_peak is not None or len(curve) >= plan.warmup:
        return None
    return Finding(
        "run-shorter-than-warmup",
        f"The run has {len(curve)} updates and the warmup {plan.warmup}; the highest learning "
        f"rate is {max(curve.lrs):.6g}.",
        (0, len(curve) - 1),
        evidence={"updates": len(curve), "warmup": plan.warmup, "highest lr": max(curve.lrs)},
    )


def _missed(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    if curve.first_at_peak is not None:
        return None
    return Finding(
        "never-reaches-peak",
        f"The highest learning rate is {max(curve.lrs):.6g}, {curve.top:.4g} of the peak "
        f"{curve.peak:.6g}.",
        evidence={"highest lr": max(curve.lrs), "peak": curve.peak},
        cause=_why_missed(curve.top, plan.warmup),
    )


def _short(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    first = curve.first_at_peak
    if first is None or first >= plan.warmup - plan.updates_per_step:
        return None
    numbers = f"The peak is reached at update {first}, where the warmup takes {plan.warmup} updates"
    evidence = {"first at peak": first, "warmup": plan.warmup}
    per_epoch = plan.updates_per_epoch or 0
    epochs = plan.warmup / per_epoch if per_epoch else 0.0
    if per_epoch > 1 and epochs >= 1 and first in (math.ceil(epochs) - 1, math.ceil(epochs)):
        return Finding(
            "stepped-per-update",
            f"{numbers}: {epochs:g} epochs of {per_epoch}, counted in updates.",
            (0, first),
            evidence={**evidence, "updates per epoch": per_epoch},
            remedy="for epoch in range(epochs):\n    for batch in loader:\n        …\n"
            "        optimizer.step()\n    scheduler.step()",
        )
    if _is_epoch_length(first, plan):
        return _epoch_length(numbers, evidence, per_epoch)
    return Finding(
        "warmup-too-short",
        f"{numbers}, {plan.warmup / (first + 1):.3g} times as many.",
        (0, first),
        evidence=evidence,
    )


def _long(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    first = curve.first_at_peak
    if first is None or first <= plan.warmup:
        return None
    numbers = f"The peak is reached at update {first}, where the warmup takes {plan.warmup} updates"
    evidence = {"first at peak": first, "warmup": plan.warmup}
    if _is_epoch_length(first, plan):
        return _epoch_length(numbers, evidence, plan.updates_per_epoch or 0)
    return Finding("warmup-too-long", f"{numbers}.", (0, first), evidence=evidence)


def _bent(curve: Curve, plan: Plan, _: Pace) -> Finding | None:
    first = curve.first_at_peak
    if plan.ramp != "linear" or first is None or first < 2 or plan.per_epoch:
        return None
    slope = (1 - curve[0]) / first
    off = [t for t in range(first) if abs(curve[t] - curve[0] - slope * t) > SAME]
    if not off:
        return None
    at, line = off[0], (curve[0] + slope * off[0]) * curve.peak
    return Finding(
        "ramp-not-linear",
        f"Update {at} uses {curve.lrs[at]:.6g}, and the line to the peak has {line:.6g} there.",
        (at, off[-1]),
        evidence={"lr": curve.lrs[at], "on the line": line},
    )


_RULES: Sequence[Callable[[Curve, Plan, Pace], Finding | None]] = (
    _other_epochs,
    _set_after_update,
    _times_base,
    _overshoot,
    _none,
    _stuck,
    _again,
    _jump,
    _falls,
    _per_epoch,
    _short_run,
    _missed,
    _short,
    _long,
    _bent,
)


def _cosine_length(ratio: float) -> int | None:
    """T, where the ratio is 2/(1 + cos(π/T)) for a whole number of steps."""
    length = math.pi / math.acos(max(-1.0, 2 / ratio - 1))
    whole = round(length)
    exact = 2 / (1 + math.cos(math.pi / whole)) if whole > 1 else 0.0
    return whole if abs(ratio - exact) <= 1e-3 * (exact - 1) else None


def _repeats(curve: Curve, t: int, plan: Plan) -> bool:
    """Whether the LRs from an update on are those of the start, or the same scaled down."""
    f, several = curve.factors, min(plan.warmup + 1, t, len(curve) - t)
    if not all(_rises(curve, at, several) for at in (0, t)):
        return False
    by = scale(f[t : t + several], f[:several], is_same)
    if by is None or by <= 0:
        return False
    # What a LinearLR that is made anew does to the LR that it finds.
    found = (f[t - 1], 2 * f[t - 1] - f[t - 2])
    if is_same(by, 1) or any(is_same(by, each) for each in found):
        return True
    return sum(factor > SAME for factor in f[:several]) >= _A_SHAPE


def _rises(curve: Curve, at: int, several: int) -> bool:
    """Whether there is a rise within so many LRs from an update on."""
    up = curve.rise_after(at)
    return up is not None and up < at + several


def _is_regular(back: Sequence[int], plan: Plan) -> bool:
    period = back[0]
    if len(back) == 1:
        return period == plan.updates_per_epoch
    return all(t == period * (i + 1) for i, t in enumerate(back))


def _is_skipped_peak(curve: Curve, plan: Plan, fall: int) -> bool:
    """Whether the ramp's next step would have been the peak, when the decay took over."""
    if curve.first_at_peak is not None or fall not in (plan.warmup - 1, plan.warmup):
        return False
    if fall < 2:
        return True
    return abs(2 * curve[fall - 1] - curve[fall - 2] - 1) <= _NEAR


def _is_epoch_length(first: int, plan: Plan) -> bool:
    """Whether the peak is off by one update in each epoch of the warmup."""
    if not plan.updates_per_epoch or plan.warmup % plan.updates_per_epoch:
        return False
    epochs = plan.warmup // plan.updates_per_epoch
    return plan.updates_per_epoch > 1 and first + 1 in (
        plan.warmup - epochs,
        plan.warmup - epochs + 1,
        plan.warmup + epochs,
        plan.warmup + epochs + 1,
    )


def _epoch_length(numbers: str, evidence: Mapping[str, float], per_epoch: int) -> Finding:
    return Finding(
        "epoch-length",
        f"{numbers}: one update in each epoch of {per_epoch} was not counted alike.",
        (0, int(evidence["first at peak"])),
        evidence={**evidence, "updates per epoch": per_epoch},
        remedy="warmup = warmup_epochs * len(loader)",
    )


def _why_missed(top: float, warmup: int) -> str:
    for parts, why in (
        (warmup / (warmup + 1), "The ramp is divided by one more than the warmup has updates."),
        ((warmup - 1) / warmup, "The ramp stops one update before the peak."),
    ):
        if abs(top - parts) <= SAME:
            return why
    return ""
