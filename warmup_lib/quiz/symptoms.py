"""What the learning rates of a wrong answer look like, told without the right ones.

What there is to be found in a curve, the doctor's rules know; here it is only put
into a student's words. An expected value is never told, only where it is missed.

>>> updates = [f"update {t}" for t in range(8)]
>>> right = [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0]
>>> symptoms([0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1.0, 1.0], right, updates)
['From update 0 on yours is held for 2 values before it moves, as if stepped once per epoch.']
>>> symptoms([0.25, 0.5, 0.6, 1.0, 1.0, 1.0, 1.0, 1.0], right, updates)
['Yours jumps at update 3: that step is larger than any before it.']
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from warmup_lib.doctor.curve import Curve
from warmup_lib.doctor.diagnose import of_lrs
from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.plan import Plan

_SAYS: Mapping[str, str] = {
    "falls-after-peak": "Yours falls at {first}, where the peak is to be held.",
    "falls-during-warmup": "Yours falls at {first}, before it is at the peak.",
    "handover-jumps": "Yours jumps at {last}: that step is larger than any before it.",
    "lr-set-after-update": "Yours begins at the peak, and falls at {last}.",
    "lr-times-base": "Yours is highest at {first}: there it is the peak squared.",
    "no-warmup": "Yours has no warmup: it is at the peak at {first}.",
    "peak-skipped": "Yours falls at {last}, one step before it would be at the peak.",
    "ramp-not-linear": "The ramp of yours is no straight line.",
    "stepped-per-epoch": "From {first} on yours is held for {updates per step} values before it "
    "moves, as if stepped once per epoch.",
    "stuck-at-start": "Yours stays at its first value from {first} to {last}.",
    "warmup-resets-each-epoch": "The warmup of yours begins again at {first}, and every {every} "
    "values.",
    "warmup-restarts": "The warmup of yours begins again at {first}.",
    "zero-lr-updates": "Yours is 0 from {first} to {last}.",
}
"""What a student reads of a finding; of those that are not here, dips and peaks tell enough."""


@lru_cache(maxsize=512)
def runs(labels: tuple[str, ...]) -> tuple[slice, ...]:
    """Where the runs are whose values these labels name: in each, the first number counts on.

    >>> runs(("update 0, batches=2", "update 1, batches=2", "update 0, batches=3"))
    (slice(0, 2, None), slice(2, 3, None))
    """
    counts = [_count(label) for label in labels]
    starts = [t for t in range(1, len(labels)) if counts[t] != counts[t - 1] + 1]
    return tuple(slice(*ends) for ends in pairwise([0, *starts, len(labels)]))


def _count(label: str) -> int:
    found = re.search(r"\d+", label)
    return -1 if found is None else int(found.group())


def symptoms(
    seen: Sequence[float],
    expected: Sequence[float],
    labels: Sequence[str],
    close: Callable[[float, float], bool] = math.isclose,
) -> list[str]:
    """What shows in the values of one run and not in the expected ones, in sentences.

    Args:
        seen: the finite values of an answer.
        expected: as many.
        labels: what each value belongs to, such as ``update 3``.
        close: whether two values are the same, so that nothing is said of what is right.
    """
    meant = _meant(tuple(expected), labels[0])
    if meant is None:
        return []
    held = [y if close(x, y) else x for x, y in zip(seen, expected, strict=True)]
    curve = Curve(held, meant.curve.peak)
    found = [] if meant.plan is None else of_lrs(held, meant.plan)
    told = {each.code: each for each in found if each.code not in meant.codes}
    said = [
        *_dip(curve, meant, told.get("handover-dips"), labels),
        *_peak(curve, seen, labels),
        *(_in_words(each, labels) for code, each in told.items() if code in _SAYS),
    ]
    return said or list(_timing(curve, meant, labels))


@dataclass(frozen=True)
class _Meant:
    """The expected values of a run, a plan made of them, and what a doctor says of them."""

    curve: Curve
    plan: Plan | None
    codes: frozenset[str]


@lru_cache(maxsize=512)
def _meant(expected: tuple[float, ...], start: str) -> _Meant | None:
    top = max(expected)
    if top <= 0:
        return None
    curve = Curve(expected, top)
    is_warmup = min(expected) >= 0 and curve.first_at_peak != 0 and _count(start) == 0
    if not is_warmup:
        return _Meant(curve, None, frozenset())
    # Without its factors: these would have the rules look away from the expected values.
    plan = replace(Plan.of(expected.__getitem__, top, len(expected)), factors=None)
    return _Meant(curve, plan, frozenset(each.code for each in of_lrs(expected, plan)))


def _dip(
    curve: Curve, meant: _Meant, at_handover: Finding | None, labels: Sequence[str]
) -> Iterator[str]:
    """A fall that is made good again, where the expected values have none."""
    if meant.curve.bottom is not None:
        return
    if at_handover is not None and at_handover.updates is not None:
        lowest = labels[at_handover.updates[1] - 1]
        yield f"Yours dips where the warmup ends: it falls until {lowest}, and rises again."
    elif curve.bottom is not None:
        yield f"Yours falls until {labels[curve.bottom]}, and rises again after it."


def _peak(curve: Curve, seen: Sequence[float], labels: Sequence[str]) -> Iterator[str]:
    if curve.first_at_peak is None:
        at = curve.factors.index(curve.top)
        yield (
            f"Yours never reaches the peak: its highest value is {seen[at]:.6g}, "
            f"first at {labels[at]}."
        )
    elif curve.first_above_peak is not None:
        yield f"Yours rises above the peak, first at {labels[curve.first_above_peak]}."


def _timing(curve: Curve, meant: _Meant, labels: Sequence[str]) -> Iterator[str]:
    """To the update: the doctor allows for one more or less, for conventions differ by one."""
    first, right = curve.first_at_peak, meant.curve.first_at_peak
    if meant.plan is not None and first is not None and right is not None and first != right:
        when = "early" if first < right else "late"
        yield f"Yours reaches the peak too {when}, at {labels[first]}."


def _in_words(finding: Finding, labels: Sequence[str]) -> str:
    first, last = (labels[t] for t in finding.updates or (0, 0))
    return _SAYS[finding.code].format_map({**finding.evidence, "first": first, "last": last})
