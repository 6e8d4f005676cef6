"""How feedback, hints and solutions look: short HTML, and the same as text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warmup_lib.plot import Picture
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.overlay import overlay

_HEADINGS = {
    Outcome.PASSED: "✓ Right",
    Outcome.NOT_ATTEMPTED: "○ Not attempted yet",
    Outcome.INCORRECT: "✗ Not yet",
    Outcome.COULD_NOT_CHECK: "? Could not be checked",
}
_COLOURS = {
    Outcome.PASSED: "var(--jp-success-color1, #2e7d32)",
    Outcome.NOT_ATTEMPTED: "var(--jp-border-color1, #757575)",
    Outcome.INCORRECT: "var(--jp-warn-color1, #c66900)",
    Outcome.COULD_NOT_CHECK: "var(--jp-error-color1, #b3261e)",
}

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\[([^][]+)\]\((https?://(?:[^\s()\0]|\([^\s()\0]*\))+)\)")
_STRONG = re.compile(r"\*\*(?!\s)([^*]+)(?<!\s)\*\*")
_EMPHASIS = re.compile(r"\*(?!\s)([^*]+)(?<!\s)\*")


@dataclass(frozen=True)
class Note:
    """A heading over paragraphs, in which `code` stands in backticks.

    ``as_cell_result`` is what a cell that ends in it has as its plain text, and
    ``passed`` says that an answer was right. A figure's text twin is part of the text;
    the HTML has the figure.
    """

    heading: str
    paragraphs: Sequence[str]
    colour: str = "var(--jp-brand-color1, #1565c0)"
    as_cell_result: str | None = None
    passed: bool = False
    picture: Picture | None = None

    def __str__(self) -> str:
        twin = [] if self.picture is None else [self.picture.text]
        return "\n".join([self.heading, *self.paragraphs, *twin])

    def __repr__(self) -> str:
        return str(self) if self.as_cell_result is None else self.as_cell_result

    def _repr_html_(self) -> str:
        blocks = [block for paragraph in self.paragraphs for block in _blocks(paragraph)]
        body = "".join(map(_block, blocks))
        if self.picture is not None:
            body += self.picture.html
        return (
            f'<div role="status" style="border-left: 4px solid {self.colour}; '
            'padding: 0.2em 0 0.2em 0.8em; margin: 0.3em 0">'
            f"<strong>{_inline(self.heading)}</strong>{body}</div>"
        )


def feedback_note(feedback: Feedback, *, said_too: Sequence[str] = ()) -> Note:
    """Feedback as a note, with what else there is to say below it.

    As a cell's result its plain text is the score, a bare number, since that is
    what nbgrader reads partial credit from.
    """
    points = "point" if feedback.points == 1 else "points"
    heading = f"{_HEADINGS[feedback.outcome]} · {feedback.score:g} of {feedback.points:g} {points}"
    paragraphs = [feedback.message, *feedback.details]
    if feedback.misconception is not None:
        paragraphs.insert(0, f"Known mistake: *{feedback.misconception}*")
    paragraphs += said_too
    return Note(
        heading,
        paragraphs,
        _COLOURS[feedback.outcome],
        as_cell_result=f"{feedback.score:g}",
        passed=feedback.passed,
        picture=None if feedback.curves is None else overlay(feedback.curves),
    )


def _blocks(text: str) -> list[str]:
    """A program as one block, and text by its blank lines."""
    return [text] if text.startswith("```") else re.split(r"\n\s*\n", text)


def _block(paragraph: str) -> str:
    if paragraph.startswith("```"):
        code = html.escape(re.sub(r"^```\w*\n|\n```$", "", paragraph))
        return f"<pre>{code}</pre>"
    return f'<p style="margin: 0.3em 0">{_inline(paragraph)}</p>'


def plain(text: str) -> str:
    """Markdown for where nothing can be emphasised, as on a terminal; code stays as it is.

    >>> plain("*Never* `f(*args, **kw)`: [ezpz, PR 128](https://example.org/128)")
    'Never `f(*args, **kw)`: ezpz, PR 128 (https://example.org/128)'
    """
    return _rendered(
        text,
        code=lambda quoted, _: quoted,
        link=lambda address: ("", f" ({address})"),
        rest=lambda rest: _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", rest)),
    )


def _inline(text: str) -> str:
    return _rendered(
        text,
        code=lambda _, code: f"<code>{html.escape(code)}</code>",
        link=lambda address: (
            f'<a href="{html.escape(address)}" target="_blank" rel="noopener">',
            "</a>",
        ),
        rest=lambda rest: _emphasised(html.escape(rest)),
    )


def _emphasised(text: str) -> str:
    return _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", text))


def _rendered(
    text: str,
    *,
    code: Callable[[str, str], str],
    link: Callable[[str], tuple[str, str]],
    rest: Callable[[str], str],
) -> str:
    """Markdown with each part rendered, and no part read as another.

    Args:
        text: the Markdown.
        code: renders code, given with its backticks and without.
        link: what stands before and behind the text of a link to an address.
        rest: renders all else, in which code and addresses are left out.
    """
    done: list[str] = []

    def aside(part: str) -> str:
        done.append(part)
        return f"\0{len(done) - 1}\0"

    def linked(match: re.Match[str]) -> str:
        before, behind = link(match[2])
        return f"{aside(before)}{match[1]}{aside(behind)}"

    text = _CODE.sub(lambda match: aside(code(match[0], match[2])), text.replace("\0", ""))
    text = rest(_LINK.sub(linked, text))
    return re.sub(r"\0(\d+)\0", lambda match: done[int(match[1])], text)
