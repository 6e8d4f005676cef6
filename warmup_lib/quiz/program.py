"""A short program that prints: shown to the student, run for the key."""

from __future__ import annotations

import inspect
import io
import re
import textwrap
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from warmup_lib.quiz.values import filled

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Program:
    r"""Source code and the names that it may use.

    Write it as a function, so that it is linted; its body is the program. Module
    constants that vary stand in it by name, and are shown as their values:

    >>> WARMUP = 5
    >>> def loop() -> None:
    ...     print("lr", 0.1 / WARMUP)
    >>> Program.of(loop, WARMUP=4).source
    'print("lr", 0.1 / 4)'
    >>> Program.of(loop, WARMUP=4).printed()
    'lr 0.025\n'
    """

    source: str
    names: Mapping[str, Any]

    @classmethod
    def of(cls, function: Callable[[], None], **values: Any) -> Program:
        """The body of ``function`` as a program, each constant named replaced by its value."""
        return cls(filled(body_of(function), values), function.__globals__)

    def edited(self, old: str, new: str) -> Program:
        """The program with ``old`` replaced: what a student who misreads it believes it is.

        Raises:
            ValueError: ``old`` does not stand in the program exactly once.
        """
        count = self.source.count(old)
        if count != 1:
            raise ValueError(
                f"old must stand in the program exactly once, but {old!r} stands there "
                f"{count} times; quote it as it is here, with this indentation:\n{self.source}"
            )
        return Program(self.source.replace(old, new), self.names)

    def printed(self) -> str:
        """What the program prints when it is run."""
        output = io.StringIO()
        with redirect_stdout(output):
            exec(compile(self.source, "<program>", "exec"), dict(self.names))
        return output.getvalue()

    def numbered_lines(self) -> dict[str, float]:
        """The last number of each printed line, by how the line begins, up to its colon.

        >>> Program("print('Epoch 1: lr 0.1')", {}).numbered_lines()
        {'Epoch 1': 0.1}
        """
        found = {}
        for line in self.printed().splitlines():
            beginning, colon, rest = line.partition(":")
            numbers = _NUMBER.findall(rest)
            if colon and numbers:
                found[beginning] = float(numbers[-1])
        return found

    def numbers(self, line: str = "") -> list[float]:
        """The last number of each printed line that starts with ``line``."""
        lines = [text for text in self.printed().splitlines() if text.startswith(line)]
        found = [_NUMBER.findall(text) for text in lines]
        return [float(numbers[-1]) for numbers in found if numbers]


def body_of(function: Callable[..., object]) -> str:
    """The source of a function's body, without its ``def`` line."""
    source = textwrap.dedent(inspect.getsource(function))
    _, _, body = source.partition(":\n")
    return textwrap.dedent(body).strip("\n")
