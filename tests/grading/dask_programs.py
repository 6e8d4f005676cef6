"""A dask cluster of real programs on this machine, over TCP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from distributed import Client

PATIENCE = 120.0


@dataclass
class Cluster:
    """A scheduler, to which workers can be added.

    Attributes:
        address: where the scheduler is.
        scheduler: its process.
        folder: where the programs log.
    """

    address: str
    scheduler: subprocess.Popen[bytes]
    folder: Path
    started: ExitStack

    def worker(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """One more worker, which is there when this returns; without a nanny it is one process."""
        there = self.workers()
        given = ["--nworkers", "1", "--no-dashboard", "--local-directory", str(self.folder)]
        process = self.started.enter_context(
            program(self.folder, "worker", self.address, *given, *arguments, **environment)
        )
        wait(lambda: self.workers() > there, process)
        return process

    @contextmanager
    def passing_worker(self, *arguments: str, **environment: str) -> Iterator[None]:
        """A worker that is gone afterwards."""
        there = self.workers()
        process = self.worker(*arguments, **environment)
        yield
        process.kill()
        process.wait()
        wait(lambda: self.workers() <= there, self.scheduler)

    def workers(self) -> set[str]:
        """The addresses of those that are there."""
        return set(self.ask(lambda dask_scheduler: list(dask_scheduler.workers)))

    def tasks(self) -> int:
        """How many tasks the scheduler knows of."""
        return int(self.ask(lambda dask_scheduler: len(dask_scheduler.tasks)))

    def ask(self, function: Callable[..., object]) -> object:
        with Client(self.address, set_as_default=False) as client:
            return client.run_on_scheduler(function)


@contextmanager
def a_cluster(folder: Path, **environment: str) -> Iterator[Cluster]:
    """A scheduler without workers, on a port that the system chose."""
    file = folder / "scheduler.json"
    given = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    given += ["--dashboard-address", "127.0.0.1:0"]
    with program(folder, "scheduler", *given, **environment) as process, ExitStack() as started:
        wait(lambda: file.exists() and file.read_text().endswith("}"), process)
        yield Cluster(json.loads(file.read_text())["address"], process, folder, started)


@contextmanager
def program(
    folder: Path, name: str, *arguments: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """``dask NAME``, as a user types it."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments],
            cwd=folder,
            # What a worker that is killed leaves behind is removed with the folder.
            env={**os.environ, "TMPDIR": str(folder), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        # With a nanny it ends its worker before itself.
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until something holds, as long as a program runs that makes it so."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, "the program has ended"
        assert time.monotonic() < until, f"it took longer than {PATIENCE:g} seconds"
        time.sleep(0.1)
