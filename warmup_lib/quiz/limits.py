"""A time limit on code that we did not write."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


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
    # This generator, its __enter__, and then the frame of the `with` statement.
    caller = sys._getframe(2)

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001  # a handler's arguments
        _raise_at_every_line(frame, caller)
        raise TimeLimitExceededError

    tracer = sys.gettrace()
    handler = signal.signal(signal.SIGALRM, stop)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        sys.settrace(tracer)
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


def _raise_at_every_line(frame: FrameType | None, caller: FrameType) -> None:
    """A loop with a bare ``except`` swallows one exception, so each of its lines raises one."""

    def again(frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG001  # a tracer's
        if event == "line":
            raise TimeLimitExceededError
        return again

    sys.settrace(lambda *_: None)
    while frame is not None and frame is not caller:
        frame.f_trace = again
        frame = frame.f_back
