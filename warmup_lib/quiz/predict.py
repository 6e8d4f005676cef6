"""Predict: which number, or numbers, does this program print?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from warmup_lib.quiz.key import Unfolded, shown
from warmup_lib.quiz.observation import AnswerTroubleError, Value, as_number
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Question, fenced


@dataclass(frozen=True, kw_only=True)
class Predict(Question):
    """The answer is a number, or a list of them; the key is what the program prints.

    A misconception's model is the program that its holder believes to be reading,
    most often ``program.edited(old, new)``.

    Attributes:
        program: what the student reads.
        line: ask only for the number on the printed line that starts so; without
            it the answer is the list of the last number on every line.
        truth: the program that is run for the key where it is not the one that is
            read, such as one that records what an update used.
    """

    kind: ClassVar[str] = "predict"

    program: Program
    line: str = ""
    truth: Program | None = None
    tolerance: float = 5e-3

    def reference(self) -> float | list[float]:
        return self._key

    @cached_property
    def _key(self) -> float | list[float]:
        return self._answer(self.truth or self.program)

    def wrong_answers(self) -> Mapping[str, Any]:
        return {wrong.name: self._answer(wrong.model) for wrong in self.misconceptions}

    def _answer(self, program: Program) -> float | list[float]:
        numbers = program.numbers(self.line)
        if not self.line:
            return numbers
        if len(numbers) != 1:
            raise ValueError(
                f"line must name one printed line, and {self.line!r} names {len(numbers)} of what "
                f"this program prints; let it print that line once:\n{program.source}\n\n"
                f"It prints:\n{program.printed()}"
            )
        return numbers[0]

    def probe(self, answer: Any) -> Sequence[Value]:
        if answer is ...:
            raise AnswerTroubleError(
                "not attempted", f"`{self.variable}` is still `...`; replace the dots."
            )
        wanted = len(self.labels)
        if self.line:
            if isinstance(answer, (list, tuple)):
                raise AnswerTroubleError(
                    "wrong type", f"One number is asked for, and a list of {len(answer)} was given."
                )
            return [as_number(answer, f"`{self.variable}`")]
        if hasattr(answer, "tolist"):
            answer = answer.tolist()
        if isinstance(answer, (str, bytes)) or not isinstance(answer, Sequence):
            raise AnswerTroubleError(
                "wrong type",
                f"A list of {wanted} numbers is asked for, such as `[0.1, 0.2]`, "
                f"and `{self.variable}` is of type `{type(answer).__name__}`.",
            )
        if len(answer) != wanted:
            raise AnswerTroubleError(
                "wrong type", f"{wanted} numbers are asked for, and {len(answer)} were given."
            )
        return [as_number(v, f"`{self.variable}[{i}]`") for i, v in enumerate(answer)]

    @property
    def labels(self) -> Sequence[str]:
        if self.line:
            return [f"`{self.line}`"]
        reference = self.reference()
        count = len(reference) if isinstance(reference, list) else 1
        return [f"`{self.variable}[{index}]`" for index in range(count)]

    def unfolded(self) -> Unfolded | None:
        if not self.line:
            return None
        programs = {wrong.name: wrong.model for wrong in self.misconceptions}
        lines = (self.truth or self.program).numbered_lines()
        wrong = {
            name: tuple(numbers.values())
            for name, program in programs.items()
            if (numbers := program.numbered_lines()).keys() == lines.keys()
        }
        return Unfolded(tuple(lines), tuple(lines.values()), wrong)

    def statement(self) -> str:
        return f"{self.prompt}\n\n{fenced(self.program.source)}"

    def proof(self, answer: Any) -> str:  # noqa: ARG002  # what it prints is the key
        return (self.truth or self.program).printed()

    def starter(self) -> str:
        if self.line:
            return f"{self.variable} = ...  # replace the dots with a number"
        dots = ", ".join(["..."] * len(self.labels))
        return f"{self.variable} = [{dots}]  # replace the dots with numbers"

    def cell(self, answer: Any) -> str:
        values = answer if isinstance(answer, list) else [answer]
        return f"{self.variable} = {shown(values)}"
