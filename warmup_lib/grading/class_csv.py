"""What a class believes, as CSV: one number a row, so that it can be filtered and pivoted."""

from __future__ import annotations

from collections.abc import Iterator

from warmup_lib.grading.class_stats import ClassStats, QuestionStats
from warmup_lib.grading.files import csv_text
from warmup_lib.grading.measures import Measure, Share

COLUMNS = ("quiz", "question", "what", "name", "value", "count", "of", "low", "high", "note")

Cell = str | float


def class_csv(stats: ClassStats) -> str:
    """All the numbers of the class, under :data:`COLUMNS`.

    ``count``, ``of``, and the 95% interval from ``low`` to ``high`` are those of a share;
    ``note`` says what a misconception says, or why there is no value.
    """
    rows: list[tuple[Cell, ...]] = [COLUMNS]
    rows += [(stats.quiz, *row) for row in _rows(stats)]
    return csv_text(rows)


def _rows(stats: ClassStats) -> Iterator[tuple[Cell, ...]]:
    yield "", "submissions", "", stats.students, *_NO_SHARE, ""
    yield "", "unreadable", "", stats.unreadable, *_NO_SHARE, ""
    yield "", "points", "", stats.points, *_NO_SHARE, ""
    for what, value in (("mean score", stats.mean), ("median score", stats.median)):
        yield "", what, "", "" if value is None else _rounded(value), *_NO_SHARE, ""
    yield _measure("", "alpha", stats.alpha)
    for bar in stats.bars:
        scores = f"{bar.low:g}" if bar.low == bar.high else f"{bar.low:g} to {bar.high:g}"
        yield _share("", "score", scores, Share(bar.count, stats.students))
    for question in stats.questions:
        yield from _question(question)
    for belief in stats.beliefs:
        yield _share("", "misconception", belief.name, belief.share)
    for pair in stats.together:
        note = f"{pair.expected:.1f} expected"
        yield "", "together", f"{pair.one} and {pair.other}", "", pair.count, *_NO_SHARE[1:], note
    for warning in stats.warnings:
        yield "", "warning", "", "", *_NO_SHARE, warning


_NO_SHARE: tuple[Cell, ...] = ("", "", "", "")


def _question(each: QuestionStats) -> Iterator[tuple[Cell, ...]]:
    yield _share(each.name, "right", "", each.right, each.title)
    yield _measure(each.name, "discrimination", each.discrimination)
    yield _share(each.name, "known mistake", "", each.known)
    yield _share(each.name, "unexplained", "", each.unexplained)
    yield _share(each.name, "not attempted", "", each.not_attempted)
    yield _share(each.name, "could not be checked", "", each.not_checked)
    yield each.name, "mean seconds", "", _rounded(each.mean_seconds), *_NO_SHARE, ""
    yield each.name, "median seconds", "", _rounded(each.median_seconds), *_NO_SHARE, ""
    for held in each.held:
        yield _share(each.name, "misconception", held.name, held.share, held.says)


def _share(question: str, what: str, name: str, share: Share, note: str = "") -> tuple[Cell, ...]:
    low, high = _rounded(share.low), _rounded(share.high)
    return question, what, name, _rounded(share.value), share.count, share.of, low, high, note


def _measure(question: str, what: str, measure: Measure) -> tuple[Cell, ...]:
    value = "" if measure.value is None else _rounded(measure.value)
    return question, what, "", value, *_NO_SHARE, measure.why


def _rounded(value: float) -> float:
    return round(value, 4)
