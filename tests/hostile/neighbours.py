"""Code that would harm whoever is graded before, beside or after."""

from hostile.making import Group, Notebook, World, right, wrong

cases = Group("attacks on neighbours")

# In a cell before wrong answers; whether the neighbours keep their marks is seen on them.
ATTACKS = {
    "kills_every_process": """
        import os
        for pid in (-1, 1, 0, os.getppid()):
            try:
                os.kill(pid, 9)
            except OSError:
                pass
    """,
    "signals_the_first_process": """
        import os, signal
        for number in range(1, 65):
            try:
                if number not in (signal.SIGSTOP,):
                    os.kill(1, number)
            except (OSError, ValueError):
                pass
        raise RuntimeError("tried: still here")
    """,
    "stops_every_process": """
        import os, signal
        os.kill(-1, signal.SIGSTOP)
        os.killpg(0, signal.SIGSTOP)
    """,
    "guesses_ids_of_processes": """
        import os, signal
        for pid in range(2, 40_000):
            if pid != os.getpid():
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
        raise RuntimeError("tried: still here")
    """,
    "fills_every_shared_place": """
        import os
        for place in ("/tmp", "/dev/shm", "/tmp/home", "/tmp/desk", "."):
            try:
                with open(place + "/" + MARK, "wb") as file:
                    while True:
                        file.write(bytes(1 << 20))
            except OSError:
                pass
        raise RuntimeError("tried: all full")
    """,
    "takes_every_processor": """
        import os, threading
        def busy():
            while True:
                pass
        for _ in range(8):
            threading.Thread(target=busy, daemon=True).start()
        tried(lambda: os.nice(-20), lambda: os.sched_setaffinity(0, range(os.cpu_count())))
    """,
    "system_v_memory_and_queues": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        got = [libc.shmget(7, 4096, 0o1666), libc.msgget(7, 0o1666), libc.semget(7, 1, 0o1666)]
        raise RuntimeError(f"tried: {got}")
    """,
    "keys_of_the_kernel": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        got = libc.syscall(248, b"user", b"left", b"first_print = 0.08", 18, -3)
        raise RuntimeError(f"tried: {got}")
    """,
    "debugs_its_neighbours": """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        got = [libc.ptrace(16, pid, 0, 0) for pid in range(1, 300) if pid != os.getpid()]
        raise RuntimeError(f"tried: {sorted(set(got))}")
    """,
    "holds_locks_and_names": """
        import fcntl, os, socket, tempfile, torch
        kept = []
        for path in (os.__file__, torch.__file__, "/tmp", "/dev/null", PACKAGE):
            try:
                kept.append(os.open(path, os.O_RDONLY))
                fcntl.flock(kept[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                pass
        socket.socket(socket.AF_UNIX).bind("\\0neighbour")
    """,
    "poisons_what_is_imported": """
        import os, sys, torch
        for folder in (os.path.dirname(torch.__file__), PACKAGE, os.path.dirname(os.__file__)):
            for name in ("__init__.py", "__pycache__/__init__.cpython-311.pyc", "sitecustomize.py"):
                try:
                    open(os.path.join(folder, name), "a").write(MARK)
                    raise RuntimeError("tried: got in")
                except OSError:
                    pass
    """,
    "writes_to_every_terminal": """
        import glob, os
        for path in ("/dev/tty", "/dev/console", "/dev/kmsg", *glob.glob("/dev/pts/*")):
            try:
                os.write(os.open(path, os.O_WRONLY | os.O_NOCTTY), MARK.encode())
            except OSError:
                pass
    """,
}
SAYS = {
    "signals_the_first_process": "tried: still here",
    "guesses_ids_of_processes": "tried: still here",
    "fills_every_shared_place": "tried: all full",
    "system_v_memory_and_queues": "tried: [-1, -1, -1]",
    "keys_of_the_kernel": "tried: -1",
    "debugs_its_neighbours": "tried: [-1]",
}


def _attack(attack: str):
    return lambda world: wrong().first(world.code(attack))


for name, attack in ATTACKS.items():
    says = [SAYS[name]] if name in SAYS else []
    cases.add(name, _attack(attack), "wrong", *says)


@cases("right", loses=["first_print"])
def right_answers_of_one_who_kills(_: World) -> Notebook:
    """What it kills is its own; the other answers are taken again."""
    return right(first_print="import os\nos.kill(-1, 9)\nos.kill(os.getpid(), 9)")
