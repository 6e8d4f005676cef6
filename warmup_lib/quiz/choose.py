"""Choose: which of these claims is true? Code decides each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from warmup_lib.quiz.lettered import Lettered
from warmup_lib.quiz.observation import Value


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
class Choose(Lettered):
    """The key is the one claim that holds when it is run."""

    kind: ClassVar[str] = "choose"

    claims: Sequence[Claim]

    def _all(self) -> Sequence[Claim]:
        return self.claims

    def _is_right(self, option: Claim) -> bool:
        return option.holds()

    def probe(self, answer: Any) -> Sequence[Value]:
        return [self.chosen(answer).name]

    @property
    def labels(self) -> Sequence[str]:
        return ["the option"]

    def proof(self, answer: Any) -> str:  # noqa: ARG002  # the claims are run, whatever was chosen
        return "\n".join(
            f"{letter}. {'holds' if claim.holds() else 'does not hold'}"
            for letter, claim in self.options.items()
        )
