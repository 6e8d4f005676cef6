"""The worker: cells that fail, answers that take their process down, and all that stays out."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from forked_work import job_of, worked

from warmup_lib import questions
from warmup_lib.grading.handed_in import Piece
from warmup_lib.grading.jobs import Asking, Job, Limits, rest_of, retry_of
from warmup_lib.grading.replies import Died, Given, Missing, Reply, Seen, read
from warmup_lib.quiz.examine import observe
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.write import Write

FUNCTIONS = [n for n in questions.all_names() if isinstance(questions.load(n), Write)]
BUILDS = [
    (name, seed)
    for name in FUNCTIONS
    for seed in (None, *(("ada",) if questions.varies(name) else ()))
]
SHORT = Limits(cell_seconds=0.5, question_seconds=0.5)
RIGHT = "def right(t): return t / 2"
ASK_RIGHT = Asking("right", Factors(2))
SEEN_RIGHT = Observation((0.0, 0.5))


def reply_to(job: Job) -> Reply:
    return read(worked(job), job)


def ran(program: str, **settings: str) -> bytes:
    """What a program prints that a new Python runs."""
    environment = {**os.environ, **settings}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, stdout=subprocess.PIPE, env=environment, check=True, timeout=60
    ).stdout


def seen(answer: Any) -> Observation:
    assert isinstance(answer, Seen)
    return answer.observation


def test_answers_are_taken_where_cells_ran_and_one_that_raises_costs_no_other() -> None:
    pieces = [
        Piece("the set-up", "from warmup_lib import ask, check, hint, solution\ncheck('a/b')"),
        Piece("first", "first = 1 / 0\n", "first"),
        Piece("second", "%matplotlib inline\nsecond = [0.1, 2, ...]", "second"),
        Piece("right", f"!true\n{RIGHT}", "right"),
    ]
    reply = reply_to(
        job_of(pieces, Asking("first"), Asking("second"), ASK_RIGHT, Asking("nowhere"))
    )
    assert reply.troubles == ("cell first ends in an error: ZeroDivisionError: division by zero",)
    assert reply.answers["first"] == Missing(defined=True)
    assert reply.answers["second"] == Given([0.1, 2, {"is": "dots"}])
    assert seen(reply.answers["right"]) == SEEN_RIGHT
    assert reply.answers["nowhere"] == Missing(defined=False)
    assert reply.notes == ()


@pytest.mark.parametrize(
    ("cell", "trouble"),
    [
        ("while True: pass", "it was still running after 0.5 seconds"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def", "SyntaxError"),
        ("raise ValueError('x' * 10**6)", "ValueError: xxx"),
        ("raise type('\\n' * 10**5, (Exception,), {})", ""),
        ("import os; os.write(2, b'') ; print('x' * 10**7); 1/0", "ZeroDivisionError"),
    ],
)
def test_a_cell_that_does_not_end_well_is_told_in_bounded_text(cell: str, trouble: str) -> None:
    reply = reply_to(job_of([Piece("bad", cell), Piece("r", RIGHT)], ASK_RIGHT, limits=SHORT))
    assert seen(reply.answers["right"]) == SEEN_RIGHT
    assert trouble in reply.troubles[0]
    assert len(reply.troubles[0]) <= 2000


BODIES = {
    "os._exit": ("os._exit(0)", "exit status 0"),
    "a crash": ("ctypes.string_at(0)", "SIGSEGV"),
    "a kill": ("os.kill(os.getpid(), 9)", "SIGKILL"),
    "an abort": ("os.abort()", "SIGABRT"),
    "endless recursion": (
        "sys.setrecursionlimit(10**9); f = lambda *_: sorted([1, 2], key=f); f()",
        "SIGSEGV",
    ),
    "closed descriptors": ("os.closerange(0, 256)", ""),
}


@pytest.mark.parametrize("body", BODIES)
def test_an_answer_that_takes_its_process_down_costs_itself_alone(body: str) -> None:
    source = f"import ctypes, os, sys\ndef bad(t):\n    {BODIES[body][0]}\n    return t\n{RIGHT}"
    reply = reply_to(job_of(source, Asking("bad", Factors(2)), ASK_RIGHT))
    answer = reply.answers["bad"]
    assert isinstance(answer, Died)
    assert BODIES[body][1] in answer.how
    assert seen(reply.answers["right"]) == SEEN_RIGHT


STUCK = {
    "a loop": "while True: pass",
    "a loop that swallows": "while True:\n        try:\n            while True: pass\n"
    "        except BaseException: pass",
    "all signals ignored": "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n"
    "    while True: pass",
    "the alarm turned off": "signal.setitimer(signal.ITIMER_REAL, 0)\n    while True: pass",
    "its output held open": "os.fork() or time.sleep(60)\n    while True: time.sleep(1)",
}


@pytest.mark.parametrize("body", STUCK)
def test_an_answer_that_never_ends_is_ended(body: str) -> None:
    source = f"import os, signal, time\ndef bad(t):\n    {STUCK[body]}\n{RIGHT}"
    start = time.monotonic()
    reply = reply_to(job_of(source, Asking("bad", Factors(2)), ASK_RIGHT, limits=SHORT))
    assert time.monotonic() - start < 5
    assert seen(reply.answers["bad"]).trouble == "timed out"
    assert "still running after 0.5 seconds" in seen(reply.answers["bad"]).message
    assert seen(reply.answers["right"]) == SEEN_RIGHT


def test_an_answer_that_forks_answers_once_and_an_interrupt_ends_nothing() -> None:
    source = (
        "import os\ndef forks(t):\n    os.fork()\n    return t\n"
        f"def interrupts(t): raise KeyboardInterrupt\n{RIGHT}"
    )
    exercise = Factors(2)
    reply = reply_to(
        job_of(source, Asking("forks", exercise), Asking("interrupts", exercise), ASK_RIGHT)
    )
    assert seen(reply.answers["forks"]).values == (0.0, 1.0)
    assert seen(reply.answers["interrupts"]).trouble == "raised"
    assert seen(reply.answers["right"]) == SEEN_RIGHT
    assert reply.notes == ()


def test_answers_share_a_process_until_one_does_not_end_well() -> None:
    source = "import os\ndef raises(t): return 1 / 0\n"
    names = ["first", "second", "raises", "third", "fourth"]
    for name in set(names) - {"raises"}:
        source += f"def {name}(t): return os.getpid()\n"
    reply = reply_to(job_of(source, *(Asking(name, Factors(2)) for name in names)))
    first, second, _, third, fourth = (seen(reply.answers[name]).values for name in names)
    assert seen(reply.answers["raises"]).trouble == "raised"
    assert first == second
    assert third == fourth
    assert first != third


@pytest.mark.parametrize(
    "keeps",
    [
        "count = 0\ndef {0}(t):\n    global count\n    count += 1\n    return count",
        "seen = []\ndef {0}(t):\n    seen.append(t)\n    return len(seen)",
        "def {0}(t, seen={{}}):\n    seen[t] = t\n    return len(seen)",
    ],
)
def test_what_an_answer_counts_no_other_sees(keeps: str) -> None:
    source = "\n".join(keeps.format(name) for name in ("first", "second"))
    reply = reply_to(job_of(source, Asking("first", Factors(3)), Asking("second", Factors(3))))
    assert seen(reply.answers["first"]) == seen(reply.answers["second"])


@pytest.mark.parametrize(("kills", "answered"), [(2, True), (3, False)])
def test_an_answer_that_is_killed_twice_is_tried_again(
    kills: int, answered: bool, tmp_path: Path
) -> None:
    source = (
        "import os, pathlib\ndef killed(t):\n"
        f"    for number in range({kills}):\n"
        f"        mark = pathlib.Path({str(tmp_path)!r}, str(number))\n"
        "        if not mark.exists():\n"
        f"            mark.touch()\n            os.kill(os.getpid(), 9)\n    return t\n{RIGHT}"
    )
    reply = reply_to(job_of(source, Asking("killed", Factors(2)), ASK_RIGHT))
    answer = reply.answers["killed"]
    if answered:
        assert seen(answer).values == (0.0, 1.0)
    else:
        assert answer == Died("it was ended by SIGKILL")
    assert seen(reply.answers["right"]) == SEEN_RIGHT


LEFT_BEHIND = {
    "an end that is near": (
        "threading.Timer(0.2, os._exit, [0]).start()",
        "time.sleep(0.4 * (t == 1))",
    ),
    "no signals": ("signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))", "pass"),
    "no descriptors for more": ("resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))", "os.pipe()"),
}


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_what_an_answer_leaves_behind_costs_no_other(what: str) -> None:
    leaves, next_does = LEFT_BEHIND[what]
    source = (
        "import os, resource, signal, threading, time\n"
        f"def leaves(t):\n    {leaves}\n    return t\n"
        f"def next_one(t):\n    {next_does}\n    return t / 2\n"
        f"def never_ends(t):\n    while True: pass\n{RIGHT}"
    )
    asked = [Asking(name, Factors(2)) for name in ("leaves", "next_one", "never_ends")]
    reply = reply_to(job_of(source, *asked, ASK_RIGHT, limits=SHORT))
    assert seen(reply.answers["leaves"]).values == (0.0, 1.0)
    assert seen(reply.answers["next_one"]) == SEEN_RIGHT
    assert seen(reply.answers["never_ends"]).trouble == "timed out"
    assert seen(reply.answers["right"]) == SEEN_RIGHT


def test_a_cell_that_forks_leaves_one_process_to_answer() -> None:
    reply = reply_to(job_of(f"import os\nos.fork()\n{RIGHT}", ASK_RIGHT))
    assert seen(reply.answers["right"]) == SEEN_RIGHT
    assert reply.notes == ()


def test_an_answer_that_floods_the_channel_reaches_it_not() -> None:
    source = (
        "import os\ndef floods(t):\n    for d in range(3, 256):\n"
        "        try: os.write(d, b'x' * 10**6)\n        except OSError: pass\n"
        f"    return t\n{RIGHT}"
    )
    reply = reply_to(job_of(source, Asking("floods", Factors(2)), ASK_RIGHT))
    assert isinstance(reply.answers["floods"], Died)
    assert seen(reply.answers["right"]) == SEEN_RIGHT


def test_threads_and_many_of_torchs_do_not_hang_an_answer() -> None:
    cell = """
import threading, torch
torch.set_num_threads(4)
a = torch.randn(300, 300, requires_grad=True)
(a @ a).sum().backward()
def spin():
    while True: pass
for _ in range(4): threading.Thread(target=spin, daemon=True).start()
def right(t):
    a = torch.randn(300, 300, requires_grad=True)
    (a @ a).sum().backward()
    return t / 2
"""
    job = job_of(cell, ASK_RIGHT)
    program = f"""
import os
from warmup_lib.grading import worker
worker.prepare()
if os.fork() == 0:
    try:
        worker.work_on({job.to_bytes()!r}, lambda data: os.write(1, data))
    finally:
        os._exit(0)
os.wait()
"""
    reply = read(ran(program, OMP_NUM_THREADS="1"), job)
    assert seen(reply.answers["right"]) == SEEN_RIGHT


def test_too_long_an_answer_is_not_passed_on() -> None:
    source = "too_long = [['x' * 1000 for _ in range(900)] for _ in range(900)]"
    assert isinstance(reply_to(job_of(source, Asking("too_long"))).answers["too_long"], Died)


@pytest.mark.parametrize("cell", ["os._exit(0)", "ctypes.string_at(0)", "os.closerange(0, 256)"])
def test_after_the_cells_process_died_each_question_is_asked_alone(cell: str) -> None:
    pieces = [
        Piece("the set-up", "import ctypes, os"),
        Piece("added", "half = 2"),
        Piece("bad", f"bad = 1\n{cell}", "bad"),
        Piece("right", "def right(t): return t / half", "right"),
        Piece("added below", "os._exit(0)"),
    ]
    job = job_of(pieces, Asking("bad"), ASK_RIGHT)
    reply = reply_to(job)
    assert reply.unanswered(job) == ["bad", "right"]
    for variable in reply.unanswered(job):
        reply = reply.with_later(reply_to(retry_of(job, variable, 60.0)))
    assert seen(reply.answers["right"]) == SEEN_RIGHT
    assert reply.unanswered(job) == ["bad"]


@pytest.mark.parametrize("cell", ["os._exit(0)", "ctypes.string_at(0)", "os.closerange(0, 256)"])
def test_without_the_cell_that_ended_it_the_others_are_run_with_all_their_helpers(
    cell: str,
) -> None:
    pieces = [
        Piece("the set-up", "import ctypes, os"),
        Piece("first", "first = 1\ndef half(t): return t / 2", "first"),
        Piece("bad", f"bad = 1\n{cell}", "bad"),
        Piece("right", "def right(t): return half(t)", "right"),
    ]
    job = job_of(pieces, Asking("first"), Asking("bad"), ASK_RIGHT)
    reply = reply_to(job)
    assert reply.begun == 2
    rest = rest_of(job, reply.unanswered(job), 5.0, without=reply.begun)
    assert [each.variable for each in rest.asked] == ["first", "right"]
    assert rest.limits.seconds == 5.0
    later = reply_to(rest)
    assert later.begun == len(rest.pieces) == 3
    assert seen(later.answers["right"]) == SEEN_RIGHT
    assert later.answers["first"] == Given(1)


def test_a_retry_has_the_question_and_what_belongs_to_none() -> None:
    pieces = [Piece("1", ""), Piece("2", "", "a"), Piece("3", ""), Piece("4", "", "b")]
    job = job_of([*pieces, Piece("5", "")], Asking("a"), Asking("b"), Asking("c"))
    names = {v: [p.name for p in retry_of(job, v, 60.0).pieces] for v in ("a", "b", "c")}
    assert names == {"a": ["1", "2"], "b": ["1", "3", "4"], "c": ["1", "3", "5"]}
    assert [each.variable for each in retry_of(job, "a", 60.0).asked] == ["a"]
    with pytest.raises(ValueError, match="one that the job asks for, got 'd'"):
        retry_of(job, "d", 60.0)
    seconds = [retry_of(job, "a", most).limits.seconds for most in (60.0, 7.5)]
    assert seconds == [2 * job.limits.cell_seconds + job.limits.question_seconds, 7.5]


def test_nothing_of_the_bank_is_imported_where_answers_are_taken() -> None:
    exercises = [pickle.dumps(questions.load(*build).exercise) for build in BUILDS]
    program = f"""
import pickle, sys
from warmup_lib.grading import worker
for exercise in {exercises!r}:
    pickle.loads(exercise)
bank = ("warmup_lib.questions", "warmup_lib.asked", "warmup_lib.answers", "warmup_lib.learn")
print([name for name in sys.modules if name.startswith(bank)])
"""
    assert ran(program) == b"[]\n"


@pytest.mark.parametrize(("name", "seed"), BUILDS)
def test_an_exercise_is_the_same_once_it_was_sent(name: str, seed: str | None) -> None:
    question = questions.load(name, seed)
    assert isinstance(question, Write)
    wider = replace(question, exercise=question.exercise.wider())
    for sender in (question, wider):
        sent = replace(sender, exercise=pickle.loads(pickle.dumps(sender.exercise)))
        assert sent.labels == sender.labels
        for answer in (question.answer, question.misconceptions[-1].model):
            assert observe(sent, answer) == observe(sender, answer)


def test_the_digest_of_code_is_the_same_in_every_process() -> None:
    program = """
from warmup_lib.quiz.write import code_digest
def f(t):
    "Some text."
    return [x in {"a", "b", "c", 1} for x in (t, 1.0, "x")]
print(code_digest(f))
"""
    digests = {ran(program, PYTHONHASHSEED=seed) for seed in ("1", "2", "3")}
    assert len(digests) == 1
    assert len(digests.pop()) == 65


def test_what_is_not_answered_in_time_is_told_by_the_process_that_waits() -> None:
    source = "import signal, time\nclass Slow:\n    def __repr__(self):\n"
    source += "        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64)); time.sleep(60)\n"
    job = job_of(source + "slow = Slow()", Asking("slow"), limits=SHORT)
    assert seen(reply_to(job).answers["slow"]).trouble == "timed out"


def test_the_worker_says_json_lines_and_nothing_else() -> None:
    output = worked(job_of(f"print('x')\n{RIGHT}\n1 / 0", ASK_RIGHT, Asking("none")))
    lines = [json.loads(line) for line in output.splitlines() if line]
    assert [sorted(line) for line in lines] == [
        ["begins"],
        ["trouble"],
        ["begins"],
        ["answer", "seconds", "variable"],
        ["answer", "seconds", "variable"],
    ]


def test_getting_ready_imports_what_a_submission_needs() -> None:
    program = """
import sys
from warmup_lib.grading import worker
worker.prepare()
assert "torch._dynamo" in sys.modules or "torch.optim" in sys.modules
assert "IPython.core.interactiveshell" in sys.modules
before = set(sys.modules)
from warmup_lib.cells import fresh_shell, run_cell
with fresh_shell() as shell:
    assert run_cell(shell, "import torch\\n1 / 0", 5.0) == "ZeroDivisionError: division by zero"
print(len(set(sys.modules) - before))
"""
    assert int(ran(program)) < 10
