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
from collections.abc import Callable, Sequence
from functools import partial

from warmup_lib.doctor.likeness import parts_at, scale, shift
from warmup_lib.quiz.observation import Value
from warmup_lib.quiz.symptoms import runs, symptoms

Close = Callable[[float, float], bool]

_FEWEST_TO_EXPLAIN = 3
_NOTHING = 1e-12
"""A number this small is 0, of which no relative difference can be taken."""


def same(a: Value, b: Value, *, tolerance: float) -> bool:
    """Equal, or numbers within ``tolerance`` of each other, relative to the larger."""
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=_NOTHING)


def same_values(a: Sequence[Value], b: Sequence[Value], *, tolerance: float) -> bool:
    return len(a) == len(b) and first_difference(a, b, tolerance=tolerance) is None


def first_difference(a: Sequence[Value], b: Sequence[Value], *, tolerance: float) -> int | None:
    """The first index at which two sequences differ; ``None`` if none does."""
    at = parts_at(a, b, partial(same, tolerance=tolerance))
    return at if at is not None or len(a) == len(b) else min(len(a), len(b))


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

    A shift or a scale explains all of it. Otherwise it is said what shows in ``seen``,
    such as a dip or a peak that is missed: in the first run that differs, where there
    are several. Where ``expected`` is a secret, nothing is said that would tell its
    height. Fewer than three different values would make any explanation a guess.
    """
    numbers = finite_numbers((*seen, *expected))
    if (
        len(seen) != len(expected)
        or len(set(expected)) < _FEWEST_TO_EXPLAIN
        or len(numbers) < 2 * len(expected)
    ):
        return []
    yours, right = numbers[: len(seen)], numbers[len(seen) :]
    close = partial(math.isclose, rel_tol=tolerance, abs_tol=_NOTHING)
    whole = _whole(yours, right, close, is_secret=is_secret)
    if whole is not None or is_secret:
        return [] if whole is None else [whole]
    several = runs(tuple(labels))
    if len(several) == 1:
        return symptoms(yours, right, labels, close)
    each = (_of_run(yours[run], right[run], labels[run], close) for run in several)
    return next(filter(None, each), [])


def _of_run(
    seen: Sequence[float], expected: Sequence[float], labels: Sequence[str], close: Close
) -> list[str]:
    """The same of one run of several."""
    if parts_at(seen, expected, close) is None:
        return []
    where = f" from {labels[0]} to {labels[-1]}"
    whole = _whole(seen, expected, close, where)
    return symptoms(seen, expected, labels, close) if whole is None else [whole]


def _whole(
    seen: Sequence[float],
    expected: Sequence[float],
    close: Close,
    where: str = "",
    *,
    is_secret: bool = False,
) -> str | None:
    """The shift or the scale that explains every value."""
    if len(set(expected)) < _FEWEST_TO_EXPLAIN:
        return None
    places = shift(seen, expected, close)
    if places is not None:
        count = "1 place" if abs(places) == 1 else f"{abs(places)} places"
        when = "late" if places > 0 else "early"
        return f"Your values{where} are the expected ones, each {count} {when}."
    times = scale(seen, expected, close)
    if times:
        how_many = "the same number of" if is_secret else f"{times:.6g}"
        return f"Every value of yours{where} is {how_many} times the expected one."
    return None
