"""The class page's figures, as SVG that CSS colours. Each has its numbers beside it as text."""

from __future__ import annotations

import html
from collections.abc import Sequence

from warmup_lib.grading.class_stats import Bar, QuestionStats
from warmup_lib.grading.measures import Share

OUTCOMES = (
    ("right", "right"),
    ("known", "known mistake"),
    ("unexplained", "unexplained"),
    ("untouched", "not attempted"),
    ("unchecked", "could not be checked"),
)
"""The CSS class of an outcome, and what it is called, in the order in which they are drawn."""

_WIDTH = 720
_FEWEST_PERCENT_WITH_A_NUMBER = 6


def outcome_shares(question: QuestionStats) -> tuple[Share, ...]:
    """The shares of a question's outcomes, in the order of :data:`OUTCOMES`."""
    return (
        question.right,
        question.known,
        question.unexplained,
        question.not_attempted,
        question.not_checked,
    )


def share_bar(share: Share, width: int = 130) -> str:
    """A share as a bar on a rail, with a line for its interval. The number stands beside it."""
    low, high = width * share.low, width * share.high
    return (
        f'<svg viewBox="0 0 {width} 14" width="{width}" height="14" aria-hidden="true">'
        f'<rect class="rail" width="{width}" height="14" rx="2"/>'
        f'<rect class="bar" width="{width * share.value:.1f}" height="14" rx="2"/>'
        f'<path class="whisker" d="M{low:.1f} 7H{high:.1f}M{low:.1f} 4V10M{high:.1f} 4V10"/></svg>'
    )


def swatch(name: str) -> str:
    """A small square in the colour of an outcome."""
    return (
        '<svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">'
        f'<rect class="{name}" width="12" height="12" rx="2"/></svg>'
    )


def histogram(bars: Sequence[Bar], mean: float, alt: str) -> str:
    """The distribution of scores, with a line at the mean."""
    left, top, height = 10, 24, 150
    step = (_WIDTH - 2 * left) / len(bars)
    tallest = max(bar.count for bar in bars)
    drawn = []
    for place, bar in enumerate(bars):
        x, tall = left + place * step, height * bar.count / tallest
        drawn.append(
            f'<rect class="bar" x="{x + 2:.1f}" y="{top + height - tall:.1f}" '
            f'width="{step - 4:.1f}" height="{tall:.1f}"/>'
        )
        if bar.count:
            drawn.append(_text("middle", x + step / 2, top + height - tall - 5, str(bar.count)))
        drawn.append(_text("middle faint", x + step / 2, top + height + 17, f"{bar.low:g}"))
    single = bars[0].low == bars[0].high
    span = bars[-1].high - bars[0].low
    along = (mean - bars[0].low + 0.5) if single else mean * len(bars) / span
    at = left + step * along
    drawn.append(f'<path class="axis" d="M{left} {top + height}H{_WIDTH - left}"/>')
    drawn.append(f'<path class="mean" d="M{at:.1f} {top - 6}V{top + height}"/>')
    side, beside = ("end", at - 6) if along > len(bars) / 2 else ("", at + 6)
    drawn.append(_text(side, beside, top - 8, f"mean {mean:.1f}"))
    return _figure(_WIDTH, top + height + 26, alt, "".join(drawn))


def outcomes(questions: Sequence[QuestionStats], alt: str) -> str:
    """A bar for each question, in parts: what became of the answers."""
    row, names = 28, 250
    wide = _WIDTH - names
    drawn = []
    for place, question in enumerate(questions):
        y, x = place * row, float(names)
        drawn.append(_text("end", names - 10, y + 17, _short(question.title)))
        for (name, _), share in zip(OUTCOMES, outcome_shares(question), strict=True):
            part = wide * share.value
            if share.count:
                drawn.append(
                    f'<rect class="{name}" x="{x:.1f}" y="{y + 2}" width="{part:.1f}" height="22"/>'
                )
            percent = round(100 * share.value)
            if percent >= _FEWEST_PERCENT_WITH_A_NUMBER:
                drawn.append(_text("on", x + part / 2, y + 17, f"{percent}%"))
            x += part
    return _figure(_WIDTH, row * len(questions), alt, "".join(drawn))


def _figure(width: int, height: int, alt: str, drawn: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(alt)}">{drawn}</svg>'
    )


def _text(classes: str, x: float, y: float, text: str) -> str:
    return f'<text class="{classes}" x="{x:.1f}" y="{y:.1f}">{html.escape(text)}</text>'


def _short(title: str) -> str:
    text = title.replace("`", "")
    return text if len(text) <= 36 else f"{text[:35]}…"
