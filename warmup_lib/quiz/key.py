"""A question's answer key: everything that judging needs, made by running code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from warmup_lib.quiz.observation import Observation, Value


@dataclass(frozen=True)
class WrongModel:
    """What a misconception looks like when it is run, and what its holder should read."""

    says: str
    seen: Observation


@dataclass(frozen=True)
class Unfolded:
    """Every number that the code prints on the way to the one that is asked for.

    Attributes:
        labels: what each number belongs to, such as ``Epoch 1``.
        expected: what is printed.
        wrong: by misconception, what its holder believes to be printed.
    """

    labels: tuple[str, ...]
    expected: tuple[float, ...]
    wrong: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Key:
    """Plain data, so that judging needs neither the question nor torch.

    Attributes:
        question: ``quiz/name``.
        points: what the question is worth.
        tolerance: relative difference up to which two numbers are the same.
        labels: what each expected value belongs to, such as ``update 3``.
        holds: what is true of a right answer, said without giving it away.
        takeaway: one line to remember, shown once the answer is right.
        expected: what was seen of the reference.
        misconceptions: by name, what was seen of each wrong model.
        measures: what each expected value is, such as ``factor``.
        is_specified: whether the task says every expected value.
        called: what an answer's values and the expected ones are called.
        unfolded: the whole output, where one number of it is asked for.
    """

    question: str
    points: float
    tolerance: float
    labels: Sequence[str]
    holds: str
    takeaway: str
    expected: Observation
    misconceptions: Mapping[str, WrongModel] = field(default_factory=dict)
    measures: str = "value"
    is_specified: bool = False
    called: tuple[str, str] = ("yours", "expected")
    unfolded: Unfolded | None = None


def shown(values: Sequence[Value]) -> str:
    """Values as a student would write them.

    >>> shown([0.1 * 0.2])
    '0.02'
    >>> shown([0.02, 0.04])
    '[0.02, 0.04]'
    """
    texts = [value if isinstance(value, str) else f"{value:.6g}" for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
