"""What is wrong whatever was meant: from the LRs themselves, and from facts that were recorded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from warmup_lib.doctor.findings import Finding
from warmup_lib.facts import Fact, FactKind
from warmup_lib.lr_trace import Event, Trace

FROM_BASE_LR = frozenset(
    {"LambdaLR", "ScheduleLR", "OneCycleLR", "CyclicLR", "CosineAnnealingWarmRestarts"}
)
"""Schedulers that compute from the base LR, whatever the LR is by then."""


def findings(trace: Trace) -> Iterator[Finding]:
    """What needs no plan, and no order of events."""
    yield from _of_lrs(trace)
    for fact in trace.facts:
        rule = _RULES.get(fact.kind)
        found = rule(fact) if rule else None
        if found is not None:
            yield found


def _of_lrs(trace: Trace) -> Iterator[Finding]:
    if len(trace) == 0:
        none = trace.count(Event.NO_GRADIENT)
        skipped = trace.count(Event.SKIPPED)
        yield Finding(
            "no-update",
            f"{none + skipped} calls of optimizer.step() moved nothing: {none} without any "
            f"gradient, {skipped} skipped by a GradScaler.",
            evidence={"without gradients": none, "skipped": skipped},
        )
        return
    if len(trace) > 1 and not any(any(lrs) for lrs in trace.lrs):
        yield Finding(
            "all-zero", f"All {len(trace)} updates used a learning rate of 0.", (0, len(trace) - 1)
        )
    yield from _first_with(trace, "lr-not-finite", lambda lr: not math.isfinite(lr))
    yield from _first_with(trace, "negative-lr", lambda lr: lr < 0)


def _first_with(trace: Trace, code: str, is_so: Callable[[float], bool]) -> Iterator[Finding]:
    updates = [t for t, lrs in enumerate(trace.lrs) if any(map(is_so, lrs))]
    if updates:
        first, last = updates[0], updates[-1]
        lrs = trace.lrs[first]
        groups = tuple(group for group, lr in enumerate(lrs) if is_so(lr))
        yield Finding(
            code,
            f"Update {first} used {lrs[groups[0]]:.6g}"
            + (f", and {len(updates) - 1} later ones are like it." if len(updates) > 1 else "."),
            (first, last),
            groups,
            {"lr": lrs[groups[0]], "updates": len(updates)},
        )


def _another_optimizer(fact: Fact) -> Finding:
    scheduler = fact.evidence["scheduler"]
    return Finding(
        "another-optimizer",
        f"{scheduler} drives another optimizer than the one that trains.",
        evidence=fact.evidence,
        cause="The optimizer was made anew, or copied with a checkpoint, after the scheduler was.",
        remedy="optimizer = SGD(model.parameters(), lr=0.1)\n"
        "scheduler = LambdaLR(optimizer, warmup)  # after it, and on it",
    )


def _not_resumed(fact: Fact) -> Finding:
    scheduler, steps = fact.evidence["scheduler"], fact.evidence["steps"]
    return Finding(
        "scheduler-not-resumed",
        f"The optimizer's state has {steps} steps behind it, and {scheduler} starts at its "
        "beginning.",
        evidence=fact.evidence,
        cause="The checkpoint has the optimizer's state only.",
        remedy='optimizer.load_state_dict(checkpoint["optimizer"])\n'
        'scheduler.load_state_dict(checkpoint["scheduler"])',
    )


def _edited(fact: Fact) -> Finding:
    of = fact.evidence
    said, held, steps = float(of["said"]), float(of["held"]), int(of["steps"])
    numbers = f"{of['scheduler']} had set {said:.6g} after {steps} steps, and it was {held:.6g}"
    if steps > int(of.get("heard", steps)):
        return Finding(
            "lr-not-the-schedulers",
            f"{numbers} when the run went on.",
            (0, 0),
            (int(of["group"]),),
            of,
            cause="The scheduler was made after the optimizer's state was loaded.",
            remedy="optimizer = SGD(…)\nscheduler = LinearLR(optimizer, …)\n"
            'optimizer.load_state_dict(checkpoint["optimizer"])  # both, after both are made\n'
            'scheduler.load_state_dict(checkpoint["scheduler"])',
        )
    return Finding(
        "lr-edited",
        f"{numbers} before update {fact.update}.",
        (max(fact.update - 1, 0), fact.update),
        (int(of["group"]),),
        of,
    )


def _frozen(fact: Fact) -> Finding:
    of = fact.evidence
    return Finding(
        "last-lr-differs",
        f"{of['scheduler']}.get_last_lr() says {float(of['said']):.6g} where the optimizer has "
        f"{float(of['held']):.6g}, from update {fact.update} on.",
        (fact.update, fact.update),
        (int(of["group"]),),
        of,
    )


def _unscheduled(fact: Fact) -> Finding:
    of = fact.evidence
    return Finding(
        "group-without-schedule",
        f"The optimizer has {of['groups']} parameter groups, and {of['scheduler']} knows "
        f"{of['scheduled']}.",
        (fact.update, fact.update),
        tuple(range(int(of["scheduled"]), int(of["groups"]))),
        of,
    )


def _several(fact: Fact) -> Finding | None:
    names = str(fact.evidence["schedulers"])
    if FROM_BASE_LR.isdisjoint(names.split(", ")):
        return None
    return Finding(
        "two-schedulers",
        f"{names} take turns on one optimizer.",
        evidence=fact.evidence,
    )


def _moved_at_zero(fact: Fact) -> Finding:
    return Finding(
        "zero-lr-moves-state",
        f"Update 0 used a learning rate of 0, and moved the state of {fact.evidence['optimizer']}.",
        (0, 0),
        evidence=fact.evidence,
    )


_RULES: Mapping[FactKind, Callable[[Fact], Finding | None]] = {
    FactKind.ANOTHER_OPTIMIZER: _another_optimizer,
    FactKind.SCHEDULER_AT_ITS_START: _not_resumed,
    FactKind.LR_EDITED: _edited,
    FactKind.LAST_LR_DIFFERS: _frozen,
    FactKind.GROUP_WITHOUT_SCHEDULE: _unscheduled,
    FactKind.SEVERAL_SCHEDULERS: _several,
    FactKind.STATE_ADVANCED_AT_ZERO: _moved_at_zero,
}
