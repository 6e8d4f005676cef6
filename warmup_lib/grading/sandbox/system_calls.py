"""A seccomp filter, written by hand: system calls that no student's code needs.

Each of these is a way to reach other processes, to get at more of the kernel, or to hold
memory where the watchdog does not see it. They fail with EPERM, as they would where the
system does not offer them, so that libraries take their other way.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Iterator, Mapping

from warmup_lib.grading.sandbox import linux

# The number on x86_64 and on aarch64; None where that has no such call.
DENIED: Mapping[str, tuple[int | None, int | None]] = {
    # Keys, other processes.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # Namespaces and mounts.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    # More of the kernel than is needed.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "seccomp": (317, 277),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "uselib": (134, None),
    "lookup_dcookie": (212, 18),
    "vhangup": (153, 58),
    "syslog": (103, 116),
    "acct": (163, 89),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    # Memory that belongs to no process.
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # A place in the queue for the processors: each job is held to its own.
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
# Its flags lie in memory, where a filter cannot look; libraries fall back on clone.
_CLONE3 = 435
# What came into Linux after this list was made is unknown to whoever made it.
_LAST_KNOWN = 462

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_SOCKET, _SOCKETPAIR, _CLONE = (41, 198), (53, 199), (56, 220)
_PRCTL, _IOCTL = (157, 167), (16, 29)
_AF_UNIX = 1
_TYPE_INTO_TERMINAL = 0x5412

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24
_ALLOW, _KILL = 0x7FFF0000, 0x80000000

SUPPORTED = tuple(_ARCHITECTURES)


def _fail(number: int) -> int:
    return 0x00050000 | number


def program(machine: str) -> bytes:
    """The filter for an architecture, in the kernel's binary form."""
    column, architecture = _ARCHITECTURES[machine]
    return b"".join(
        struct.pack("HBBI", *instruction) for instruction in _lines(column, architecture)
    )


def _lines(column: int, architecture: int) -> Iterator[tuple[int, int, int, int]]:
    # (what, lines to skip where it holds, lines to skip where not, with which number)
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, architecture)
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, _NUMBER)
    for number in [both[column] for both in DENIED.values()]:
        if number is not None:
            yield (_EQUAL, 0, 1, number)
            yield (_RETURN, 0, 0, _fail(errno.EPERM))
    yield (_EQUAL, 0, 1, _CLONE3)
    yield (_RETURN, 0, 0, _fail(errno.ENOSYS))
    # x86_64's second set of numbers, x32, lies beyond this too.
    yield (_GREATER, 0, 1, _LAST_KNOWN)
    yield (_RETURN, 0, 0, _fail(errno.ENOSYS))

    refused, no_family = _fail(errno.EPERM), _fail(errno.EAFNOSUPPORT)
    namespaces = linux.EVERY_NAMESPACE
    yield from _by_argument(_CLONE[column], _ANY_BIT, namespaces, refused, _ALLOW)
    yield from _by_argument(_SOCKET[column], _EQUAL, _AF_UNIX, _ALLOW, no_family)
    yield from _by_argument(_SOCKETPAIR[column], _EQUAL, _AF_UNIX, _ALLOW, no_family)
    # A process that cannot be dumped would hide its memory from the watchdog.
    yield from _by_argument(_PRCTL[column], _EQUAL, linux.PR_SET_DUMPABLE, refused, _ALLOW)
    yield from _by_argument(
        _IOCTL[column], _EQUAL, _TYPE_INTO_TERMINAL, refused, _ALLOW, _SECOND_ARGUMENT
    )
    yield (_RETURN, 0, 0, _ALLOW)


def _by_argument(
    call: int, test: int, value: int, then: int, otherwise: int, where: int = _FIRST_ARGUMENT
) -> Iterator[tuple[int, int, int, int]]:
    yield (_EQUAL, 0, 4, call)
    yield (_LOAD, 0, 0, where)
    yield (test, 0, 1, value)
    yield (_RETURN, 0, 0, then)
    yield (_RETURN, 0, 0, otherwise)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def install() -> None:
    """Load the filter into this process and all that it will start; there is no way back.

    Raises:
        OSError: the kernel has no seccomp.
    """
    lines = program(platform.machine())
    loaded = _Program(len(lines) // 8, lines)
    linux.prctl(linux.PR_SET_SECCOMP, 2, ctypes.addressof(loaded))
