"""warmup solution: the worked steps of a question."""

from __future__ import annotations

import click

from warmup_lib.commands import _show
from warmup_lib.commands._asked import asked_for, variant_option
from warmup_lib.commands._options import QUESTION, json_option


@click.command
@click.argument("question", type=QUESTION)
@variant_option
@json_option
def command(question: str, variant: str | None, for_tools: bool) -> None:
    """Show the worked steps and common mistakes of QUESTION."""
    its = asked_for(question, variant)
    if for_tools:
        _show.as_json({"question": question, "steps": its.steps()})
        return
    _show.line(f"Solution: {its.question.title}\n", "bold")
    _show.markdown("\n\n".join(its.steps()))
