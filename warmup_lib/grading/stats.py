"""From the records of a quiz to what the class believes. Pure: the records are all it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean, median
from typing import TypeVar

from warmup_lib.grading.class_stats import (
    Bar,
    Belief,
    ClassStats,
    Held,
    Met,
    QuestionStats,
    Together,
)
from warmup_lib.grading.measures import (
    SMALLEST,
    STEADY,
    Measure,
    Share,
    cronbach,
    item_rest,
    surprise,
    widest,
)
from warmup_lib.grading.records import Marked, Record
from warmup_lib.questions import Facts
from warmup_lib.quiz.feedback import Outcome

FEWEST_TOGETHER = 5
"""Two mistakes that fewer students made are not said to go together."""

SURPRISING = 3.0
"""What :func:`~warmup_lib.grading.measures.surprise` must reach for it."""

_MOST_BARS = 24

_T = TypeVar("_T", str, float)


def summarise(quiz: str, records: Iterable[Record], facts: Mapping[str, Facts]) -> ClassStats:
    """The statistics of a quiz.

    Args:
        quiz: its name.
        records: of its submissions.
        facts: of the bank's questions, for their titles and their order.

    Raises:
        ValueError: a record is of another quiz.
    """
    records = list(records)
    for record in records:
        if record.quiz != quiz:
            raise ValueError(f"the record of {record.student!r} is of {record.quiz}, not of {quiz}")
    graded = [record for record in records if record.status == "graded"]
    asked = {name for record in graded for name in record.marked}
    names = [name for name in facts if name in asked]
    names += sorted(asked - set(names))
    whole = [record for record in graded if record.marked.keys() == asked]
    scores = [[record.marked[name].feedback.score for name in names] for record in whole]
    questions = tuple(
        _question(
            name,
            facts[name].title if name in facts else name,
            [record.marked[name] for record in graded if name in record.marked],
            item_rest(scores, column),
        )
        for column, name in enumerate(names)
    )
    totals = [record.score for record in graded]
    points = sum(each.points for each in questions) or _points(quiz, facts)
    alpha = cronbach(scores)
    return ClassStats(
        quiz=quiz,
        students=len(graded),
        unreadable=len(records) - len(graded),
        points=points,
        mean=fmean(totals) if totals else None,
        median=median(totals) if totals else None,
        bars=distribution(totals, points),
        alpha=alpha,
        questions=questions,
        beliefs=_beliefs(graded, questions),
        together=_together(graded),
        warnings=tuple(_warnings(len(graded), len(whole))),
        until=max((record.at for record in records), default=""),
    )


def _points(quiz: str, facts: Mapping[str, Facts]) -> float:
    return sum(each.points for name, each in facts.items() if name.startswith(f"{quiz}/"))


def distribution(scores: Sequence[float], points: float) -> tuple[Bar, ...]:
    """The scores in bars: one for each whole number of points, or ten of equal width.

    The last bar has its upper end in it.

    >>> [(bar.low, bar.count) for bar in distribution([0, 2, 2, 3], 3)]
    [(0, 1), (1, 0), (2, 2), (3, 1)]
    >>> [bar.count for bar in distribution([0.5, 99.9, 100], 100)]
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    if not scores:
        return ()
    top = max([points, *scores])
    whole = all(float(score).is_integer() for score in [top, *scores])
    if whole and top < _MOST_BARS:
        seen = Counter(scores)
        return tuple(Bar(low, low, seen[low]) for low in range(int(top) + 1))
    counts = Counter(min(9, int(10 * score / top)) for score in scores)
    edges = [top * place / 10 for place in range(11)]
    return tuple(Bar(edges[place], edges[place + 1], counts[place]) for place in range(10))


def _question(
    name: str, title: str, marked: Sequence[Marked], discrimination: Measure
) -> QuestionStats:
    given = [each.feedback for each in marked]
    seconds = [each.seconds for each in marked]
    wrong = [each for each in given if each.outcome is Outcome.INCORRECT]
    outcomes = Counter(each.outcome for each in given)
    said: dict[str, Counter[str]] = {}
    for each in wrong:
        if each.misconception is not None:
            said.setdefault(each.misconception, Counter())[each.message] += 1
    held = [
        Held(each, _most_frequent(texts), Share(texts.total(), len(given)))
        for each, texts in said.items()
    ]
    known = sum(each.share.count for each in held)
    return QuestionStats(
        name=name,
        title=title,
        points=_most_frequent(Counter(each.points for each in given)),
        right=Share(outcomes[Outcome.PASSED], len(given)),
        known=Share(known, len(given)),
        unexplained=Share(len(wrong) - known, len(given)),
        not_attempted=Share(outcomes[Outcome.NOT_ATTEMPTED], len(given)),
        not_checked=Share(outcomes[Outcome.COULD_NOT_CHECK], len(given)),
        discrimination=discrimination,
        held=tuple(sorted(held, key=lambda each: (-each.share.count, each.name))),
        mean_seconds=fmean(seconds),
        median_seconds=median(seconds),
    )


def _most_frequent(counts: Counter[_T]) -> _T:
    return min(counts, key=lambda each: (-counts[each], each))


def _beliefs(graded: Sequence[Record], questions: Sequence[QuestionStats]) -> tuple[Belief, ...]:
    holders = Counter(name for record in graded for name in _held_by(record))
    met: dict[str, list[Met]] = {}
    for question in questions:
        for held in question.held:
            where = Met(question.name, question.title, held.says, held.share)
            met.setdefault(held.name, []).append(where)
    beliefs = [
        Belief(
            name,
            Share(count, len(graded)),
            tuple(sorted(met[name], key=lambda where: -where.share.count)),
        )
        for name, count in holders.items()
    ]
    return tuple(sorted(beliefs, key=lambda each: (-each.share.count, each.name)))


def _together(graded: Sequence[Record]) -> tuple[Together, ...]:
    if len(graded) < SMALLEST:
        return ()
    holders: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for record in graded:
        held = sorted(_held_by(record))
        holders.update(held)
        pairs.update(combinations(held, 2))
    # Who is weak holds many, so that any two go together. What counts is which pairs do so more
    # than pairs do on the whole: the same number of them, shared out by how many hold each.
    all_chances = holders.total() ** 2 - sum(count**2 for count in holders.values())
    share = 2 * pairs.total() / all_chances if all_chances else 0.0
    found = []
    for (one, other), count in pairs.items():
        expected = holders[one] * holders[other] * share
        by = surprise(count, expected)
        if count >= FEWEST_TOGETHER and by >= SURPRISING:
            found.append((by, Together(one, other, count, expected)))
    found.sort(key=lambda each: (-each[0], each[1].one, each[1].other))
    return tuple(pair for _, pair in found)


def _held_by(record: Record) -> set[str]:
    given = (each.feedback for each in record.marked.values())
    return {
        each.misconception
        for each in given
        if each.outcome is Outcome.INCORRECT and each.misconception is not None
    }


def _warnings(n: int, whole: int) -> Iterable[str]:
    if n == 0:
        yield "No submission could be graded: there is nothing to say about the class."
        return
    points = f"{100 * widest(n):.0f} points"
    if n < SMALLEST:
        yield (
            f"The class is too small to say how the questions go together: {_many(n)} graded, and "
            f"discrimination and alpha take {SMALLEST}. A share may be off by {points} either way."
        )
    elif n < STEADY:
        yield (
            f"Read discrimination and alpha with caution: {_many(n)} graded, and they are steady "
            f"from about {STEADY} on. A share may be off by {points} either way."
        )
    if whole < n:
        yield (
            f"Left out of discrimination and alpha, for want of questions that others have: "
            f"{_many(n - whole)}. Where the quiz has changed, grade again."
        )


def _many(submissions: int) -> str:
    return "1 submission" if submissions == 1 else f"{submissions} submissions"
