"""Questions whose answer is the letter of an option."""

from __future__ import annotations

import hashlib
import reprlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from warmup_lib.quiz.observation import AnswerTroubleError
from warmup_lib.quiz.question import Misconception, Question

_LETTERS = "ABCDEFGH"


class Option(Protocol):
    """What can be chosen: a stable name in kebab-case, a text, and what its chooser reads."""

    @property
    def name(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def says(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Lettered(Question):
    """The answer is a letter; the key is the one option that is found right by running it.

    The order of the options follows from their names, so that it neither moves
    nor tells.
    """

    def __post_init__(self) -> None:
        beliefs = tuple(Misconception(o.name, o.says, o.name) for o in self._all())
        object.__setattr__(self, "misconceptions", beliefs)

    @abstractmethod
    def _all(self) -> Sequence[Any]:
        """The options, in any order."""

    @abstractmethod
    def _is_right(self, option: Any) -> bool:
        """Run the code that decides it."""

    @property
    def options(self) -> Mapping[str, Any]:
        """:class:`Option` by letter, in the order in which the student sees them."""

        def place(option: Option) -> str:
            return hashlib.sha256(f"{self.name}/{option.name}".encode()).hexdigest()

        return dict(zip(_LETTERS, sorted(self._all(), key=place), strict=False))

    def reference(self) -> str:
        return self._right

    @cached_property
    def _right(self) -> str:
        right = [letter for letter, option in self.options.items() if self._is_right(option)]
        if len(right) != 1:
            names = ", ".join(self.options[letter].name for letter in right) or "none"
            raise ValueError(
                f"exactly one option must be right when it is run, but there are: {names}"
            )
        return right[0]

    def wrong_answers(self) -> Mapping[str, Any]:
        right = self.reference()
        return {o.name: letter for letter, o in self.options.items() if letter != right}

    def chosen(self, answer: Any) -> Any:
        """The option that an answer names.

        Raises:
            AnswerTroubleError: the answer is no letter of an option.
        """
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
        return self.options[letter]

    def answer_shown(self) -> str:
        return self.reference()

    def why(self) -> str:
        return str(self.options[self.reference()].says)

    def statement(self) -> str:
        return self.prompt

    def offered(self) -> str:
        return "\n".join(f"- **{letter}.** {o.text}" for letter, o in self.options.items())

    def starter(self) -> str:
        first, *_, last = self.options
        return f'{self.variable} = ...  # a letter in quotes, "{first}" to "{last}"'

    def cell(self, answer: Any) -> str:
        return f'{self.variable} = "{answer}"'
