"""Grading what a class handed in: intake, sandbox, marks, records, and then nbgrader's places.

Each result is a record on the disk before it goes anywhere else, so that a run that is
killed at any point goes on where it was.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from importlib.metadata import version
from pathlib import Path

from warmup_lib import questions
from warmup_lib.grading.execution import Execution
from warmup_lib.grading.handed_in import HandedIn
from warmup_lib.grading.jobs import Job, Limits
from warmup_lib.grading.marking import asked_of, asking, mark
from warmup_lib.grading.places import records_folder
from warmup_lib.grading.records import Record, RecordError, Records
from warmup_lib.grading.replies import Reply
from warmup_lib.grading.sandbox.results import Ended, Sandbox, nothing

HELD_AT_ONCE = 8
"""Submissions that are delivered together: few, lest the sandbox run out of work meanwhile."""


@dataclass(frozen=True)
class Graded:
    """One submission's result.

    Attributes:
        record: what is kept of it.
        handed_in: what was handed in; ``None`` of a record that an earlier run left.
        is_new: whether it was graded now, and not taken from an earlier run.
    """

    record: Record
    handed_in: HandedIn | None
    is_new: bool


@dataclass
class Run:
    """Grading one quiz of one course.

    Attributes:
        quiz: the quiz's name.
        course: the course's folder.
        limits: what one submission may use.
        fresh: grade again what was graded already, and did not change.
    """

    quiz: str
    course: Path
    limits: Limits = field(default_factory=Limits)
    fresh: bool = False

    @property
    def records(self) -> Records:
        """The quiz's records."""
        return Records(records_folder(self.course, self.quiz))

    def prepare(self) -> None:
        """Make the keys, which takes seconds, once."""
        asked_of(self.quiz, None)

    def grade(
        self,
        class_: Iterable[HandedIn],
        runner: Sandbox,
        before_first: Callable[[], object] = nothing,
    ) -> Iterator[Graded]:
        """Grade submissions, each as soon as it can be; its record is written by then.

        Args:
            class_: what was handed in, one a student; read as it is needed.
            runner: where the students' code runs.
            before_first: called before there is a first job, so never where nothing is new.
        """
        waiting: dict[str, Execution] = {}
        known: list[Graded] = []
        get_ready = cache(before_first)

        def jobs() -> Iterator[tuple[str, bytes, Limits]]:
            for handed_in in class_:
                before = self._known(handed_in)
                if before is not None:
                    known.append(Graded(before, handed_in, is_new=False))
                elif handed_in.trouble is not None:
                    record = self._kept(handed_in, None, runner, 0.0, ())
                    known.append(Graded(record, handed_in, is_new=True))
                else:
                    get_ready()
                    job = self.job_of(handed_in)
                    waiting[handed_in.student] = Execution(handed_in, job)
                    yield handed_in.student, job.to_bytes(), self.limits

        incomplete: list[Execution] = []
        for student, result in runner.run_all(jobs()):
            yield from _taken(known)
            one = waiting.pop(student)
            one.add(result, one.job)
            if one.reply.unanswered(one.job) and result.ended is not Ended.OUTPUT:
                incomplete.append(one)
            else:
                yield self._done(one, runner)
        yield from _taken(known)
        for one in self._retried(incomplete, runner):
            yield self._done(one, runner)

    def _known(self, handed_in: HandedIn) -> Record | None:
        """The record of an earlier run, where it is of this very submission."""
        if self.fresh:
            return None
        try:
            record = self.records.read(handed_in.student)
        except RecordError:
            return None  # It is written anew.
        if record is None or (record.marked and list(record.marked) != questions.names(self.quiz)):
            return None
        was = (record.digest, record.seed, record.reason)
        return (
            record if was == (handed_in.digest, handed_in.seed, handed_in.trouble or "") else None
        )

    def job_of(self, handed_in: HandedIn) -> Job:
        """What is run of a submission."""
        asked = [asking(each.question) for each in asked_of(self.quiz, handed_in.seed)]
        return Job(handed_in.pieces, asked, self.limits)

    def _retried(self, incomplete: list[Execution], runner: Sandbox) -> Iterator[Execution]:
        """What did not come to its end is run again, one of a student's jobs a round."""
        while incomplete:
            round_ = {one.handed_in.student: (one, one.next_job()) for one in incomplete}
            jobs = ((student, job.to_bytes(), job.limits) for student, (_, job) in round_.items())
            for student, result in runner.run_all(jobs):
                one, job = round_[student]
                one.add(result, job)
                if one.is_over():
                    yield one
            incomplete = [one for one in incomplete if not one.is_over()]

    def _done(self, one: Execution, runner: Sandbox) -> Graded:
        record = self._kept(one.handed_in, one.reply, runner, one.seconds, one.troubles())
        return Graded(record, one.handed_in, is_new=True)

    def _kept(
        self,
        handed_in: HandedIn,
        reply: Reply | None,
        runner: Sandbox,
        seconds: float,
        troubles: tuple[str, ...],
    ) -> Record:
        record = Record(
            student=handed_in.student,
            quiz=self.quiz,
            digest=handed_in.digest,
            marked=mark(handed_in, reply),
            status="graded" if handed_in.trouble is None else "unreadable",
            reason=handed_in.trouble or "",
            notes=handed_in.notes,
            troubles=troubles,
            seed=handed_in.seed,
            seconds=seconds,
            sandboxed=runner.isolated,
            versions=_versions(),
            at=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        )
        self.records.write(record)
        return record


def deliver(
    graded: Iterable[Graded],
    write: Callable[[list[Graded]], None],
    *,
    at_once: int = HELD_AT_ONCE,
) -> Iterator[Graded]:
    """Hand results on in groups, and give each one once it was handed on."""
    group: list[Graded] = []
    for each in graded:
        group.append(each)
        if len(group) == at_once:
            write(group)
            yield from group
            group = []
    if group:
        write(group)
    yield from group


def _taken(known: list[Graded]) -> list[Graded]:
    taken = known.copy()
    known.clear()
    return taken


@cache
def _versions() -> dict[str, str]:
    names = ("torch", "warmup-lib")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
