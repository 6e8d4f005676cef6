"""A student's text, and feedback that quotes it, as HTML in which nothing of theirs runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from warmup_lib.plot import say_lrs
from warmup_lib.quiz.feedback import Curves, Feedback, Outcome
from warmup_lib.quiz.overlay import numbering
from warmup_lib.quiz.view import plain

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

LONGEST_MESSAGE = 4_000
LONGEST_SOURCE = 20_000

_OUTCOMES = {
    Outcome.PASSED: ("right", "✓ Right"),
    Outcome.NOT_ATTEMPTED: ("untouched", "○ Not attempted yet"),
    Outcome.INCORRECT: ("wrong", "✗ Not yet"),
    Outcome.COULD_NOT_CHECK: ("unchecked", "? Could not be checked"),
}
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 220, 70, 12, 14, 34
_DRAWN = (("#0072B2", "", 3.2, 4.0), ("#D55E00", "6 4", 2.0, 3.0))


def visible(text: str, longest: int) -> str:
    r"""Text of bounded length in which every character can be seen.

    Terminal escapes, overrides of the writing direction, lone surrogates and the like stand
    as Python would write them.

    >>> visible("a\x1b[2J\u202eb", 100)
    'a\\x1b[2J\\u202eb'
    >>> visible("x" * 10, 4)
    'xxxx… (6 characters more)'
    """
    text = text.replace("\r\n", "\n")
    if len(text) > longest:
        text = f"{text[:longest]}… ({len(text) - longest} characters more)"
    if re.sub(r"[\n\t]", "", text).isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text
    )


def said(text: str) -> Markup:
    """Markdown as HTML: code in ``<code>``, all else as escaped text, and links as text.

    >>> print(said("`f(x)` raised <b>: [here](https://example.org)"))
    <code>f(x)</code> raised &lt;b&gt;: here (https://example.org)
    """
    from markupsafe import Markup, escape

    text = plain(visible(text, LONGEST_MESSAGE))
    html, done = Markup(), 0
    for match in _CODE.finditer(text):
        html += escape(text[done : match.start()]) + Markup("<code>{}</code>").format(match[2])
        done = match.end()
    return html + escape(text[done:])


def outcome(feedback: Feedback) -> tuple[str, str]:
    """A class of the style sheet, and the heading."""
    return _OUTCOMES[feedback.outcome]


def in_words(misconception: str) -> str:
    """A misconception's name as words.

    >>> in_words("reads-before-step")
    'reads before step'
    """
    return misconception.replace("-", " ")


@lru_cache(maxsize=256)
def figure(curves: Curves) -> Markup:
    """An answer's curve over the expected one as SVG, with its text twin below.

    It says what :func:`warmup_lib.quiz.overlay.overlay` says, and takes a thousandth of
    the time.
    """
    from markupsafe import Markup

    called = [curves.called[0], curves.called[1]]
    drawn: list[Sequence[float]] = [curves.yours]
    if curves.expected:
        drawn.append(curves.expected)
    if len(curves.expected) < len(curves.yours):
        called[1] += ", up to there"
    unit, first = numbering(curves.labels)
    where = curves.labels[curves.part_at].replace("`", "")
    axes = _Axes.around(drawn)
    title = f"{curves.called[0].capitalize()} and {curves.called[1]} part at {where}"
    lines = [
        f"{name}: {say_lrs(values, unit, curves.measures, first)}"
        for name, values in zip(called, drawn, strict=False)
    ]
    return Markup(
        environment()
        .get_template("figure.svg.html")
        .render(
            title=title,
            lines=lines,
            paths=[
                {
                    "points": axes.steps(values),
                    "dots": axes.dots(values),
                    "name": name,
                    "style": style,
                }
                for values, name, style in zip(drawn, called, _DRAWN, strict=False)
            ],
            ticks=axes.ticks(),
            part=axes.x(curves.part_at),
            xlabel=unit,
            ends=(first, first + len(curves.yours) - 1),
            measures=curves.measures,
            box=(_WIDTH, _HEIGHT, _LEFT, _WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM),
        )
    )


@dataclass(frozen=True)
class _Axes:
    """Where a value lies in the drawing."""

    count: int
    low: float
    high: float

    @classmethod
    def around(cls, drawn: Sequence[Sequence[float]]) -> _Axes:
        everything = [0.0, *(value for values in drawn for value in values)]
        low, high = min(everything), max(everything)
        return cls(len(drawn[0]), low, high if high > low else low + 1.0)

    def x(self, position: float) -> float:
        return round(_LEFT + (position + 0.5) / self.count * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

    def steps(self, values: Sequence[float]) -> str:
        return " ".join(
            f"{self.x(at)},{self.y(value)}"
            for i, value in enumerate(values)
            for at in (i - 0.5, i + 0.5)
        )

    def dots(self, values: Sequence[float]) -> list[tuple[float, float]]:
        every = max(1, len(values) // 25)
        return [(self.x(i), self.y(values[i])) for i in range(0, len(values), every)]

    def ticks(self) -> list[tuple[float, str]]:
        shown = [self.low, (self.low + self.high) / 2, self.high]
        return [(self.y(value), f"{value:.3g}") for value in shown]


@cache
def environment() -> Environment:
    """The templates, in which everything is escaped that is not escaped already."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["said"] = said
    made.filters["in_words"] = in_words
    made.filters["source"] = lambda text: visible(text, LONGEST_SOURCE)
    made.filters["id"] = lambda text: visible(text, LONGEST_MESSAGE)
    made.globals["outcome"] = outcome
    made.globals["figure"] = figure
    return made
