"""Where the answer of a panel comes from: an option, numbers, or the notebook."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any, Protocol

from warmup_lib.quiz.isolation import isolated
from warmup_lib.quiz.lettered import Lettered
from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.view import plain


class NotGivenError(Exception):
    """There is no answer that can be checked; says to the student what to do."""


class NothingGivenError(NotGivenError):
    """The field is empty."""


class Field(Protocol):
    """A place for an answer."""

    def widgets(self, on_enter: Callable[[], None]) -> list[Any]:
        """What the panel shows for it; ``on_enter`` is called when Enter is pressed in it."""

    def answer(self) -> Any:
        """The answer as it is now.

        Raises:
            NotGivenError: there is none, or none that can be read.
        """


def field_for(question: Question, current: Callable[[], Any]) -> Field:
    """The field that suits a question; ``current`` gives the notebook's own answer."""
    if isinstance(question, Lettered):
        return OptionsField({letter: option.text for letter, option in question.options.items()})
    if isinstance(question, Predict):
        return NumbersField(question)
    return NotebookField(question.variable, current)


class OptionsField:
    """Radio buttons, none of them chosen at first."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._radios: Any = None

    def widgets(self, on_enter: Callable[[], None]) -> list[Any]:  # noqa: ARG002  # Space chooses
        import ipywidgets

        self._radios = ipywidgets.RadioButtons(
            options=[(f"{letter}. {label(text)}", letter) for letter, text in self._texts.items()],
            value=None,
            description="Your answer",
            tooltip="Choose one",
        )
        self._radios.add_class("warmup-options")
        if all(re.fullmatch(r"`[^`]+`", text) for text in self._texts.values()):
            self._radios.add_class("warmup-code")
        return [self._radios]

    def answer(self) -> str:
        if self._radios is None or self._radios.value is None:
            raise NothingGivenError("Choose one of the options first.")
        return str(self._radios.value)


class NumbersField:
    """A text field for one number, or for several with commas between them."""

    def __init__(self, question: Predict) -> None:
        self._question = question
        self._text: Any = None

    def widgets(self, on_enter: Callable[[], None]) -> list[Any]:
        import ipywidgets

        self._text = ipywidgets.Text(
            description="Your answer",
            placeholder=self._placeholder(),
            # Sent whole when the field is left, not by keystroke: with a busy kernel a
            # keystroke waits for the one before it, and a pressed button would overtake it.
            continuous_update=False,
        )
        self._text.add_class("warmup-numbers")

        def heard(widget: Any, content: Any, buffers: Any) -> None:  # noqa: ARG001  # what it is given
            if content.get("event") == "submit":
                on_enter()

        self._text.on_msg(heard)
        return [self._text]

    def answer(self) -> float | list[float]:
        numbers = numbers_in("" if self._text is None else self._text.value, self._wanted)
        return numbers[0] if self._question.line and len(numbers) == 1 else numbers

    @cached_property
    def _wanted(self) -> int | None:
        with suppress(Exception), isolated():
            return len(self._question.labels)
        return None  # The question does not run in this session; its check says so.

    def _placeholder(self) -> str:
        if self._question.line:
            return "a number"
        return f"{self._wanted or 'some'} numbers, with commas between them"


class NotebookField:
    """No field: the answer is a function, and the notebook has it."""

    def __init__(self, variable: str, current: Callable[[], Any]) -> None:
        self._variable = variable
        self._current = current

    def widgets(self, on_enter: Callable[[], None]) -> list[Any]:  # noqa: ARG002  # nothing to enter
        return []

    def answer(self) -> Any:
        return self._current()


def numbers_in(text: str, wanted: int | None = None) -> list[float]:
    """The numbers that a student typed, where ``wanted`` of them are asked for.

    Too few or too many for a list are left to the check, which says so.

    Raises:
        NotGivenError: there are none, something is no number, or one is asked for and
            several were given.

    >>> numbers_in("0.02, 0.04"), numbers_in(" [1e-3; −2] ")
    ([0.02, 0.04], [0.001, -2.0])
    >>> numbers_in("0,02", wanted=1)
    Traceback (most recent call last):
    warmup_lib.quiz.panel_field.NotGivenError: Write a decimal point as a point: `0.02`.
    """
    words = _words(text)
    if not words:
        raise NothingGivenError("Type your answer into the field first.")
    with_points = re.sub(r"(\d),(\d)", r"\1.\2", text)
    meant = _words(with_points)
    if len(words) != wanted and len(meant) == wanted and all(map(_is_number, meant)):
        raise NotGivenError(f"Write a decimal point as a point: `{with_points.strip()}`.")
    numbers = [_number(word) for word in words]
    if wanted == 1 and len(numbers) > 1:
        raise NotGivenError(
            f"One number is asked for, and {len(numbers)} were given; "
            "commas and spaces stand between numbers."
        )
    return numbers


def _words(text: str) -> list[str]:
    return re.findall(r"[^,;\s\[\]()]+", text.replace("−", "-"))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise NotGivenError(
            f"`{word[:40]}` is no number; write it in digits, such as `0.02`."
        ) from None


def label(text: str) -> str:
    """Markdown as one line of plain text, for a label that cannot be formatted.

    >>> label("*Only* `min(0.1 * t, 0.1 * n)` is **right**")
    'Only min(0.1 * t, 0.1 * n) is right'
    """
    return " ".join(re.sub(r"`+([^`]+)`+", r"\1", plain(text)).split())
