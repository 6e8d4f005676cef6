"""warmup next: what to do now."""

from __future__ import annotations

import os
from pathlib import Path

import click

from warmup_lib import course, progress, questions
from warmup_lib.commands import _show
from warmup_lib.commands._options import json_option


@click.command
@json_option
def command(for_tools: bool) -> None:
    """Say which question is next, why, and where it is.

    What you have not passed comes first, in the order of the course. Then come the questions on
    which a mistake came back, for review.
    """
    seen = progress.load()
    _show.warn(seen.trouble)
    index = questions.index()
    to_do = progress.whats_next(seen, list(index))
    if not to_do:
        if for_tools:
            _show.as_json({"question": None})
        else:
            _show.line("You have passed every question, and none is due for review.", "bold")
        return
    now = to_do[0]
    facts = index[now.question]
    cell = f'check("{now.question}")'
    if now.review:
        # A new seed each time gives new numbers, where the question has any to vary.
        seed = f'VARIANT = "review-{seen.of(now.question).attempts}"\n' if facts.varies else ""
        cell = f'from warmup_lib import ask\n{seed}ask("{now.question}")'
    quiz = now.question.partition("/")[0]
    notebook = Path("quizzes", quiz, f"{quiz}.ipynb")
    folder = course.find(Path.cwd())
    if for_tools:
        _show.as_json(
            {
                "question": now.question,
                "title": facts.title,
                "why": now.why,
                "review": now.review,
                "notebook": None if folder is None else str(folder / notebook),
                "cell": cell,
            }
        )
        return
    _show.line(f"{now.question} · {facts.title}", "bold")
    _show.line(now.why)
    _show.line()
    if now.review:
        _show.line("Run this in a new notebook:")
        for code in cell.splitlines():
            _show.line(f"  {code}", "cyan")
    elif folder is None:
        _show.line(f"It is in {notebook} of the course's folder, and you are not in one.")
        _show.line("`warmup init` makes one. Answer there, and run the cell below your answer:")
        _show.line(f"  {cell}", "cyan")
    else:
        _show.line(f"Open {os.path.relpath(folder / notebook)}, answer, and run the cell below:")
        _show.line(f"  {cell}", "cyan")
    _show.line(f"Stuck? warmup hint {now.question}")
