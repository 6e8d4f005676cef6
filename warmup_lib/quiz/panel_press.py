"""What follows the press of a button: work that takes its turn and ends in a note."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from warmup_lib.quiz.examine import SECONDS
from warmup_lib.quiz.limits import TimeLimitExceededError
from warmup_lib.quiz.observation import AnswerTroubleError, said
from warmup_lib.quiz.panel_field import NotGivenError
from warmup_lib.quiz.view import Note

ON_ITS_WAY = 0.1
"""Seconds that an answer, sent before the button was pressed, may take to arrive."""


def here() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs this cell, ``None`` outside a notebook."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def in_turn(loop: asyncio.AbstractEventLoop | None, work: Callable[[], None]) -> None:
    """Let the loop that ran the panel's cell do the work, in a moment; at once without one.

    Some kernels report a press in a thread of its own, and a time limit needs the main
    one. And while the kernel was busy, the page held back all but the first change of
    the answer: it sends the last when the press has been taken.
    """
    if loop is None or loop.is_closed():
        work()
    else:
        loop.call_soon_threadsafe(loop.call_later, ON_ITS_WAY, work)


def note_of(work: Callable[[], Note]) -> Note:
    """What the work gives, or its trouble in a sentence."""
    try:
        with _interrupts():
            return work()
    except NotGivenError as missing:
        return Note("○ No answer yet", [str(missing)])
    except AnswerTroubleError as trouble:
        return Note("? It could not be run", [str(trouble)])
    except TimeLimitExceededError:
        return Note("? It could not be run", [f"It was still running after {SECONDS:g} seconds."])
    except KeyboardInterrupt:
        return Note("? Interrupted", ["The kernel was interrupted before this was done."])
    except BaseException as error:  # A value of the student's own class may raise anything.
        return Note("? It could not be run", [f"It ended in `{said(error)}`."])


@contextmanager
def _interrupts() -> Iterator[None]:
    """Heed an interrupt of the kernel, which it ignores outside of a cell."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ignoring = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, ignoring)
