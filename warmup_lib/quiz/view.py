"""How feedback, hints and solutions look: short HTML, and the same as text."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
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
        body = "".join(_block(paragraph) for paragraph in self.paragraphs)
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


def _block(paragraph: str) -> str:
    if paragraph.startswith("```"):
        code = html.escape(re.sub(r"^```\w*\n|\n```$", "", paragraph))
        return f"<pre>{code}</pre>"
    return f'<p style="margin: 0.3em 0">{_inline(paragraph)}</p>'


def _inline(text: str) -> str:
    plain_and_code = re.split(r"`([^`]+)`", text)
    parts = []
    for index, part in enumerate(plain_and_code):
        escaped = html.escape(part)
        parts.append(f"<code>{escaped}</code>" if index % 2 else _emphasised(escaped))
    return "".join(parts).replace("\n", "<br>")


def _emphasised(text: str) -> str:
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\*([^*\s][^*]*)\*", r"<em>\1</em>", text)
