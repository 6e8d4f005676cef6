"""What a child does with a job: read it, and give it to the worker."""

from __future__ import annotations

from collections.abc import Callable

from warmup_lib.grading import worker
from warmup_lib.grading.jobs import Job

prepare = worker.prepare


def work(data: bytes, emit: Callable[[bytes], None]) -> None:
    """Run a job; each line of the reply goes to ``emit``."""
    worker.work(Job.from_bytes(data), emit)
