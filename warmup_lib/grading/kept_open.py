"""A sandbox for a process that grades now and then: opened when it is needed, then kept.

nbgrader runs submissions one by one, and formgrader each time somebody clicks; the process
from which they are forked takes seconds to start.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox import Result, Sandbox, nothing, open_sandbox

IDLE = 300.0
"""Seconds without a job after which a sandbox is closed."""


class KeptOpen:
    """A :class:`~.sandbox.Sandbox` that is opened by its first job.

    It is closed when it had nothing to do for a while, and when the process ends.

    Args:
        worker: what does a job; see :func:`~.sandbox.open_sandbox`.
        idle: how long it may have nothing to do, in seconds.
    """

    isolated = True

    def __init__(self, worker: str, idle: float = IDLE) -> None:
        self._worker, self._idle = worker, idle
        self._lock = threading.RLock()
        self._stack = ExitStack()
        self._sandbox: Sandbox | None = None
        self._timer: threading.Timer | None = None
        atexit.register(self.close)

    @property
    def is_open(self) -> bool:
        """Whether there is a process from which jobs are forked."""
        return self._sandbox is not None

    def open(self, meanwhile: Callable[[], object] = nothing) -> Sandbox:
        """Open it, where it is not open.

        Args:
            meanwhile: called while it starts, where it has to.

        Raises:
            SandboxUnavailableError: this system cannot isolate jobs; nothing was run.
        """
        with self._lock:
            sandbox = self._opened(meanwhile)
            self._wait()
            return sandbox

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        """See :meth:`.sandbox.Sandbox.run_all`."""
        with self._lock:
            self._stop_waiting()
            try:
                yield from self._opened().run_all(jobs)
            except Exception:
                # It may be one that can run nothing any more.
                self.close()
                raise
            self._wait()

    def _opened(self, meanwhile: Callable[[], object] = nothing) -> Sandbox:
        if self._sandbox is None:
            opened = open_sandbox(workers=1, worker=self._worker, meanwhile=meanwhile)
            self._sandbox = self._stack.enter_context(opened)
        return self._sandbox

    def close(self) -> None:
        """Close it; the next job opens it again."""
        with self._lock:
            self._stop_waiting()
            self._stack.close()
            self._sandbox = None

    def _wait(self) -> None:
        self._stop_waiting()
        self._timer = threading.Timer(self._idle, self.close)
        self._timer.daemon = True
        self._timer.start()

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
