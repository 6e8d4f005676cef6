"""How the parent of the jobs is started: in bubblewrap, or as an ordinary process."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from warmup_lib.grading.sandbox.results import SandboxUnavailableError
from warmup_lib.grading.sandbox.system_calls import SUPPORTED
from warmup_lib.grading.sandbox.visible import Visible, visible

_MODULE = "warmup_lib.grading.sandbox.parent"
_USER = 1000
"""Who the jobs are, as they see it."""
_NOBODY = 65534
"""Who they are outside, where the grader is root: limits do not hold for root."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_TRUSTED = (
    "or grade with --trusted-students if you trust every student with this machine, or in a "
    "virtual machine with Linux"
)


@dataclass
class Launched:
    """A parent that was started.

    Attributes:
        process: bubblewrap, or the parent itself.
        said: what it wrote on its standard error.
        folder: temporary files of jobs that are not isolated.
    """

    process: subprocess.Popen[bytes]
    said: IO[bytes]
    folder: tempfile.TemporaryDirectory[str] | None = field(default=None)

    def last_words(self) -> str:
        """The end of what it said."""
        self.said.seek(0)
        return self.said.read().decode(errors="replace").strip()[-2000:]

    def end(self, patience: float = 0.0) -> None:
        """Have it ended, and everything that it started."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.said.close()
        if self.folder is not None:
            self.folder.cleanup()


Launch = Callable[[int], Launched]
"""Starts a parent, given the number of its end of the control socket."""


def isolated(workers: int, entry: str, more: Sequence[Path] = ()) -> Launch:
    """The way to start a parent in bubblewrap.

    Raises:
        SandboxUnavailableError: this system has no way to isolate.
    """
    bwrap = _bubblewrap()
    seen = visible(more)

    def launch(control: int) -> Launched:
        command = _inside(bwrap, seen, [*_python(), _settings(control, workers, entry, seen)])
        if os.geteuid() == 0:
            command = _as_nobody(bwrap, seen, command)
        return _start(command, control, {})

    return launch


def trusted(workers: int, entry: str, more: Sequence[Path] = ()) -> Launch:
    """The way to start a parent that isolates nothing."""
    seen = visible(more)

    def launch(control: int) -> Launched:
        folder = tempfile.TemporaryDirectory(prefix="warmup-", ignore_cleanup_errors=True)
        settings = _settings(control, workers, entry, seen, trusted=True)
        environment = {"TMPDIR": folder.name, "HOME": folder.name}
        started = _start([*_python(), settings], control, environment)
        started.folder = folder
        return started

    return launch


def environment() -> dict[str, str]:
    """All of the environment that a job sees; torch reads the threads when it is imported."""
    return {
        **ONE_THREAD,
        "HOME": "/tmp/home",
        "LANG": "C.UTF-8",
        "LOGNAME": "student",
        "MPLBACKEND": "agg",
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "TMPDIR": "/tmp",
        "USER": "student",
    }


def advice(said: str) -> str:
    """What to do where bubblewrap, or a job in it, could not be isolated, from what it said."""
    settings = {
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": ("1", "0"),
        "/proc/sys/kernel/unprivileged_userns_clone": ("0", "1"),
        "/proc/sys/user/max_user_namespaces": ("0", "10000"),
    }
    for path, (closed, opened) in settings.items():
        if Path(path).exists() and Path(path).read_text().strip() == closed:
            name = path.removeprefix("/proc/sys/").replace("/", ".")
            return f"let programs make user namespaces (sudo sysctl {name}={opened}), {_TRUSTED}"
    if "ermission denied" in said and ("Error" in said or "open" in said):
        return (
            "let everybody read Python, its packages and warmup_lib (chmod -R o+rX), since the "
            f"jobs run as nobody where root grades, {_TRUSTED}"
        )
    return (
        "in a container, start that with --security-opt seccomp=unconfined --security-opt "
        f"apparmor=unconfined --security-opt systempaths=unconfined, {_TRUSTED}"
    )


def _bubblewrap() -> str:
    if not sys.platform.startswith("linux"):
        raise SandboxUnavailableError(
            f"submissions can be isolated on Linux only, and this is {platform.system()}; grade "
            f"in a Linux virtual machine, {_TRUSTED}"
        )
    if platform.machine() not in SUPPORTED:
        raise SandboxUnavailableError(
            f"submissions can be isolated on {' and '.join(SUPPORTED)} only, and this is "
            f"{platform.machine()}; grade on one of those, {_TRUSTED}"
        )
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxUnavailableError(
            "submissions are isolated by bubblewrap, which is not installed here; install it "
            f"(sudo apt-get install bubblewrap), {_TRUSTED}"
        )
    return found


def _python() -> list[str]:
    return [sys.executable, "-s", "-m", _MODULE]


def _settings(control: int, workers: int, entry: str, seen: Visible, trusted: bool = False) -> str:
    return json.dumps(
        {
            "control": control,
            "workers": workers,
            "entry": entry,
            "imports": list(map(str, seen.imports)),
            "kept": [] if trusted else list(map(str, seen.kept())),
            "trusted": trusted,
        }
    )


def _inside(bwrap: str, seen: Visible, command: Sequence[str]) -> list[str]:
    identity = ["--unshare-user", "--uid", str(_USER), "--gid", str(_USER)]
    return [
        *(bwrap, "--unshare-all", *identity, "--new-session", "--die-with-parent"),
        *("--hostname", "sandbox", "--dir", "/.spare", "--tmpfs", "/tmp"),
        *seen.arguments(),
        *("--dir", "/tmp/home", "--proc", "/proc", "--dev", "/dev"),
        # The file systems that bubblewrap made belong to the jobs' user.
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/", "--"),
        *command,
    ]


def _as_nobody(bwrap: str, seen: Visible, command: Sequence[str]) -> list[str]:
    """The command as an ordinary user, also where only root can reach what it has to read.

    A first bubblewrap, as root, shows the same files and nothing else; in there root becomes
    nobody for good, and starts the second one as any user would.
    """
    become = (
        f"import os, sys; os.setgroups([]); os.setgid({_NOBODY}); os.setuid({_NOBODY}); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    rights = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [
        *(bwrap, *rights, "--die-with-parent", "--tmpfs", "/tmp"),
        *seen.arguments(),
        *("--ro-bind-try", bwrap, bwrap, "--bind", "/proc", "/proc", "--dev", "/dev"),
        *("--chdir", "/", "--", sys.executable, "-I", "-S", "-c", become),
        *command,
    ]


def _start(command: Sequence[str], control: int, more: Mapping[str, str]) -> Launched:
    said = tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        cwd="/",
        env={**environment(), **more},
        pass_fds=[control],
        start_new_session=True,
    )
    return Launched(process, said)
