"""What comes of a job, and what is said where there can be no sandbox."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from warmup_lib.grading.jobs import Limits


class SandboxUnavailableError(RuntimeError):
    """Nothing was run, since it would not have been isolated; says what to do about it."""


def nothing() -> None:
    """What is done meanwhile where nothing is to be."""


class Ended(enum.Enum):
    """How a job ended.

    ``DONE`` means that its process ended without an error. A submission can imitate that by
    exiting, so that what counts is what it replied.
    """

    DONE = "done"
    DIED = "died"
    TIMED_OUT = "timed out"
    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"


@dataclass(frozen=True)
class Result:
    """One job that was run.

    Attributes:
        output: what it wrote on its reply channel, at most ``Limits.output`` bytes of it. It
            comes from the student's process: nothing in it can be trusted.
        ended: how it ended.
        seconds: wall-clock time from its start to its end.
    """

    output: bytes
    ended: Ended
    seconds: float


class Sandbox(Protocol):
    """Runs jobs, N at once."""

    @property
    def isolated(self) -> bool:
        """Whether a job can reach nothing."""
        ...

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        """Run jobs and give their results, each with its job's name, as they end.

        Args:
            jobs: of each its name, its :meth:`Job.to_bytes() <.jobs.Job.to_bytes>` and its
                limits. No more of them are taken than can soon be run.

        Raises:
            SandboxUnavailableError: what runs them can no longer be started.
        """
        ...
