"""warmup hint: one more hint each time."""

from __future__ import annotations

import click

from warmup_lib.commands import _show
from warmup_lib.commands._asked import asked_for, command_for, variant_option
from warmup_lib.commands._options import QUESTION, json_option


@click.command
@click.argument("question", type=QUESTION)
@variant_option
@json_option
def command(question: str, variant: str | None, for_tools: bool) -> None:
    """Give one more hint on QUESTION, from gentle to telling.

    After the last one you get all of them.
    """
    hint = asked_for(question, variant).next_hint()
    _show.warn(hint.trouble)
    if for_tools:
        _show.as_json(
            {"question": question, "number": hint.number, "of": hint.of, "hints": hint.texts}
        )
        return
    is_last = hint.number in (None, hint.of)
    heading = f"All {hint.of} hints" if hint.number is None else f"Hint {hint.number} of {hint.of}"
    _show.line(heading, "bold")
    _show.markdown("\n\n".join(hint.texts))
    more, what = ("The worked steps", "solution") if is_last else ("One more", "hint")
    _show.line(f"\n{more}: {command_for(what, question, variant)}", "dim")
