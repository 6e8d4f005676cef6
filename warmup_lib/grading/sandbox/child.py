"""The life of one job: what its own processes do, from the fork to the end.

Isolated, there are two. The first is ours: it makes the namespaces into a home, forks the
second and waits for it. As the first process of its PID namespace it takes everything with
it when it ends, and nothing in there can signal it. The second gives up all rights and runs
the worker. A job of trusted students is the second alone.
"""

from __future__ import annotations

import fcntl
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox import linux, rlimits, system_calls

Work = Callable[[bytes, Callable[[bytes], None]], None]
"""Does a job: its bytes, and a function that writes a piece of the reply."""

READY = b"isolated"
FAILED, OUT_OF_CPU = 71, 72

_JOB, _REPLY, _READY = 3, 4, 5
_SPARE = Path("/.spare")


@dataclass(frozen=True)
class Files:
    """The open files of a job: what to do, where to reply, where to say that it is isolated."""

    job: int
    reply: int
    ready: int


@dataclass(frozen=True)
class Start:
    """What a child needs to know.

    Attributes:
        work: what it shall do.
        limits: what it may use.
        cpus: the processors that it runs on.
        kept: what of the environment lies under ``/tmp`` and stays visible there.
    """

    work: Work
    limits: Limits
    cpus: Sequence[int]
    kept: Sequence[Path]


def fork_isolated(start: Start, files: Files) -> int:
    """Start a job in namespaces of its own; its first process's id.

    Raises:
        OSError: it cannot be forked.
    """
    # Once there is a new user namespace, nobody has a name in it yet.
    ids = os.getuid(), os.getgid()
    pid = linux.fork_into_namespaces(linux.EVERY_NAMESPACE)
    if pid == 0:
        _first_process(start, files, *ids)
    return pid


def fork_trusted(start: Start, files: Files) -> int:
    """Start a job that only has limits; its process's id.

    Raises:
        OSError: it cannot be forked.
    """
    pid = os.fork()
    if pid == 0:
        _trusted_process(start, files)
    return pid


def trusted_home(pid: int) -> Path:
    """The folder of a trusted job; whoever started it removes it."""
    return Path(tempfile.gettempdir(), f"job-{pid}")


def _first_process(start: Start, files: Files, uid: int, gid: int) -> NoReturn:
    ready = files.ready
    try:
        _forget_the_parent()
        linux.map_ids(uid, gid)
        _make_home(start)
        _keep_only(files)
        ready = _READY
        # Nobody in here may look into this process or stop it.
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        second = os.fork()
    except BaseException as error:
        _fail(ready, error)
    if second == 0:
        _second_process(start)
    os.closerange(_JOB, _READY + 1)
    while True:
        pid, status, usage = os.wait4(-1, 0)
        if pid == second:
            os._exit(exit_code(status, usage.ru_utime + usage.ru_stime, start.limits))


def _second_process(start: Start) -> NoReturn:
    try:
        _begin(start)
        rlimits.set_process_limit(start.limits)
        linux.drop_capabilities()
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        system_calls.install()
    except BaseException as error:
        _fail(_READY, error)
    _work(start)


def _trusted_process(start: Start, files: Files) -> NoReturn:
    ready = files.ready
    try:
        _forget_the_parent()
        _keep_only(files)
        ready = _READY
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        home = trusted_home(os.getpid())
        home.mkdir()
        os.chdir(home)
        os.environ.update(HOME=str(home), TMPDIR=str(home))
        tempfile.tempdir = None
        _begin(start)
    except BaseException as error:
        _fail(ready, error)
    _work(start)


def _begin(start: Start) -> None:
    os.setsid()
    os.sched_setaffinity(0, start.cpus)
    # As a program of its own has it: the student's code may be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    rlimits.set_rlimits(start.limits)


def _work(start: Start) -> NoReturn:
    code = 1
    try:
        os.write(_READY, READY)
        os.close(_READY)
        data = _read(_JOB)
        os.close(_JOB)
        start.work(data, _emit)
        code = 0
    finally:
        # Also past SystemExit, and without whatever was registered to run at exit.
        os._exit(code)


def _emit(data: bytes) -> None:
    while data:
        data = data[os.write(_REPLY, data) :]


def _read(file: int) -> bytes:
    # From the beginning: a job that is run again comes as a file that was read before.
    return os.pread(file, os.fstat(file).st_size, 0)


def _forget_the_parent() -> None:
    signal.set_wakeup_fd(-1)
    # A first process with a handler for a signal could be sent it from inside.
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def _keep_only(files: Files) -> None:
    """Close every file but these, which get the first numbers; output goes nowhere."""
    # First out of the way of the numbers that they shall get.
    high = [fcntl.fcntl(file, fcntl.F_DUPFD, 64) for file in (files.job, files.reply, files.ready)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    for file, number in zip(high, (_JOB, _REPLY, _READY), strict=True):
        os.dup2(file, number, inheritable=False)
    os.closerange(_READY + 1, os.sysconf("SC_OPEN_MAX"))


def _make_home(start: Start) -> None:
    """Mounts of its own: an empty /tmp of limited size, /dev/shm in it, terminals, /proc."""
    linux.sethostname("sandbox")
    new = _SPARE if start.kept else Path("/tmp")
    flags = linux.MS_NOSUID | linux.MS_NODEV
    size = f"size={start.limits.disk},nr_inodes=16384,mode=0755"
    linux.mount("tmpfs", str(new), "tmpfs", flags, size)
    for path in start.kept:
        _bind(path, new / path.relative_to("/tmp"))
    if start.kept:
        linux.mount(str(new), "/tmp", flags=linux.MS_MOVE)
    for folder in ("/tmp/home", "/tmp/desk", "/tmp/.shm"):
        Path(folder).mkdir()
    # In the same file system, so that one limit holds for both.
    linux.mount("/tmp/.shm", "/dev/shm", flags=linux.MS_BIND)
    terminals = "newinstance,ptmxmode=0666,mode=0620,max=8"
    linux.mount("devpts", "/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, terminals)
    linux.mount("proc", "/proc", "proc", flags | linux.MS_NOEXEC)
    os.chdir("/tmp/desk")


def _bind(path: Path, at: Path) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        at.mkdir(exist_ok=True)
    else:
        at.touch()
    linux.mount(str(path), str(at), flags=linux.MS_BIND | linux.MS_REC)


def exit_code(status: int, used: float, limits: Limits) -> int:
    if os.WIFSIGNALED(status) and used >= limits.cpu_seconds - 0.5:
        return OUT_OF_CPU
    return 0 if status == 0 else 1


def _fail(ready: int, error: BaseException) -> NoReturn:
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = f"{type(error).__name__}: {error} (in {where.name}, line {where.lineno})"
    os.write(ready, said.encode()[:2000])
    os._exit(FAILED)
