"""warmup solution: the worked steps of a question."""

from __future__ import annotations

import click

from warmup_lib.commands import _show
from warmup_lib.commands._options import QUESTION


@click.command
@click.argument("question", type=QUESTION)
def command(question: str) -> None:
    """Show the worked steps and common mistakes of QUESTION."""
    from warmup_lib import learn

    note = learn.solution(question)
    _show.line(f"{note.heading}\n", "bold")
    _show.markdown("\n\n".join(note.paragraphs))
