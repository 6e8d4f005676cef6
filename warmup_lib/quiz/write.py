"""Write a function, or fix one that is broken."""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import Any, ClassVar

from warmup_lib.quiz.key import shown
from warmup_lib.quiz.observation import AnswerTroubleError, Value
from warmup_lib.quiz.probes import Probe
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.values import with_values


@dataclass(frozen=True, kw_only=True)
class Write(Question):
    """The answer is a function of the question's name; the key is what the probe sees.

    ``answer`` is the reference, a function with a docstring that says what it must
    do: the student gets its signature and docstring. A misconception's model is a
    wrong function.

    Attributes:
        exercise: how a function is run, and what is recorded of it.
        values: of the module constants that the functions are written with, where
            the question varies; the student reads these values.
    """

    kind: ClassVar[str] = "write"
    is_specified: ClassVar[bool] = True

    answer: Callable[..., Any]
    exercise: Probe
    values: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        filled_in = {
            "answer": with_values(self.answer, self.values),
            "alternatives": tuple(with_values(a, self.values) for a in self.alternatives),
            "misconceptions": tuple(
                replace(wrong, model=with_values(wrong.model, self.values))
                for wrong in self.misconceptions
            ),
        }
        for name, value in filled_in.items():
            object.__setattr__(self, name, value)

    def reference(self) -> Callable[..., Any]:
        return self.answer

    def wrong_answers(self) -> Mapping[str, Any]:
        return {wrong.name: wrong.model for wrong in self.misconceptions}

    def probe(self, answer: Any) -> Sequence[Value]:
        return exercised(self.exercise, answer, self.variable)

    @property
    def labels(self) -> Sequence[str]:
        return self.exercise.labels

    @property
    def measures(self) -> str:
        return self.exercise.measures

    def statement(self) -> str:
        return self.prompt

    def proof(self, answer: Any) -> str:
        values = self.probe(answer)
        return "\n".join(
            f"{label}: {shown([value])}" for label, value in zip(self.labels, values, strict=True)
        )

    def starter(self) -> str:
        definition, source = _parsed_with_docstring(self.answer)
        docstring = _lines(source, definition.body[:1])
        return (
            f"{_first_line(definition, self.variable)}\n{docstring}\n"
            "    raise NotImplementedError  # replace this line"
        )

    def cell(self, answer: Any) -> str:
        """The function's source under the question's name, without annotations."""
        definition, source = _parsed(answer)
        return f"{_first_line(definition, self.variable)}\n{_lines(source, definition.body)}"


@dataclass(frozen=True, kw_only=True)
class Fix(Write):
    """The student starts from the function of one misconception, ``broken``."""

    kind: ClassVar[str] = "fix"

    broken: str

    @property
    def starter_is(self) -> str:
        return self.broken

    def is_untouched(self, answer: Any) -> bool:
        return code_digest(answer) == self.starter_digest()

    def starter_digest(self) -> str | None:
        """Of the code that the student gets."""
        return code_digest(self.wrong_answers()[self.broken])

    def starter(self) -> str:
        models = self.wrong_answers()
        if self.broken not in models:
            raise ValueError(
                f"broken must name a misconception, got {self.broken!r}; there are "
                f"{', '.join(models)}"
            )
        _parsed_with_docstring(models[self.broken])
        return self.cell(models[self.broken])


@dataclass(frozen=True, kw_only=True)
class Port(Write):
    """The function must give, value for value, what another library gives.

    The key is what the library's own rule gives when it is run, not what ``answer``
    gives; that the two are equal is for the bank's test to show.

    Attributes:
        target: the library's rule, exercised as an answer is.
    """

    kind: ClassVar[str] = "port"

    target: Callable[..., Any]

    def reference(self) -> Callable[..., Any]:
        return self.target

    def solution(self) -> str:
        return self.cell(self.answer)


def exercised(exercise: Probe, answer: Any, variable: str) -> Sequence[Value]:
    """What an exercise sees of an answer that should be a function.

    Raises:
        AnswerTroubleError: it is none, or the exercise cannot be done with it.
    """
    if answer is ...:
        raise AnswerTroubleError("not attempted", f"`{variable}` is still `...`.")
    if not callable(answer):
        raise AnswerTroubleError(
            "wrong type",
            f"`{variable}` must be a function, and is of type `{type(answer).__name__}`; "
            "run the cell that defines it again.",
        )
    return exercise(answer, variable)


def code_digest(answer: object) -> str | None:
    """The same for two functions that do the same for the same reason, wherever they stand.

    It is also the same in another process of the same Python; ``None`` for what is no
    function.
    """
    if not isinstance(answer, FunctionType):
        return None
    return hashlib.sha256(repr(_plain(answer.__code__)).encode()).hexdigest()


def _plain(constant: object) -> object:
    """A constant of compiled code, as something whose ``repr`` says all that matters of it."""
    if isinstance(constant, CodeType):
        consts = [_plain(each) for each in constant.co_consts]
        return constant.co_code, constant.co_names, constant.co_varnames, consts
    if isinstance(constant, frozenset):
        # Its order depends on the process.
        return "frozenset", sorted(map(repr, constant))
    return type(constant).__name__, constant


def _parsed(function: Callable[..., Any]) -> tuple[ast.FunctionDef, str]:
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise ValueError(f"{function.__name__} must be written with `def`, to be shown to students")
    return definition, source


def _parsed_with_docstring(function: Callable[..., Any]) -> tuple[ast.FunctionDef, str]:
    definition, source = _parsed(function)
    if ast.get_docstring(definition) is None:
        raise ValueError(
            f"{function.__name__} must have a docstring: the student gets it, and it sets the task"
        )
    return definition, source


def _first_line(definition: ast.FunctionDef, name: str) -> str:
    for argument in definition.args.args:
        argument.annotation = None
    return f"def {name}({ast.unparse(definition.args)}):"


def _lines(source: str, statements: Sequence[ast.stmt]) -> str:
    """The source lines of consecutive statements, comments between them included."""
    return "\n".join(source.splitlines()[statements[0].lineno - 1 : statements[-1].end_lineno])
