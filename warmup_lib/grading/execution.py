"""What is run of a submission, and run again where that did not come to its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from warmup_lib.grading import replies
from warmup_lib.grading.handed_in import SET_UP, HandedIn
from warmup_lib.grading.jobs import Job, rest_of, retry_of
from warmup_lib.grading.replies import Reply
from warmup_lib.grading.sandbox.results import Ended, Result

SKIPPED = 3
"""How many cells that end the process are left out, before each question is asked for alone."""

ALONE = 3
"""How often a question is asked for alone, where each time the process is killed."""


@dataclass
class Execution:
    """Of one submission: its runs so far, of which all but the first ask for what is unknown.

    First for all that is left, without the cell that ended it; then for each question of which
    still nothing is known, alone. What died is first run again as it was, since that may have
    come from outside. All runs but the first have together twice the time of one.

    Attributes:
        handed_in: the submission.
        job: the whole of it.
    """

    handed_in: HandedIn
    job: Job
    _reply: Reply = field(default_factory=Reply)
    _doubtful: Reply = field(default_factory=Reply)
    _rest: Job | None = None
    _skipped: list[str] = field(default_factory=list)
    _alone: Counter[str] = field(default_factory=Counter)
    _ended: list[tuple[Ended, float]] = field(default_factory=list)

    @property
    def reply(self) -> Reply:
        """What is known."""
        return self._reply.with_later(self._doubtful)

    @property
    def seconds(self) -> float:
        """Of all its runs."""
        return sum(seconds for _, seconds in self._ended)

    def next_job(self) -> Job:
        """The rest without the cell that ended it, or else the next question alone."""
        return self._rest or retry_of(self.job, self._unknown()[0], self._time_left())

    def is_over(self) -> bool:
        """Whether nothing is left to ask for, or no time to ask for it."""
        return not (self._rest or self._unknown()) or self._time_left() <= 0

    def add(self, result: Result, job: Job) -> None:
        """What one run of it told."""
        told = replies.read(result.output, job)
        if self._skipped and job is self._rest:
            # What is amiss may be for want of that cell, so it counts only if all else fails.
            told, amiss = told.parted()
            self._doubtful = self._doubtful.with_later(amiss)
        self._reply = self._reply.with_later(told)
        self._ended.append((result.ended, result.seconds))
        if job is self.job or job is self._rest:
            self._rest = self._rest_of(job, result.ended)
        else:
            [asking] = job.asked
            self._alone[asking.variable] += 1 if result.ended is Ended.DIED else ALONE

    def troubles(self) -> tuple[str, ...]:
        """What went wrong, a sentence each."""
        ends = dict.fromkeys(ended for ended, _ in self._ended)
        met = [_LIMITS[ended] for ended in ends if ended in _LIMITS]
        left_out = [
            f"cell {name} began and did not come to its end; the others were run again without it"
            for name in self._skipped
        ]
        return (*self.reply.troubles, *met, *left_out, *self.reply.notes)

    def _rest_of(self, job: Job, ended: Ended) -> Job | None:
        """What of a job is run again together, if that is of use."""
        place, unanswered = self._reply.begun, self._reply.unanswered(self.job)
        # Half of the time is for asking alone.
        seconds = self._time_left() - self.job.limits.seconds
        if not unanswered or seconds <= 0 or len(self._skipped) == SKIPPED:
            return None
        if job is self.job and ended is Ended.DIED:
            # As it is, for something outside may have ended it.
            return rest_of(job, unanswered, seconds)
        # A limit of the whole is met by all cells together, and not by the one that it falls on.
        if ended not in (Ended.DONE, Ended.DIED) or place in (None, len(job.pieces)):
            return None
        if job.pieces[place].name == SET_UP:
            return None
        rest = rest_of(job, unanswered, seconds, without=place)
        if not rest.asked:
            return None
        self._skipped.append(job.pieces[place].name)
        return rest

    def _unknown(self) -> list[str]:
        return [each for each in self._reply.unanswered(self.job) if self._alone[each] < ALONE]

    def _time_left(self) -> float:
        return 2 * self.job.limits.seconds - sum(seconds for _, seconds in self._ended[1:])


_LIMITS: Mapping[Ended, str] = {
    Ended.DIED: "the process that ran it died",
    Ended.TIMED_OUT: "it took longer than a submission may",
    Ended.CPU: "it took more processor time than a submission may",
    Ended.MEMORY: "it took more memory than a submission may",
    Ended.PROCESSES: "it started more processes than a submission may",
    Ended.OUTPUT: "it wrote more than a submission may",
}
