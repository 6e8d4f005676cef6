"""Choose: which of these claims is true? Code decides each of them."""

from __future__ import annotations

import hashlib
import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from warmup_lib.quiz.observation import AnswerTroubleError, Value
from warmup_lib.quiz.question import Misconception, Question

_LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Claim:
    """An option.

    Attributes:
        name: stable, in kebab-case; a wrong claim is a misconception of that name.
        text: what the student reads, in Markdown.
        holds: runs the code that decides the claim.
        says: what a student who chose it should read, or why it is right.
    """

    name: str
    text: str
    holds: Callable[[], bool]
    says: str


@dataclass(frozen=True, kw_only=True)
class Choose(Question):
    """The answer is a letter; the key is the one claim that holds when it is run.

    The order of the options follows from their names, so that it neither moves
    nor tells.
    """

    kind: ClassVar[str] = "choose"

    claims: Sequence[Claim]

    def __post_init__(self) -> None:
        beliefs = tuple(Misconception(c.name, c.says, c.name) for c in self.claims)
        object.__setattr__(self, "misconceptions", beliefs)

    @property
    def options(self) -> Mapping[str, Claim]:
        """By letter, in the order in which the student sees them."""

        def place(claim: Claim) -> str:
            return hashlib.sha256(f"{self.name}/{claim.name}".encode()).hexdigest()

        return dict(zip(_LETTERS, sorted(self.claims, key=place), strict=False))

    def reference(self) -> str:
        return self._right

    @cached_property
    def _right(self) -> str:
        right = [letter for letter, claim in self.options.items() if claim.holds()]
        if len(right) != 1:
            raise ValueError(f"exactly one claim must hold when it is run, but {right} do")
        return right[0]

    def wrong_answers(self) -> Mapping[str, Any]:
        right = self.reference()
        return {c.name: letter for letter, c in self.options.items() if letter != right}

    def probe(self, answer: Any) -> Sequence[Value]:
        letters = ", ".join(self.options)
        if answer is ...:
            raise AnswerTroubleError(
                "not attempted", f"`{self.variable}` is still `...`; choose one of {letters}."
            )
        letter = answer.strip().upper() if isinstance(answer, str) else ""
        if letter not in self.options:
            raise AnswerTroubleError(
                "wrong type",
                f"`{self.variable}` must be one letter in quotes, one of {letters}, "
                f"and is `{reprlib.repr(answer)}`.",
            )
        return [self.options[letter].name]

    @property
    def labels(self) -> Sequence[str]:
        return ["the option"]

    def answer_shown(self) -> str:
        return self.reference()

    def why(self) -> str:
        return self.options[self.reference()].says

    def task(self) -> str:
        lines = "\n".join(f"- **{letter}.** {c.text}" for letter, c in self.options.items())
        return f"{self.prompt}\n\n{lines}"

    def starter(self) -> str:
        first, *_, last = self.options
        return f'{self.variable} = ...  # a letter in quotes, "{first}" to "{last}"'

    def cell(self, answer: Any) -> str:
        return f'{self.variable} = "{answer}"'
