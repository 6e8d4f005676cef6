"""What is wrong with the order or the number of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.likeness import parts_at
from warmup_lib.doctor.plan import Plan
from warmup_lib.lr_trace import Event, Trace

_MOSTLY = 0.8
"""The share of gaps that must be alike to be called the rule of the loop."""


@dataclass(frozen=True)
class Pace:
    """How scheduler steps stand between updates. Steps that name their place do not count.

    Attributes:
        before: steps before the first update.
        between: steps between each update and the next.
        after: steps after the last update.
        idle: steps since whose predecessor every ``optimizer.step()`` was no update.
        first_idle: the number of updates made when that happened first.
    """

    before: int
    between: tuple[int, ...]
    after: int
    idle: int
    first_idle: int

    @classmethod
    def of(cls, trace: Trace) -> Pace:
        """The pace of a trace."""
        gaps = [0]
        idle = first_idle = 0
        updates_since = nothing_since = 0
        for event in trace.events:
            if event is Event.UPDATE:
                gaps.append(0)
                updates_since += 1
            elif event is Event.SCHEDULER:
                if nothing_since and not updates_since:
                    first_idle = first_idle if idle else len(gaps) - 1
                    idle += 1
                else:
                    gaps[-1] += 1
                updates_since = nothing_since = 0
            elif event is not Event.SCHEDULER_SET:
                nothing_since += 1
        after = gaps.pop() if len(gaps) > 1 else 0
        return cls(gaps[0], tuple(gaps[1:]), after, idle, first_idle)

    @property
    def steps_per_update(self) -> int:
        """Scheduler steps after each update, where most have as many; otherwise 0."""
        if not self.between:
            return 0
        most, count = Counter(self.between).most_common(1)[0]
        return most if count >= _MOSTLY * len(self.between) else 0

    @property
    def updates_per_step(self) -> int:
        """Updates for each scheduler step, where most have as many; 0 where that is not so."""
        marks = [t for t, steps in enumerate(self.between) if steps]
        apart = [later - earlier for earlier, later in pairwise(marks)]
        apart += [marks[0] + 1] if marks else []
        if not apart or any(self.between[t] > 1 for t in marks):
            return 0
        most, count = Counter(apart).most_common(1)[0]
        return most if count >= _MOSTLY * len(apart) else 0


def findings(trace: Trace, pace: Pace, plan: Plan | None, schedulers: int = 1) -> Iterator[Finding]:
    """What the order of scheduler steps and updates tells, of so many schedulers in turn."""
    often = pace.steps_per_update
    if schedulers > 1:
        # Each has steps of its own, and which was whose is not known.
        often //= schedulers
        if often <= 1:
            return
    if often > 1 and len(pace.between) > 1:
        yield _too_often(pace, often)
        return
    if pace.before and not (plan and plan.scheduler_first):
        yield _before_the_first(pace)
    extra = sum(steps - 1 for steps in pace.between if steps > 1)
    if pace.idle or (extra and often == 1):
        yield _outruns(trace, pace, extra)


def of_log(trace: Trace, logged: Sequence[float]) -> Iterator[Finding]:
    """What the training's own log tells, one LR an update, of the first parameter group."""
    used = trace.used()
    several = min(len(used), len(logged))
    if several < 3:
        return
    alike = 1e-3 * max(map(abs, used))

    def close(a: float, b: float) -> bool:
        return abs(a - b) <= alike

    first = parts_at(logged, used, close)
    if first is None:
        return
    numbers = f"At update {first} the log shows {logged[first]:.6g}, and {used[first]:.6g} was used"
    evidence = {"logged": logged[first], "used": used[first]}
    if parts_at(logged, used[1:], close) is None:
        yield Finding(
            "logged-after-step",
            f"{numbers}: each line shows the learning rate of the next update.",
            (first, several - 1),
            (0,),
            evidence,
            remedy='log(optimizer.param_groups[0]["lr"])\noptimizer.step()\nscheduler.step()',
        )
    else:
        yield Finding("logged-lr-differs", f"{numbers}.", (first, several - 1), (0,), evidence)


def _too_often(pace: Pace, often: int) -> Finding:
    evidence = {"steps per update": often, "steps before the first update": pace.before}
    if 0 < pace.before < often:
        return Finding(
            "stepped-per-micro-batch",
            f"The scheduler makes {often} steps for each update, {pace.before} of them before the "
            f"first: as in a loop that accumulates gradients over {often} micro-batches.",
            evidence=evidence,
            cause="scheduler.step() stands outside of the branch that calls optimizer.step().",
            remedy=f"if (i + 1) % {often} == 0:\n    optimizer.step()\n    scheduler.step()\n"
            "    optimizer.zero_grad()",
        )
    return Finding(
        "stepped-several-times",
        f"The scheduler makes {often} steps for each update, so the warmup is {often} times "
        "too short.",
        evidence=evidence,
        cause="A callback and the loop both step it, or a wrapper steps it once per process.",
    )


def _before_the_first(pace: Pace) -> Finding:
    values = "the first value" if pace.before == 1 else f"the first {pace.before} values"
    return Finding(
        "scheduler-before-optimizer",
        f"The scheduler was stepped before the first update, and so {values} of the schedule "
        "went unused.",
        (0, 0),
        evidence={"steps before the first update": pace.before},
        remedy="optimizer.step()\nscheduler.step()",
    )


def _outruns(trace: Trace, pace: Pace, extra: int) -> Finding:
    wasted = pace.idle + extra
    first = pace.first_idle if pace.idle else next(t for t, n in enumerate(pace.between) if n > 1)
    return Finding(
        "schedule-outruns-updates",
        f"{wasted} steps of the scheduler went by without an update, first before update "
        f"{first if pace.idle else first + 1}: the schedule is that far ahead.",
        (first, first),
        evidence={"steps without an update": wasted},
        cause=_why_idle(trace) if pace.idle else "",
        remedy="scale = scaler.get_scale()\nscaler.step(optimizer)\nscaler.update()\n"
        "if scaler.get_scale() >= scale:\n    scheduler.step()",
    )


def _why_idle(trace: Trace) -> str:
    whys = {
        Event.SKIPPED: "A GradScaler skipped the update.",
        Event.NO_GRADIENT: "There were no gradients.",
    }
    return " ".join(why for event, why in whys.items() if trace.count(event))
