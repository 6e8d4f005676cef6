"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import click
from click.shell_completion import CompletionItem

from warmup_lib import questions

json_option = click.option("--json", "for_tools", is_flag=True, help="Print JSON, for tools.")


class OneOf(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """One of a few names, read when it is needed. Shells complete it; a typo gets the nearest.

    A name of several words is typed with hyphens between them, which needs no quotes.
    """

    def __init__(self, name: str, known: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self.known = known

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        known = self._typed()
        typed = _as_typed(value)
        if typed not in known:
            remedy = _remedy(value, list(known))
            self.fail(f"there is no {self.name} {value!r}; {remedy}", param, ctx)
        return known[typed]

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        return [CompletionItem(each) for each in self._typed() if each.startswith(incomplete)]

    def _typed(self) -> dict[str, str]:
        return {_as_typed(each): each for each in self.known()}


def _as_typed(name: str) -> str:
    return name.replace(" ", "-")


def _remedy(value: str, known: Sequence[str]) -> str:
    import difflib

    nearest = difflib.get_close_matches(value, known, n=1)
    if nearest:
        return f"did you mean {nearest[0]!r}?"
    return f"there are {', '.join(known)}" if len(known) < 10 else "`warmup list` shows them"


QUESTION = OneOf("question", lambda: questions.index())
QUIZ = OneOf("quiz", lambda: questions.QUIZZES)
