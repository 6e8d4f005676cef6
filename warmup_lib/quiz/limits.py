"""A time limit on code that we did not write."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeLimitExceededError(BaseException):
    """Outside ``Exception``, so that an ``except Exception`` in a loop does not swallow it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`TimeLimitExceededError` in the block once ``seconds`` have passed.

    Needs the main thread and an alarm signal. Elsewhere (Windows, a worker thread)
    there is no limit, and interrupting the kernel is the way out.

    >>> with time_limit(10):
    ...     2 + 2
    4
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not (is_main and hasattr(signal, "setitimer")):
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001  # a handler's arguments
        raise TimeLimitExceededError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        # Again and again: a bare `except` in the student's loop swallows one.
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
