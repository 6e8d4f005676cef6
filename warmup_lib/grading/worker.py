"""Running a submission, beside the student's code: cells first, then each answer by itself.

This is the untrusted end. It knows no key and no misconception, and nobody believes it:
what it says is read by :mod:`warmup_lib.grading.replies` as the student's own word. So it
guards against accidents only, of which none may cost more than the answer that it is in.
It says, a line of JSON each:

- ``{"variable": …, "answer": …, "seconds": …}``, where the answer is one of
  ``{"missing": true, "defined": …}``, ``{"value": …}`` (see :mod:`.plain_values`),
  ``{"observation": …, "code": …}`` and ``{"died": …}``;
- ``{"trouble": …}`` for a cell that raised or did not end.
"""

from __future__ import annotations

import json
import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

import warmup_lib
from warmup_lib.cells import defines, fresh_shell, run_cell
from warmup_lib.grading.jobs import Asking, Job
from warmup_lib.grading.plain_values import Json, is_inert, rendered
from warmup_lib.quiz.observation import Observation, Value, said
from warmup_lib.quiz.observing import not_examined, observed, timed_out
from warmup_lib.quiz.write import code_digest, exercised

GRACE = 1.0
"""Seconds that an answer has, beyond its limit, to notice that its time is up."""
LINE = 1 << 19
"""Bytes of the longest answer that is passed on."""
_TEXT = 2000
_TROUBLES = 50


def prepare() -> None:
    """Import, once and before any fork, what every submission needs."""
    import torch

    import warmup_lib.schedulers
    import warmup_lib.trace  # noqa: F401

    torch.set_num_threads(1)
    # The first optimizer imports more of torch, and the first shell more of IPython.
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    torch.optim.lr_scheduler.LambdaLR(optimizer, lambda _: 1.0)
    with fresh_shell() as shell:
        run_cell(shell, "None", 60.0)


def work(job: Job, emit: Callable[[bytes], None]) -> None:
    """Run a submission's cells, take its answers, and tell of each in a line.

    It is for a process of its own, which it leaves as the student's code has made it.

    Args:
        job: what to run and what to ask.
        emit: takes each line; lines between them may be empty.
    """
    this_process = os.getpid()
    own = _descriptors()
    _silence_the_course()

    def say(**data: Json) -> None:
        # On a line of its own, whatever was written there by others.
        emit(b"\n" + _line(data) + b"\n")

    with fresh_shell() as shell:
        troubles = 0
        for piece in job.pieces:
            trouble = _run(shell, piece.source, job.limits.cell_seconds)
            if os.getpid() != this_process:
                os._exit(0)  # A cell has forked; one process is enough to answer.
            if trouble is not None and troubles < _TROUBLES:
                troubles += 1
                say(trouble=f"cell {piece.name} ends in an error: {trouble}"[:_TEXT])
        source = "\n".join(piece.source for piece in job.pieces)
        for asking in job.asked:
            start = time.monotonic()
            if asking.variable not in shell.user_ns:
                answer = {"missing": True, "defined": defines(source, asking.variable)}
            elif asking.exercise is None and is_inert(shell.user_ns[asking.variable]):
                answer = {"value": rendered(shell.user_ns[asking.variable])}
            else:
                answer = taken(shell.user_ns, asking, job.limits.question_seconds, own)
            say(variable=asking.variable, answer=answer, seconds=time.monotonic() - start)


def work_on(data: bytes, emit: Callable[[bytes], None]) -> None:
    """:func:`work` on a job as :meth:`Job.to_bytes` gives it."""
    work(Job.from_bytes(data), emit)


def _run(shell: Any, source: str, seconds: float) -> str | None:
    try:
        return run_cell(shell, source, seconds)
    except BaseException as error:  # Not even an interrupt ends the other answers.
        return said(error)


def _silence_the_course() -> None:
    """Let ``from warmup_lib import check`` work where there is nothing to check with."""
    stub = ModuleType("warmup_lib.learn")
    for name in warmup_lib.__all__:
        setattr(stub, name, _nothing)
    sys.modules[stub.__name__] = stub
    warmup_lib.learn = stub


def _nothing(*_: object, **__: object) -> None:
    pass


def taken(
    names: Mapping[str, Any], asking: Asking, seconds: float, own: Iterable[int] = ()
) -> Json:
    """One answer, taken in a process of its own that ends with it.

    Args:
        names: what the cells defined.
        asking: what to take, and how.
        seconds: how long that may last.
        own: descriptors that are no business of the answer's.
    """
    # A cell that had it ignored would have its children vanish without a word.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _answer_and_end(names, asking, seconds, writer, {*own, reader})
    os.close(writer)
    try:
        line, in_time = _first_line(reader, time.monotonic() + seconds + GRACE)
    finally:
        os.close(reader)
        status = _ended(child)
    if not in_time:
        return {"observation": timed_out(asking.variable, seconds).to_json(), "code": None}
    with suppress(ValueError, RecursionError):
        return json.loads(line)
    return {"died": _how(status)}


def _answer_and_end(
    names: Mapping[str, Any], asking: Asking, seconds: float, writer: int, others: set[int]
) -> None:
    """What the child does; it never returns."""
    this_process = os.getpid()
    try:
        os.setsid()
        for descriptor in others - {0, 1, 2, writer}:
            with suppress(OSError):
                os.close(descriptor)
        if "torch" in sys.modules:
            # Threads that were there before the fork are not there now, and would be waited for.
            sys.modules["torch"].set_num_threads(1)
        line = _line(_answer(names[asking.variable], asking, seconds))
        if os.getpid() == this_process:
            unwritten = memoryview(line + b"\n")
            while unwritten:
                unwritten = unwritten[os.write(writer, unwritten) :]
    finally:
        os._exit(0)


def _answer(answer: Any, asking: Asking, seconds: float) -> Json:
    try:
        if asking.exercise is None:
            return _value(answer, asking.variable, seconds)
        seen = observed(
            asking.variable,
            lambda: [*map(_sayable, exercised(asking.exercise, answer, asking.variable))],
            seconds,
        )
        return {"observation": _bounded(seen), "code": code_digest(answer)}
    except BaseException as error:  # Such as an interrupt that the answer raised.
        seen = not_examined(asking.variable, said(error))
        return {"observation": _bounded(seen), "code": None}


def _value(answer: Any, variable: str, seconds: float) -> Json:
    values: list[Json] = []

    def render() -> tuple[Value, ...]:
        values.append(rendered(answer))
        return ()

    seen = observed(variable, render, seconds)
    if values and seen.trouble is None:
        return {"value": values[0]}
    return {"observation": _bounded(seen), "code": None}


def _sayable(value: Any) -> Value:
    """A value that JSON has: what is no number is said in words."""
    number = float(value)
    return number if math.isfinite(number) else str(number)


def _bounded(seen: Observation) -> Json:
    return {**seen.to_json(), "message": seen.message[:_TEXT]}


def _line(data: Json) -> bytes:
    line = json.dumps(data, allow_nan=False).encode()
    return line if len(line) <= LINE else b'{"died": "too long an answer"}'


def _first_line(reader: int, until: float) -> tuple[bytes, bool]:
    """What is written up to the end of a line, and whether it came in time."""
    got = bytearray()
    while b"\n" not in got and len(got) <= LINE:
        ready, _, _ = select.select([reader], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return b"", False
        piece = os.read(reader, 1 << 16)
        if not piece:
            break
        got += piece
    return bytes(got.partition(b"\n")[0]), True


def _ended(child: int) -> int:
    """End a child and what it started; how it ended, negative for a signal."""
    if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        with suppress(OSError):
            os.kill(child, signal.SIGKILL)
    with suppress(OSError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _how(status: int) -> str:
    if status >= 0:
        return f"it ended with exit status {status}"
    try:
        return f"it was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"it was ended by signal {-status}"


def _descriptors() -> set[int]:
    """Those that are open."""
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"  # noqa: PTH112
    with suppress(OSError):
        return {int(name) for name in os.listdir(folder)}  # noqa: PTH208
    return set()
