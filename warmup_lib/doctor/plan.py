"""What a warmup was meant to be.

>>> plan = Plan(peak=0.1, warmup=500, total=10_000, then="cosine")
>>> Plan.parse(str(plan)) == plan
True
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

from warmup_lib._arguments import number_above_zero, whole_number
from warmup_lib.schedules import Schedule

RAMPS = ("rising", "linear")
AFTERS = ("anything", "hold", "falling", "linear", "cosine")
SAME = 1e-6
"""Relative: LRs this close are one LR. Schedules that multiply drift by some 1e-13."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was meant: the doctor holds a trace against it.

    Attributes:
        peak: the highest LR, one for all parameter groups or one for each.
        warmup: how many updates the warmup takes: update ``warmup - 1`` or ``warmup``
            is the first at the peak. Of a schedule that is stepped once per epoch it is
            epochs times updates per epoch.
        total: how many updates the run has; ``None`` where the trace ends with it.
        zero_start: whether update 0 may use an LR of 0, as in transformers, optax and Keras.
        ramp: ``"linear"``, or ``"rising"`` for any that never falls.
        then: what follows the peak: ``"hold"``, ``"falling"``, ``"linear"`` or ``"cosine"``
            (these two down to ``end`` at ``total``), or ``"anything"``, such as restarts.
        end: the LR that a ``"linear"`` or ``"cosine"`` decay ends at.
        updates_per_epoch: where it is known; it names mistakes about epochs.
        per_epoch: whether the schedule is stepped once per epoch, not per update.
        scheduler_first: whether the loop means to step the scheduler before the optimizer.
        factors: the exact factor of each update, where the plan was read from a schedule.

    Raises:
        ValueError: a value out of range, or two that contradict each other.
    """

    peak: float | tuple[float, ...]
    warmup: int
    total: int | None = None
    zero_start: bool = False
    ramp: str = "rising"
    then: str = "anything"
    end: float = 0.0
    updates_per_epoch: int | None = None
    per_epoch: bool = False
    scheduler_first: bool = False
    factors: tuple[float, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        peaks = self.peak if isinstance(self.peak, tuple) else (self.peak,)
        if not peaks:
            raise ValueError("peak must be an LR, or one for each group, got none")
        for peak in peaks:
            number_above_zero("peak", peak, remedy="it is the highest LR of the run")
        whole_number(
            "warmup", self.warmup, remedy="int(0.05 * 10) is 0, for one; without warmup no plan"
        )
        if self.total is not None:
            whole_number("total", self.total, remedy="it counts the updates of the run")
            if self.total < self.warmup:
                raise ValueError(
                    f"total must be at least warmup, which is {self.warmup}, got {self.total}; "
                    "both count updates, and total includes the warmup"
                )
        _one_of("ramp", self.ramp, RAMPS)
        _one_of("then", self.then, AFTERS)
        if not (math.isfinite(self.end) and 0 <= self.end <= min(peaks)):
            raise ValueError(
                f"end must be between 0 and peak, which is {self.peak}, got {self.end!r}; it is "
                "the LR that the decay ends at"
            )
        if self.end and self.then not in ("linear", "cosine"):
            raise ValueError(
                f"end must be left out where then is {self.then!r}, got {self.end!r}; only a "
                "linear or cosine decay has an end"
            )
        if self.then in ("linear", "cosine") and self.total is None:
            raise ValueError(
                f"total must be given where then is {self.then!r}; the decay ends there"
            )
        if self.updates_per_epoch is not None:
            whole_number("updates_per_epoch", self.updates_per_epoch, remedy="leave it out instead")
        if self.per_epoch and self.updates_per_epoch is None:
            raise ValueError("updates_per_epoch must be given where per_epoch is true")

    @classmethod
    def of(
        cls, schedule: Schedule, peak: float | Sequence[float], total: int, **meant: Any
    ) -> Plan:
        """The plan that a schedule is: its exact factor for each update.

        Args:
            schedule: update index → factor, from :mod:`warmup_lib.schedules` or your own.
            peak: the LR where the schedule is highest, or one for each parameter group.
            total: the updates of the run.
            meant: what a schedule does not say: ``updates_per_epoch``, ``per_epoch``,
                ``scheduler_first``.

        Raises:
            ValueError: the schedule never rises above 0, or an argument is out of range.

        >>> from warmup_lib.schedules import linear_warmup_from
        >>> plan = Plan.of(linear_warmup_from(0, 5), peak=0.1, total=20)
        >>> plan.warmup, plan.zero_start, plan.ramp, plan.then
        (5, True, 'linear', 'hold')
        """
        total = whole_number("total", total, remedy="it counts the updates of the run")
        values = [schedule(t) for t in range(total)]
        top = max(values)
        if not top > 0:
            raise ValueError(f"schedule must rise above 0, got at most {top!r} in {total} updates")
        factors = tuple(value / top for value in values)
        first = next(t for t, factor in enumerate(factors) if factor > 1 - SAME)
        return cls(
            peak=tuple(peak) if isinstance(peak, Sequence) else peak,
            warmup=max(first, 1),
            total=total,
            zero_start=factors[0] == 0,
            ramp="linear" if _is_line(factors[: first + 1]) else "rising",
            then=_what_follows(factors[first:]),
            factors=factors,
            **meant,
        )

    @classmethod
    def parse(cls, text: str) -> Plan:
        """The plan that a text such as ``peak=0.1 warmup=500 then=cosine`` states.

        Peaks of several groups are joined by ``/``, as in ``peak=0.1/0.01``.

        Raises:
            ValueError: a name or value that a plan does not have, or the plan contradicts itself.
        """
        given: dict[str, Any] = {}
        for word in text.replace(",", " ").split():
            name, equals, value = word.partition("=")
            if not equals or name not in _READ:
                raise ValueError(
                    f"a plan is made of name=value with the names {', '.join(_READ)}, got {word!r}"
                )
            if name in given:
                raise ValueError(f"{name} must be given once, got {word!r} as well")
            try:
                given[name] = _READ[name](value)
            except ValueError:
                raise ValueError(f"{name} must be {_SHAPE[name]}, got {value!r}") from None
        missing = [name for name in ("peak", "warmup") if name not in given]
        if missing:
            raise ValueError(f"a plan needs {' and '.join(missing)}, got {text!r}")
        return cls(**given)

    def __str__(self) -> str:
        """The plan in words that :meth:`parse` reads; exact factors are left out."""
        words = []
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name not in _READ or value == each.default:
                continue
            if isinstance(value, tuple):
                value = "/".join(map(repr, value))
            words.append(f"{each.name}={'yes' if value is True else value}")
        return " ".join(words)

    def peak_of(self, group: int) -> float:
        """The peak of a parameter group.

        Raises:
            ValueError: the plan has fewer groups.
        """
        if not isinstance(self.peak, tuple):
            return self.peak
        if group >= len(self.peak):
            raise ValueError(
                f"peak must have one LR for each parameter group, got {len(self.peak)} for at "
                f"least {group + 1}; one number alone is for all groups"
            )
        return self.peak[group]

    @property
    def updates_per_step(self) -> int:
        """Updates for each step of the scheduler."""
        return (self.updates_per_epoch or 1) if self.per_epoch else 1


def _peak(text: str) -> float | tuple[float, ...]:
    peaks = tuple(float(each) for each in text.split("/"))
    return peaks if len(peaks) > 1 else peaks[0]


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError
    return text == "yes"


_READ: dict[str, Any] = {
    "peak": _peak,
    "warmup": int,
    "total": int,
    "zero_start": _yes,
    "ramp": str,
    "then": str,
    "end": float,
    "updates_per_epoch": int,
    "per_epoch": _yes,
    "scheduler_first": _yes,
}
_SHAPE = {_peak: "an LR, or LRs joined by /", int: "a whole number", float: "a number"}
_SHAPE = {name: _SHAPE.get(read, "yes or no") for name, read in _READ.items()}


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")


def _is_line(factors: Sequence[float]) -> bool:
    if len(factors) < 3:
        return True
    slope = (factors[-1] - factors[0]) / (len(factors) - 1)
    return all(abs(factor - factors[0] - slope * t) <= SAME for t, factor in enumerate(factors))


def _what_follows(factors: Sequence[float]) -> str:
    if all(abs(factor - 1) <= SAME for factor in factors):
        return "hold"
    falls = all(b <= a * (1 + SAME) for a, b in pairwise(factors))
    return "falling" if falls else "anything"
