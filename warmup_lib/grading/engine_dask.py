"""Grading on many machines: jobs go to dask workers, and only their results come back.

Records, gradebook and feedback are written here alone. A job that was out on a worker that
went away is run again elsewhere; its result is taken once. :mod:`dask_worker` is the
workers' side.
"""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING
from uuid import uuid4

from warmup_lib.grading import dask_worker
from warmup_lib.grading.dask_cluster import open_client
from warmup_lib.grading.dask_worker import Terms
from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox import nothing
from warmup_lib.grading.sandbox.results import Ended, Result, Sandbox, SandboxUnavailableError

if TYPE_CHECKING:
    from distributed import Client, Future

    _Future = Future[list[dask_worker.Outcome]]
    _Ended = queue.SimpleQueue[_Future]

Job = tuple[str, bytes, Limits]

NO_WORKERS = 60.0
"""Seconds that a scheduler may be without any worker."""
BUNDLE = 4
"""The most jobs that are one of dask's tasks, each of which costs a fifth of a job."""
_LOOK = 1.0
_FETCH = 10.0
_AGAIN = "What was graded is kept: type the same command again, and only the rest is."


@contextmanager
def open_dask(
    scheduler: str | None,
    workers: int = 2,
    *,
    trusted: bool = False,
    meanwhile: Callable[[], object] = nothing,
    patience: float = NO_WORKERS,
) -> Iterator[Sandbox]:
    """Jobs run on dask workers, each of which isolates them as this machine would.

    Args:
        scheduler: a dask scheduler's address, such as ``tcp://10.0.0.1:8786``; its workers are
            used. ``None`` starts workers on this machine.
        workers: how many are started here; each runs one job at once.
        trusted: run jobs without a sandbox.
        meanwhile: called while the workers get ready, which takes seconds.
        patience: seconds that a scheduler may be without any worker.

    Raises:
        SandboxUnavailableError: dask is not installed, nobody answers at that address, there
            are no workers, or one of them cannot isolate jobs or has other versions of what
            marks depend on. Nothing was run.
    """
    terms = Terms(trusted, dask_worker.installed())
    with ExitStack() as opened:
        client = opened.enter_context(open_client(scheduler, workers, patience))
        sandbox = Dask(client, terms, patience)
        opened.callback(sandbox.let_go)
        sandbox.wait_for_workers()
        with ThreadPoolExecutor(1) as pool:
            ready = pool.submit(sandbox.get_ready)
            meanwhile()
            ready.result()
        yield sandbox


class Dask:
    """A :class:`~.sandbox.results.Sandbox` whose jobs are run by dask's workers."""

    def __init__(self, client: Client, terms: Terms, patience: float) -> None:
        self.isolated = not terms.trusted
        self._client = client
        self._terms = terms
        self._patience = patience
        self._without_since: float | None = None

    def wait_for_workers(self) -> None:
        """Wait until there is one.

        Raises:
            SandboxUnavailableError: there was none for too long.
        """
        while not self._threads():
            time.sleep(_LOOK)

    def get_ready(self) -> None:
        """Have the workers that are there ready for jobs.

        Raises:
            SandboxUnavailableError: one of them cannot run jobs as this machine would.
        """
        with _told_plainly():
            # It reads the tasks, so that it needs the code of which they speak.
            self._client.run_on_scheduler(dask_worker.installed)
            said = self._client.run(dask_worker.get_ready, self._terms, on_error="return")
        # Of a worker that was lost meanwhile nothing is known, and nothing needed.
        refused = {
            address: each
            for address, each in said.items()
            if isinstance(each, Exception) and not isinstance(each, OSError)
        }
        if refused:
            address, error = next(iter(refused.items()))
            more = f"\nSo it is with {len(refused) - 1} more of {len(said)} workers."
            raise SandboxUnavailableError(
                f"{_what_went_wrong(error, address)}{more if len(refused) > 1 else ''}"
            )

    def let_go(self) -> None:
        """End what runs jobs on the workers."""
        # Where they cannot be reached, it ends with them.
        with suppress(Exception):
            self._client.run(dask_worker.let_go, self._terms, on_error="ignore")

    def run_all(self, jobs: Iterable[Job]) -> Iterator[tuple[str, Result]]:
        """See :meth:`.sandbox.results.Sandbox.run_all`."""
        left = iter(jobs)
        ended: _Ended = queue.SimpleQueue()
        out: dict[object, tuple[_Future, list[Job]]] = {}
        lost: list[Job] = []
        try:
            while True:
                # Some wait where the workers are, so that no worker waits for whoever asked.
                room = max(1, 2 * self._threads()) - len(out)
                for bundle in _bundles(left, room):
                    future = self._submit(bundle, ended)
                    out[future.key] = future, bundle
                if not out:
                    break
                future = self._next(ended)
                _, bundle = out.pop(future.key)
                results = self._results(future)
                if results is None:
                    lost += bundle
                else:
                    yield from zip((name for name, _, _ in bundle), results, strict=True)
            for job in lost:
                yield job[0], self._alone(job)
        finally:
            for future, _ in out.values():
                future.release()

    def _submit(self, bundle: list[Job], ended: _Ended) -> _Future:
        work = [(data, limits) for _, data, limits in bundle]
        key = f"warmup-grade-{uuid4().hex}"
        future = self._client.submit(dask_worker.run, work, self._terms, key=key)
        future.add_done_callback(ended.put)
        return future

    def _next(self, ended: _Ended) -> _Future:
        """The next bundle that is over, while there is somebody to run one."""
        while True:
            with suppress(queue.Empty):
                return ended.get(timeout=_LOOK)
            self._threads()

    def _results(self, future: _Future) -> list[Result] | None:
        """What jobs told; ``None`` where their workers went away again and again."""
        from distributed import KilledWorker

        while True:
            with _told_plainly():
                try:
                    outcomes = future.result(timeout=_FETCH * BUNDLE)
                except KilledWorker:
                    return None
                except asyncio.TimeoutError:
                    # They went away with their worker, and the jobs are run once more.
                    self._threads()
                    continue
            return [Result(output, Ended(ended), seconds) for output, ended, seconds in outcomes]

    def _alone(self, job: Job) -> Result:
        """Run a job with nothing beside it, since others die of a worker that one job kills."""
        if (result := self._one(job)) is not None:
            return result
        if self._one(("", b"", Limits(seconds=30.0))) is None:
            raise SandboxUnavailableError(
                "dask's workers die of every job, also of one that does nothing; look for why in "
                f"what they say, such as too little memory. {_AGAIN}"
            )
        return Result(b"", Ended.DIED, 0.0)

    def _one(self, job: Job) -> Result | None:
        ended: _Ended = queue.SimpleQueue()
        # A future that nobody holds is a task that nobody wants.
        future = self._submit([job], ended)
        self._next(ended)
        results = self._results(future)
        return results[0] if results else None

    def _threads(self) -> int:
        """How many jobs can be run at once now.

        Raises:
            SandboxUnavailableError: the scheduler is gone, or there was no worker for too long.
        """
        with _told_plainly():
            threads: int = sum(self._client.nthreads().values())
        now = time.monotonic()
        if threads:
            self._without_since = None
        elif self._without_since is None:
            self._without_since = now
        elif now > self._without_since + self._patience:
            raise SandboxUnavailableError(
                f"the scheduler has had no worker for {self._patience:g} seconds; start some, each "
                f"with: dask worker ADDRESS\n{_AGAIN}"
            )
        return threads


def _bundles(left: Iterator[Job], room: int) -> Iterator[list[Job]]:
    """Jobs for so many tasks, spread over them."""
    jobs = list(islice(left, max(0, room) * BUNDLE))
    size = -(-len(jobs) // max(1, room))
    for start in range(0, len(jobs), max(1, size)):
        yield jobs[start : start + size]


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Say in a sentence what went wrong with the cluster."""
    try:
        yield
    except SandboxUnavailableError:
        raise
    except (CancelledError, OSError) as error:
        raise SandboxUnavailableError(
            f"the connection to dask's scheduler was lost: {error}\n{_AGAIN}"
        ) from None
    except Exception as error:
        raise SandboxUnavailableError(_what_went_wrong(error, "")) from error


def _what_went_wrong(error: Exception, where: str) -> str:
    if isinstance(error, SandboxUnavailableError):
        return str(error)
    return (
        f"dask cannot run submissions{where and f' on the worker {where}'}: "
        f"{type(error).__name__}: {error}\nIts scheduler and workers need the Python, torch and "
        "warmup_lib that are here: pip install 'warmup-lib[cluster]'"
    )
