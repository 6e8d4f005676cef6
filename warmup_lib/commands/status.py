"""warmup status: how far you have come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from warmup_lib import progress, questions
from warmup_lib.commands import _show
from warmup_lib.commands._options import json_option


@click.command
@json_option
def command(for_tools: bool) -> None:
    """Show how far you have come, and what mistakes you met."""
    seen = progress.load()
    _show.warn(seen.trouble)
    names = list(questions.index())
    passed = {
        quiz: [seen.of(name).passed for name in names if name.startswith(f"{quiz}/")]
        for quiz in questions.QUIZZES
    }
    to_do = progress.whats_next(seen, names)
    if for_tools:
        _show.as_json(_as_data(passed, progress.most_met(seen), to_do))
        return
    _show_passed(passed)
    _show.line()
    _show_met(progress.most_met(seen))
    _show_to_do(to_do)


def _as_data(
    passed: Mapping[str, Sequence[bool]],
    met: Sequence[tuple[str, int]],
    to_do: Sequence[progress.Next],
) -> dict[str, object]:
    return {
        "passed": sum(map(sum, passed.values())),
        "total": sum(map(len, passed.values())),
        "quizzes": [
            {"quiz": quiz, "passed": sum(each), "total": len(each)} for quiz, each in passed.items()
        ],
        "misconceptions": [{"name": name, "times": times} for name, times in met],
        "review": [each.question for each in to_do if each.review],
        "next": _next_as_data(to_do[0]) if to_do else None,
        "kept_in": str(progress.folder()),
    }


def _next_as_data(now: progress.Next) -> dict[str, object]:
    return {"question": now.question, "why": now.why, "review": now.review}


def _show_passed(passed: Mapping[str, Sequence[bool]]) -> None:
    everything = {**passed, "all": [each for quiz in passed.values() for each in quiz]}
    _show.table(
        ["quiz", "done", "passed"],
        [
            [quiz, _show.bar(sum(each), len(each)), f"{sum(each)} of {len(each)}"]
            for quiz, each in everything.items()
        ],
        right=["passed"],
        styles={"done": "green"},
        spare=["done"],
    )


def _show_met(met: Sequence[tuple[str, int]]) -> None:
    if met:
        most = ", ".join(f"{name} ({progress.times(times)})" for name, times in met[:3])
        _show.line(f"Mistakes met most: {most}")


def _show_to_do(to_do: Sequence[progress.Next]) -> None:
    review = sum(each.review for each in to_do)
    if review:
        _show.line(
            f"For review: {review} question{'s' if review > 1 else ''} (warmup next --review)"
        )
    if to_do:
        _show.line(f"Next: {to_do[0].question}. {to_do[0].why}", "bold")
        _show.line("How to go on: warmup next")
    else:
        _show.line("You have passed every question, and none is due for review.", "bold")
