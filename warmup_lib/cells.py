"""Running the cells of a notebook one after the other, in silence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from warmup_lib.quiz.isolation import isolated
from warmup_lib.quiz.limits import TimeLimitExceededError, time_limit
from warmup_lib.quiz.observation import said


@contextmanager
def fresh_shell() -> Iterator[Any]:
    """A fresh IPython, which knows magics and keeps the source of what it runs."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    # Which environment is active is not the question here.
    config.InteractiveShell.warn_venv = False
    # IPython puts a module of its own in the place of __main__, and writes a profile.
    main = sys.modules["__main__"]
    try:
        with TemporaryDirectory() as folder:
            shell: Any = InteractiveShell(config=config, ipython_dir=folder)
            shell.showtraceback = lambda *_, **__: None
            shell.showsyntaxerror = lambda *_, **__: None
            shell.enable_gui = lambda *_, **__: None  # which `%matplotlib inline` asks for
            yield shell
    finally:
        sys.modules["__main__"] = main


def run_cell(shell: Any, source: str, seconds: float) -> str | None:
    """Run one cell; what went wrong in it, if anything did."""
    try:
        with isolated(), time_limit(seconds):
            result = shell.run_cell(source, store_history=False)
    except TimeLimitExceededError:
        return f"it was still running after {seconds:g} seconds"
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    if isinstance(error, TimeLimitExceededError):
        return f"it was still running after {seconds:g} seconds"
    return None if error is None else said(error)


def defines(source: str, variable: str) -> bool:
    """Whether code says anything of a variable, though it may not come to it.

    >>> defines("first_print = 1 / 0", "first_print")
    True
    """
    return re.search(rf"(?m)^\s*(def\s+)?{variable}\b", source) is not None
