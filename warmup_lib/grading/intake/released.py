"""The quiz as it was released: which cells are ours, and which wait for an answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from warmup_lib import questions


@dataclass(frozen=True)
class Released:
    """What the released notebook of a quiz holds, without its texts.

    Attributes:
        quiz: the quiz's name.
        set_up: the source of its first code cell.
        variables: the names of its answers, in order.
    """

    quiz: str
    set_up: str
    variables: tuple[str, ...]

    @cached_property
    def _roles(self) -> dict[str, Literal["answer", "locked"]]:
        roles: dict[str, Literal["answer", "locked"]] = dict.fromkeys(
            (f"{self.quiz}-introduction", f"{self.quiz}-setup"), "locked"
        )
        for variable in self.variables:
            roles |= {f"{variable}-task": "locked", f"{variable}-check": "locked"}
            roles[variable] = "answer"
        return roles

    def role(self, identity: str) -> Literal["answer", "locked"] | None:
        """What the cell of that id is for; ``None`` for one that the student may change.

        An answer's cell has the name of its variable.
        """
        return self._roles.get(identity)

    def starters(self, variable: str, seed: str | None) -> set[str]:
        """The answer cell's source as the student got it, with his own numbers or without."""
        name = f"{self.quiz}/{variable}"
        given = {questions.load(name).starter()}
        with suppress(ValueError):  # No numbers can be drawn from that seed.
            given.add(questions.load(name, seed).starter())
        return {plain(starter) for starter in given}


@cache
def released(quiz: str) -> Released:
    """The release of a quiz.

    Raises:
        LookupError: there is no such quiz.
    """
    variables = tuple(name.rpartition("/")[2] for name in questions.names(quiz))
    return Released(quiz, questions.quiz_module(quiz).SETUP, variables)


def plain(source: str) -> str:
    """A source without what saving it elsewhere may change."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
