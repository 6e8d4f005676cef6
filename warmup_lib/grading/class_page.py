"""What a class believes, as one HTML page: no script, nothing from outside, no student in it."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

from warmup_lib.grading.class_stats import Belief, ClassStats, QuestionStats
from warmup_lib.grading.class_svg import (
    OUTCOMES,
    histogram,
    outcome_shares,
    outcomes,
    share_bar,
    swatch,
)
from warmup_lib.grading.measures import SMALLEST, STEADY, Measure, Share

_TEMPLATE = Path(__file__).with_name("class_page.html")
_STYLE = Path(__file__).with_name("class_page.css")

FEW = 0.05
"""A misconception that a smaller share holds is named, and no more."""

_MOST_PAIRS = 8


def class_page(stats: ClassStats, title: str, lesson: tuple[str, str] | None = None) -> str:
    """The page, as HTML.

    Args:
        stats: what it shows.
        title: of the quiz.
        lesson: what the lesson that the quiz follows is called, and where it is from the
            page's place; ``None`` for no link.
    """
    style = _STYLE.read_text(encoding="utf-8")
    template = Template(_TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(
        style=style,
        style_hash=_sha256(style),
        title=html.escape(title),
        facts=_facts(stats),
        warnings=_warnings(stats.warnings),
        glance=_glance(stats.questions),
        scores=_scores(stats),
        outcomes=_outcomes(stats.questions),
        beliefs=_beliefs(stats.beliefs, lesson),
        together=_together(stats),
        smallest=SMALLEST,
        steady=STEADY,
        footer=_footer(stats),
    )


def percent(share: Share) -> str:
    """A share in words: itself, and the interval.

    >>> percent(Share(7, 20))
    '35% (18–57%)'
    """
    return f"{100 * share.value:.0f}% ({100 * share.low:.0f}–{100 * share.high:.0f}%)"


def seconds(value: float) -> str:
    """A time that is short.

    >>> seconds(0.0123), seconds(0.4), seconds(12.34)
    ('12 ms', '0.40 s', '12 s')
    """
    if value < 0.1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def _facts(stats: ClassStats) -> str:
    facts = [("submissions graded", str(stats.students))]
    if stats.unreadable:
        apart = "<small>in no number below</small>"
        facts.append(("could not be read", f"{stats.unreadable}{apart}"))
    if stats.mean is not None and stats.median is not None:
        facts.append(("mean score", f"{stats.mean:.1f} of {stats.points:g}"))
        facts.append(("median", f"{stats.median:g}"))
    alpha = f"{stats.alpha.value:.2f}" if stats.alpha.value is not None else "–"
    why = f"<small>{_said(stats.alpha.why)}</small>" if stats.alpha.why else ""
    shown = [f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts]
    shown.append(f"<div><dt>alpha</dt><dd>{alpha}{why}</dd></div>")
    return f'<dl class="facts">{"".join(shown)}</dl>'


def _warnings(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    return f'<ul class="warnings">{"".join(f"<li>{_said(each)}</li>" for each in warnings)}</ul>'


def _glance(questions: Sequence[QuestionStats]) -> str:
    if not questions:
        return _NOTHING
    is_small = all(each.discrimination.value is None for each in questions)
    rows = "".join(_glance_row(each, is_small) for each in questions)
    return (
        '<div class="scroll"><table class="glance"><thead><tr><th scope="col">Question</th>'
        '<th scope="col">Right</th><th scope="col" class="number">Discrimination</th>'
        '<th scope="col" class="number">Time</th><th scope="col">Mistake held most</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _glance_row(each: QuestionStats, is_small: bool) -> str:
    most = "none that is known"
    if each.held:
        held = each.held[0]
        most = (
            f"<strong>{percent(held.share)}</strong> <code>{html.escape(held.name)}</code>"
            f'<br><span class="small">{_said(held.says)}</span>'
        )
    return (
        f'<tr><th scope="row">{_said(each.title)}'
        f'<code class="small quiet">{html.escape(each.name.partition("/")[2])}</code></th>'
        '<td class="share-cell" data-label="Right">'
        f"{percent(each.right)}{share_bar(each.right)}</td>"
        f"{_discrimination(each.discrimination, is_said_above=is_small)}"
        f'<td class="number" data-label="Time">{seconds(each.median_seconds)}</td>'
        f'<td class="words" data-label="Mistake held most">{most}</td></tr>'
    )


def _discrimination(measure: Measure, is_said_above: bool) -> str:
    if measure.value is None and not is_said_above:
        return f'<td class="why" data-label="Discrimination">{_said(measure.why)}</td>'
    value = "–" if measure.value is None else signed(measure.value)
    return f'<td class="number" data-label="Discrimination">{value}</td>'


def signed(value: float) -> str:
    """A correlation, with a real minus.

    >>> signed(-0.1234), signed(-0.001)
    ('−0.12', '0.00')
    """
    return f"{round(value, 2) + 0:.2f}".replace("-", "−")


def _scores(stats: ClassStats) -> str:
    if stats.mean is None:
        return _NOTHING
    heading = "points" if stats.bars[0].low == stats.bars[0].high else "points from"
    twin = "; ".join(f"{bar.low:g}: {bar.count}" for bar in stats.bars if bar.count)
    said = f"How many have how many points. By {heading}, {twin}."
    figure = histogram(stats.bars, stats.mean, f"Histogram of the scores, mean {stats.mean:.1f}.")
    return f"<figure>{figure}<figcaption>{said}</figcaption></figure>"


def _outcomes(questions: Sequence[QuestionStats]) -> str:
    if not questions:
        return _NOTHING
    legend = "".join(f"<li>{swatch(name)}{said}</li>" for name, said in OUTCOMES)
    heads = "".join(f'<th scope="col" class="number">{said}</th>' for _, said in OUTCOMES)
    rows = "".join(
        f'<tr><th scope="row">{_said(each.title)}</th><td class="number">{each.n}</td>'
        + "".join(f'<td class="number">{share.count}</td>' for share in outcome_shares(each))
        + "</tr>"
        for each in questions
    )
    figure = outcomes(questions, "For each question, what became of the answers; a table follows.")
    return (
        f'<figure><ul class="legend">{legend}</ul>{figure}</figure>'
        '<div class="scroll"><table class="counts"><caption class="small quiet">The same in numbers'
        ' of answers</caption><thead><tr><th scope="col">Question</th>'
        '<th scope="col" class="number">answers'
        f"</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _beliefs(beliefs: Sequence[Belief], lesson: tuple[str, str] | None) -> str:
    if not beliefs:
        return "<p>No answer is one that a known misconception gives.</p>"
    link = ""
    if lesson is not None:
        name, where = lesson
        link = f' The lesson to go back to: <a href="{html.escape(where)}">{_said(name)}</a>.'
    many = [each for each in beliefs if each.share.value >= FEW]
    few = [each for each in beliefs if each.share.value < FEW]
    rest = ""
    if few:
        named = ", ".join(f"<code>{html.escape(b.name)}</code> {b.share.count}" for b in few)
        rest = f"<p>Held by fewer than {100 * FEW:.0f}%, with the number of students: {named}.</p>"
    return (
        "<p>The share of students whose answers a misconception explains, at least once in the "
        f"quiz, and what it says to those who hold it.{link}</p>"
        f'<ol class="beliefs">{"".join(map(_belief, many))}</ol>{rest}'
    )


def _belief(belief: Belief) -> str:
    first, *others = belief.met
    shown = [first, *(each for each in others if each.share.value >= FEW)]
    said = "".join(
        f'<li>{_said(each.says)} <span class="small quiet nowrap">'
        f"{_said(each.title)}: {each.share.count} of {each.share.of}</span></li>"
        for each in shown
    )
    also = ", ".join(
        f"{_said(each.title)} ({each.share.count})" for each in others if each.share.value < FEW
    )
    if also:
        said += f'<li class="small quiet">Now and then in: {also}</li>'
    return (
        f'<li><div><span class="share">{100 * belief.share.value:.0f}%</span> '
        f'<span class="small quiet">{belief.share.count} of {belief.share.of}, '
        f"{100 * belief.share.low:.0f}–{100 * belief.share.high:.0f}%</span>"
        f"{share_bar(belief.share, 180)}</div>"
        f"<div><h3><code>{html.escape(belief.name)}</code></h3><ul>{said}</ul></div></li>"
    )


def _together(stats: ClassStats) -> str:
    if not stats.together:
        return ""
    rows = "".join(
        f"<li><code>{html.escape(each.one)}</code> and <code>{html.escape(each.other)}</code>: "
        f"{each.count} students hold both, where {each.expected:.1f} are to be expected.</li>"
        for each in stats.together[:_MOST_PAIRS]
    )
    return (
        "<h2>Held together</h2><p>These go together more than two misconceptions of this class do "
        f"on the whole; that some students hold many is allowed for.</p><ul>{rows}</ul>"
    )


def _footer(stats: ClassStats) -> str:
    until = f"; the last was graded at {_said(stats.until)}" if stats.until else ""
    return f"<code>warmup stats {html.escape(stats.quiz)}</code>{until}."


_NOTHING = "<p>No submission could be graded.</p>"


def _said(text: str) -> str:
    """Text of ours, escaped, with its `code` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def _sha256(style: str) -> str:
    """What lets this style through the page's policy, and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
