"""warmup new-question: a file to fill in."""

from __future__ import annotations

import click

from warmup_lib.builder.new_question import (
    KINDS,
    NewQuestionError,
    NotWritableError,
    left_to_do,
    new_question,
)
from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, json_option


@click.command
@click.argument("quiz", type=QUIZ)
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), default="predict", show_default=True)
@json_option
@click.pass_context
def command(ctx: click.Context, quiz: str, name: str, kind: str, for_tools: bool) -> None:
    """Start a new question of the bank, in a clone of the course.

    The file says what to write in each place; its test fails until all of it is written.
    """
    try:
        path = new_question(quiz, name, kind)
    except NotWritableError:
        raise  # It is trouble with files, which has an exit code of its own.
    except NewQuestionError as error:
        raise click.UsageError(str(error), ctx) from None
    test = f"pytest -x -q tests/test_bank.py -k {quiz}/{name}"
    if for_tools:
        _show.as_json(
            {
                "question": f"{quiz}/{name}",
                "file": str(path),
                "to_write": left_to_do(path),
                "test": test,
            }
        )
        return
    _show.line(str(path))
    _show.line("\nWrite what its TODOs say, then test it until it passes:")
    _show.line(f"  {test}")
