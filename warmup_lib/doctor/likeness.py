"""How one sequence of learning rates is another one: up to where, shifted, or scaled.

What is close enough to be the same, the caller says: the doctor holds a long run
against the peak, a quiz holds a few typed numbers against each other.

>>> planned = [0.25, 0.5, 0.75, 1.0, 1.0]
>>> parts_at([0.25, 0.5, 0.7, 1.0, 1.0], planned, math.isclose)
2
>>> shift([0.0, 0.25, 0.5, 0.75, 1.0], planned, math.isclose)
1
>>> scale([0.5, 1.0, 1.5, 2.0, 2.0], planned, math.isclose)
2.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Value = TypeVar("Value")

_FARTHEST = 3
_FEWEST = 3
"""Fewer values than this are another sequence's, moved, by accident."""


def parts_at(
    a: Iterable[Value], b: Iterable[Value], close: Callable[[Value, Value], bool]
) -> int | None:
    """The first index at which two sequences differ, as far as both go; ``None`` if none does."""
    for index, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y and not close(x, y):
            return index
    return None


def shift(
    seen: Sequence[float], expected: Sequence[float], close: Callable[[float, float], bool]
) -> int | None:
    """By how many places ``seen`` is late; below 0 where it is early, ``None`` if it is neither.

    What moves out at one end, and what moves in at the other, does not count. Of what
    is left a constant tells nothing, for it is itself wherever it is moved.
    """
    for places in range(1, _FARTHEST + 1):
        if _agree(seen[places:], expected, close):
            return places
        if _agree(seen, expected[places:], close):
            return -places
    return None


def _agree(a: Sequence[float], b: Sequence[float], close: Callable[[float, float], bool]) -> bool:
    several = min(len(a), len(b))
    if several < _FEWEST or parts_at(a, b, close) is not None:
        return False
    return any(not close(b[0], value) for value in b[1:several])


def scale(
    seen: Sequence[float], expected: Sequence[float], close: Callable[[float, float], bool]
) -> float | None:
    """How many times ``expected`` all of ``seen`` is; ``None`` if there is no such number.

    It is taken where ``expected`` is largest, where a rounding error matters least.
    """
    at = expected.index(max(expected, key=abs))
    ratio = seen[at] / expected[at] if expected[at] else math.inf
    if not math.isfinite(ratio):
        return None
    return ratio if parts_at(seen, (ratio * value for value in expected), close) is None else None
