"""Checks of arguments: each error names the argument, its value and the remedy."""

from __future__ import annotations

import math
import operator
from typing import SupportsFloat, SupportsIndex


def whole_number(name: str, value: SupportsIndex, *, at_least: int = 1, remedy: str) -> int:
    try:
        if isinstance(value, bool):
            raise TypeError
        whole = operator.index(value)
    except TypeError:
        raise ValueError(
            f"{name} must be a whole number, got {value!r}"
            + ("; round it where you compute it" if isinstance(value, float) else f"; {remedy}")
        ) from None
    if whole < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value!r}; {remedy}")
    return whole


def finite_factor(name: str, value: float) -> float:
    if not (_is_finite(value) and value >= 0):
        raise ValueError(
            f"{name} must be a finite factor of at least 0, got {value!r}; "
            "it multiplies the base LR, so 1 leaves it as it is"
        )
    return float(value)


def number_above_zero(name: str, value: float, *, remedy: str) -> float:
    if not (_is_finite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}; {remedy}")
    return float(value)


def _is_finite(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat):
        return False
    try:
        return math.isfinite(value)
    except (TypeError, ValueError, OverflowError):  # an array, or an int beyond any float
        return False
