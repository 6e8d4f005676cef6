"""How one sequence of learning rates differs from another.

>>> expected = [0.02, 0.04, 0.06, 0.08, 0.1]
>>> first_difference([0.02, 0.04, 0.05], expected, tolerance=1e-6)
2
>>> explain([0.0, 0.02, 0.04, 0.06, 0.08], expected, tolerance=1e-6)
'Your values are the expected ones, each 1 place late.'
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from warmup_lib.quiz.observation import Value

_FEWEST_TO_EXPLAIN = 3


def same(a: Value, b: Value, *, tolerance: float) -> bool:
    """Equal, or numbers within ``tolerance`` of each other, relative to the larger."""
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=1e-12)


def same_values(a: Sequence[Value], b: Sequence[Value], *, tolerance: float) -> bool:
    return len(a) == len(b) and first_difference(a, b, tolerance=tolerance) is None


def first_difference(a: Sequence[Value], b: Sequence[Value], *, tolerance: float) -> int | None:
    """The first index at which two sequences differ; ``None`` if none does."""
    for index, (x, y) in enumerate(zip(a, b, strict=False)):
        if not same(x, y, tolerance=tolerance):
            return index
    return None if len(a) == len(b) else min(len(a), len(b))


def explain(seen: Sequence[Value], expected: Sequence[Value], *, tolerance: float) -> str | None:
    """The one shift or scale that turns ``expected`` into ``seen``, in a sentence.

    Fewer than three values, or a constant, would make any explanation a guess.
    """
    if len(seen) != len(expected) or len(set(expected)) < _FEWEST_TO_EXPLAIN:
        return None
    for places in (1, 2):
        late, early = seen[places:], seen[:-places]
        if len(late) < _FEWEST_TO_EXPLAIN:
            break
        if same_values(late, expected[:-places], tolerance=tolerance):
            return f"Your values are the expected ones, each {_places(places)} late."
        if same_values(early, expected[places:], tolerance=tolerance):
            return f"Your values are the expected ones, each {_places(places)} early."
    scale = _common_scale(seen, expected, tolerance)
    if scale is not None:
        return f"Every value of yours is {scale:.6g} times the expected one."
    return None


def _places(count: int) -> str:
    return f"{count} place" if count == 1 else f"{count} places"


def _common_scale(
    seen: Sequence[Value], expected: Sequence[Value], tolerance: float
) -> float | None:
    pairs = list(zip(seen, expected, strict=True))
    ratios = [
        x / y for x, y in pairs if not isinstance(x, str) and not isinstance(y, str) and y != 0
    ]
    if not ratios or ratios[0] in (0, 1):
        return None
    scaled = [y if isinstance(y, str) else y * ratios[0] for y in expected]
    return ratios[0] if same_values(seen, scaled, tolerance=tolerance) else None
