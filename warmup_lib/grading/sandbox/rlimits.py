"""The limits that the kernel itself keeps, process by process.

Where one is met, the student's code gets an error in the cell that met it. What all
processes of a job use together is the watchdog's part (:mod:`watching`).
"""

from __future__ import annotations

import resource
from pathlib import Path

from warmup_lib.grading.jobs import Limits

_GIB = 1 << 30


def set_rlimits(limits: Limits) -> None:
    """Hold this process, and all that it will start, to the limits."""
    used = _sizes()
    # A little below what the watchdog kills at, so that one greedy process gets a
    # MemoryError, and the other questions of its submission are answered.
    data = used["VmData"] + limits.memory * 7 // 8
    # Threads reserve far more addresses than memory.
    addresses = used["VmSize"] + limits.memory + 16 * _GIB
    _set(resource.RLIMIT_DATA, data)
    _set(resource.RLIMIT_AS, addresses)
    # Past the first it gets SIGXCPU, which it may ignore; past the second it is killed.
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2)
    _set(resource.RLIMIT_FSIZE, limits.disk)
    _set(resource.RLIMIT_NOFILE, 128)
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_STACK, 8 << 20, 64 << 20)
    _set(resource.RLIMIT_MEMLOCK, 1 << 16)
    if hasattr(resource, "RLIMIT_MSGQUEUE"):
        _set(resource.RLIMIT_MSGQUEUE, 0)
        _set(resource.RLIMIT_SIGPENDING, 256)


def set_process_limit(limits: Limits) -> None:
    """Hold all processes and threads of this user, in this user namespace, to the limit."""
    # One more for the first process of the job's namespace.
    _set(resource.RLIMIT_NPROC, limits.processes + 1)


def _set(which: int, soft: int, hard: int | None = None) -> None:
    _, most = resource.getrlimit(which)
    wanted = [soft, soft if hard is None else hard]
    if most != resource.RLIM_INFINITY:
        wanted = [min(each, most) for each in wanted]
    resource.setrlimit(which, (wanted[0], wanted[1]))


def _sizes() -> dict[str, int]:
    """The sizes of this process in bytes; nothing where the system does not tell."""
    sizes = {"VmData": _GIB, "VmSize": 16 * _GIB}
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in sizes:
                sizes[name] = int(value.split()[0]) * 1024
    return sizes
