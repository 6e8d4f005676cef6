"""The coordinator's side: gives jobs to the parent and takes their replies.

A thread does it, so that no reply waits, and no time runs out, while whoever asked is busy
with the last result.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import queue
import selectors
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox.control import Control
from warmup_lib.grading.sandbox.launching import Launch, Launched, advice
from warmup_lib.grading.sandbox.results import Ended, Result, SandboxUnavailableError

_START_SECONDS = 300.0
_GRACE = 30.0
_TRIES = 2
_DEATHS = 5


@dataclass
class _Task:
    """A job on its way."""

    id: int
    name: str
    data: bytes
    limits: Limits
    done: queue.SimpleQueue[tuple[_Task, Result | Exception]]
    tries: int = 0
    reply: int = -1
    output: bytearray = field(default_factory=bytearray)
    full: bool = False


class ForkServer:
    """A :class:`~.results.Sandbox` whose jobs are children of one parent."""

    def __init__(self, launch: Launch, workers: int, isolated: bool) -> None:
        self.isolated = isolated
        self._launch = launch
        self._workers = workers
        self._numbers = itertools.count()
        self._tasks: dict[int, _Task] = {}
        self._asked: queue.SimpleQueue[_Task | int | None] = queue.SimpleQueue()
        self._wake, self._woken = Control.pair()
        self._opened: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()
        self._parent: Launched | None = None
        self._heard = time.monotonic()
        self._deaths = 0
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    def start(self) -> None:
        """Begin to start the parent, which takes seconds; :meth:`check` waits for it."""
        self._thread.start()

    def check(self) -> None:
        """Wait until jobs can be run.

        Raises:
            SandboxUnavailableError: the parent cannot be started, or what it forks is not
                isolated.
        """
        if (error := self._opened.get()) is not None:
            raise error
        # One that no worker can do: it shows whether jobs can be isolated, before any is run.
        list(self.run_all([("", b"", Limits(seconds=30.0))]))

    def close(self) -> None:
        """End the parent and everything that it started."""
        self._ask(None)
        self._thread.join()
        self._wake.close()
        self._woken.close()

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        """See :meth:`.results.Sandbox.run_all`."""
        done: queue.SimpleQueue[tuple[_Task, Result | Exception]] = queue.SimpleQueue()
        out: set[int] = set()
        left = iter(jobs)
        try:
            while True:
                # Some wait where the parent is, so that no worker waits for whoever asked.
                for name, data, limits in itertools.islice(left, 2 * self._workers - len(out)):
                    task = _Task(next(self._numbers), name, data, limits, done)
                    out.add(task.id)
                    self._ask(task)
                if not out:
                    return
                task, result = done.get()
                out.discard(task.id)
                if isinstance(result, Exception):
                    raise result
                yield task.name, result
        finally:
            for number in out:
                self._ask(number)

    def _ask(self, what: _Task | int | None) -> None:
        self._asked.put(what)
        with contextlib.suppress(OSError):
            self._wake.send({})

    # What follows is the thread's.

    def _serve(self) -> None:
        with selectors.DefaultSelector() as self._selector:
            self._selector.register(self._woken, selectors.EVENT_READ)
            error: Exception | None = self._start()
            self._opened.put(error)
            try:
                while error is None and self._turn():
                    pass
            except Exception as raised:
                error = raised
            self._stop()
            # Nobody is to wait for what will not come.
            for task in list(self._tasks.values()):
                self._give(task, error or SandboxUnavailableError("the sandbox was closed"))
            if error is not None:
                self._refuse(error)

    def _refuse(self, error: Exception) -> None:
        """Tell whoever still asks, until it is closed."""
        while (asked := self._asked.get()) is not None:
            if isinstance(asked, _Task):
                asked.done.put((asked, error))

    def _turn(self) -> bool:
        """Wait for something and see to it; false where it is time to end."""
        for key, _ in self._selector.select(1.0):
            if key.fileobj is self._woken:
                self._woken.receive()
                if not self._take_asked():
                    return False
            elif isinstance(key.data, _Task):
                self._read(key.data)
            else:
                self._hear()
                # Whatever else was ready may be gone.
                break
        if self._tasks and time.monotonic() > self._deadline():
            self._restart()
        return True

    def _deadline(self) -> float:
        return self._heard + _GRACE + max(task.limits.seconds for task in self._tasks.values())

    def _take_asked(self) -> bool:
        asked = self._asked.get()
        if asked is None:
            return False
        if isinstance(asked, _Task):
            self._tasks[asked.id] = asked
            self._heard = time.monotonic()
            self._submit(asked)
        elif task := self._tasks.pop(asked, None):
            self._close_reply(task)
            self._tell({"kill": task.id})
        return True

    def _submit(self, task: _Task) -> None:
        """Hand a job to the parent: the job as a file in memory, and a pipe for the reply."""
        job = os.memfd_create("job", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        task.reply, reply = os.pipe()
        try:
            with open(job, "wb", closefd=False) as file:
                file.write(task.data)
            fcntl.fcntl(job, _ADD_SEALS, _SEAL_EVERYTHING)
            self._selector.register(task.reply, selectors.EVENT_READ, task)
            self._tell({"id": task.id, "limits": asdict(task.limits)}, [job, reply])
        finally:
            os.close(job)
            os.close(reply)

    def _tell(self, message: dict[str, Any], files: Iterable[int] = ()) -> None:
        # Where the parent is gone, its end of the socket will say so.
        with contextlib.suppress(OSError):
            self._control.send(message, list(files))

    def _read(self, task: _Task) -> bool:
        """Take a piece of a reply; false where there is no more for now."""
        os.set_blocking(task.reply, False)
        try:
            piece = os.read(task.reply, 1 << 16)
        except BlockingIOError:
            return False
        room = task.limits.output - len(task.output)
        task.output += piece[:room]
        if len(piece) > room:
            task.full = True
            self._tell({"kill": task.id})
        if not piece or task.full:
            self._close_reply(task)
            return False
        return True

    def _close_reply(self, task: _Task) -> None:
        if task.reply >= 0:
            self._selector.unregister(task.reply)
            os.close(task.reply)
            task.reply = -1

    def _hear(self) -> None:
        heard = self._control.receive()
        if heard is None:
            self._restart()
            return
        self._heard = time.monotonic()
        message, _ = heard
        if "started" in message:
            if task := self._tasks.get(message["started"]):
                task.tries += 1
        elif task := self._tasks.get(message["id"]):
            if "failed" in message:
                self._close_reply(task)
                self._again(task, _not_isolated(message["failed"]))
            else:
                self._deaths = 0
                self._end(task, Ended(message["ended"]), message["seconds"])

    def _end(self, task: _Task, ended: Ended, seconds: float) -> None:
        while task.reply >= 0 and self._read(task):
            pass
        self._close_reply(task)
        ended = Ended.OUTPUT if task.full else ended
        self._give(task, Result(bytes(task.output), ended, seconds))

    def _give(self, task: _Task, result: Result | Exception) -> None:
        del self._tasks[task.id]
        task.done.put((task, result))

    def _again(self, task: _Task, otherwise: Result | Exception) -> None:
        """Run a job once more, unless it was started twice."""
        if task.tries >= _TRIES:
            self._give(task, otherwise)
            return
        task.output.clear()
        task.full = False
        self._submit(task)

    def _start(self) -> Exception | None:
        """Start a parent and wait until it serves; why it does not."""
        self._control, theirs = Control.pair()
        try:
            self._parent = self._launch(theirs.fileno())
        except OSError as error:
            return SandboxUnavailableError(f"the parent of the jobs does not start: {error}")
        finally:
            theirs.close()
        with selectors.DefaultSelector() as ready:
            ready.register(self._control, selectors.EVENT_READ)
            heard = self._control.receive() if ready.select(_START_SECONDS) else None
        if heard is None or "failed" in heard[0]:
            self._parent.process.kill()
            status = self._parent.process.wait()
            said = self._parent.last_words() if heard is None else str(heard[0]["failed"])
            said = said or f"their parent ended with {status} before it said anything"
            return (
                _not_isolated(said)
                if self.isolated
                else SandboxUnavailableError(f"the parent of the jobs does not start: {said}")
            )
        self._selector.register(self._control, selectors.EVENT_READ)
        self._heard = time.monotonic()
        return None

    def _restart(self) -> None:
        """Start another parent in the place of one that died, and run what it had."""
        error: Exception | None = None
        while True:
            self._stop()
            self._deaths += 1
            if self._deaths > _DEATHS:
                raise error or SandboxUnavailableError(
                    f"the parent of the jobs died {self._deaths} times in turn; see whether this "
                    "machine has memory left, and grade with fewer workers"
                )
            if (error := self._start()) is None:
                break
        for task in list(self._tasks.values()):
            self._again(task, Result(b"", Ended.DIED, 0.0))

    def _stop(self) -> None:
        for task in self._tasks.values():
            self._close_reply(task)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(self._control)
        self._control.close()
        if self._parent is not None:
            # In bubblewrap all ends with it; otherwise it ends when its socket does.
            self._parent.end(0.0 if self.isolated else 5.0)
            self._parent = None


_ADD_SEALS = 1033
_SEAL_EVERYTHING = 0x1 | 0x2 | 0x4 | 0x8


def _not_isolated(said: str) -> SandboxUnavailableError:
    return SandboxUnavailableError(
        f"jobs cannot be isolated here: {said}\nThis may help: {advice(said)}"
    )
