"""A script's tracebacks and warnings, as Python shows them where nothing is recorded.

What records stands between a scheduler and whoever steps it, and would be seen there.
"""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

_RECORDERS = ("doctor/run_script.py", "following.py", "hearing.py", "recording.py", "tapping.py")
_OURS = frozenset(str(Path(__file__).parents[1] / name) for name in _RECORDERS)


def strip(error: BaseException, seen: set[int] | None = None) -> None:
    """Take the frames of what runs and records it out of an exception's tracebacks."""
    seen = set() if seen is None else seen
    if id(error) in seen:
        return
    seen.add(id(error))
    kept, frame = [], error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename not in _OURS:
            kept.append(frame)
        frame = frame.tb_next
    for this, following in pairwise([*kept, None]):
        if this is not None:
            this.tb_next = following
    error.__traceback__ = kept[0] if kept else None
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        if isinstance(other, BaseException):
            strip(other, seen)


@contextmanager
def warnings_at_their_lines(warned: list[str]) -> Iterator[None]:
    """Show warnings with the lines that they have where nothing is recorded; note their texts."""
    original = warnings.showwarning

    def show(
        message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: Any = None
    ) -> None:
        warned.append(str(message))
        if filename in _OURS:
            filename, lineno = _caller(filename)
        original(message, category, filename, lineno, file, line)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = original


def _caller(file: str) -> tuple[str, int]:
    """The line that called what is in ``file``."""
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    while frame is not None and frame.f_code.co_filename in _OURS:
        frame = frame.f_back
    return (file, 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
