"""A sandbox that is started only where there is something to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import chain
from types import TracebackType

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox.results import Result, Sandbox


class OnDemand:
    """A :class:`~.results.Sandbox` that is another one, opened when that is needed.

    Opening one takes seconds, and of a class that was graded before there may be no job.

    Args:
        sandbox: opens the other one.
        isolated: whether that one isolates.
    """

    def __init__(self, sandbox: AbstractContextManager[Sandbox], *, isolated: bool) -> None:
        self.isolated = isolated
        self._sandbox = sandbox
        self._stack = ExitStack()
        self._opened: Sandbox | None = None

    def __enter__(self) -> OnDemand:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def open(self) -> Sandbox:
        """Open it, unless it is open.

        Raises:
            SandboxUnavailableError: it cannot be.
        """
        if self._opened is None:
            self._opened = self._stack.enter_context(self._sandbox)
        return self._opened

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        """See :meth:`.results.Sandbox.run_all`."""
        left = iter(jobs)
        for first in left:
            yield from self.open().run_all(chain([first], left))
