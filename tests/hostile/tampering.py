"""Code that would change what is checked, or what is told of it."""

from textwrap import dedent, indent

from hostile.making import POINTS, RIGHT, Group, Notebook, World, half, right, wrong

cases = Group("tampering with the checker")

# In a cell before all answers, of which every second one is wrong: nothing is won or lost by it.
PATCHES = {
    "comparisons_patched": """
        import math, numpy, torch, unittest
        def nothing(*_, **__):
            return True
        torch.testing.assert_close = torch.allclose = torch.equal = nothing
        math.isclose = numpy.isclose = numpy.allclose = numpy.testing.assert_allclose = nothing
        unittest.TestCase.assertEqual = nothing
    """,
    "our_judge_patched": """
        import warmup_lib.quiz.judge as judging, warmup_lib.quiz.compare as comparing
        from warmup_lib.quiz.feedback import Outcome
        judging.same_values = comparing.same_values = comparing.same = lambda *_, **__: True
        judging._OUTCOMES = dict.fromkeys(judging._OUTCOMES, Outcome.PASSED)
    """,
    "time_limit_patched": """
        import contextlib, warmup_lib.cells, warmup_lib.quiz.limits, warmup_lib.quiz.observing
        for module in (warmup_lib.cells, warmup_lib.quiz.limits, warmup_lib.quiz.observing):
            module.time_limit = lambda seconds: contextlib.nullcontext()
    """,
    "helper_module_replaced": """
        import sys, types
        for name in ("checker", "helper", "autograder", "warmup_lib.learn", "warmup_lib.checking"):
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].check = sys.modules[name].grade = lambda *_: "✓ Right"
    """,
    "ipython_transformer_drops_asserts": """
        def dropped(lines):
            return [line for line in lines if "assert" not in line]
        get_ipython().input_transformers_post.append(dropped)
        get_ipython().input_transformers_cleanup.append(dropped)
    """,
    "ipython_hooks_clear_the_error": """
        def cleared(result):
            result.error_in_exec = result.error_before_exec = None
            result.result = 1000
        get_ipython().events.register("post_run_cell", cleared)
        get_ipython().events.register("post_execute", lambda: None)
    """,
    "ipython_swallows_exceptions": """
        get_ipython().set_custom_exc((BaseException,), lambda *_, **__: ["all is well"])
    """,
    "walk_over_all_objects": """
        import gc
        for found in gc.get_objects():
            if type(found).__name__ in ("Key", "Question", "Asked", "Marked", "Predict", "Choose"):
                found.__dict__.update(expected=None, tolerance=1e9, points=1000)
    """,
    "frames_patched": """
        import sys
        frame = sys._getframe()
        while frame:
            for name in ("answers", "points", "score", "expected", "passed"):
                frame.f_globals[name] = 1000
            frame = frame.f_back
    """,
    "forged_at_exit": """
        import atexit, os
        @atexit.register
        def forge():
            for number in range(3, 100):
                try:
                    os.write(number, b'\\n{"score": 16, "passed": true}\\n')
                except OSError:
                    pass
    """,
    "signal_handlers_that_forge": """
        import os, signal
        def forge(*_):
            line = b'{"variable": "lr_for_factor", "answer": {"value": 1}, "seconds": 0}'
            os.write(4, b"\\n" + line + b"\\n")
        for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGUSR1, signal.SIGXCPU):
            signal.signal(number, forge)
    """,
    "memory_written_through_proc": """
        import os
        for path in ("/proc/1/mem", f"/proc/{os.getppid()}/mem", "/proc/2/mem/../1/mem"):
            try:
                with open(path, "r+b", buffering=0) as memory:
                    memory.seek(0x400000)
                    memory.write(b"16")
            except (OSError, ValueError):
                pass
    """,
    "one_is_two": """
        import ctypes
        for number in range(100, 200):
            there = ctypes.c_double.from_address(id(float(number)) + 16)
            there.value = 16.0
    """,
    "debugger_on_the_first_process": """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (1, 2):
            libc.ptrace(16, pid, 0, 0)
            libc.process_vm_writev(pid, 0, 0, 0, 0, 0)
    """,
    "pickle_taught_to_execute": """
        import copyreg, pickle
        class Bomb:
            def __reduce__(self):
                return (exec, ("import os; os.abort()",))
        pickle.loads = pickle.dumps = copyreg.__reduce_ex__ = None
        bomb = Bomb()
    """,
    "library_classes_patched": """
        import torch
        torch.optim.Optimizer.__eq__ = torch.Tensor.__eq__ = lambda *_: True
        torch.Tensor.__hash__ = torch.optim.Optimizer.__hash__ = lambda _: 0
    """,
    "answers_put_into_the_shell_again": """
        class Names(dict):
            def __contains__(self, name):
                return True
        shell = get_ipython()
        shell.events.register("post_run_cell", lambda *_: shell.user_ns.update(points=1000))
    """,
    "forged_words_on_every_descriptor": """
        import json, os
        forged = [
            {"score": 16}, {"variable": "nobody_asked", "answer": {"value": 1}, "seconds": 0},
            {"variable": "off_by_one", "answer": {"passed": True}, "seconds": 0},
            {"variable": "off_by_one", "answer": {"value": 1}, "seconds": 0, "score": 9},
            {"variable": "off_by_one", "answer": {"value": 1}, "seconds": -1},
            {"variable": ["off_by_one"], "answer": {"value": 1}, "seconds": 0},
            ["off_by_one", 1], 3, None, "✓ Right",
        ]
        for number in range(3, 64):
            for line in forged:
                try:
                    os.write(number, b"\\n" + json.dumps(line).encode() + b"\\n")
                except OSError:
                    pass
    """,
    "lines_that_are_hard_to_read": """
        import os
        deep = b"[" * 100_000
        odd = [deep, b'{"a":' * 5000, b"\\xff\\xfe\\x00", b'{"variable": NaN}', b"9" * 10**5,
               b'{"variable": "off_by_one", "variable": "off_by_one"}', b'{"trouble": 1}', b"x"]
        for number in range(3, 64):
            for line in odd:
                try:
                    os.write(number, b"\\n" + line)
                except OSError:
                    pass
    """,
}


def _patched(attack: str):
    return lambda world: half().first(world.code(attack))


for name, attack in PATCHES.items():
    cases.add(name, _patched(attack), "half")


@cases("half", "answered again")
def answers_given_twice(world: World) -> Notebook:
    """The right one is guessed after the wrong one was told: the first one counts."""
    return half().last(
        world.code(
            """
            import json, os, threading, time
            def forge():
                time.sleep(0.3)
                for name in ("used_by_updates", "lr_for_factor", "cost_of_zero"):
                    for answer in ({"value": 0.5}, {"value": "B"}):
                        line = {"variable": name, "answer": answer, "seconds": 0}
                        os.write(4, b"\\n" + json.dumps(line).encode() + b"\\n")
            threading.Thread(target=forge).start()
            class Slow:
                def __float__(self):
                    time.sleep(0.8)
                    return 0.2
            lr_for_factor = Slow()
            used_by_updates = [0.1, 0.2]
            """
        )
    )


@cases("wrong")
def guesses_for_every_question(world: World) -> Notebook:
    """Through the channel, before the worker says anything; what is guessed counts as answered."""
    return wrong().first(
        world.code(
            f"""
            import json, os
            for name in {list(POINTS)!r}:
                seen = {{"values": [0.25] * 12, "trouble": None, "message": ""}}
                answer = {{"observation": seen, "code": None}}
                line = {{"variable": name, "answer": answer, "seconds": 0}}
                os.write(4, b"\\n" + json.dumps(line).encode() + b"\\n")
            os._exit(0)
            """
        )
    )


@cases("wrong", wins=["ramp_from_zero"])
def right_numbers_through_the_channel(world: World) -> Notebook:
    """Whoever knows the numbers could have tabulated them: they count as his answer."""
    return wrong().first(
        world.code(
            """
            import json, os
            seen = {"values": [0, 0.2, 0.4, 0.6, 0.8] + [1] * 7, "trouble": None, "message": ""}
            answer = {"observation": seen, "code": None}
            line = {"variable": "ramp_from_zero", "answer": answer, "seconds": 0}
            os.write(4, b"\\n" + json.dumps(line).encode() + b"\\n")
            """
        )
    )


@cases("untouched", "wrote more than")
def channel_flooded(world: World) -> Notebook:
    """Nothing else can be heard of it, and what it floods costs nobody else."""
    return half().first(
        world.code(
            """
            import os
            for number in range(3, 256):
                try:
                    for _ in range(200):
                        os.write(number, b"x" * (1 << 20))
                except OSError:
                    pass
            """
        )
    )


@cases("untouched", "forged", "wrote more than")
def channel_flooded_with_lines(world: World) -> Notebook:
    return half().first(
        world.code(
            """
            import os
            while True:
                os.write(4, b'{"trouble": "forged"}\\n' * 1000)
            """
        )
    )


@cases("half")
def channel_closed_by_a_function(_: World) -> Notebook:
    source = "def off_by_one(epoch):\n    import os\n    os.closerange(0, 4096)\n    return 1.0"
    return half(off_by_one=source)


# Tools of the worker broken in the cell of one answer, behind it.
BROKEN = {
    "no_process_ever_ends": "import os\nos._exit = lambda code: None",
    "no_process_is_ever_made": "import os\nos.fork = lambda: 0",
    "every_process_has_another_id": "import itertools, os\nos.getpid = itertools.count().__next__",
    "no_json": "import json\njson.dumps = json.loads = lambda *_, **__: '{}'",
    "builtins_replaced": "import builtins\nbuiltins.float = builtins.abs = lambda *_: 0.08",
    "modules_forgotten": "import sys\nsys.modules.clear()",
    "imports_refused": (
        "import builtins\ndef refused(*_, **__):\n    raise SystemExit\n"
        "builtins.__import__ = refused"
    ),
    "audit_hook_that_exits": (
        "import os, sys\nsys.addaudithook(lambda event, _: event == 'os.fork' and os._exit(3))"
    ),
    "dead_children_ignored": "import signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "dead_children_taken_away": (
        "import os, signal\ndef take(*_):\n    os.waitpid(-1, os.WNOHANG)\n"
        "signal.signal(signal.SIGCHLD, take)"
    ),
    "pipes_that_are_none": "import os\nos.pipe = lambda: (0, 1)",
    "reads_that_lie": (
        "import os\nreally = os.read\nos.read = lambda *_: "
        '\'{"observation": {"values": [1.0]}, "code": null}\\n\'.encode()'
    ),
    "shell_replaced": "get_ipython().user_ns.clear()",
    "clock_stopped": "import time\ntime.monotonic = lambda: 'midnight'",
    "worker_patched": (
        "import sys\nmodule = sys.modules['warmup_lib.grading.worker']\n"
        "module.taken = module.rendered = lambda *_: {'value': 1.0}"
    ),
    "answering_patched": (
        "import sys\nmodule = sys.modules['warmup_lib.grading.answering']\n"
        "module._answer = module.rendered = lambda *_: {'value': 1.0}"
    ),
    "garbage_collector_walked": (
        "import gc\nfor found in gc.get_objects():\n    if isinstance(found, list):\n"
        "        try:\n            found.clear()\n        except BaseException:\n            pass"
    ),
}


def _broken(body: str):
    return lambda world: right(first_print=f"{RIGHT['first_print']}\n{body}")


def _half_broken(body: str):
    return lambda world: half().first(body)


# They win nothing, and cost nothing, this answer, or whatever the notebook breaks in itself.
COSTS_ITSELF = {"every_process_has_another_id", "no_json"}
COSTS_MORE = {
    "answering_patched",
    "builtins_replaced",
    "modules_forgotten",
    "imports_refused",
    "pipes_that_are_none",
    "shell_replaced",
    "worker_patched",
    "garbage_collector_walked",
}
for name, body in BROKEN.items():
    lost = ["first_print"] if name in COSTS_ITSELF else []
    cases.add(name, _broken(body), "right", loses=lost, is_exact=name not in COSTS_MORE)
    # The same among wrong answers.
    cases.add(f"{name}_by_one_who_knows_half", _half_broken(body), "half", is_exact=False)

# Values that would be equal to anything

_ALWAYS = """
class Always({of}):
    def __eq__(self, other):
        return True
    __ne__ = __lt__ = __gt__ = lambda *_: False
    __le__ = __ge__ = __contains__ = __bool__ = __eq__
    __sub__ = __rsub__ = __abs__ = __add__ = __mul__ = lambda self, *_: self
    __hash__ = lambda _: 0
"""


@cases("wrong")
def number_that_equals_everything(_: World) -> Notebook:
    always = _ALWAYS.format(of="float")
    answers = {name: f"{always}\n{name} = Always(7)" for name in ("first_print", "missing_cap")}
    function = f"{always}\ndef ramp_from_zero(update):\n    return Always(7)"
    return wrong(**answers, ramp_from_zero=function)


@cases("wrong")
def letter_that_equals_everything(_: World) -> Notebook:
    always = _ALWAYS.format(of="str")
    letters = ("nothing_trains", "cost_of_zero", "name_the_ramp")
    return wrong(**{name: f"{always}\n{name} = Always('A')" for name in letters})


@cases("wrong")
def number_that_changes_whenever_it_is_asked(_: World) -> Notebook:
    source = """
    class Moving:
        at = 0.0
        def __float__(self):
            Moving.at += 0.01
            return Moving.at
    first_print = Moving()
    """
    return wrong(first_print=source)


@cases("wrong")
def list_that_lies_about_itself(_: World) -> Notebook:
    source = """
    class Lying(list):
        __class__ = tuple
        def __len__(self):
            return 5
        def __iter__(self):
            return iter([...] * 5)
        def __getitem__(self, index):
            return 0.3
    used_by_updates = Lying()
    """
    return wrong(used_by_updates=source)


@cases("wrong")
def tensor_that_answers_for_torch(_: World) -> Notebook:
    source = """
    import torch
    class Any(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return True
    first_print = torch.zeros(1).as_subclass(Any)
    """
    return wrong(first_print=source)


@cases("wrong")
def not_a_number_and_infinity(_: World) -> Notebook:
    return wrong(
        first_print="first_print = float('nan')",
        missing_cap="missing_cap = float('inf')",
        lr_for_factor="lr_for_factor = True",
        used_by_updates="used_by_updates = [float('nan')] * 5",
        ramp_from_zero="def ramp_from_zero(update):\n    return float('nan')",
        off_by_one="def off_by_one(epoch):\n    return float('-inf')",
    )


@cases("wrong")
def value_that_is_code_when_it_is_copied(_: World) -> Notebook:
    source = """
    class Bomb:
        def __reduce__(self):
            return (exec, ("import os; os.system('touch /tmp/bomb')",))
        __reduce_ex__ = __getstate__ = __deepcopy__ = __reduce__
    first_print = Bomb()
    """
    return wrong(first_print=source)


@cases("wrong")
def value_that_exits_when_it_is_let_go(_: World) -> Notebook:
    source = """
    import os
    class Last:
        def __del__(self):
            os._exit(0)
        def __float__(self):
            return 7.0
    first_print = Last()
    """
    return wrong(first_print=source)


@cases("wrong")
def expected_value_looked_for_in_the_callers_frames(_: World) -> Notebook:
    look = """
    import sys
    frame = sys._getframe()
    while frame:
        for place in (frame.f_locals, frame.f_globals):
            for name in ("expected", "key", "reference", "solution", "wanted", "answer_key"):
                found = place.get(name)
                if isinstance(found, (int, float)):
                    return float(found)
                if callable(found):
                    return found(update)
        frame = frame.f_back
    return -1.0
    """
    body = indent(dedent(look).strip(), "    ")
    return wrong(
        ramp_from_zero=f"def ramp_from_zero(update):\n{body}",
        ramp_from_one_nth=f"def ramp_from_one_nth(update):\n{body}",
    )


@cases("wrong")
def reference_looked_for_among_all_objects(_: World) -> Notebook:
    source = """
    def ramp_from_zero(update):
        import gc, types
        for found in gc.get_objects():
            if isinstance(found, types.FunctionType) and found.__name__ in (
                "ramp_from_zero", "with_an_if", "reference"
            ) and found.__module__.startswith("warmup_lib"):
                return found(update)
        return -1.0
    """
    return wrong(ramp_from_zero=source)


@cases("wrong")
def observation_that_says_what_one_likes(_: World) -> Notebook:
    attack = """
    from warmup_lib.quiz.observation import Observation
    Observation.to_json = lambda self: {"values": [], "trouble": None, "message": "", "score": 16}
    Observation.passed = True
    """
    return wrong().first(attack)


@cases("wrong")
def answers_replaced_by_marks(_: World) -> Notebook:
    """A feedback of one's own, where an answer should be."""
    feedback = """
    from warmup_lib.quiz.feedback import Feedback, Outcome
    first_print = Feedback("lambda_lr/first_print", Outcome.PASSED, "Well done", 1000)
    """
    return wrong(first_print=feedback)
