"""An IPython that keeps what its cells show, in the place of ipykernel's.

It is made as that one is, by a display hook and a publisher of its own, and runs cells in
the same way, but without sockets and threads: it is for a process that was forked.
"""

from __future__ import annotations

import asyncio
import builtins
import getpass
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets import Instance, Type
from traitlets.config import Config

from warmup_lib.grading.notebook_outputs import Outputs, Stream
from warmup_lib.quiz.limits import TimeLimitExceededError, time_limit

GRACE = 2.0
"""Seconds that a cell has, past its time, to end when it is cancelled."""


class _ResultHook(DisplayHook):
    """Keeps what a cell ends in."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Mapping[str, Any], *_: object) -> None:
        cast(NotebookShell, self.shell).outputs.result(format_dict, self.prompt_count)

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Publisher(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(
        self,
        data: Mapping[str, Any],
        *_: object,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **__: object,
    ) -> None:
        outputs: Outputs = self.shell.outputs
        (outputs.update if update else outputs.display)(data, (transient or {}).get("display_id"))

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class NotebookShell(InteractiveShell):
    """The shell of a process that runs one notebook; made by :func:`notebook_shell`."""

    displayhook_class = Type(_ResultHook)
    display_pub_class = Type(_Publisher)
    outputs = Instance(Outputs)

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        self.outputs.error(str(etype.__name__), str(evalue), stb)

    def enable_gui(self, gui: object = None) -> None:
        """There is none, which is what ``%matplotlib inline`` asks for."""

    def ask_exit(self) -> NoReturn:
        """``exit()`` ends its cell and not the notebook."""
        raise SystemExit


def notebook_shell() -> NotebookShell:
    """The shell of this process, whose standard streams are the notebook's from here on."""
    outputs = Outputs()
    config = Config()
    config.HistoryManager.enabled = False
    # Which environment is active is not the question here.
    config.InteractiveShell.warn_venv = False
    shell: Any = NotebookShell.instance(config=config, outputs=outputs)
    sys.stdout = Stream(outputs, "stdout", 1)
    sys.stderr = Stream(outputs, "stderr", 2)
    builtins.input = getpass.getpass = _nobody_types
    return cast(NotebookShell, shell)


def _nobody_types(*_: object, **__: object) -> NoReturn:
    raise StdinNotImplementedError("input() was called, and nobody is there to type")


@dataclass(frozen=True)
class Ran:
    """A cell that was run; what it left is in the shell's outputs.

    Attributes:
        number: its number, as in ``In [3]``.
        in_time: whether it ended in time.
    """

    number: int
    in_time: bool


async def run_cell(shell: NotebookShell, source: str, seconds: float | None) -> Ran:
    """Run a cell.

    As in a Jupyter kernel a loop is running meanwhile: a cell may await, and may start what
    goes on during the next ones.

    Args:
        shell: what runs it.
        source: its code.
        seconds: how long it may take; ``None`` for as long as it likes.
    """
    outputs, number = shell.outputs, shell.execution_count
    outputs.begin()
    try:
        error = await _error_of(shell, source, seconds)
    except BaseException as raised:  # By what is around the cell's own code, such as a hook.
        error = raised
    outputs.take_written()
    shell.execution_count = number + 1
    if isinstance(error, TimeLimitExceededError):
        return Ran(number, in_time=False)
    if error is not None and not outputs.has_error(type(error).__name__):
        # As nbgrader does where a student has switched tracebacks off.
        traceback = ["ERROR: An error occurred while showtraceback was disabled"]
        outputs.error(type(error).__name__, _text_of(error), traceback)
    return Ran(number, in_time=True)


async def _error_of(shell: Any, source: str, seconds: float | None) -> BaseException | None:
    try:
        code, trouble = shell.transform_cell(source), None
    except Exception:  # It is shown when the cell is run.
        code, trouble = source, sys.exc_info()
    how = {"transformed_cell": code, "preprocessing_exc_tuple": trouble}
    if shell.should_run_async(source, **how):
        return await _awaited(shell, source, how, seconds)
    if seconds is None:
        return _error_in(shell.run_cell(source, store_history=True))
    with time_limit(seconds):
        return _error_in(shell.run_cell(source, store_history=True))


async def _awaited(
    shell: Any, source: str, how: Mapping[str, Any], seconds: float | None
) -> BaseException | None:
    """Await a cell; past its time it is cancelled, and where it goes on the process ends."""
    cell = asyncio.ensure_future(shell.run_cell_async(source, store_history=True, **how))
    late = False

    def stop() -> None:
        nonlocal late
        late = True
        cell.cancel()

    result = None
    if seconds is not None:
        asyncio.get_running_loop().call_later(seconds, stop)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    try:
        result = await cell
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
    return TimeLimitExceededError() if late else _error_in(result)


def _error_in(result: ExecutionResult) -> BaseException | None:
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # The class is the student's, and so is its __str__.
        return ""
