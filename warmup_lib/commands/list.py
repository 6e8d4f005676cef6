"""warmup list: the questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import click

from warmup_lib import progress, questions
from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, OneOf, json_option

KIND = OneOf("kind", lambda: dict.fromkeys(each.kind for each in questions.index().values()))
DIFFICULTY = OneOf(
    "difficulty", lambda: dict.fromkeys(each.difficulty for each in questions.index().values())
)


@click.command
@click.argument("quiz", required=False, type=QUIZ)
@click.option("--kind", type=KIND, help="Only this kind, such as fix or name-the-bug.")
@click.option("--difficulty", type=DIFFICULTY, help="Only warm-up, core or hard ones.")
@click.option("--wild", is_flag=True, help="Only those whose bug was met in a real project.")
@json_option
def command(
    quiz: str | None, kind: str | None, difficulty: str | None, wild: bool, for_tools: bool
) -> None:
    """List the questions, of one QUIZ or of all."""
    seen = progress.load()
    _show.warn(seen.trouble)
    chosen = {
        name: facts
        for name, facts in questions.index().items()
        if quiz in (None, name.partition("/")[0])
        and kind in (None, facts.kind)
        and difficulty in (None, facts.difficulty)
        and (facts.source or not wild)
    }
    if for_tools:
        _show.as_json(
            [
                {"question": name, **asdict(facts), "state": seen.of(name).state}
                for name, facts in chosen.items()
            ]
        )
    elif chosen:
        _show_questions(chosen, seen)
        if wild:
            _show.line("\nWhere their bugs were met:")
            _show.markdown("\n".join(f"- {name}: {facts.source}" for name, facts in chosen.items()))
    else:
        _show.line("No question is like that.")


def _show_questions(chosen: Mapping[str, questions.Facts], seen: progress.Progress) -> None:
    _show.table(
        ["question", "title", "kind", "difficulty", "points", "mistakes", "state"],
        [
            [
                name,
                facts.title,
                facts.kind,
                facts.difficulty,
                str(facts.points),
                str(len(facts.misconceptions)),
                seen.of(name).state,
            ]
            for name, facts in chosen.items()
        ],
        right=["points", "mistakes"],
        styles={"passed": "green", "review": "yellow", "tried": "yellow", "new": "dim"},
        wrapped=["title"],
        spare=["mistakes", "points", "difficulty", "kind", "title"],
    )
