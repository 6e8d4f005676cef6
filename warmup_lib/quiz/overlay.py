"""An answer's curve over the expected one, and where the two part."""

from __future__ import annotations

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
    Yours and the expected part at update 0
    yours: factor 0 at update 0, peak 1 first at update 2, 1 at update 2, the last
    expected: factor 0.5 at update 0, peak 1 first at update 1, 1 at update 2, the last
    """
    drawn = {"yours": curves.yours}
    if len(curves.expected) == len(curves.yours):
        drawn["expected"] = curves.expected
    elif curves.expected:
        drawn["expected, up to there"] = curves.expected
    unit, _, _ = curves.labels[0].partition(" ")
    return plot_lrs(
        drawn,
        title=f"Yours and the expected part at {curves.labels[curves.part_at]}".replace("`", ""),
        xlabel=unit if unit.isalpha() else "place",
        measure=curves.measures,
        mark=curves.part_at,
    )
