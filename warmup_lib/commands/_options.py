"""Arguments and options that several commands take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import click
from click.shell_completion import CompletionItem

from warmup_lib import questions

json_option = click.option("--json", "for_tools", is_flag=True, help="Print JSON, for tools.")


class OneOf(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """One of a few names, read when it is needed. Shells complete it; a typo gets the nearest."""

    def __init__(self, name: str, known: Callable[[], Iterable[str]]) -> None:
        self.name = name
        self.known = known

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        known = list(self.known())
        if value not in known:
            self.fail(f"there is no {self.name} {value!r}; {_remedy(value, known)}", param, ctx)
        return value

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        return [CompletionItem(each) for each in self.known() if each.startswith(incomplete)]


def _remedy(value: str, known: Sequence[str]) -> str:
    import difflib

    nearest = difflib.get_close_matches(value, known, n=1)
    if nearest:
        return f"did you mean {nearest[0]!r}?"
    return f"there are {', '.join(known)}" if len(known) < 10 else "`warmup list` shows them"


QUESTION = OneOf("question", lambda: questions.index())
QUIZ = OneOf("quiz", lambda: questions.QUIZZES)
