"""How far a learner has come, keyed by the questions' names.

Notebooks and the command line share it, through :mod:`warmup_lib.progress_file`.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from warmup_lib import progress_file
from warmup_lib.quiz.feedback import Feedback, Outcome


@dataclass(frozen=True)
class Record:
    """What happened on one question.

    Attributes:
        attempts: checks that gave a verdict.
        passed: whether one of them was right; it stays so.
        hints: how many were given.
        misconceptions: how often each was met.
        came_back: the misconceptions to review, see :func:`whats_next`.
        parameters: the seed of those with which it was last passed; "" for those as built.
        answer: the fingerprint of the answer that was last checked.
        last: when it was last checked, in UTC as ISO 8601.
    """

    attempts: int = 0
    passed: bool = False
    hints: int = 0
    misconceptions: Mapping[str, int] = field(default_factory=dict)
    came_back: tuple[str, ...] = ()
    parameters: str = ""
    answer: str = ""
    last: str = ""

    @property
    def state(self) -> Literal["passed", "review", "tried", "new"]:
        """In one word; "review" is passed and due for review."""
        if self.passed:
            return "review" if self.came_back else "passed"
        return "tried" if self.attempts else "new"


@dataclass(frozen=True)
class Progress:
    """The records by question, of renamed and removed questions too.

    ``trouble`` is a sentence to show, where the file could not be read.
    """

    questions: Mapping[str, Record] = field(default_factory=dict)
    trouble: str = ""

    def of(self, question: str) -> Record:
        """The record of a question; an empty one where nothing happened yet."""
        return self.questions.get(question, Record())


@dataclass(frozen=True)
class Next:
    """A question to go on with, and why in a sentence.

    ``seed`` picks fresh numbers for a review; "" where it is none.
    """

    question: str
    why: str
    seed: str = ""

    @property
    def review(self) -> bool:
        """Whether it was passed before."""
        return bool(self.seed)


def whats_next(progress: Progress, names: Sequence[str]) -> list[Next]:
    """What to do, the best first: what is not passed yet, then what is due for review.

    A misconception *comes back* when it is met on a question that had been passed, or
    that is not the first on which it is met. The question is then due for review, once
    it is passed, until it is passed again with other parameters, where it has any.

    >>> seen = Progress({
    ...     "demo/one": Record(attempts=1, passed=True, came_back=("no-cap",)),
    ...     "demo/two": Record(attempts=2),
    ... })
    >>> for each in whats_next(seen, ["demo/one", "demo/two", "demo/three"]):
    ...     print(each.question, "-", each.why)
    demo/two - You tried it twice, and have not passed it yet.
    demo/three - You have not tried it yet.
    demo/one - A mistake came back on it: no-cap.
    """
    records = {name: progress.of(name) for name in names}
    new = [
        Next(
            name,
            f"You tried it {times(record.attempts)}, and have not passed it yet."
            if record.attempts
            else "You have not tried it yet.",
        )
        for name, record in records.items()
        if record.state in ("new", "tried")
    ]
    review = [
        Next(
            name,
            f"A mistake came back on it: {', '.join(record.came_back)}.",
            seed=f"review-{record.attempts}",
        )
        for name, record in records.items()
        if record.state == "review"
    ]
    return new + review


def most_met(progress: Progress) -> list[tuple[str, int]]:
    """The misconceptions met, over all questions, with how often; the most frequent first.

    >>> most_met(Progress({"demo/one": Record(misconceptions={"no-cap": 1, "one-late": 2})}))
    [('one-late', 2), ('no-cap', 1)]
    """
    met: Counter[str] = Counter()
    for record in progress.questions.values():
        met.update(record.misconceptions)
    return met.most_common()


def times(count: int) -> str:
    """A count in words.

    >>> [times(1), times(2), times(3)]
    ['once', 'twice', '3 times']
    """
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def folder() -> Path:
    """Where the file is: ``WARMUP_HOME``, or else where programs keep a user's data."""
    return progress_file.place().parent


def load() -> Progress:
    """The progress so far. It raises nothing; ``trouble`` says what went wrong.

    A file that makes no sense, or that a newer version wrote, is put aside.
    """
    questions, trouble = progress_file.read(progress_file.place())
    return Progress(_records(questions), trouble)


def note_check(feedback: Feedback, parameters: str | None = None) -> str | None:
    """Keep how a check ended.

    What was not attempted, or could not be checked, is no attempt; nor is the answer
    of the last check once more.

    Args:
        feedback: what the check gave.
        parameters: the seed of the question's parameters, "" for those as built, and
            ``None`` for a question without any.

    Returns:
        A sentence for the learner where it could not be kept, or ``None``.
    """
    if feedback.outcome not in (Outcome.PASSED, Outcome.INCORRECT):
        return None
    return _note(feedback.question, lambda progress: _after_check(progress, feedback, parameters))


def note_hint(question: str) -> str | None:
    """Keep that one more hint was given; returns what :func:`note_check` does."""

    def one_more(progress: Progress) -> Record:
        record = progress.of(question)
        return replace(record, hints=record.hints + 1)

    return _note(question, one_more)


def _after_check(progress: Progress, feedback: Feedback, parameters: str | None) -> Record:
    was = progress.of(feedback.question)
    answer = f"{parameters or ''} {feedback.fingerprint}".strip()
    if answer and answer == was.answer:
        return was
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    tried = replace(was, attempts=was.attempts + 1, last=now, answer=answer)
    if feedback.passed:
        # Numbers that were right before prove nothing new.
        is_new = parameters is None or parameters != was.parameters
        came_back = () if was.passed and is_new else was.came_back
        return replace(tried, passed=True, came_back=came_back, parameters=parameters or "")
    met = feedback.misconception
    if met is None:
        return tried
    elsewhere = (each for name, each in progress.questions.items() if name != feedback.question)
    comes_back = was.passed or any(met in record.misconceptions for record in elsewhere)
    if comes_back and met not in was.came_back:
        tried = replace(tried, came_back=(*was.came_back, met))
    before = was.misconceptions.get(met, 0)
    return replace(tried, misconceptions={**was.misconceptions, met: before + 1})


def _note(question: str, change: Callable[[Progress], Record]) -> str | None:
    # The machine that grades a class must not take the class's mistakes for its owner's.
    if "NBGRADER_EXECUTION" in os.environ or "NBGRADER_VALIDATING" in os.environ:
        return None

    def edit(questions: dict[str, Any]) -> None:
        changed = asdict(change(Progress(_records(questions))))
        # What a later version may have added to a record stays in it.
        questions[question] = {**questions.get(question, {}), **changed}

    return progress_file.change(progress_file.place(), edit) or None


def _records(questions: Mapping[str, Any]) -> dict[str, Record]:
    return {name: _record(raw) for name, raw in questions.items()}


def _record(raw: Mapping[str, Any]) -> Record:
    known = {each.name: raw[each.name] for each in fields(Record) if each.name in raw}
    return Record(**{**known, "came_back": tuple(known.get("came_back", ()))})
