"""The answers in a saved notebook, or in a plain ``.py`` file, by running it."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from warmup_lib import learn, questions
from warmup_lib.asked import MISSING, Asked, seed_in
from warmup_lib.cells import defines, fresh_shell, run_cell
from warmup_lib.quiz.feedback import Feedback
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.observation import said
from warmup_lib.quiz.observing import absent

SECONDS = 60.0
"""How long one cell of a notebook may run."""

_MENTIONED = re.compile(rf"\b({'|'.join(questions.QUIZZES)})/(\w+)")


class UnreadableError(Exception):
    """The file holds nothing that can be run; says why and what to do."""


@dataclass(frozen=True)
class Answers:
    """What a file defines once it was run.

    Attributes:
        names: what a cell below all others would see.
        troubles: where it raised, a sentence each; the rest was run all the same.
        source: its code.
        quizzes: those that it belongs to, as far as can be told.
    """

    names: Mapping[str, Any]
    troubles: tuple[str, ...]
    source: str
    quizzes: tuple[str, ...]

    @property
    def seed(self) -> str | None:
        """What picked the questions' numbers; ``None`` for those of the built quiz."""
        return seed_in(self.names)

    def feedback(self, question: Asked) -> Feedback:
        """The feedback on the answer to a question."""
        answer, variable = question.answer_in(self.names), question.question.variable
        if answer is MISSING and not defines(self.source, variable):
            return judge(question.key, absent(variable))
        return question.feedback(answer)

    def misspelled(self, variables: Sequence[str]) -> list[str]:
        """A sentence for each variable that is missing where one of nearly its name is there."""
        own = [name for name in self.names if name not in variables]
        near = {
            variable: difflib.get_close_matches(variable, own, n=1, cutoff=0.85)
            for variable in variables
            if variable not in self.names
        }
        return [
            f"there is no {variable}; is {names[0]} meant to be it?"
            for variable, names in near.items()
            if names
        ]


def answers_in(path: Path) -> Answers:
    """Run a file from top to bottom, in silence, and give what it defines.

    Each cell of a notebook, and each statement of a ``.py`` file, is run by itself, so
    that one that raises does not take the others with it. Their calls of ``check`` and
    its like do nothing.

    Raises:
        UnreadableError: it is no notebook and no Python.
    """
    text = _text(path)
    quizzes = _quizzes_of(path, text)
    if path.suffix == ".ipynb":
        pieces = list(_cells(text, path))
    else:
        # A notebook has its quiz's set-up cell; a .py file need not repeat it.
        set_up = [("the set-up", questions.quiz_module(quiz).SETUP) for quiz in quizzes]
        pieces = [*set_up, *_statements(text, path)]
    troubles = []
    asides: dict[str, Any] = dict.fromkeys(("ask", "check", "hint", "solution"), _nothing)
    with mock.patch.multiple(learn, **asides), fresh_shell() as shell:
        for where, source in pieces:
            trouble = run_cell(shell, source, SECONDS)
            if trouble is not None:
                troubles.append(f"{where} ends in an error: {trouble}")
    source = "\n".join(source for _, source in pieces)
    return Answers(dict(shell.user_ns), tuple(troubles), source, quizzes)


def _nothing(*_: object, **__: object) -> None:
    pass


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UnreadableError(f"{path} is no text; give a notebook or a .py file") from None


def _cells(text: str, path: Path) -> Iterator[tuple[str, str]]:
    import nbformat

    try:
        notebook: Any = nbformat.reads(text, as_version=4)
        sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    except Exception as error:  # nbformat raises whatever the file made it trip over.
        raise UnreadableError(
            f"{path} is no notebook that can be read ({said(error)}); save it again from Jupyter, "
            "or take its answers over into a fresh copy"
        ) from None
    for number, source in enumerate(sources, start=1):
        yield f"code cell {number}", source


def _statements(text: str, path: Path) -> Iterator[tuple[str, str]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise UnreadableError(
            f"{path} is no Python that can be run: {said(error)}; mend "
            + (f"line {line} first" if line else "it first")
        ) from None
    for statement in tree.body:
        source = ast.get_source_segment(text, statement) or ""
        decorators = getattr(statement, "decorator_list", [])
        above = "".join(f"@{ast.unparse(decorator)}\n" for decorator in decorators)
        yield f"line {statement.lineno}", above + source


def _quizzes_of(path: Path, text: str) -> tuple[str, ...]:
    """The quizzes whose questions the file names, or whose name it has, or most answers."""
    named = {quiz for quiz, _ in _MENTIONED.findall(text)} or {path.stem}
    known = tuple(quiz for quiz in questions.QUIZZES if quiz in named)
    if known:
        return known
    answers = {quiz: _answers_to(quiz, text) for quiz in questions.QUIZZES}
    best = max(answers, key=lambda quiz: answers[quiz])
    return (best,) if answers[best] else ()


def _answers_to(quiz: str, text: str) -> int:
    """How many of a quiz's answers a file defines."""
    return sum(defines(text, name.partition("/")[2]) for name in questions.names(quiz))
