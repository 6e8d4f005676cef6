"""Running a submission, beside the student's code: cells first, then each answer.

This is the untrusted end. It knows no key and no misconception, and nobody believes it:
what it says is read by :mod:`warmup_lib.grading.replies` as the student's own word. So it
guards against accidents only, of which none may cost more than the answer that it is in.
It says, a line of JSON each:

- ``{"variable": …, "answer": …, "seconds": …}``, where the answer is one of
  ``{"missing": true, "defined": …}``, ``{"value": …}`` (see :mod:`.plain_values`),
  ``{"observation": …, "code": …}`` and ``{"died": …}``;
- ``{"begins": …}`` before each cell, its place, and behind the last how many there are;
- ``{"trouble": …}`` for a cell that raised or did not end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import warmup_lib
from warmup_lib.cells import defines, fresh_shell, run_cell
from warmup_lib.grading.answering import line_of, taken
from warmup_lib.grading.jobs import Job
from warmup_lib.grading.plain_values import Json, is_inert, rendered
from warmup_lib.quiz.observation import said

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
        emit(b"\n" + line_of(data) + b"\n")

    with fresh_shell() as shell:
        troubles = 0
        for place, piece in enumerate(job.pieces):
            say(begins=place)
            trouble = _run(shell, piece.source, job.limits.cell_seconds)
            if os.getpid() != this_process:
                os._exit(0)  # A cell has forked; one process is enough to answer.
            if trouble is not None and troubles < _TROUBLES:
                troubles += 1
                say(trouble=f"cell {piece.name} ends in an error: {trouble}"[:_TEXT])
        say(begins=len(job.pieces))
        source = "\n".join(piece.source for piece in job.pieces)
        tried = []
        for asking in job.asked:
            name = asking.variable
            if name not in shell.user_ns:
                missing = {"missing": True, "defined": defines(source, name)}
                say(variable=name, answer=missing, seconds=0.0)
            elif asking.exercise is None and is_inert(shell.user_ns[name]):
                say(variable=name, answer={"value": rendered(shell.user_ns[name])}, seconds=0.0)
            else:
                tried.append(asking)
        for name, answer, seconds in taken(shell.user_ns, tried, job.limits.question_seconds, own):
            say(variable=name, answer=answer, seconds=seconds)


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


def _descriptors() -> set[int]:
    """Those that are open."""
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"  # noqa: PTH112
    with suppress(OSError):
        return {int(name) for name in os.listdir(folder)}  # noqa: PTH208
    return set()
