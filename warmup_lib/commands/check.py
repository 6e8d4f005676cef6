"""warmup check: the answers in a saved notebook or a .py file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from warmup_lib import checking, questions
from warmup_lib.commands import _checked, _show
from warmup_lib.commands._options import json_option


class Target(click.Path):
    """A quiz, a question or a path; shells complete the names, and then files."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        names = [*questions.QUIZZES, *questions.index()]
        found = [CompletionItem(name) for name in names if name.startswith(incomplete)]
        return found or super().shell_complete(ctx, param, incomplete)


HELP = """\
Check the answers in a saved notebook or a .py file.

\b
  warmup check lambda_lr                 the quiz's notebook in the course's folder
  warmup check lambda_lr/first_print     one question of it
  warmup check my_answers.py             names such as first_print = 0.08

The file is run from top to bottom; save it first. The exit code is 0 if all is right, else 1.
"""


@click.command(help=HELP)
@click.argument("target", metavar="QUIZ|QUESTION|FILE", type=Target())
@json_option
@click.pass_context
def command(ctx: click.Context, target: str, for_tools: bool) -> None:
    try:
        checked = checking.check(checking.task_for(target, Path.cwd()))
    except checking.NothingToCheckError as error:
        raise click.UsageError(str(error), ctx) from None
    if for_tools:
        _show.as_json(as_data(checked))
    else:
        _checked.everything(checked)
    ctx.exit(0 if checked.passed == len(checked.feedback) else 1)


def as_data(checked: checking.Checked) -> dict[str, object]:
    """What was checked, for tools."""
    return {
        "file": str(checked.path),
        "passed": checked.passed,
        "of": len(checked.feedback),
        "troubles": checked.troubles,
        "questions": [
            {
                **{
                    name: value
                    for name, value in dataclasses.asdict(each).items()
                    if name not in ("curves", "fingerprint")
                },
                "outcome": each.outcome.value,
                "score": each.score,
            }
            for each in checked.feedback
        ],
    }
