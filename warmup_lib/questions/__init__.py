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
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from warmup_lib.quiz.question import Question
    from warmup_lib.quiz.variants import Variants

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


def all_names() -> list[str]:
    """The names of all questions, in the order of the course."""
    return [name for quiz in QUIZZES for name in names(quiz)]


def quiz_module(quiz: str) -> ModuleType:
    """The module that describes a quiz."""
    if quiz not in QUIZZES:
        raise LookupError(f"there is no quiz {quiz!r}; the quizzes are {', '.join(QUIZZES)}")
    return importlib.import_module(f"{__name__}.{quiz}")


def load(name: str, seed: str | None = None) -> Question:
    """The question called ``quiz/question``, with the parameters that ``seed`` picks.

    Without a seed, and where the question declares no parameters, it is the one
    that stands in the built quiz.

    Raises:
        LookupError: there is none of that name; the nearest one is suggested.
    """
    known = all_names()
    if name not in known:
        nearest = difflib.get_close_matches(str(name), known, n=1)
        suggestion = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(known)}"
        raise LookupError(f"there is no question {name!r}; {suggestion}")
    return _load(name, seed)


@lru_cache(maxsize=256)
def _load(name: str, seed: str | None) -> Question:
    module = _module(name)
    variants: Variants | None = getattr(module, "VARIANTS", None)
    if variants is None or seed is None:
        question = cast("Question", module.QUESTION)
    else:
        # With the name in it, two questions of one student do not draw alike.
        question = variants.draw(f"{seed}/{name}")
    return dataclasses.replace(question, name=name)


def varies(name: str) -> bool:
    """Whether the question declares parameters."""
    return hasattr(_module(name), "VARIANTS")


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name.replace('/', '.')}")


@dataclass(frozen=True)
class Facts:
    """What can be told of a question without running it.

    Attributes:
        misconceptions: their names.
        source: where its bug was met in the wild, as a Markdown link; "" for none.
        varies: whether it declares parameters.
    """

    title: str
    kind: str
    difficulty: str
    points: int
    misconceptions: tuple[str, ...]
    source: str
    varies: bool


@cache
def index() -> dict[str, Facts]:
    """The facts of every question, in order, from the built index; torch is not needed."""
    text = Path(__file__).with_name("index.json").read_text(encoding="utf-8")
    return {
        name: Facts(**{**facts, "misconceptions": tuple(facts["misconceptions"])})
        for name, facts in json.loads(text).items()
    }
