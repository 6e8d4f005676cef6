"""The LRs of one parameter group, as the rules look at them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise

from warmup_lib.doctor.plan import SAME


@dataclass(frozen=True)
class Curve:
    """LRs, and the peak that they are held against; ``curve[t]`` is their ratio.

    Attributes:
        lrs: the LR of each update.
        peak: the planned highest LR.
    """

    lrs: Sequence[float]
    peak: float

    def __len__(self) -> int:
        return len(self.lrs)

    def __getitem__(self, t: int) -> float:
        return self.lrs[t] / self.peak

    @cached_property
    def factors(self) -> tuple[float, ...]:
        """The LRs as factors of the peak."""
        return tuple([lr / self.peak for lr in self.lrs])

    @cached_property
    def top(self) -> float:
        """The highest factor."""
        return max(self.factors)

    @cached_property
    def first_at_peak(self) -> int | None:
        """The first update at the peak or above it."""
        return next((t for t, factor in enumerate(self.factors) if factor >= 1 - SAME), None)

    @cached_property
    def first_above_peak(self) -> int | None:
        """The first update above the peak."""
        if self.top <= 1 + SAME:
            return None
        return next(t for t, factor in enumerate(self.factors) if factor > 1 + SAME)

    @cached_property
    def zeros(self) -> int:
        """How many updates at the start have an LR of 0."""
        return next((t for t, factor in enumerate(self.factors) if factor), len(self))

    @cached_property
    def falls(self) -> tuple[int, ...]:
        """The updates whose LR is below the one before."""
        steps = enumerate(pairwise(self.factors), start=1)
        return tuple([t for t, (before, factor) in steps if factor < before - SAME])

    @cached_property
    def rises(self) -> tuple[int, ...]:
        """The updates whose LR is above the one before."""
        steps = enumerate(pairwise(self.factors), start=1)
        return tuple([t for t, (before, factor) in steps if factor > before + SAME])

    def rise_after(self, t: int) -> int | None:
        """The first update after ``t`` whose LR is above the one before."""
        place = bisect_right(self.rises, t)
        return self.rises[place] if place < len(self.rises) else None

    @cached_property
    def bottom(self) -> int | None:
        """Where an LR that fell is lowest before it first rises again."""
        up = self.rise_after(self.falls[0]) if self.falls else None
        return None if up is None else up - 1

    @cached_property
    def stairs(self) -> int:
        """How long each LR is held before the highest is reached, where all are held alike.

        1 is a ramp that moves at every update; 0 one with steps of several lengths.
        """
        end = next(t for t, factor in enumerate(self.factors) if factor >= self.top - SAME)
        held = [len(list(run)) for _, run in groupby(round(f, 9) for f in self.factors[:end])]
        if not held:
            return 0
        return held[0] if len(set(held)) == 1 else 0

    def is_at(self, t: int, factor: float) -> bool:
        """Whether an update has this factor."""
        return is_same(self.factors[t], factor)


def is_same(a: float, b: float) -> bool:
    """Whether two factors of the peak are one."""
    return abs(a - b) <= SAME
