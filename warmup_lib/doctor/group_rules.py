"""What is wrong between parameter groups, held against the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.plan import SAME, Plan
from warmup_lib.lr_trace import Trace


@dataclass(frozen=True)
class Series:
    """The LRs of one parameter group, and the update at which it joined."""

    joined: int
    lrs: Sequence[float]


def series(trace: Trace) -> Mapping[int, Series]:
    """The LRs of each parameter group."""
    rows = trace.lrs
    found: dict[int, Series] = {}
    for group in range(max(map(len, rows), default=0)):
        joined = next(t for t, lrs in enumerate(rows) if len(lrs) > group)
        found[group] = Series(joined, [lrs[group] for lrs in rows[joined:] if len(lrs) > group])
    return found


def findings(groups: Mapping[int, Series], plan: Plan) -> Iterator[Finding]:
    """Groups that do not follow the schedule of group 0, and such as joined late."""
    first = groups[0]
    apart: dict[int, int] = {}
    for group, each in groups.items():
        if each.joined:
            yield from _late(group, each, plan)
            continue
        at = _parts(each.lrs, _peak(plan, group, each), first.lrs, _peak(plan, 0, first), plan.end)
        if at is not None:
            apart[group] = at
    if apart:
        at = min(apart.values())
        lrs = ", ".join(f"{each.lrs[at]:.6g}" for each in groups.values() if not each.joined)
        yield Finding(
            "groups-differ",
            f"From update {at} on the groups follow different schedules; there they use {lrs}.",
            (at, len(first.lrs) - 1),
            tuple(apart),
            {f"group {group}": each.lrs[at] for group, each in groups.items() if not each.joined},
        )


def _parts(
    lrs: Sequence[float], peak: float, others: Sequence[float], top: float, end: float
) -> int | None:
    """The first update at which one LR is not the other scaled by their peaks.

    A decay may also end at one LR for all groups; then what is above that is scaled.
    """
    for t, (lr, other) in enumerate(zip(lrs, others, strict=False)):
        if abs(lr / peak - other / top) <= SAME:
            continue
        if not end or abs((lr - end) * (top - end) - (other - end) * (peak - end)) > (
            SAME * peak * top
        ):
            return t
    return None


def _late(group: int, each: Series, plan: Plan) -> Iterator[Finding]:
    peak = plan.peak_of(group)
    top = max(each.lrs)
    if top > peak * (1 + SAME):
        at = each.joined + each.lrs.index(top)
        yield Finding(
            "group-overshoots",
            f"Group {group} joined at update {each.joined} and rises to {top:.6g}, "
            f"{top / peak:.4g} times the peak.",
            (each.joined, at),
            (group,),
            {"highest lr": top, "peak": peak},
        )


def _peak(plan: Plan, group: int, each: Series) -> float:
    """A group's peak: stated, or where one peak stands for all, its own highest LR."""
    if isinstance(plan.peak, tuple):
        return plan.peak_of(group)
    return max(each.lrs) or 1.0
