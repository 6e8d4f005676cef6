"""How an optimizer written by hand is exercised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from warmup_lib.quiz.calling import called
from warmup_lib.quiz.observation import AnswerTroubleError, as_number


@dataclass(frozen=True)
class MovesFor:
    """The moves that a function gives for one list of gradients."""

    gradients: tuple[float, ...]
    measures: ClassVar[str] = "move"

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {update}" for update in range(len(self.gradients))]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        moves = called(function, name, list(self.gradients))
        if not isinstance(moves, (list, tuple)) or len(moves) != len(self.gradients):
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` must return a list with one move for each of the "
                f"{len(self.gradients)} gradients.",
            )
        return [as_number(move, f"`{name}(…)[{index}]`") for index, move in enumerate(moves)]

    def wider(self) -> MovesFor:
        return MovesFor(tuple(i * g for i in range(1, 11) for g in self.gradients))
