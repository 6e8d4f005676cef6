"""warmup next: what to do now."""

from __future__ import annotations

import os
from pathlib import Path

import click

from warmup_lib import course, progress, questions
from warmup_lib.commands import _show
from warmup_lib.commands._asked import command_for
from warmup_lib.commands._options import QUIZ, json_option


@click.command
@click.argument("quiz", required=False, type=QUIZ)
@click.option("--review", is_flag=True, help="Only what is due for review.")
@json_option
def command(quiz: str | None, review: bool, for_tools: bool) -> None:
    """Say which question is next, why, and where it is.

    What you have not passed comes first, in the order of the course. Then come the questions on
    which a mistake came back, for review. Name a QUIZ to stay in it.
    """
    seen = progress.load()
    _show.warn(seen.trouble)
    names = [name for name in questions.index() if quiz is None or name.startswith(f"{quiz}/")]
    to_do = [each for each in progress.whats_next(seen, names) if each.review or not review]
    if to_do:
        (_as_data if for_tools else _as_text)(to_do[0])
    elif for_tools:
        _show.as_json({"question": None})
    elif review:
        _show.line("No question is due for review.", "bold")
    else:
        _show.line("You have passed every question, and none is due for review.", "bold")


def _as_data(now: progress.Next) -> None:
    folder = course.find(Path.cwd())
    _show.as_json(
        {
            "question": now.question,
            "title": questions.index()[now.question].title,
            "why": now.why,
            "review": now.review,
            "notebook": None if folder is None else str(folder / _notebook(now)),
            "cell": _cell(now),
        }
    )


def _as_text(now: progress.Next) -> None:
    _show.line(f"{now.question} · {questions.index()[now.question].title}", "bold")
    _show.line(f"{now.why}\n")
    folder = course.find(Path.cwd())
    if now.review:
        _show.line("Run this in a new notebook:")
    elif folder is None:
        _show.line(f"It is in {_notebook(now)} of the course's folder, and you are not in one.")
        _show.line("`warmup init` makes one. Answer there, and run the cell below your answer:")
    else:
        place = os.path.relpath(folder / _notebook(now))
        _show.line(f"Open {place}, answer, and run the cell below:")
    for code in _cell(now).splitlines():
        _show.line(f"  {code}", "cyan")
    _show.line(f"Stuck? {command_for('hint', now.question, _seed(now))}")


def _seed(now: progress.Next) -> str | None:
    """What picks the numbers, where the question has any to vary."""
    return (now.seed or None) if questions.index()[now.question].varies else None


def _cell(now: progress.Next) -> str:
    if not now.review:
        return f'check("{now.question}")'
    seed = _seed(now)
    variant = f'VARIANT = "{seed}"\n' if seed else ""
    return f'from warmup_lib import ask\n{variant}ask("{now.question}")'


def _notebook(now: progress.Next) -> Path:
    quiz = now.question.partition("/")[0]
    return Path("quizzes", quiz, f"{quiz}.ipynb")
