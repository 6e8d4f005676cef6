"""One question with other numbers in it: a seed picks them, and the key follows.

A question's file declares what may vary beside the function that makes it::

    def question(base_lr: float = 0.1, warmup: int = 5) -> Predict: ...

    QUESTION = question()
    VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4), warmup=(4, 5, 8))
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from warmup_lib.quiz.compare import same_values
from warmup_lib.quiz.examine import make_key
from warmup_lib.quiz.question import Question


class Variants:
    """The parameters of a question, and the function that makes it from them."""

    def __init__(self, make: Callable[..., Question], **choices: Sequence[Any]) -> None:
        self._make = make
        self._choices: Mapping[str, Sequence[Any]] = choices

    def draw(self, seed: str) -> Question:
        """The question with the parameters that ``seed`` picks; the same ones every time.

        Raises:
            ValueError: no combination of the parameters can be told apart by its answers.
        """
        for parameters in self._in_order_of(seed):
            question = self._make(**parameters)
            if can_be_told_apart(question):
                return question
        raise ValueError(f"no draw of {dict(self._choices)} gives every wrong model its own answer")

    def _in_order_of(self, seed: str) -> Iterator[dict[str, Any]]:
        draws = list(itertools.product(*self._choices.values()))
        random.Random(seed).shuffle(draws)
        for draw in draws:
            yield dict(zip(self._choices, draw, strict=True))


def can_be_told_apart(question: Question) -> bool:
    """Whether the reference and all misconceptions give pairwise different observations."""
    key = make_key(question)
    seen = [key.expected, *(model.seen for model in key.misconceptions.values())]
    return not any(
        same_values(a.values, b.values, tolerance=key.tolerance) for a, b in combinations(seen, 2)
    )


def student_seed(salt: bytes, student: str) -> str:
    """The seed of a student's variants, from the course's secret salt and the student's id.

    HMAC-SHA256: nobody without the salt can work out another student's, and an
    instructor with it needs nothing else to make the key again.

    >>> student_seed(b"a long secret of the course", "ada")
    '8c306707b8e8e740721dd907f3d12342'

    Raises:
        ValueError: the salt is shorter than 16 bytes, or the id is empty.
    """
    if len(salt) < _SHORTEST_SALT:
        raise ValueError(
            f"salt must have at least {_SHORTEST_SALT} bytes, got {len(salt)}; make one with: "
            "python -c 'import secrets; print(secrets.token_hex())'"
        )
    if not student:
        raise ValueError("student must be the id of a student, got ''; it picks the variant")
    return hmac.new(salt, student.encode(), hashlib.sha256).hexdigest()[:32]


_SHORTEST_SALT = 16
