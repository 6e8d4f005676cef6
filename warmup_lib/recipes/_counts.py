"""Lengths of a schedule's pieces, from the counts that a library asks for."""

from __future__ import annotations

from warmup_lib._arguments import whole_number


def rest_of(name: str, total: int, warmup: int) -> int:
    """What a total that includes the warmup leaves for the decay."""
    total = whole_number(name, total, remedy="it counts the updates of the run")
    if total <= warmup:
        raise ValueError(
            f"{name} must be above the warmup's {warmup}, got {total}; it includes the warmup"
        )
    return total - warmup


def steps_between(name: str, updates: int) -> int:
    """The steps from the first of so many updates to the last."""
    remedy = "its first and its last update are two"
    return whole_number(name, updates, at_least=2, remedy=remedy) - 1
