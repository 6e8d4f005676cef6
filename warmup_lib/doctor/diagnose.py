"""Findings from a trace, and from what was meant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from warmup_lib.doctor import decay_rules, event_rules, facts_rules, group_rules, ramp_rules
from warmup_lib.doctor.codes import CODES
from warmup_lib.doctor.curve import Curve, is_same
from warmup_lib.doctor.event_rules import Pace
from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.likeness import parts_at, shift
from warmup_lib.doctor.plan import Plan
from warmup_lib.facts import FactKind
from warmup_lib.lr_trace import Trace

_NO_LOOP = Pace.of(Trace())


def diagnose(
    trace: Trace, plan: Plan | None = None, *, logged: Sequence[float] | None = None
) -> list[Finding]:
    """What is wrong with a run's learning rates, the worst first; nothing where nothing is.

    Without a plan only facts and the order of events speak.

    Args:
        trace: what was recorded.
        plan: what was meant.
        logged: the learning rates that the training's own log shows, one per update.

    Raises:
        ValueError: the plan has fewer peaks than the trace has parameter groups.
    """
    pace = Pace.of(trace)
    found = [
        *facts_rules.findings(trace),
        *event_rules.findings(trace, pace, plan, _schedulers(trace)),
    ]
    if len(trace) and logged is not None:
        found += event_rules.of_log(trace, logged)
    if len(trace) and plan is not None and _is_finite(trace):
        groups = group_rules.series(trace)
        found += group_rules.findings(groups, plan)
        found += _against(Curve(groups[0].lrs, plan.peak_of(0)), plan, pace)
    return _told(found)


def of_lrs(lrs: Sequence[float], plan: Plan) -> list[Finding]:
    """What is wrong with learning rates alone, one per update, such as a schedule's own.

    There is no loop that could have gone wrong, and one parameter group.

    >>> plan = Plan(peak=0.1, warmup=4)
    >>> [finding.code for finding in of_lrs([0.025, 0.05, 0.075, 0.075, 0.075], plan)]
    ['never-reaches-peak']
    """
    return _told(_against(Curve(lrs, plan.peak_of(0)), plan, _NO_LOOP))


def _told(found: Iterable[Finding]) -> list[Finding]:
    return sorted(_unexplained(found), key=lambda each: each.severity, reverse=True)


def _against(curve: Curve, plan: Plan, pace: Pace) -> Iterator[Finding]:
    if plan.factors is not None and parts_at(curve.factors, plan.factors, is_same) is None:
        return
    complete = plan.total is None or len(curve) >= plan.total or curve.first_at_peak is not None
    aspects = [
        ramp_rules.start(curve, plan),
        ramp_rules.ramp(curve, plan, pace) if complete else None,
        decay_rules.decay(curve, plan),
    ]
    found = [each for each in aspects if each is not None]
    yield from found
    if plan.factors is not None and not any(each.code != "zero-lr-start" for each in found):
        yield _difference(curve, plan.factors)


def _schedulers(trace: Trace) -> int:
    """How many schedulers took turns."""
    several = (
        int(fact.evidence["number"])
        for fact in trace.facts
        if fact.kind is FactKind.SEVERAL_SCHEDULERS
    )
    return max(several, default=1)


def _unexplained(found: Iterable[Finding]) -> list[Finding]:
    found = list(found)
    explained = {code for each in found for code in CODES[each.code].explains}
    return [each for each in found if each.code not in explained]


def _is_finite(trace: Trace) -> bool:
    return all(all(map(math.isfinite, lrs)) for lrs in trace.lrs)


def _difference(curve: Curve, factors: Sequence[float]) -> Finding:
    at = parts_at(curve.factors, factors, is_same)
    assert at is not None
    return Finding(
        "differs-from-plan",
        f"Update {at} uses {curve.lrs[at]:.6g}, and the plan has {factors[at] * curve.peak:.6g}"
        f"{_shift(curve, factors)}.",
        (at, len(curve) - 1),
        evidence={"lr": curve.lrs[at], "planned": factors[at] * curve.peak},
    )


def _shift(curve: Curve, factors: Sequence[float]) -> str:
    by = shift(curve.factors, factors, is_same)
    if by is None:
        return ""
    updates = "1 update" if abs(by) == 1 else f"{abs(by)} updates"
    return f": the schedule runs {updates} {'behind' if by > 0 else 'ahead'}"
