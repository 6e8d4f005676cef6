"""warmup new-question: a file to fill in."""

from __future__ import annotations

import click

from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ


@click.command
@click.argument("quiz", type=QUIZ)
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["predict", "choose", "write", "fix", "name-the-bug", "port"]),
    default="predict",
    show_default=True,
)
@click.pass_context
def command(ctx: click.Context, quiz: str, name: str, kind: str) -> None:
    """Start a new question of the bank, in a clone of the course.

    The file says what to write in each place; its test fails until all of it is written.
    """
    from warmup_lib.builder.new_question import NewQuestionError, new_question

    try:
        path = new_question(quiz, name, kind)
    except NewQuestionError as error:
        raise click.UsageError(str(error), ctx) from None
    _show.line(str(path))
    _show.line("\nWrite what its TODOs say, then test it until it passes:")
    _show.line(f"  pytest -x -q tests/test_bank.py -k {quiz}/{name}")
