"""What all processes of a job use together, seen from outside of it."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox.results import Ended

_PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process as ``/proc`` has it.

    Attributes:
        parent: its parent's id.
        threads: how many it has.
        bytes: memory that it uses, also what it shares with others; never too little.
    """

    parent: int
    threads: int
    bytes: int


def processes() -> dict[int, Process]:
    """Every process that can be seen, by id."""
    found = {}
    for name in os.listdir(_PROC):  # noqa: PTH208
        if name.isdecimal() and (process := _process(name)):
            found[int(name)] = process
    return found


def _process(name: str) -> Process | None:
    try:
        with open(f"/proc/{name}/status", "rb") as file:  # noqa: PTH123
            text = file.read()
    except OSError:
        return None
    fields = _fields(text)
    # Files that are mapped are the system's; of page tables a process can have gigabytes.
    used = sum(fields.get(n, 0) for n in (b"RssAnon", b"RssShmem", b"VmSwap", b"VmPTE"))
    return Process(fields.get(b"PPid", 0), fields.get(b"Threads", 1), used * 1024)


def _fields(text: bytes) -> dict[bytes, int]:
    fields = {}
    for line in text.splitlines():
        name, _, value = line.partition(b":")
        number = value.split(maxsplit=1)[0] if value.strip() else b""
        if number.isdigit():
            fields[name] = int(number)
    return fields


def descendants(seen: Mapping[int, Process], pid: int) -> list[int]:
    """The processes that descend from one, without itself."""
    children = defaultdict(list)
    for each, process in seen.items():
        children[process.parent].append(each)
    found, left = [], [pid]
    while left:
        young = children.pop(left.pop(), [])
        found += young
        left += young
    return found


def shared_out(pid: int) -> int | None:
    """The memory of a process, where what n processes share counts one n-th in each.

    ``None`` where the process hides it.
    """
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
            fields = _fields(file.read())
    except PermissionError:
        return None
    except OSError:
        # It is gone.
        return 0
    # Older kernels do not tell apart what belongs to files.
    told_apart = b"Pss_Anon" in fields
    names = [b"Pss_Anon", b"Pss_Shmem", b"SwapPss"] if told_apart else [b"Pss", b"SwapPss"]
    return sum(fields.get(name, 0) for name in names) * 1024


@dataclass
class Watch:
    """Looks at one job again and again.

    Attributes:
        pid: the job's first process, which is ours and not counted with ``ours``.
        limits: what the job may use.
        ours: whether the first process is no part of the submission.
        inherited: bytes that this process had when it forked the job, and that the job's
            processes share with it.
    """

    pid: int
    limits: Limits
    ours: bool
    inherited: int
    began: float = field(default_factory=time.monotonic)
    _not_before: float = 0.0

    def exceeded(self, seen: Mapping[int, Process]) -> Ended | None:
        """The limit that the job is beyond, if any."""
        if time.monotonic() - self.began > self.limits.seconds:
            return Ended.TIMED_OUT
        pids = descendants(seen, self.pid) + ([] if self.ours else [self.pid])
        here = {pid: seen[pid] for pid in pids if pid in seen}
        # The kernel holds it to the number itself; a few more may be on their way out.
        if sum(process.threads for process in here.values()) > self.limits.processes + 16:
            return Ended.PROCESSES
        if sum(process.bytes for process in here.values()) > self.limits.memory:
            return self._memory(here)
        return None

    def _memory(self, here: Mapping[int, Process]) -> Ended | None:
        """Count again exactly, which takes milliseconds for each process."""
        before = time.monotonic()
        if before < self._not_before:
            return None
        used = 0
        for pid, process in here.items():
            exact = shared_out(pid)
            used += process.bytes if exact is None else exact
        # Their shares of what they inherited are about as large as this process's own; and
        # however many they are, together they can share no more than all of it.
        used -= min(len(here) * (shared_out(os.getpid()) or 0), self.inherited)
        took = time.monotonic() - before
        self._not_before = before + 3 * took
        return Ended.MEMORY if used > self.limits.memory else None
