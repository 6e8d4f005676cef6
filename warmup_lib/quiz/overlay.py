"""An answer's curve over the expected one, and where the two part."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from warmup_lib.plot import Picture, plot_lrs
from warmup_lib.quiz.feedback import Curves


@lru_cache(maxsize=64)
def overlay(curves: Curves) -> Picture:
    """The figure that goes with a wrong answer, with its text twin.

    >>> curves = Curves(
    ...     yours=(0.0, 0.5, 1.0), expected=(0.5, 1.0, 1.0), part_at=0,
    ...     labels=("update 0", "update 1", "update 2"), measures="factor",
    ... )
    >>> print(overlay(curves).text)
    Yours and expected part at update 0
    yours: factor 0 at update 0, peak 1 first at update 2, 1 at update 2, the last
    expected: factor 0.5 at update 0, peak 1 first at update 1, 1 at update 2, the last
    """
    yours, expected = curves.called
    drawn = {yours: curves.yours}
    if len(curves.expected) == len(curves.yours):
        drawn[expected] = curves.expected
    elif curves.expected:
        drawn[f"{expected}, up to there"] = curves.expected
    where = curves.labels[curves.part_at].replace("`", "")
    unit, first = numbering(curves.labels)
    return plot_lrs(
        drawn,
        title=f"{yours.capitalize()} and {expected} part at {where}",
        xlabel=unit,
        measure=curves.measures,
        first=first,
        mark=first + curves.part_at,
    )


def numbering(labels: Sequence[str]) -> tuple[str, int]:
    """What the labels count, and from where.

    >>> numbering(["Epoch 1", "Epoch 2"])
    ('epoch', 1)
    """
    unit, _, number = labels[0].rpartition(" ")
    if number.isdecimal() and unit.isalpha():
        first = int(number)
        if list(labels) == [f"{unit} {first + i}" for i in range(len(labels))]:
            return unit.lower(), first
    return "place", 0
