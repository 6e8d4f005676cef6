"""Runs what students handed in where it can reach nothing, many at once.

One *parent* imports torch, IPython and the worker, inside bubblewrap; every job is forked
from it into namespaces of its own. :mod:`serving` is the coordinator's side, :mod:`parent`
the parent's, :mod:`child` a job's.

>>> from warmup_lib.grading.sandbox import open_sandbox
>>> def scores(jobs):
...     with open_sandbox(workers=2) as sandbox:
...         return {name: result.output for name, result in sandbox.run_all(jobs)}
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from warmup_lib.grading.sandbox import launching
from warmup_lib.grading.sandbox.on_demand import OnDemand
from warmup_lib.grading.sandbox.results import (
    Ended,
    Result,
    Sandbox,
    SandboxUnavailableError,
    nothing,
)

__all__ = [
    "Ended",
    "OnDemand",
    "Result",
    "Sandbox",
    "SandboxUnavailableError",
    "nothing",
    "open_sandbox",
    "open_trusted",
]

WORKER = "warmup_lib.grading.worker:work_on"


@contextmanager
def open_sandbox(
    workers: int = 2,
    worker: str = WORKER,
    imports: Sequence[Path] = (),
    meanwhile: Callable[[], object] = nothing,
) -> Iterator[Sandbox]:
    """Jobs are isolated: from files, the network, other processes and each other.

    Args:
        workers: how many jobs run at once.
        worker: the function that does a job, as ``module:function``; it gets the job's bytes
            and a function that writes a piece of the reply. Where its module has a function
            ``prepare``, the parent calls that once.
        imports: folders to import it from, beside the installed packages. They are visible to
            every job.
        meanwhile: called while the parent starts, which takes seconds.

    Raises:
        SandboxUnavailableError: this system cannot isolate them; nothing was run.
    """
    with _opened(launching.isolated(workers, worker, imports), workers, True, meanwhile) as sandbox:
        yield sandbox


@contextmanager
def open_trusted(
    workers: int = 2,
    worker: str = WORKER,
    imports: Sequence[Path] = (),
    meanwhile: Callable[[], object] = nothing,
) -> Iterator[Sandbox]:
    """Jobs are held to their limits and nothing else: they can read and change all you can.

    The arguments are those of :func:`open_sandbox`.

    Raises:
        SandboxUnavailableError: the parent of the jobs does not start.
    """
    if sys.platform.startswith("linux"):
        with _opened(
            launching.trusted(workers, worker, imports), workers, False, meanwhile
        ) as sandbox:
            yield sandbox
    else:
        from warmup_lib.grading.sandbox.without_fork import Subprocesses

        meanwhile()
        yield Subprocesses(workers, worker, imports)


@contextmanager
def _opened(
    launch: launching.Launch, workers: int, isolated: bool, meanwhile: Callable[[], object]
) -> Iterator[Sandbox]:
    # It can be imported on Linux only.
    from warmup_lib.grading.sandbox.serving import ForkServer

    sandbox = ForkServer(launch, workers, isolated)
    sandbox.start()
    try:
        meanwhile()
        sandbox.check()
        yield sandbox
    finally:
        sandbox.close()
