"""How one sequence of learning rates differs from another.

>>> expected = [0.02, 0.04, 0.06, 0.08, 0.1]
>>> first_difference([0.02, 0.04, 0.05], expected, tolerance=1e-6)
2
>>> updates = [f"update {t}" for t in range(5)]
>>> explain([0.0, 0.02, 0.04, 0.06, 0.08], expected, updates, tolerance=1e-6)
['Your values are the expected ones, each 1 place late.']
>>> explain([0.02, 0.04, 0.06, 0.08, 0.08], expected, updates, tolerance=1e-6)
['Yours never reaches the peak: its highest value is 0.08, first at update 3.']
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


def finite_numbers(values: Sequence[Value]) -> list[float]:
    return [v for v in values if not isinstance(v, str) and math.isfinite(v)]


def explain(
    seen: Sequence[Value],
    expected: Sequence[Value],
    labels: Sequence[str],
    *,
    tolerance: float,
    is_secret: bool = False,
) -> list[str]:
    """What would turn ``expected`` into ``seen``, in sentences.

    A shift or a scale explains all of it. Otherwise it is said where ``seen`` dips, and
    whether it misses or passes the peak. Where ``expected`` is a secret, nothing is
    said that would tell its height. Fewer than three values, or a constant,
    would make any explanation a guess.
    """
    numbers = finite_numbers((*seen, *expected))
    if (
        len(seen) != len(expected)
        or len(set(expected)) < _FEWEST_TO_EXPLAIN
        or len(numbers) < 2 * len(expected)
    ):
        return []
    yours, right = numbers[: len(seen)], numbers[len(seen) :]
    whole = _shift(yours, right, tolerance) or _scale(yours, right, tolerance, is_secret)
    if whole is not None:
        return [whole]
    if is_secret:
        return []
    found = (_dip(yours, right, labels), _peak(yours, right, labels, tolerance))
    return [sentence for sentence in found if sentence is not None]


def _shift(seen: list[float], expected: list[float], tolerance: float) -> str | None:
    for places in (1, 2, 3):
        late, early = seen[places:], seen[:-places]
        if len(late) < _FEWEST_TO_EXPLAIN:
            break
        if same_values(late, expected[:-places], tolerance=tolerance):
            return f"Your values are the expected ones, each {_places(places)} late."
        if same_values(early, expected[places:], tolerance=tolerance):
            return f"Your values are the expected ones, each {_places(places)} early."
    return None


def _scale(
    seen: list[float], expected: list[float], tolerance: float, is_secret: bool
) -> str | None:
    ratios = [x / y for x, y in zip(seen, expected, strict=True) if y != 0]
    if not ratios or ratios[0] in (0, 1) or not math.isfinite(ratios[0]):
        return None
    if same_values(seen, [y * ratios[0] for y in expected], tolerance=tolerance):
        how_many = "the same number of" if is_secret else f"{ratios[0]:.6g}"
        return f"Every value of yours is {how_many} times the expected one."
    return None


def _dip(seen: list[float], expected: list[float], labels: Sequence[str]) -> str | None:
    """A fall that is made good again, where the expected values have none."""
    at = _bottom(seen)
    if at is None or _bottom(expected) is not None:
        return None
    return f"Yours falls until {labels[at]}, and rises again after it."


def _bottom(values: Sequence[float]) -> int | None:
    """The index at which values that fell begin to rise again."""
    noise = 1e-6 * max(map(abs, values))
    has_fallen = False
    for index in range(1, len(values)):
        step = values[index] - values[index - 1]
        if has_fallen and step > noise:
            return index - 1
        has_fallen = has_fallen or step < -noise
    return None


def _peak(
    seen: list[float], expected: list[float], labels: Sequence[str], tolerance: float
) -> str | None:
    top, peak = max(seen), max(expected)
    if same(top, peak, tolerance=tolerance):
        return None
    if top < peak:
        return (
            f"Yours never reaches the peak: its highest value is {top:.6g}, "
            f"first at {labels[seen.index(top)]}."
        )
    above = next(i for i, x in enumerate(seen) if x > peak * (1 + tolerance))
    return f"Yours rises above the peak, first at {labels[above]}."


def _places(count: int) -> str:
    return f"{count} place" if count == 1 else f"{count} places"
