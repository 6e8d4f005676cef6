"""The process from which every job is forked: it has imported everything, once.

It has one thread, hears of jobs by its socket, forks them, watches them, and says how each
ended. Started by :mod:`launching`, in bubblewrap or not, and ends when the socket does.
"""

from __future__ import annotations

import importlib
import json
import os
import select
import shutil
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_UNIX, SOCK_SEQPACKET, socket
from typing import Any

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox import child, linux, watching
from warmup_lib.grading.sandbox.control import Control
from warmup_lib.grading.sandbox.results import Ended

_TICK = 0.05


@dataclass(frozen=True)
class Wanted:
    """A job that waits."""

    id: int
    limits: Limits
    job: int
    reply: int


@dataclass
class Running:
    """A job that runs.

    Attributes:
        id: the coordinator's number of it.
        slot: which of the N at once it is.
        ready: where it says that it is isolated.
        killed: why it was killed, if it was.
    """

    id: int
    slot: int
    ready: int
    watch: watching.Watch
    killed: Ended | None = None


@dataclass
class Parent:
    """Forks and watches jobs, N at once."""

    control: Control
    fork: Callable[[child.Start, child.Files], int]
    work: child.Work
    kept: list[Path]
    free: list[int]
    trusted: bool
    inherited: int
    waiting: deque[Wanted] = field(default_factory=deque)
    running: dict[int, Running] = field(default_factory=dict)

    def serve(self, woken: int) -> None:
        """Serve until the coordinator is gone."""
        files = [self.control.fileno(), woken]
        while True:
            readable, _, _ = select.select(files, [], [], _TICK if self.running else None)
            if woken in readable:
                os.read(woken, 4096)
            if files[0] in readable and not self.hear():
                return
            self.reap()
            self.watch()
            while self.waiting and self.free:
                self.start(self.waiting.popleft())

    def hear(self) -> bool:
        """Take one message; false where there will be no more."""
        heard = self.control.receive()
        if heard is None:
            return False
        message, files = heard
        if "kill" in message:
            self.drop(message["kill"])
        else:
            self.waiting.append(Wanted(message["id"], Limits(**message["limits"]), *files))
        return True

    def drop(self, number: int) -> None:
        """Stop a job, or forget it."""
        for pid, job in self.running.items():
            if job.id == number and job.killed is None:
                self.kill(pid, job, Ended.OUTPUT)
        for wanted in [each for each in self.waiting if each.id == number]:
            self.waiting.remove(wanted)
            os.close(wanted.job)
            os.close(wanted.reply)

    def start(self, wanted: Wanted) -> None:
        """Fork a job."""
        slot = self.free.pop(0)
        ready, says_ready = os.pipe()
        begin = child.Start(self.work, wanted.limits, _cpus(slot, self.slots()), self.kept)
        self.control.send({"started": wanted.id})
        began = time.monotonic()
        try:
            pid = self.fork(begin, child.Files(wanted.job, wanted.reply, says_ready))
        except OSError as error:
            os.close(ready)
            self.free.append(slot)
            self.control.send({"id": wanted.id, "failed": str(error)})
            return
        finally:
            for file in (wanted.job, wanted.reply, says_ready):
                os.close(file)
        watch = watching.Watch(pid, wanted.limits, not self.trusted, self.inherited, began)
        self.running[pid] = Running(wanted.id, slot, ready, watch)

    def slots(self) -> int:
        """How many jobs run at once."""
        return len(self.free) + len(self.running) + 1

    def watch(self) -> None:
        """Kill the jobs that are beyond a limit."""
        seen = watching.processes() if self.running else {}
        for pid, job in self.running.items():
            if job.killed is None and (beyond := job.watch.exceeded(seen)):
                self.kill(pid, job, beyond)
        if self.trusted:
            self.kill_left_over(seen)

    def kill(self, pid: int, job: Running, why: Ended) -> None:
        """End all processes of a job."""
        job.killed = why
        # With the first process of a PID namespace go all others; otherwise they are left over.
        os.kill(pid, signal.SIGKILL)

    def kill_left_over(self, seen: dict[int, watching.Process]) -> None:
        """End what outlived the job that it belonged to, which makes it a child of this one."""
        for pid, process in seen.items():
            if process.parent == os.getpid() and pid not in self.running:
                os.kill(pid, signal.SIGKILL)

    def reap(self) -> None:
        """Say of each job that is over how it ended."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if job := self.running.pop(pid, None):
                if self.trusted:
                    status = _as_first_process(status, usage.ru_utime + usage.ru_stime, job)
                    shutil.rmtree(child.trusted_home(pid), ignore_errors=True)
                self.ended(job, status)
            if self.trusted:
                self.kill_left_over(watching.processes())

    def ended(self, job: Running, status: int) -> None:
        """Say how a job ended."""
        os.set_blocking(job.ready, False)
        try:
            said = os.read(job.ready, 4096)
        except BlockingIOError:
            said = b""
        os.close(job.ready)
        self.free.append(job.slot)
        if said != child.READY and job.killed is None:
            why = said.decode(errors="replace") or f"its first process ended with {status}"
            self.control.send({"id": job.id, "failed": why})
            return
        code = os.waitstatus_to_exitcode(status)
        how = {0: Ended.DONE, child.OUT_OF_CPU: Ended.CPU}.get(code, Ended.DIED)
        seconds = time.monotonic() - job.watch.began
        ended = (job.killed or how).value
        self.control.send({"id": job.id, "ended": ended, "seconds": seconds})


def _as_first_process(status: int, used: float, job: Running) -> int:
    return child.exit_code(status, used, job.watch.limits) << 8


def _cpus(slot: int, slots: int) -> list[int]:
    """The processors of a slot: its own, where there are enough.

    So no job that starts many busy threads can make another one late.
    """
    cpus = sorted(os.sched_getaffinity(0))
    each = max(1, len(cpus) // slots)
    return [cpus[(slot * each + number) % len(cpus)] for number in range(each)]


def _imported(entry: str) -> child.Work:
    """The function that an entry, ``module:function``, names; and everything ready for it."""
    import IPython  # noqa: F401
    import torch

    torch.set_num_threads(1)
    # The first optimizer imports torch._dynamo, which wants to write a temporary file.
    parameter = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    parameter.sum().backward()
    optimizer.step()
    name, _, function = entry.partition(":")
    module = importlib.import_module(name)
    if prepare := getattr(module, "prepare", None):
        prepare()
    work: child.Work = getattr(module, function)
    return work


def _woken_by_children() -> int:
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return woken


def main(text: str) -> None:
    """Serve, as a JSON object says."""
    given: dict[str, Any] = json.loads(text)
    control = Control(socket(AF_UNIX, SOCK_SEQPACKET, fileno=given["control"]))
    sys.path += given["imports"]
    work = _imported(given["entry"])
    if given["trusted"]:
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    woken = _woken_by_children()
    _stay_shared()
    linux.use_large_pages()
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        raise RuntimeError(f"only a process with one thread can be forked safely; it has {threads}")
    control.send({"serves": True})
    fork = child.fork_trusted if given["trusted"] else child.fork_isolated
    kept = [Path(path) for path in given["kept"]]
    free = list(range(given["workers"]))
    inherited = watching.processes()[os.getpid()].bytes
    Parent(control, fork, work, kept, free, given["trusted"], inherited).serve(woken)
    if given["trusted"]:
        # What is not in a namespace of its own would outlive this process.
        for pid in watching.descendants(watching.processes(), os.getpid()):
            os.kill(pid, signal.SIGKILL)


def _stay_shared() -> None:
    """Let no collection of garbage in a child touch, and so copy, what it inherits."""
    import gc

    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main(sys.argv[1])
