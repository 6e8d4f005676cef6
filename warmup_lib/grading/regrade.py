"""Judging again what was seen, after a question's key or points changed. Nothing is run.

Only the references are, for the keys; the students' code is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from warmup_lib.grading.marking import asked_of
from warmup_lib.grading.records import Marked, Record
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key


@dataclass(frozen=True)
class Moved:
    """A student's mark for one question that is another now.

    Attributes:
        student: the student's id.
        question: ``quiz/name``.
        before: points that were earned.
        after: points that are earned now.
        why: what changed, in a sentence.
    """

    student: str
    question: str
    before: float
    after: float
    why: str


def keys_of(quiz: str, seed: str | None) -> dict[str, Key]:
    """The keys of a quiz's questions, by name and in order, with the numbers of a seed."""
    return {each.name: each.key for each in asked_of(quiz, seed)}


def rejudged(record: Record, keys: Mapping[str, Key]) -> Record:
    """The record as these keys have it, by question in their order.

    A question that the record does not have is not in the result either: to ask for it, the
    submission must be run again.
    """
    marked = {
        name: replace(record.marked[name], feedback=judge(key, record.marked[name].observation))
        for name, key in keys.items()
        if name in record.marked
    }
    return replace(record, marked=marked)


def moved(before: Record, after: Record) -> Iterator[Moved]:
    """The marks that moved between two records of a student, and why."""
    for name in {**before.marked, **after.marked}:
        old, new = before.marked.get(name), after.marked.get(name)
        earned = (old.feedback.score if old else 0.0, new.feedback.score if new else 0.0)
        if earned[0] != earned[1]:
            yield Moved(after.student, name, *earned, _why(old, new))


def unasked(records: Iterable[Record], keys: Mapping[str, Key]) -> list[str]:
    """The questions that some graded record does not have, since they were added later."""
    graded = [record for record in records if record.status == "graded"]
    return [name for name in keys if any(name not in record.marked for record in graded)]


def _why(old: Marked | None, new: Marked | None) -> str:
    if new is None:
        return "The question is not in the quiz any more."
    if old is None:
        return "The question was not in the quiz."
    if old.feedback.outcome is new.feedback.outcome:
        return f"It is worth {new.feedback.points:g} points, and was worth {old.feedback.points:g}."
    said = f" It is {new.feedback.misconception} now." if new.feedback.misconception else ""
    return (
        f"The key changed: this answer was {old.feedback.outcome.value}, and is "
        f"{new.feedback.outcome.value}.{said}"
    )
