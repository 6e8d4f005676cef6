"""Code that does not end, ends too much, or takes too much."""

from hostile.making import FUNCTIONS, RIGHT, Group, Notebook, World, right

cases = Group("faults")

# Of a cell, the first one's; it costs that answer and no other.
cases.in_cells(
    {
        "cell_that_never_ends": "while True:\n    pass",
        "cell_that_sleeps": "import time\ntime.sleep(10**6)",
        "cell_that_waits_for_itself": (
            "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()"
        ),
        "cell_that_joins_a_thread_that_never_ends": (
            "import threading, time\n"
            "thread = threading.Thread(target=time.sleep, args=(10**6,), daemon=True)\n"
            "thread.start()\nthread.join()"
        ),
        "cell_that_reads_what_nobody_writes": "import os\nr, w = os.pipe()\nos.read(r, 1)",
        "cell_that_awaits_for_ever": "import asyncio\nawait asyncio.sleep(10**6)",
        "cell_that_waits_for_a_child": (
            "import os, time\npid = os.fork()\nif pid == 0:\n    time.sleep(10**6)\n"
            "os.waitpid(pid, 0)"
        ),
        "shell_command_that_never_ends": "!sleep 1000000",
    },
    "still running after",
)
cases.in_cells(
    {
        "cell_that_ignores_signals": (
            "import signal\nfor each in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM):\n"
            "    signal.signal(each, signal.SIG_IGN)\nwhile True:\n    pass"
        ),
        "cell_that_blocks_all_signals": (
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n"
            "while True:\n    pass"
        ),
        "cell_that_turns_the_alarm_off": (
            "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True:\n    pass"
        ),
        "cell_that_handles_the_alarm": (
            "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None)\nwhile True:\n    pass"
        ),
        "cell_that_loops_in_c": "import itertools\nsum(itertools.repeat(0))",
        "error_whose_text_never_ends": (
            "class Endless(Exception):\n    def __str__(self):\n        while True:\n"
            "            pass\nraise Endless"
        ),
    },
    "took",
)
cases.in_cells(
    {
        "cell_that_swallows_every_exception": (
            "import sys\nsys.settrace = lambda *_: None\nwhile True:\n    try:\n"
            "        while True:\n            pass\n    except BaseException:\n        pass"
        ),
    }
)
cases.in_functions(
    {
        "function_that_never_returns": "while True:\n    pass",
        "function_that_swallows_every_exception": (
            "while True:\n    try:\n        while True:\n            pass\n"
            "    except BaseException:\n        pass"
        ),
        "function_that_blocks_all_signals": (
            "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n"
            "while True:\n    pass"
        ),
        "function_that_turns_the_alarm_off_and_sleeps": (
            "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(10**6)"
        ),
        "function_that_loops_in_c": "import itertools\nsum(itertools.repeat(0))",
        "function_whose_child_holds_the_channel": (
            "import os, time\nif os.fork():\n    os._exit(0)\nos.setsid()\ntime.sleep(10**6)"
        ),
    },
    "still running after",
)


@cases("right", "still running after", loses=FUNCTIONS)
def no_function_ever_returns(_: World) -> Notebook:
    loops = {name: f"def {name}(*_):\n    while True:\n        pass" for name in FUNCTIONS}
    return right(**loops)


# Ends that are none

cases.in_cells(
    {
        "cell_that_exits_at_once": "import os\nos._exit(0)",
        "cell_that_kills_itself": "import os\nos.kill(os.getpid(), 9)",
        "cell_that_crashes_in_c": "import ctypes\nctypes.string_at(0)",
        "cell_that_aborts": "import os\nos.abort()",
        "cell_that_becomes_another_program": "import os\nos.execv('/bin/true', ['true'])",
        "cell_that_recurses_with_a_raised_limit": (
            "import sys\nsys.setrecursionlimit(10**9)\nf = lambda *_: sorted([1, 2], key=f)\nf()"
        ),
    },
)
cases.in_cells({"cell_that_raises_system_exit": "raise SystemExit(0)"}, "SystemExit")
cases.in_cells({"cell_that_interrupts": "raise KeyboardInterrupt"}, "KeyboardInterrupt")
cases.in_cells({"cell_that_is_not_python": "def def def ((("}, "SyntaxError")
cases.in_cells({"cell_that_recurses": "f = lambda: f()\nf()"}, "RecursionError")
cases.in_functions(
    {
        "function_that_exits_at_once": "import os\nos._exit(0)",
        "function_that_kills_itself": "import os\nos.kill(os.getpid(), 9)",
        "function_that_crashes_in_c": "import ctypes\nctypes.string_at(0)",
        "function_that_recurses_with_a_raised_limit": (
            "import sys\nsys.setrecursionlimit(10**9)\nf = lambda *_: sorted([1, 2], key=f)\nf()"
        ),
    }
)
cases.in_functions({"function_that_raises_system_exit": "raise SystemExit"}, "SystemExit")


@cases("right")
def loop_at_exit(_: World) -> Notebook:
    return right().first(
        "import atexit\n@atexit.register\ndef loop():\n    while True:\n        pass"
    )


@cases("right")
def loop_where_an_object_ends(_: World) -> Notebook:
    """Of an object that lives as long as the process does."""
    return right().first(
        """
        class Endless:
            def __del__(self):
                while True:
                    pass
        kept = Endless()
        """
    )


@cases("right", "died", loses=["first_print"])
def cell_that_closes_every_file(_: World) -> Notebook:
    """Nothing can be said of its answer any more; the others are taken again."""
    source = f"import os\nos.closerange(0, 4096)\n{RIGHT['first_print']}"
    return right(first_print=source)


# Too much of something

cases.in_cells(
    {
        "memory_in_small_pieces": "kept = []\nwhile True:\n    kept.append(bytearray(1 << 20))",
        "memory_at_once": "bytearray(1 << 44)",
        "memory_in_a_tensor": "import torch\ntorch.ones(1 << 36)",
    },
    "rror",
)
cases.in_cells(
    {
        "memory_in_many_processes": (
            "import os, time\nfor _ in range(12):\n    if os.fork() == 0:\n"
            "        kept = bytearray(os.urandom(1 << 20)) * 60\n        time.sleep(10**6)\n"
            "time.sleep(10**6)"
        ),
        "memory_that_is_shared": (
            "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 16 << 20))\n"
            "    kept[-1].write(bytes(16 << 20))"
        ),
    },
)
cases.in_functions(
    {"memory_in_a_function": "kept = []\nwhile True:\n    kept.append(bytearray(1 << 20))"}, "rror"
)
cases.in_cells(
    {
        "fork_bomb": "import os\nwhile True:\n    os.fork()",
        "fork_bomb_that_never_gives_up": (
            "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
        ),
        "thread_bomb": (
            "import threading, time\nwhile True:\n"
            "    threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()"
        ),
    },
)
cases.in_cells(
    {
        "three_gigabytes_into_its_folder": (
            "with open('big', 'wb') as file:\n    for _ in range(3 << 10):\n"
            "        file.write(bytes(1 << 20))"
        ),
        "shared_memory_files": (
            "for number in range(3 << 10):\n    with open(f'/dev/shm/{number}', 'wb') as file:\n"
            "        file.write(bytes(1 << 20))"
        ),
        "a_million_files": ("for number in range(10**6):\n    open(f'/tmp/{number}', 'w').close()"),
        "a_sparse_terabyte": "with open('big', 'wb') as file:\n    file.truncate(1 << 40)",
    },
    "OSError",
)


@cases("right")
def prints_500_megabytes(_: World) -> Notebook:
    return right().first(
        """
        import os
        for _ in range(500):
            print("x" * (1 << 20))
            os.write(1, bytes(1 << 20))
        """
    )


@cases("right")
def four_busy_threads_and_torch_with_many(_: World) -> Notebook:
    return right().first(
        """
        import threading, torch
        def busy():
            while True:
                pass
        for _ in range(4):
            threading.Thread(target=busy, daemon=True).start()
        torch.set_num_threads(8)
        torch.ones(300, 300) @ torch.ones(300, 300)
        """
    )


@cases("right")
def daemon_that_stays(world: World) -> Notebook:
    return right().first(
        world.code(
            """
            import os, time
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.execv("/bin/sh", ["sh", "-c", f"sleep 1000000; : {MARK}"])
                os._exit(0)
            """
        )
    )


@cases("right")
def limits_lowered_to_nothing(_: World) -> Notebook:
    """In a cell of one answer; the others are taken without it."""
    body = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))"
    return right(first_print=f"{body}\n{RIGHT['first_print']}")


@cases("right", "cell used_by_updates began and did not come to its end", loses=["used_by_updates"])
def cell_that_ends_the_process_between_a_helper_and_its_use(_: World) -> Notebook:
    """The answers that need a helper of another answer's cell have it all the same."""
    return right(
        first_print=f"def helped(): pass\n{RIGHT['first_print']}",
        used_by_updates="import os\nos._exit(3)",
        off_by_one=f"helped()\n{RIGHT['off_by_one']}",
        missing_cap=f"helped()\n{RIGHT['missing_cap']}",
    )


@cases("right", loses=["used_by_updates", "nothing_trains", "missing_cap"])
def values_that_are_too_large(_: World) -> Notebook:
    return right(
        used_by_updates="used_by_updates = [0.1] * 10**6",
        nothing_trains="nothing_trains = 'E' * 10**7",
        missing_cap="missing_cap = 10 ** 10**5",
    )


@cases("right", loses=["used_by_updates", "missing_cap"])
def values_that_hold_themselves(_: World) -> Notebook:
    return right(
        used_by_updates="used_by_updates = []\nused_by_updates += [used_by_updates] * 5",
        missing_cap="missing_cap = []\nfor _ in range(10**5):\n    missing_cap = [missing_cap]",
    )


@cases("right", "still running after", loses=["first_print"])
def value_that_never_says_what_it_is(_: World) -> Notebook:
    """Asked for its number, it blocks all signals and loops."""
    return right(
        first_print="""
        import signal
        class Endless:
            def __float__(self):
                signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
                while True:
                    pass
            __repr__ = __float__
        first_print = Endless()
        """
    )
