"""Jobs of trusted students where a process that has torch in it cannot be forked.

Each is a Python of its own, which imports torch anew: seconds for each job.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox.launching import ONE_THREAD
from warmup_lib.grading.sandbox.results import Ended, Result

_MODULE = "warmup_lib.grading.sandbox.alone"


class Subprocesses:
    """A :class:`~.results.Sandbox` that isolates nothing and forks nothing."""

    isolated = False

    def __init__(self, workers: int, worker: str, imports: Sequence[Path] = ()) -> None:
        self._workers = workers
        self._command = [sys.executable, "-m", _MODULE, worker, *map(str, imports)]

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        """See :meth:`.results.Sandbox.run_all`."""
        left = iter(jobs)
        out: dict[Future[Result], str] = {}
        with ThreadPoolExecutor(self._workers) as pool:
            while True:
                for name, data, limits in islice(left, self._workers - len(out)):
                    out[pool.submit(self._run, data, limits)] = name
                if not out:
                    return
                for done in wait(out, return_when=FIRST_COMPLETED).done:
                    yield out.pop(done), done.result()

    def _run(self, data: bytes, limits: Limits) -> Result:
        began = time.monotonic()
        # A daemon that is left over may hold files in the folder, on Windows.
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            tempfile.TemporaryFile() as job,
        ):
            job.write(data)
            job.seek(0)
            process = subprocess.Popen(
                self._command,
                stdin=job,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={**os.environ, **ONE_THREAD},
                start_new_session=True,
            )
            reading = _Reading(process, limits.output)
            reading.start()
            ended = reading.wait(limits.seconds)
        return Result(bytes(reading.output), ended, time.monotonic() - began)


class _Reading(threading.Thread):
    """Takes a job's reply, and ends the job where that is too long."""

    def __init__(self, process: subprocess.Popen[bytes], most: int) -> None:
        super().__init__(daemon=True)
        self._process, self._most = process, most
        self.output = bytearray()
        self.full = False

    def run(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            while piece := os.read(pipe.fileno(), 1 << 16):
                room = self._most - len(self.output)
                self.output += piece[:room]
                if len(piece) > room:
                    self.full = True
                    _end(self._process)
                    return

    def wait(self, seconds: float) -> Ended:
        try:
            code = self._process.wait(seconds)
            ended = Ended.DONE if code == 0 else Ended.DIED
        except subprocess.TimeoutExpired:
            ended = Ended.TIMED_OUT
        _end(self._process)
        # What it left over may hold the pipe open for ever.
        self.join(1.0)
        return Ended.OUTPUT if self.full else ended


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a job, and what it started as far as the system knows that together."""
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
    process.wait()
