"""warmup hint: one more hint each time."""

from __future__ import annotations

import click

from warmup_lib import progress, questions
from warmup_lib.commands import _show
from warmup_lib.commands._options import QUESTION, json_option


@click.command
@click.argument("question", type=QUESTION)
@json_option
def command(question: str, for_tools: bool) -> None:
    """Give one more hint on QUESTION, from gentle to telling.

    After the last one you get all of them.
    """
    hints = questions.load(question).hints
    seen = progress.load()
    given = seen.of(question).hints
    is_new = given < len(hints)
    shown = hints[given : given + 1] if is_new else hints
    trouble = progress.note_hint(question) if is_new else None
    _show.warn(seen.trouble or trouble)
    if for_tools:
        _show.as_json(
            {
                "question": question,
                "number": given + 1 if is_new else None,
                "of": len(hints),
                "hints": shown,
            }
        )
        return
    heading = f"Hint {given + 1} of {len(hints)}" if is_new else f"All {len(hints)} hints"
    _show.line(heading, "bold")
    _show.markdown("\n\n".join(shown))
    more = "One more" if given + 1 < len(hints) else "The worked steps"
    what = "hint" if given + 1 < len(hints) else "solution"
    _show.line(f"\n{more}: warmup {what} {question}", "dim")
