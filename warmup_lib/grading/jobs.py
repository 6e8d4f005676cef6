"""What the sandbox is told to do, and how much of anything it may use for it.

A job holds no key, no misconception and no expected value: only the student's cells and,
of each question, how its answer is exercised.
"""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from warmup_lib.grading.handed_in import Piece


@dataclass(frozen=True)
class Asking:
    """How one question's answer is taken.

    Attributes:
        variable: the name under which the notebook holds it.
        exercise: a :class:`~warmup_lib.quiz.probes.Probe`, where the answer is a function; it
            is run beside the student's code. ``None`` where the answer is a plain value.
    """

    variable: str
    exercise: Any = None


@dataclass(frozen=True)
class Limits:
    """What one submission may use. All of them hold at once.

    Attributes:
        seconds: wall-clock time of the whole submission.
        cell_seconds: of one cell.
        question_seconds: of exercising one answer.
        cpu_seconds: processor time of one process.
        memory: bytes of all its processes together.
        processes: processes and threads at once.
        disk: bytes of all files that it writes.
        output: bytes of the reply.
    """

    seconds: float = 60.0
    cell_seconds: float = 10.0
    question_seconds: float = 5.0
    cpu_seconds: int = 60
    memory: int = 1 << 30
    processes: int = 64
    disk: int = 64 << 20
    output: int = 4 << 20


@dataclass(frozen=True)
class Job:
    """One submission to run.

    Attributes:
        pieces: its cells, in order.
        asked: the questions to answer.
        limits: what it may use.
    """

    pieces: Sequence[Piece]
    asked: Sequence[Asking]
    limits: Limits = field(default_factory=Limits)

    def to_bytes(self) -> bytes:
        """The job for the sandbox, which trusts what comes from here."""
        asked = [
            {
                "variable": each.variable,
                "exercise": base64.b64encode(pickle.dumps(each.exercise)).decode(),
            }
            for each in self.asked
        ]
        data = {
            "pieces": [asdict(piece) for piece in self.pieces],
            "asked": asked,
            "limits": asdict(self.limits),
        }
        return json.dumps(data).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Job:
        """Read what :meth:`to_bytes` wrote; never for bytes that come from the sandbox."""
        loaded = json.loads(data)
        return cls(
            [Piece(**piece) for piece in loaded["pieces"]],
            [
                Asking(each["variable"], pickle.loads(base64.b64decode(each["exercise"])))
                for each in loaded["asked"]
            ],
            Limits(**loaded["limits"]),
        )


def rest_of(
    job: Job, unanswered: Sequence[str], seconds: float, *, without: int | None = None
) -> Job:
    """What is left of a job that did not come to its end, as one job.

    Args:
        job: what was run.
        unanswered: the variables of which nothing is known.
        seconds: the most that it may take.
        without: the place of a cell to leave out. The question whose cell that is is not asked
            for, since nothing is known of it without.
    """
    pieces, wanted = [*job.pieces], {*unanswered}
    if without is not None:
        wanted.discard(pieces.pop(without).question or "")
    asked = [each for each in job.asked if each.variable in wanted]
    limits = replace(job.limits, seconds=min(job.limits.seconds, seconds))
    return replace(job, pieces=pieces, asked=asked, limits=limits)


def retry_of(job: Job, variable: str, seconds: float) -> Job:
    """The job of answering one question alone, where the whole did not come to its end.

    Its cells are the question's own, and those before it that belong to no question: the
    set-up, and what the student added. Its time is that of two cells and an answer.

    Args:
        job: the whole.
        variable: the question's.
        seconds: the most that it may take all the same.

    Raises:
        ValueError: the job does not ask for that question.
    """
    asked = [each for each in job.asked if each.variable == variable]
    if not asked:
        known = ", ".join(each.variable for each in job.asked)
        raise ValueError(f"variable must be one that the job asks for, got {variable!r}: {known}")
    own = [place for place, piece in enumerate(job.pieces) if piece.question == variable]
    until = max(own, default=len(job.pieces) - 1) + 1
    pieces = [p for p in job.pieces[:until] if p.question in (None, variable)]
    of_one = 2 * job.limits.cell_seconds + job.limits.question_seconds
    limits = replace(job.limits, seconds=min(of_one, seconds))
    return replace(job, pieces=pieces, asked=asked, limits=limits)
