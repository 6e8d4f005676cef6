"""What runs on a dask worker: its own parent of jobs, and the jobs in that.

The parent starts with the first job and ends with the worker's process. Only plain data
leaves here: what a student's process wrote is bytes, and nobody here looks into them.
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import platform
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import warmup_lib
from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox import Sandbox, SandboxUnavailableError, open_sandbox, open_trusted
from warmup_lib.grading.sandbox.visible import HIDDEN

Versions = tuple[tuple[str, str], ...]
"""By name, what marks may depend on."""

Outcome = tuple[bytes, str, float]
"""What a job wrote, the value of its :class:`~.sandbox.results.Ended`, and its seconds."""


@dataclass(frozen=True)
class Terms:
    """What a worker has to keep to.

    Attributes:
        trusted: whether jobs run without a sandbox.
        versions: what has to be installed.
    """

    trusted: bool
    versions: Versions


def installed() -> Versions:
    """What is installed here, as far as marks may depend on it.

    >>> [name for name, _ in installed()]
    ['python', 'torch', 'warmup-lib', 'code of warmup-lib']
    """
    return (
        ("python", platform.python_version()),
        ("torch", _version("torch")),
        ("warmup-lib", _version("warmup-lib")),
        ("code of warmup-lib", _code()),
    )


def dask_setup(_: object) -> None:
    """Leave Ctrl-C to whoever started this worker, in the same terminal; dask calls it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


async def get_ready(terms: Terms, dask_worker: Any) -> None:
    """Start a worker's parent of jobs, where it is not there yet.

    Args:
        terms: what it has to keep to.
        dask_worker: the worker; dask fills it in.

    Raises:
        SandboxUnavailableError: submissions cannot be run here; names the worker.
    """
    # Not in the worker's event loop, which has to go on saying that it is alive.
    await asyncio.to_thread(_start, terms, dask_worker)


async def let_go(terms: Terms) -> None:
    """End this process's parent of jobs, once nothing runs in it."""
    await asyncio.to_thread(_PARENTS.let_go, terms)


def run(bundle: Sequence[tuple[bytes, Limits]], terms: Terms) -> list[Outcome]:
    """Run some jobs; this is what a dask task is.

    Args:
        bundle: of each job its :meth:`Job.to_bytes() <.jobs.Job.to_bytes>`, and what it may use.
        terms: what the worker has to keep to.

    Raises:
        SandboxUnavailableError: submissions cannot be run here; names the worker.
    """
    from distributed import get_worker

    with _PARENTS.using(terms, get_worker()) as sandbox:
        jobs = [(str(place), *job) for place, job in enumerate(bundle)]
        results = dict(sandbox.run_all(jobs))
    told = [results[str(place)] for place in range(len(bundle))]
    return [(result.output, result.ended.value, result.seconds) for result in told]


def _start(terms: Terms, worker: Any) -> None:
    with _PARENTS.using(terms, worker):
        pass


@dataclass
class _Parent:
    """A parent of jobs.

    Attributes:
        sandbox: what runs jobs in it.
        opened: ends it.
        users: how many threads wait for a job in it, or start one.
    """

    sandbox: Sandbox
    opened: ExitStack
    users: int = 0


class _Parents:
    """The parents of jobs that this process has, one for each of the terms it was given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Terms, _Parent] = {}

    @contextmanager
    def using(self, terms: Terms, worker: Any) -> Iterator[Sandbox]:
        """The parent for these terms, with a slot for each of the worker's threads.

        Raises:
            SandboxUnavailableError: it does not start, or runs no more; names the worker.
        """
        try:
            with self._lock:
                if terms not in self._kept:
                    self._kept[terms] = _opened(terms, worker.state.nthreads)
                parent = self._kept[terms]
                parent.users += 1
            try:
                yield parent.sandbox
            except SandboxUnavailableError:
                self.let_go(terms)
                raise
            finally:
                self._leave(terms, parent)
        except SandboxUnavailableError as error:
            where = f"on the worker {worker.address} ({socket.gethostname()})"
            raise SandboxUnavailableError(f"{where}: {error}") from None

    def _leave(self, terms: Terms, parent: _Parent) -> None:
        with self._lock:
            parent.users -= 1
            is_last = parent.users == 0 and self._kept.get(terms) is not parent
        if is_last:
            parent.opened.close()

    def let_go(self, terms: Terms) -> None:
        """Use a parent no more; whoever uses it last ends it."""
        with self._lock:
            parent = self._kept.pop(terms, None)
            is_unused = parent is not None and parent.users == 0
        if parent is not None and is_unused:
            parent.opened.close()

    def close(self) -> None:
        """End all of them, whatever they run."""
        for parent in self._kept.values():
            parent.opened.close()
        self._kept.clear()


_PARENTS = _Parents()
atexit.register(_PARENTS.close)


def _opened(terms: Terms, slots: int) -> _Parent:
    _refuse_others(terms.versions)
    opened = ExitStack()
    how = open_trusted if terms.trusted else open_sandbox
    return _Parent(opened.enter_context(how(workers=slots)), opened)


def _refuse_others(wanted: Versions) -> None:
    here = dict(installed())
    differ = [(name, here[name], there) for name, there in wanted if here[name] != there]
    if differ:
        said = ", ".join(f"{name} is {ours}, not {theirs}" for name, ours, theirs in differ)
        raise SandboxUnavailableError(
            f"{said}; install there what the machine has that grades, since no mark may depend "
            "on where a submission was run, and start the worker again"
        )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _code() -> str:
    """A hash of the code that runs beside a student's: it can change where its version does not."""
    package = Path(warmup_lib.__file__).parent
    hashed = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if name.parts[0] not in HIDDEN:
            hashed.update(f"{name.as_posix()}\0".encode() + path.read_bytes())
    return hashed.hexdigest()[:12]
