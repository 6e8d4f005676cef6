"""The bank: one folder a quiz, one file a question.

A quiz's ``__init__.py`` gives its title, introduction, set-up cell and ``ORDER``,
the one list of its questions. A question's file ends in ``QUESTION = …``.

>>> names("lambda_lr")[0]
'lambda_lr/first_print'
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import cast

from warmup_lib.quiz.question import Question

QUIZZES: Sequence[str] = (
    "why_warmup",
    "lambda_lr",
    "linear_lr",
    "gradual_warmup",
    "training",
    "why_it_works",
    "other_libraries",
)
"""The quizzes, in the order of the lessons that they follow."""


def names(quiz: str) -> list[str]:
    """The names, ``quiz/question``, of a quiz's questions in order."""
    return [f"{quiz}/{question}" for question in quiz_module(quiz).ORDER]


def quiz_module(quiz: str) -> ModuleType:
    """The module that describes a quiz."""
    if quiz not in QUIZZES:
        raise LookupError(f"there is no quiz {quiz!r}; the quizzes are {', '.join(QUIZZES)}")
    return importlib.import_module(f"{__name__}.{quiz}")


@cache
def load(name: str) -> Question:
    """The question called ``quiz/question``.

    Raises:
        LookupError: there is none of that name; the nearest one is suggested.
    """
    known = [each for quiz in QUIZZES for each in names(quiz)]
    if name not in known:
        nearest = difflib.get_close_matches(str(name), known, n=1)
        suggestion = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(known)}"
        raise LookupError(f"there is no question {name!r}; {suggestion}")
    module = importlib.import_module(f"{__name__}.{name.replace('/', '.')}")
    return dataclasses.replace(cast(Question, module.QUESTION), name=name)
