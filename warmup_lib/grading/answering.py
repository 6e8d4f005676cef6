"""Answers that are tried, beside the student's code, in processes that end with them.

A fork of a process with torch in it costs more than most answers take. So answers that can
leave nothing behind share one, which goes on for as long as each ends well. One that does
not, after others, is tried again, first in a fork of its own.
"""

from __future__ import annotations

import json
import math
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from warmup_lib.grading.jobs import Asking
from warmup_lib.grading.plain_values import Json, rendered
from warmup_lib.grading.self_contained import is_self_contained
from warmup_lib.quiz.observation import Observation, Value, said
from warmup_lib.quiz.observing import not_examined, observed, timed_out
from warmup_lib.quiz.write import code_digest, exercised

GRACE = 1.0
"""Seconds that an answer has, beyond its limit, to notice that its time is up."""
KILLS = 2
"""Kills that are borne where answers are tried: one may come from outside, for want of memory."""
ENDING = 0.1
"""Seconds from the last that a process says to its end."""
LINE = 1 << 19
"""Bytes of the longest answer that is passed on."""
_TEXT = 2000


def taken(
    names: Mapping[str, Any], asked: Sequence[Asking], seconds: float, own: Iterable[int] = ()
) -> Iterator[tuple[str, Json, float]]:
    """Answers: the variable, what was seen, and the seconds that it took.

    Args:
        names: what the cells defined.
        asked: what to take, and how.
        seconds: how long each may last.
        own: descriptors that are no business of the answers'.
    """
    shared = [each for each in asked if is_self_contained(names[each.variable], names)]
    alone = [[each] for each in asked if each not in shared]
    for together in (shared, *alone):
        yield from _taken_together(names, together, seconds, own)


def _taken_together(
    names: Mapping[str, Any], asked: Sequence[Asking], seconds: float, own: Iterable[int]
) -> Iterator[tuple[str, Json, float]]:
    left = list(asked)
    kills = 0
    while left:
        answered = 0
        process = _Answering(names, left, seconds, own)
        try:
            for asking in left:
                start = time.monotonic()
                line, in_time = process.line(start + seconds + GRACE)
                answer = _parsed(line)
                if not _went_well(answer):
                    break
                answered += 1
                yield asking.variable, answer, time.monotonic() - start
        finally:
            # Behind the end of what it says is its own end, if it did not only stop speaking.
            status = process.end(ENDING if answer is None and in_time else 0.0)
        if answered == 0:
            if answer is None and in_time and status == -signal.SIGKILL and kills < KILLS:
                kills += 1
                continue
            if not in_time:
                late = timed_out(asking.variable, seconds)
                answer = {"observation": late.to_json(), "code": None}
            elif answer is None:
                answer = {
                    "died": "what it said could not be read" if status is None else _how(status)
                }
            yield asking.variable, answer, time.monotonic() - start
        del left[: max(1, answered)]


def line_of(data: Json) -> bytes:
    """JSON in one line, or that it is too long."""
    line = json.dumps(data, allow_nan=False).encode()
    return line if len(line) <= LINE else b'{"died": "too long an answer"}'


class _Answering:
    """A fork that answers one question after another, a line each."""

    def __init__(
        self, names: Mapping[str, Any], asked: list[Asking], seconds: float, own: Iterable[int]
    ) -> None:
        # A cell that had it ignored would have its children vanish without a word.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._got = bytearray()
        self._reader, writer = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _answer_and_end(names, asked, seconds, writer, {*own, self._reader})
        os.close(writer)

    def line(self, until: float) -> tuple[bytes, bool]:
        """The next line, empty where there is none; and whether it was known in time."""
        while b"\n" not in self._got and len(self._got) <= LINE:
            left = max(0.0, until - time.monotonic())
            ready, _, _ = select.select([self._reader], [], [], left)
            if not ready:
                return b"", False
            piece = os.read(self._reader, 1 << 16)
            if not piece:
                break
            self._got += piece
        line, _, self._got = self._got.partition(b"\n")
        return bytes(line), True

    def end(self, patience: float = 0.0) -> int | None:
        """End it and what it started.

        Args:
            patience: seconds to wait for it to end by itself.

        Returns:
            how it ended by itself, negative for a signal; ``None`` where it did not.
        """
        os.close(self._reader)
        until = time.monotonic() + patience
        while not (by_itself := self._is_over()) and time.monotonic() < until:
            time.sleep(0.001)
        if not by_itself:
            with suppress(OSError):
                os.kill(self._child, signal.SIGKILL)
        with suppress(OSError):
            os.killpg(self._child, signal.SIGKILL)
        _, status = os.waitpid(self._child, 0)
        return os.waitstatus_to_exitcode(status) if by_itself else None

    def _is_over(self) -> bool:
        return os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _parsed(line: bytes) -> Json:
    with suppress(ValueError, RecursionError):
        return json.loads(line)
    return None


def _went_well(answer: Json) -> bool:
    if not isinstance(answer, dict):
        return False
    seen = answer.get("observation", {})
    return isinstance(seen, dict) and seen.get("trouble") is None and "died" not in answer


def _answer_and_end(
    names: Mapping[str, Any], asked: list[Asking], seconds: float, writer: int, others: set[int]
) -> NoReturn:
    """What the fork does."""
    this_process = os.getpid()
    try:
        os.setsid()
        for descriptor in others - {0, 1, 2, writer}:
            with suppress(OSError):
                os.close(descriptor)
        if "torch" in sys.modules:
            # Threads that were there before the fork are not there now, and would be waited for.
            sys.modules["torch"].set_num_threads(1)
        for asking in asked:
            answer = _answer(names[asking.variable], asking, seconds)
            if os.getpid() != this_process:
                break  # The answer has forked; one process is enough to go on.
            unwritten = memoryview(line_of(answer) + b"\n")
            while unwritten:
                unwritten = unwritten[os.write(writer, unwritten) :]
            if not _went_well(answer):
                break
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


def _how(status: int) -> str:
    if status >= 0:
        return f"it ended with exit status {status}"
    try:
        return f"it was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"it was ended by signal {-status}"
