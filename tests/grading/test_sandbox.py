"""What a job cannot do, from inside; and that results come whatever a job does."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

import warmup_lib
from warmup_lib.grading.handed_in import Piece
from warmup_lib.grading.jobs import Asking, Job, Limits
from warmup_lib.grading.sandbox import (
    Ended,
    Result,
    Sandbox,
    SandboxUnavailableError,
    open_sandbox,
    open_trusted,
)

if not sys.platform.startswith("linux"):
    pytest.skip("submissions are isolated on Linux only", allow_module_level=True)

REQUIRED = os.environ.get("WARMUP_REQUIRE_BWRAP") == "1"
needs_bwrap = pytest.mark.skipif(
    shutil.which("bwrap") is None and not REQUIRED,
    reason="bubblewrap is not installed: apt-get install bubblewrap",
)

HERE = Path(__file__).parent / "in_sandbox"
ENTRY = "sandbox_jobs:run"
LIMITS = Limits(seconds=10.0, cpu_seconds=10, memory=256 << 20, processes=32, disk=16 << 20)
WHERE = Path(warmup_lib.__file__).resolve().parent


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with open_sandbox(2, ENTRY, [HERE]) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def trusted() -> Iterator[Sandbox]:
    with open_trusted(2, ENTRY, [HERE]) as sandbox:
        yield sandbox


def run(sandbox: Sandbox, code: str, **limits: float) -> Result:
    job = ("job", dedent(code).encode(), replace(LIMITS, **limits))
    [(name, result)] = sandbox.run_all([job])
    assert name == "job"
    return result


def replied(sandbox: Sandbox, code: str, **limits: float) -> str:
    """What the code replies, where it comes to its end."""
    result = run(sandbox, code, **limits)
    assert result.ended is Ended.DONE, result
    return result.output.decode()


def among_neighbours(sandbox: Sandbox, code: str, **limits: float) -> Result:
    """Run code while good jobs run before, beside and after it."""
    good = b"import torch; reply(int(torch.ones(3).sum()))"
    bad = ("bad", dedent(code).encode(), replace(LIMITS, **limits))
    jobs = [(f"good {number}", good, LIMITS) for number in range(2)]
    results = dict(sandbox.run_all([*jobs[:1], bad, *jobs[1:]]))
    for name, _, _ in jobs:
        assert (results[name].output, results[name].ended) == (b"3", Ended.DONE)
    return results["bad"]


def sandbox_processes() -> set[int]:
    """The processes of sandboxes that this process has, with all that they started."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found, left = set(), {os.getpid()}
    while left:
        left = {pid for pid, parent in parents.items() if parent in left}
        found |= left
    return found


def eventually(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < until:
        time.sleep(0.05)
    return held


REFUSED = [
    ("unshare(CLONE_NEWUSER)", 272, 97, (0x10000000,)),
    ("setns", 308, 268, (0, 0)),
    ("mount", 165, 40, (0, 0, 0, 0, 0)),
    ("umount2", 166, 39, (0, 0)),
    ("clone(CLONE_NEWUSER)", 56, 220, (0x10000000 | 17, 0, 0, 0, 0)),
    ("ptrace(PTRACE_TRACEME)", 101, 117, (0, 0, 0, 0)),
    ("keyctl", 250, 219, (0, -3, 1)),
    ("add_key", 248, 217, (0, 0, 0, 0, 0)),
    ("shmget", 29, 194, (0, 4096, 0o1600)),
    ("msgget", 68, 186, (0, 0o1600)),
    ("semget", 64, 190, (0, 1, 0o1600)),
    ("bpf", 321, 280, (0, 0, 0)),
    ("perf_event_open", 298, 241, (0, 0, -1, -1, 0)),
    ("userfaultfd", 323, 282, (0,)),
    ("io_uring_setup", 425, 425, (1, 0)),
    ("memfd_create", 319, 279, (0, 0)),
    ("process_vm_readv", 310, 270, (1, 0, 0, 0, 0, 0)),
    ("open_by_handle_at", 304, 265, (0, 0, 0)),
    ("sched_setaffinity", 203, 122, (0, 0, 0)),
    ("prctl(PR_SET_DUMPABLE)", 157, 167, (4, 0, 0, 0, 0)),
    ("reboot", 169, 142, (0, 0, 0, 0)),
]
"""System calls, with their numbers on x86_64 and aarch64, and arguments."""


@needs_bwrap
class TestIsolation:
    """A row of the table of probes each."""

    def test_hidden_files_are_not_there(self, sandbox: Sandbox) -> None:
        hidden = [
            WHERE / "questions" / "lambda_lr" / "first_print.py",
            WHERE / "questions" / "index.json",
            WHERE / "builder" / "__init__.py",
            *(WHERE.parent / name for name in ("pyproject.toml", "solutions", "quizzes")),
            Path(__file__),
            *map(Path, ("/etc/shadow", "/etc/passwd", "/sys", "/var", "/usr/local/share")),
        ]
        assert all(path.exists() for path in hidden)
        code = f"""
            for path in {list(map(str, hidden))!r}:
                if os.path.isfile(path) or os.path.isdir(path) and len(os.listdir(path)) > 1:
                    reply(path)
        """
        assert replied(sandbox, code) == ""

    def test_a_gradebook_beside_the_course_is_not_there(
        self, sandbox: Sandbox, tmp_path: Path
    ) -> None:
        gradebook = tmp_path / "gradebook.db"
        gradebook.write_text("8 points")
        code = f"error_of(lambda: open({str(gradebook)!r}, 'w'))"
        assert replied(sandbox, code) == "ENOENT"
        assert gradebook.read_text() == "8 points"

    def test_the_questions_cannot_be_imported(self, sandbox: Sandbox) -> None:
        code = """
            import warmup_lib.questions
            reply(getattr(warmup_lib.questions, "QUIZZES", None))
            try:
                import warmup_lib.questions.lambda_lr
            except ImportError:
                reply(" no")
        """
        assert replied(sandbox, code) == "None no"

    def test_nothing_can_be_written_but_its_own_folder(self, sandbox: Sandbox) -> None:
        code = """
            import itertools
            places = ["/", "/usr", "/usr/local", "/etc", "/dev", "/dev/pts", "/.spare", "/proc",
                      os.path.dirname(os.__file__)]
            import warmup_lib, torch
            places += [os.path.dirname(module.__file__) for module in (warmup_lib, torch)]
            places += [os.path.join(os.path.dirname(warmup_lib.__file__), "questions")]
            for place in places:
                try:
                    open(os.path.join(place, "mine"), "w")
                except OSError:
                    continue
                reply(place)
            for path in ("mine", "/tmp/mine", "/tmp/home/mine", "/dev/shm/mine"):
                open(path, "w").write("x")
        """
        assert replied(sandbox, code) == ""

    def test_what_one_job_wrote_the_next_one_does_not_see(self, sandbox: Sandbox) -> None:
        look = "reply(sorted(os.listdir('/tmp/desk') + os.listdir('/tmp/home')));"
        write = look + "open('mine', 'w'); open('/tmp/home/mine', 'w')"
        assert replied(sandbox, write) == "[]"
        assert replied(sandbox, write) == "[]"

    @pytest.mark.parametrize(
        "family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"]
    )
    def test_there_is_no_socket_but_of_its_own(self, sandbox: Sandbox, family: str) -> None:
        kind = "SOCK_DGRAM" if family in ("AF_NETLINK", "AF_PACKET") else "SOCK_STREAM"
        code = f"import socket\nerror_of(lambda: socket.socket(socket.{family}, socket.{kind}))"
        assert replied(sandbox, code) == "EAFNOSUPPORT"

    def test_a_listener_on_this_machine_is_not_reached(self, sandbox: Sandbox) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0)
            code = f"""
                import socket
                error_of(lambda: socket.create_connection({server.getsockname()!r}, 1))
            """
            assert replied(sandbox, code) != ""
            with pytest.raises(BlockingIOError):
                server.accept()

    def test_an_abstract_socket_of_this_machine_is_not_reached(self, sandbox: Sandbox) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"\0warmup-{os.getpid()}")
            server.listen()
            code = f"""
                import socket
                error_of(lambda: socket.socket(socket.AF_UNIX).connect({server.getsockname()!r}))
            """
            assert replied(sandbox, code) == "ECONNREFUSED"

    def test_processes_outside_are_not_there(self, sandbox: Sandbox) -> None:
        with subprocess.Popen(["/bin/sleep", "60"]) as outside:
            code = f"""
                for pid in {outside.pid}, {os.getpid()}:
                    error_of(lambda: os.kill(pid, 9))
                    error_of(lambda: open(f"/proc/{{pid}}/environ"))
                reply([name for name in os.listdir("/proc") if name.isdecimal()])
            """
            assert replied(sandbox, code) == "ESRCHENOENT" * 2 + "['1', '2']"
            assert outside.poll() is None
            outside.kill()

    def test_its_first_process_can_be_neither_read_nor_stopped(self, sandbox: Sandbox) -> None:
        code = """
            import signal, time
            for name in ("environ", "mem", "maps", "fd/0"):
                error_of(lambda: open(f"/proc/1/{name}", "rb").read(1))
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
                os.kill(1, number)
            time.sleep(0.1)
            reply(" still here")
        """
        assert replied(sandbox, code) == "EACCES" * 4 + " still here"

    def test_system_calls_that_nobody_needs_are_refused(self, sandbox: Sandbox) -> None:
        column = 1 if platform.machine() == "x86_64" else 2
        calls = {call[0]: (call[column], *call[3]) for call in REFUSED}
        code = f"""
            import ctypes, errno
            libc = ctypes.CDLL(None, use_errno=True)
            for name, call in {calls!r}.items():
                result = libc.syscall(*map(ctypes.c_long, call))
                error = errno.errorcode.get(ctypes.get_errno())
                if (result, error) != (-1, "EPERM"):
                    reply((name, result, error))
        """
        assert replied(sandbox, code) == ""

    def test_unknown_system_calls_are_not_there(self, sandbox: Sandbox) -> None:
        code = """
            import ctypes, errno
            libc = ctypes.CDLL(None, use_errno=True)
            for number in (435, 463, 1000, 0x40000000 + 39):
                libc.syscall(number, 0, 0, 0, 0, 0, 0)
                reply(errno.errorcode.get(ctypes.get_errno()))
        """
        assert replied(sandbox, code) == "ENOSYS" * 4

    @pytest.mark.skipif(platform.machine() != "x86_64", reason="a second architecture of x86_64")
    def test_the_32_bit_door_is_shut(self, sandbox: Sandbox) -> None:
        # int 0x80 with the number of getpid there.
        code = r"""
            import ctypes, mmap
            page = mmap.mmap(-1, 4096, prot=7)
            page.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
            address = ctypes.addressof(ctypes.c_char.from_buffer(page))
            reply(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
        """
        assert run(sandbox, code) == _like(b"", Ended.DIED)

    def test_it_has_no_rights(self, sandbox: Sandbox) -> None:
        code = """
            lines = open("/proc/self/status").read().splitlines()
            status = dict(line.split(":\\t") for line in lines if ":\\t" in line)
            for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                reply(int(status[name], 16))
            for name in ("NoNewPrivs", "Seccomp", "Uid"):
                reply(" " + status[name].split()[0])
        """
        assert replied(sandbox, code) == "00000 1 2 1000"

    def test_it_is_no_one_on_this_machine(self, sandbox: Sandbox) -> None:
        code = "reply(open('/proc/self/uid_map').read().split()[0]); import time; time.sleep(1)"
        uids: set[str] = set()

        def look() -> None:
            for pid in sandbox_processes():
                with contextlib.suppress(OSError):
                    text = Path(f"/proc/{pid}/status").read_text()
                    status = dict(line.split(":", 1) for line in text.splitlines())
                    # In bubblewrap's PID namespace and in one of its own.
                    if len(status["NSpid"].split()) > 2:
                        uids.update(status["Uid"].split())

        watching = threading.Timer(0.5, look)
        watching.start()
        assert replied(sandbox, code) == "1000"
        watching.join()
        assert uids
        assert "0" not in uids

    def test_settings_of_the_system_cannot_be_changed(self, sandbox: Sandbox) -> None:
        code = """
            for name in ("sys/kernel/core_pattern", "sys/vm/drop_caches", "sys/kernel/hostname",
                         "sysrq-trigger", "self/oom_score_adj"):
                try:
                    with open(f"/proc/{name}", "r+b", buffering=0) as file:
                        file.write(b"-1")
                    reply(name)
                except OSError:
                    pass
        """
        assert replied(sandbox, code) == ""

    def test_environment_and_files_are_clean(self, sandbox: Sandbox) -> None:
        code = """
            import fcntl
            files = {int(name) for name in os.listdir("/proc/self/fd")} - {0, 1, 2}
            for file in sorted(files):
                try:
                    reply(os.readlink(f"/proc/self/fd/{file}").partition(":")[0] + " ")
                except OSError:
                    pass
            reply(sorted(os.environ))
        """
        names = (
            "HOME LANG LOGNAME MKL_NUM_THREADS MPLBACKEND OMP_NUM_THREADS OPENBLAS_NUM_THREADS "
            "PATH PWD PYTHONDONTWRITEBYTECODE PYTHONHASHSEED TMPDIR TORCHINDUCTOR_CACHE_DIR USER"
        )
        assert replied(sandbox, code) == f"pipe {names.split()}"

    def test_another_submission_is_not_in_its_memory(self, sandbox: Sandbox) -> None:
        # A pattern, since the word itself would be found where it is kept to be looked for.
        look = r"""
            import re, time
            pattern = re.compile(rb"pass(?:[s]word[f]ish){3}")
            found = 0
            for line in open("/proc/self/maps"):
                span, rights = line.split()[:2]
                if rights.startswith("rw"):
                    low, high = (int(each, 16) for each in span.split("-"))
                    with open("/proc/self/mem", "rb") as memory:
                        memory.seek(low)
                        try:
                            found += len(pattern.findall(memory.read(high - low)))
                        except OSError:
                            pass
            reply(found > 0)
            time.sleep(0.2)
        """
        keep = f"# pass{'swordfish' * 3}\n" + dedent(look)
        jobs = [(str(n), dedent(c).encode(), LIMITS) for n, c in enumerate([keep, look, look])]
        results = dict(sandbox.run_all(jobs))
        assert [results[name].output for name in "012"] == [b"True", b"False", b"False"]

    def test_terminals_are_its_own(self, sandbox: Sandbox) -> None:
        code = """
            master, slave = os.openpty()
            reply(sorted(os.listdir("/dev/pts")))
            import subprocess
            reply(subprocess.run("echo hello", shell=True, capture_output=True).stdout)
        """
        assert replied(sandbox, code) == "['0', 'ptmx']b'hello\\n'"


@needs_bwrap
class TestLimits:
    def test_one_greedy_process_gets_an_error(self, sandbox: Sandbox) -> None:
        code = """
            kept = []
            try:
                while True:
                    kept.append(bytearray(8 << 20))
            except MemoryError:
                kept.clear()
                reply("no more")
        """
        assert replied(sandbox, code) == "no more"

    def test_memory_of_all_processes_counts(self, sandbox: Sandbox) -> None:
        code = """
            import time
            for _ in range(4):
                if os.fork() == 0:
                    kept = bytearray(b"x" * (100 << 20))
                    time.sleep(60)
            time.sleep(60)
        """
        assert among_neighbours(sandbox, code).ended is Ended.MEMORY

    def test_shared_memory_counts(self, sandbox: Sandbox) -> None:
        code = """
            import mmap, time
            shared = mmap.mmap(-1, 400 << 20)
            for at in range(0, len(shared), 4096):
                shared[at] = 1
            time.sleep(60)
        """
        assert among_neighbours(sandbox, code).ended is Ended.MEMORY

    def test_memory_that_is_shared_with_the_parent_does_not_count(self, sandbox: Sandbox) -> None:
        code = """
            import time
            for _ in range(8):
                if os.fork() == 0:
                    time.sleep(0.5)
                    os._exit(0)
            for _ in range(8):
                os.wait()
        """
        assert run(sandbox, code).ended is Ended.DONE

    def test_files_have_a_limit_in_all(self, sandbox: Sandbox) -> None:
        code = """
            import errno
            block = bytes(1 << 20)
            written = 0
            for folder in ("/tmp", "/dev/shm", "."):
                try:
                    for number in range(64):
                        with open(f"{folder}/{number}", "wb", buffering=0) as file:
                            for _ in range(4):
                                written += file.write(block)
                except OSError as error:
                    reply(errno.errorcode[error.errno] + " ")
            reply(written <= 16 << 20)
        """
        assert among_neighbours(sandbox, code).output == b"ENOSPC ENOSPC ENOSPC True"

    def test_one_file_has_a_limit(self, sandbox: Sandbox) -> None:
        code = """
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with open("big", "wb") as file:
                error_of(lambda: os.truncate("big", 1 << 40))
        """
        assert replied(sandbox, code) == "EFBIG"

    def test_a_fork_bomb_ends(self, sandbox: Sandbox) -> None:
        code = """
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
        """
        result = among_neighbours(sandbox, code, seconds=2.0)
        assert result.ended in (Ended.TIMED_OUT, Ended.PROCESSES, Ended.MEMORY)

    def test_many_threads_are_too_many(self, sandbox: Sandbox) -> None:
        code = """
            import threading, time
            try:
                for number in range(200):
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            except RuntimeError:
                reply(number < 32)
        """
        assert replied(sandbox, code) == "True"

    def test_processor_time_ends(self, sandbox: Sandbox) -> None:
        assert run(sandbox, "while True: pass", cpu_seconds=1).ended is Ended.CPU

    def test_busy_threads_have_their_own_processors_alone(self, sandbox: Sandbox) -> None:
        cpus = os.sched_getaffinity(0)
        if len(cpus) < 2:
            pytest.skip("there is one processor")
        code = b"reply(sorted(os.sched_getaffinity(0))); import time; time.sleep(0.3)"
        results = sandbox.run_all([(name, code, LIMITS) for name in "ab"])
        one, other = (set(json.loads(result.output)) for _, result in results)
        assert one.isdisjoint(other)
        assert one | other <= cpus

    def test_a_reply_is_cut(self, sandbox: Sandbox) -> None:
        code = "for _ in range(500): emit(b'x' * (1 << 20))"
        result = among_neighbours(sandbox, code, output=1 << 20)
        assert (result.ended, len(result.output)) == (Ended.OUTPUT, 1 << 20)

    def test_what_it_prints_goes_nowhere(self, sandbox: Sandbox) -> None:
        code = """
            for file in (1, 2):
                for _ in range(500):
                    os.write(file, bytes(1 << 20))
            reply("done")
        """
        assert replied(sandbox, code) == "done"


HOSTILE = {
    "ends at once": ("os._exit(0)", Ended.DONE),
    "ends with an error": ("os._exit(3)", Ended.DIED),
    "raises SystemExit": ("raise SystemExit", Ended.DIED),
    "kills itself": ("os.kill(os.getpid(), 9)", Ended.DIED),
    "kills all": ("if os.fork() == 0:\n    while True: pass\nos.kill(-1, 9)", Ended.DONE),
    "kills its group": ("os.killpg(0, 9)", Ended.DIED),
    "stops itself": ("os.kill(os.getpid(), 19)", Ended.TIMED_OUT),
    "ignores signals and loops": (
        """
        import signal
        for number in set(signal.Signals) - {9, 19}:
            signal.signal(number, signal.SIG_IGN)
        while True:
            pass
        """,
        Ended.TIMED_OUT,
    ),
    "closes all and loops": ("os.closerange(0, 9999)\nwhile True: pass", Ended.TIMED_OUT),
    "closes all and ends": ("os.closerange(0, 9999)", Ended.DONE),
    "writes on every descriptor": (
        """
        for file in range(64):
            try:
                for _ in range(200):
                    os.write(file, bytes(1 << 20))
            except OSError:
                pass
        """,
        Ended.OUTPUT,
    ),
    "recurses into a segmentation fault": (
        """
        import sys
        sys.setrecursionlimit(10**8)
        class Deep:
            def __repr__(self): return repr(self)
        import ctypes
        ctypes.string_at(0)
        """,
        Ended.DIED,
    ),
    "recurses without end": (
        """
        import sys, threading
        sys.setrecursionlimit(10**8)
        def deep(x): return [deep(y) for y in map(deep, [x])]
        deep(1)
        """,
        Ended.DIED,
    ),
    "a session of its own, holding the reply open": (
        """
        import time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(600)
        """,
        Ended.DONE,
    ),
}


@needs_bwrap
@pytest.mark.parametrize("name", HOSTILE)
def test_a_result_comes_and_neighbours_are_untouched(sandbox: Sandbox, name: str) -> None:
    code, ended = HOSTILE[name]
    before = sandbox_processes()
    assert among_neighbours(sandbox, code, seconds=1.0).ended is ended
    assert eventually(lambda: sandbox_processes() <= before)


@needs_bwrap
def test_torch_trains_with_one_thread_and_the_same_numbers(sandbox: Sandbox) -> None:
    code = """
        import torch
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        inputs = torch.randn(256, 8)
        for _ in range(30):
            optimizer.zero_grad()
            loss = ((model(inputs) - inputs.sum(1, keepdim=True)) ** 2).mean()
            loss.backward()
            optimizer.step()
        (torch.randn(600, 600) @ torch.randn(600, 600)).sum()
        reply((round(loss.item(), 4), torch.get_num_threads()))
    """
    here: list[object] = []
    exec(
        compile(
            f"import torch\nt = torch.get_num_threads()\ntorch.set_num_threads(1)\n{dedent(code)}"
            "\ntorch.set_num_threads(t)",
            "here",
            "exec",
        ),
        {"reply": here.append},
    )
    jobs = [(str(n), dedent(code).encode(), LIMITS) for n in range(3)]
    assert {result.output.decode() for _, result in sandbox.run_all(jobs)} == {str(here[0])}


@needs_bwrap
def test_jobs_run_at_once_and_come_as_they_end(sandbox: Sandbox) -> None:
    naps = {"long": 1.5, "short": 0.2, "shorter": 0.1, "last": 0.2}
    jobs = [
        (n, f"import time; time.sleep({s}); reply({n!r})".encode(), LIMITS) for n, s in naps.items()
    ]
    began = time.monotonic()
    results = list(sandbox.run_all(jobs))
    assert time.monotonic() - began < 1.9
    assert results[-1][0] == "long"
    assert all(result.output.decode() == name for name, result in results)


@needs_bwrap
def test_no_more_jobs_are_taken_than_can_soon_be_run(sandbox: Sandbox) -> None:
    taken = 0

    def jobs() -> Iterator[tuple[str, bytes, Limits]]:
        nonlocal taken
        for number in range(20):
            taken += 1
            yield str(number), b"reply(1)", LIMITS

    given = 0
    for _ in sandbox.run_all(jobs()):
        given += 1
        assert taken <= given + 4
    assert given == 20


@needs_bwrap
def test_jobs_go_on_while_nobody_takes_their_results(sandbox: Sandbox) -> None:
    code = b"emit(b'x' * (3 << 20))"
    results = sandbox.run_all([(str(n), code, replace(LIMITS, seconds=1.0)) for n in range(4)])
    taken = [next(results)]
    time.sleep(1.5)
    taken += results
    assert {(result.ended, len(result.output)) for _, result in taken} == {(Ended.DONE, 3 << 20)}


@needs_bwrap
def test_a_batch_that_is_left_leaves_nothing(sandbox: Sandbox) -> None:
    before = sandbox_processes()
    results = sandbox.run_all(
        [("one", b"reply(1)", LIMITS)]
        + [(str(n), b"import time; time.sleep(60)", LIMITS) for n in range(5)]
    )
    assert next(results)[0] == "one"
    results.close()
    assert eventually(lambda: sandbox_processes() <= before)
    assert replied(sandbox, "reply(1)") == "1"


@needs_bwrap
def test_nothing_leaks_over_a_hundred_jobs(sandbox: Sandbox) -> None:
    list(sandbox.run_all([(str(n), b"reply(1)", LIMITS) for n in range(4)]))
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir())), sandbox_processes()
    results = [r for _, r in sandbox.run_all((str(n), b"reply(1)", LIMITS) for n in range(100))]
    assert {result.output for result in results} == {b"1"}
    assert (len(list(Path("/proc/self/fd").iterdir())), sandbox_processes()) == before


@needs_bwrap
def test_a_parent_that_is_killed_loses_nothing() -> None:
    outside = sandbox_processes()
    with open_sandbox(2, ENTRY, [HERE]) as sandbox:
        jobs = (
            (str(n), f"import time; time.sleep(0.2); reply({n})".encode(), LIMITS) for n in range(8)
        )
        results = []
        for name, result in sandbox.run_all(jobs):
            results.append((name, result.output.decode(), result.ended))
            if len(results) == 2:
                for pid in sandbox_processes() - outside:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
        assert sorted(results) == [(str(n), str(n), Ended.DONE) for n in range(8)]
    assert sandbox_processes() <= outside


@needs_bwrap
def test_the_course_s_own_worker_answers() -> None:
    source = "rate = 0.5\n\ndef double(x):\n    return 2 * x"
    job = Job([Piece("1", source, "rate")], [Asking("rate"), Asking("missing")])
    with open_sandbox(1) as sandbox:
        [(_, result)] = sandbox.run_all([("ada", job.to_bytes(), job.limits)])
    assert result.ended is Ended.DONE
    assert b'"variable": "rate", "answer": {"value": 0.5}' in result.output


class TestTrusted:
    def test_a_job_runs_in_a_folder_of_its_own(self, trusted: Sandbox) -> None:
        assert not trusted.isolated
        folder = Path(replied(trusted, "open('mine', 'w'); reply(os.getcwd())"))
        assert eventually(lambda: not folder.exists())

    @pytest.mark.parametrize(
        ("code", "ended"),
        [
            ("os._exit(0)", Ended.DONE),
            ("os.kill(os.getpid(), 9)", Ended.DIED),
            ("while True: pass", Ended.TIMED_OUT),
            ("os.closerange(0, 9999)\nwhile True: pass", Ended.TIMED_OUT),
            ("for _ in range(500): emit(bytes(1 << 20))", Ended.OUTPUT),
            ("if os.fork() == 0:\n    os.setsid()\n    import time; time.sleep(600)", Ended.DONE),
        ],
    )
    def test_a_result_comes_and_neighbours_are_untouched(
        self, trusted: Sandbox, code: str, ended: Ended
    ) -> None:
        before = sandbox_processes()
        assert among_neighbours(trusted, code, seconds=1.0).ended is ended
        assert eventually(lambda: sandbox_processes() <= before)

    def test_memory_of_all_processes_counts(self, trusted: Sandbox) -> None:
        code = """
            import time
            for _ in range(4):
                if os.fork() == 0:
                    kept = bytearray(b"x" * (100 << 20))
                    time.sleep(60)
            time.sleep(60)
        """
        assert run(trusted, code).ended is Ended.MEMORY

    def test_without_a_fork_each_job_is_a_python_of_its_own(self) -> None:
        from warmup_lib.grading.sandbox.without_fork import Subprocesses

        one_by_one = Subprocesses(2, ENTRY, [HERE])
        jobs = {
            "good": b"print('noise'); reply(1)",
            "loops": b"while True: pass",
            "floods": b"while True: emit(bytes(1 << 20))",
            "exits": b"os._exit(3)",
        }
        limits = replace(LIMITS, seconds=3.0)
        results = dict(one_by_one.run_all((n, code, limits) for n, code in jobs.items()))
        assert results["good"].output == b"1"
        assert {name: result.ended for name, result in results.items()} == {
            "good": Ended.DONE,
            "loops": Ended.TIMED_OUT,
            "floods": Ended.OUTPUT,
            "exits": Ended.DIED,
        }


class TestFailsClosed:
    def test_without_bubblewrap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with (
            pytest.raises(SandboxUnavailableError, match="apt-get install bubblewrap"),
            open_sandbox(1, ENTRY, [HERE]),
        ):
            pass

    def test_on_another_system(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(SandboxUnavailableError, match="on Linux only"), open_sandbox(1):
            pass

    def test_where_bubblewrap_may_not(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        false = tmp_path / "bwrap"
        false.write_text("#!/bin/sh\necho setting up uid map: Permission denied >&2\nexit 1\n")
        false.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with (
            pytest.raises(SandboxUnavailableError, match=r"(?s)uid map.*--trusted-students"),
            open_sandbox(1, ENTRY, [HERE]),
        ):
            pass

    @needs_bwrap
    def test_where_jobs_cannot_be_isolated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from warmup_lib.grading.sandbox import launching

        inside = launching._inside

        def without_spare(*given: object) -> list[str]:
            # A home of its own cannot be mounted where there is no folder for it.
            return [
                "/dev/missing" if argument == "/dev" else argument
                for argument in inside(*given)  # type: ignore[arg-type]
            ]

        monkeypatch.setattr(launching, "_inside", without_spare)
        with (
            pytest.raises(SandboxUnavailableError, match="isolated"),
            open_sandbox(1, ENTRY, [HERE]),
        ):
            pass


def _like(output: bytes, ended: Ended) -> object:
    class Like:
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Result) and (other.output, other.ended) == (output, ended)

    return Like()
