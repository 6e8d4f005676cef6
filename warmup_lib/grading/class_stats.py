"""What a class believes, as plain data; :mod:`warmup_lib.grading.stats` makes it of records.

How often a student tried is in no record, since what is graded is what was handed in;
nothing here pretends to know it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

from warmup_lib.grading.measures import Measure, Share

VERSION = 1
"""Of the data that :func:`as_data` gives."""


@dataclass(frozen=True)
class Held:
    """A misconception, on one question.

    Attributes:
        name: the misconception's.
        says: what a student who holds it reads, with the numbers of the variant that most got.
        share: of those who were asked.
    """

    name: str
    says: str
    share: Share


@dataclass(frozen=True)
class QuestionStats:
    """What a class did with a question.

    Attributes:
        name: ``quiz/question``.
        title: a few words.
        points: what it is worth.
        right: the share of right answers: its difficulty, the higher the easier.
        known: of wrong ones that a misconception explains.
        unexplained: of wrong ones that none explains.
        not_attempted: of those left as they were.
        not_checked: of those that could not be checked.
        discrimination: :func:`~warmup_lib.grading.measures.item_rest`.
        held: the misconceptions that were met, the most frequent first.
        mean_seconds, median_seconds: in the grader.
    """

    name: str
    title: str
    points: float
    right: Share
    known: Share
    unexplained: Share
    not_attempted: Share
    not_checked: Share
    discrimination: Measure
    held: tuple[Held, ...]
    mean_seconds: float
    median_seconds: float

    @property
    def n(self) -> int:
        """How many were asked."""
        return self.right.of


@dataclass(frozen=True)
class Met:
    """Where a misconception was met: what it says there, and how often."""

    question: str
    title: str
    says: str
    share: Share


@dataclass(frozen=True)
class Belief:
    """A misconception, over the whole quiz.

    Attributes:
        share: of the students whom it explains at least one answer of.
        met: by question, where it was met, the most frequent first.
    """

    name: str
    share: Share
    met: tuple[Met, ...]


@dataclass(frozen=True)
class Together:
    """Two misconceptions that go together, more than misconceptions of this class do.

    Attributes:
        count: how many students hold both.
        expected: how many would, if who holds one were as likely to hold any other.
    """

    one: str
    other: str
    count: int
    expected: float


@dataclass(frozen=True)
class Bar:
    """How many scores lie from ``low`` up to, and without, the next bar's."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class ClassStats:
    """What a class did with a quiz.

    Attributes:
        students: how many submissions were graded.
        unreadable: how many had nothing to run; they count nowhere else.
        points: what the quiz is worth.
        mean, median: of the scores; ``None`` where there are none.
        bars: the distribution of the scores.
        alpha: :func:`~warmup_lib.grading.measures.cronbach`.
        questions: in the quiz's order.
        beliefs: the most frequent first.
        together: the most surprising first.
        warnings: what not to read into this.
        until: when the last of them was graded, as ISO 8601; "".
    """

    quiz: str
    students: int
    unreadable: int
    points: float
    mean: float | None
    median: float | None
    bars: tuple[Bar, ...]
    alpha: Measure
    questions: tuple[QuestionStats, ...]
    beliefs: tuple[Belief, ...]
    together: tuple[Together, ...]
    warnings: tuple[str, ...]
    until: str


def as_data(stats: ClassStats) -> dict[str, Any]:
    """The statistics as JSON data.

    A number that there is none of is null, and ``why`` says why.
    """
    found: dict[str, Any] = _plain(stats)
    return {"version": VERSION, **found}


def _plain(value: Any) -> Any:
    if isinstance(value, Share):
        rounded = {side: round(getattr(value, side), 4) for side in ("value", "low", "high")}
        return {**asdict(value), **rounded}
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return round(value, 4) if isinstance(value, float) else value
