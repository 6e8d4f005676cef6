"""The calls to Linux that Python 3.11 has no function for."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def _libc() -> ctypes.PyDLL:
    # PyDLL keeps the interpreter's lock over a call: a forked process must not wait for it.
    return ctypes.PyDLL(None, use_errno=True)


CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
EVERY_NAMESPACE = (
    CLONE_NEWNS
    | CLONE_NEWCGROUP
    | CLONE_NEWUTS
    | CLONE_NEWIPC
    | CLONE_NEWUSER
    | CLONE_NEWPID
    | CLONE_NEWNET
)

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_MOVE, MS_REC = 2, 4, 8, 4096, 8192, 16384

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 24, 36, 38, 47

MADV_COLLAPSE = 25
LARGE_PAGE = 2 << 20

_SYS_CLONE = {"x86_64": 56, "aarch64": 220}
_CAPABILITY_VERSION_3 = 0x20080522


def checked(result: int, what: str) -> int:
    """The result of a C function.

    Raises:
        OSError: it is −1.
    """
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def fork_into_namespaces(flags: int) -> int:
    """Fork a child that is the first process in namespaces of its own.

    One call instead of a fork, an unshare and a second fork, each of which would copy the
    page tables of a process that has torch in it. The child may do no more with threads or
    locks than fork again: it was not told of its own thread's id.

    Raises:
        OSError: user namespaces are not allowed here.
    """
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    pid = int(_libc().syscall(_SYS_CLONE[platform.machine()], flags | signal.SIGCHLD, 0, 0, 0, 0))
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    python.PyOS_AfterFork_Parent()
    return checked(pid, "clone")


def use_large_pages() -> int:
    """Have this process's own memory in large pages, so that a fork has few of them to copy.

    A forked process that writes to one gets a copy of the 4 KiB around, as ever.

    Returns:
        how many there are; 0 before Linux 6.1, or where they are switched off.
    """
    advise = _libc().madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return sum(
        advise(start, LARGE_PAGE, MADV_COLLAPSE) == 0
        for begin, end in _own_memory()
        for start in range(-(-begin // LARGE_PAGE) * LARGE_PAGE, end - LARGE_PAGE + 1, LARGE_PAGE)
    )


def _own_memory() -> Iterator[tuple[int, int]]:
    """From where to where this process has memory that belongs to no file."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, _, _, inode, *name = line.split()
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            begin, _, end = addresses.partition("-")
            yield int(begin, 16), int(end, 16)


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system.

    Raises:
        OSError: it is not allowed here.
    """
    given = [text.encode() or None for text in (source, target, kind)]
    checked(_libc().mount(*given, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def sethostname(name: str) -> None:
    """Name the machine, in this process's namespace."""
    checked(_libc().sethostname(name.encode(), len(name)), "sethostname")


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """Change a setting of this process.

    Raises:
        OSError: there is no such setting, or it is not allowed.
    """
    given = [ctypes.c_ulong(each) for each in (first, second, 0, 0)]
    checked(_libc().prctl(option, *given), f"prctl {option}")


def map_ids(uid: int, gid: int) -> None:
    """Be the same user inside a new user namespace as outside; there is no other in it."""
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{uid} {uid} 1")
    (own / "gid_map").write_text(f"{gid} {gid} 1")


def drop_capabilities() -> None:
    """Give up every capability for good, also for what this process executes."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_CAP_AMBIENT, 4)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    checked(_libc().capset(header, none), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)
