"""Grading on dask's workers: the marks of the local engine, whatever becomes of a worker."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import dask
import pytest
from dask_programs import Cluster, a_cluster, wait
from hostile.watching import needs_bwrap
from programs import warmup

from warmup_lib import questions
from warmup_lib.grading.delivery import open_delivery
from warmup_lib.grading.engine_dask import BUNDLE, open_dask
from warmup_lib.grading.grade import Run, deliver
from warmup_lib.grading.handed_in import Piece
from warmup_lib.grading.intake import hand_ins
from warmup_lib.grading.jobs import Asking, Job, Limits
from warmup_lib.grading.sandbox import (
    Ended,
    Result,
    SandboxUnavailableError,
    open_sandbox,
)

if not sys.platform.startswith("linux"):
    pytest.skip("submissions are isolated on Linux only", allow_module_level=True)

QUIZ = "lambda_lr"
ROOT = Path(__file__).parents[2]
ONE = ("--no-nanny", "--nthreads", "1")
TWO = ("--no-nanny", "--nthreads", "2")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers, of one thread and of two."""
    with a_cluster(tmp_path_factory.mktemp("dask")) as cluster:
        cluster.worker(*ONE)
        cluster.worker(*TWO)
        yield cluster


def job(name: str, code: str) -> tuple[str, bytes, Limits]:
    """A job that runs code and tells what ``a`` is."""
    limits = Limits(seconds=60.0)
    made = Job([Piece("its only", dedent(code))], [Asking("a")], limits)
    return name, made.to_bytes(), limits


def numbered(count: int) -> Iterator[tuple[str, bytes, Limits]]:
    return (job(str(number), f"a = {number}") for number in range(count))


def value(result: Result) -> object:
    """What a job told of ``a``."""
    assert result.ended is Ended.DONE, result
    return json.loads(result.output.splitlines()[-1])["answer"]["value"]


def assert_each_once(results: list[tuple[str, Result]], count: int) -> None:
    assert sorted((name, value(result)) for name, result in results) == sorted(
        (str(number), number) for number in range(count)
    )


# --- A class -------------------------------------------------------------------------------------


def a_course(folder: Path, students: int) -> dict[str, float]:
    """A course with a class; the scores that it deserves."""
    for name in ("quizzes", "solutions"):
        shutil.copytree(ROOT / name / QUIZ, folder / name / QUIZ)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    released = json.loads((folder / f"quizzes/{QUIZ}/{QUIZ}.ipynb").read_text())
    bank = {question.variable: question for question in map(questions.load, questions.names(QUIZ))}
    deserved = {}
    for number in range(students):
        student = f"s{number:03d}"
        deserved[student] = 0.0
        for place, cell in enumerate(released["cells"]):
            if question := bank.get(cell["id"]):
                is_right = (place + number) % 3 > 0
                cell["source"] = question.solution() if is_right else question.starter()
                deserved[student] += question.points * is_right
        path = folder / "submitted" / student / QUIZ / f"{QUIZ}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(released))
    return deserved


@needs_bwrap
def test_a_class_has_the_marks_of_the_local_engine(cluster: Cluster, tmp_path: Path) -> None:
    deserved = a_course(tmp_path / "course", 8)
    shutil.copytree(tmp_path / "course", tmp_path / "same")
    far = warmup(
        tmp_path / "course",
        *("grade", QUIZ, "--json", "--engine", "dask", "--scheduler", cluster.address),
    )
    near = warmup(tmp_path / "same", "grade", QUIZ, "--json")
    assert (far.returncode, far.stderr) == (0, "")
    assert far.stdout == near.stdout
    told = json.loads(far.stdout)
    assert {row["student"]: row["score"] for row in told["students"]} == deserved
    assert told["sandboxed"] is True
    for student in deserved:
        kept = [
            {
                name: (each.feedback, each.observation)
                for name, each in Run(QUIZ, tmp_path / course).records.read(student).marked.items()
            }
            for course in ("course", "same")
        ]
        assert kept[0] == kept[1]
        assert (tmp_path / "course/feedback" / student / QUIZ / f"{QUIZ}.html").exists()


@needs_bwrap
def test_workers_that_are_killed_cost_nobody_anything(tmp_path: Path) -> None:
    deserved = a_course(tmp_path / "course", 14)
    course = tmp_path / "course"
    with a_cluster(tmp_path) as cluster:
        first, second = cluster.worker(*ONE), cluster.worker(*ONE)
        run = Run(QUIZ, course)
        told = []
        with (
            open_dask(cluster.address) as sandbox,
            open_delivery(None, course, QUIZ) as delivery,
        ):
            graded = deliver(run.grade(hand_ins(QUIZ, course), sandbox), delivery.write, at_once=1)
            told += itertools.islice(graded, 2)
            first.kill()
            told += itertools.islice(graded, 2)
            # Of what is left, all is done by one that was not there when it began.
            cluster.worker(*ONE)
            second.kill()
            told += graded
    assert sorted(each.record.student for each in told) == sorted(deserved)
    assert {each.record.student: each.record.score for each in told} == deserved
    assert all(each.record.troubles == () for each in told)
    assert {each.student: each.score for each in run.records.all()} == deserved
    assert delivery.refused == {}


# --- Jobs ----------------------------------------------------------------------------------------


@needs_bwrap
def test_no_more_is_taken_than_can_soon_be_run_and_what_is_out_is_dropped(
    cluster: Cluster,
) -> None:
    taken = []

    def jobs() -> Iterator[tuple[str, bytes, Limits]]:
        for each in numbered(1000):
            taken.append(each[0])
            yield each

    with open_dask(cluster.address) as sandbox:
        results = sandbox.run_all(jobs())
        next(results)
        assert len(taken) <= 2 * 3 * BUNDLE
        next(results)
        assert len(taken) <= (2 * 3 + 1) * BUNDLE
        results.close()
        wait(lambda: cluster.tasks() == 0, cluster.scheduler)
        large = job("large", "a = 1\n#" + "x" * (12 << 20))
        rest = dict(sandbox.run_all([large, *numbered(20)]))
        assert value(rest.pop("large")) == 1
        assert_each_once([*rest.items()], 20)


def test_a_result_that_is_lost_with_its_worker_is_made_again(tmp_path: Path) -> None:
    def is_all_done(dask_scheduler: Any) -> bool:
        return all(task.state == "memory" for task in dask_scheduler.tasks.values())

    with a_cluster(tmp_path) as cluster:
        worker = cluster.worker(*ONE)
        with open_dask(cluster.address, trusted=True) as sandbox:
            results = sandbox.run_all(numbered(4))
            told = [next(results)]
            wait(lambda: bool(cluster.ask(is_all_done)), worker)
            worker.kill()
            worker.wait()
            cluster.worker(*ONE)
            assert_each_once([*told, *results], 4)


@needs_bwrap
def test_threads_share_a_sandbox() -> None:
    """As the threads of a dask worker do."""
    with open_sandbox(2) as sandbox, ThreadPoolExecutor(4) as threads:

        def run(_: int) -> list[tuple[str, Result]]:
            return list(sandbox.run_all(numbered(8)))

        for results in threads.map(run, range(4)):
            assert_each_once(results, 8)


def test_a_job_that_kills_what_it_is_forked_from_costs_its_own_result(cluster: Cluster) -> None:
    killing = job("bad", "import os\nos.kill(os.getppid(), 9)")
    with open_dask(cluster.address, trusted=True) as sandbox:
        assert not sandbox.isolated
        results = dict(sandbox.run_all([*numbered(3), killing, *numbered(6)]))
        assert results.pop("bad").ended is Ended.DIED
        assert_each_once([*results.items()], 6)


def test_a_job_that_kills_its_dask_worker_costs_its_own_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    killing = job(
        "bad",
        """
        import os
        status = open(f"/proc/{os.getppid()}/status").read()
        os.kill(int(status.partition("PPid:")[2].split()[0]), 9)
        """,
    )
    # Each time that a worker starts again takes seconds.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        open_dask(None, 1, trusted=True) as sandbox,
    ):
        results = dict(sandbox.run_all([*numbered(1), killing, *numbered(3)]))
    assert results.pop("bad").ended is Ended.DIED
    assert_each_once([*results.items()], 3)


def test_workers_that_die_of_every_job_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "dying.py").write_text(
        "import os\nfrom warmup_lib.grading import dask_worker\n"
        "dask_worker.run = lambda *_: os._exit(1)\n"
    )
    with a_cluster(tmp_path, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as cluster:
        cluster.worker("--nthreads", "1", "--preload", str(tmp_path / "dying.py"))
        with (
            open_dask(cluster.address, trusted=True) as sandbox,
            pytest.raises(SandboxUnavailableError, match="die of every job"),
        ):
            list(sandbox.run_all(numbered(2)))


# --- What cannot be relied on --------------------------------------------------------------------


@contextmanager
def refused(says: str) -> Iterator[None]:
    with pytest.raises(SandboxUnavailableError, match=says):
        yield


def open_only(address: str | None, patience: float = 60.0) -> None:
    with open_dask(address, patience=patience):
        raise AssertionError("it was opened")


@needs_bwrap
def test_a_worker_without_bubblewrap_runs_nothing(cluster: Cluster, tmp_path: Path) -> None:
    with cluster.passing_worker(*ONE, PATH=str(tmp_path)), refused("bubblewrap, which is not inst"):
        open_only(cluster.address)


@needs_bwrap
def test_a_worker_that_joins_later_has_to_isolate_too(cluster: Cluster, tmp_path: Path) -> None:
    known = cluster.workers()
    with open_dask(cluster.address) as sandbox:
        assert_each_once(list(sandbox.run_all(numbered(2))), 2)
        with cluster.passing_worker(*ONE, PATH=str(tmp_path)):
            [late] = cluster.workers() - known
            with refused(f"on the worker {late}"):
                list(sandbox.run_all(numbered(10_000)))


def test_a_worker_with_another_torch_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "torch-0.4.dist-info").mkdir()
    (tmp_path / "torch-0.4.dist-info/METADATA").write_text("Name: torch\nVersion: 0.4\n")
    known = cluster.workers()
    with cluster.passing_worker(*ONE, PYTHONPATH=str(tmp_path)):
        [other] = cluster.workers() - known
        with refused(f"on the worker {other} .*: torch is 0.4, not .*; install there"):
            open_only(cluster.address)


def test_a_scheduler_that_goes_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    impatient = {"distributed.comm.timeouts.connect": "2s"}
    with dask.config.set(impatient), a_cluster(tmp_path) as cluster:
        with refused("no worker for 1 seconds; start some"):
            open_only(cluster.address, patience=1.0)
        cluster.worker(*ONE)
        with open_dask(cluster.address, trusted=True) as sandbox:
            results = sandbox.run_all(numbered(1000))
            next(results)
            cluster.scheduler.kill()
            with refused("connection to dask's scheduler was lost(.|\n)*type the same command"):
                list(results)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("tcp://127.0.0.1:1", "no dask scheduler at 'tcp://127.0.0.1:1'"),
        ("cluster", "missing port number"),
        ("tls://127.0.0.1:1", "has to name the certificates"),
    ],
)
def test_an_address_that_nobody_answers_is_refused(address: str, says: str) -> None:
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), refused(says):
        open_only(address)


def test_an_address_where_something_else_answers_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, refused("does not say what dask says"):
        open_only(f"tcp://127.0.0.1:{other.getsockname()[1]}", patience=1.0)


def test_where_dask_is_not_installed_it_says_how_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with refused(r"pip install 'warmup-lib\[cluster\]'"):
        open_only(None)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), "--scheduler is for --engine dask"),
        (
            ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", "--workers", "2"),
            "--workers is for those that are started here",
        ),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(
    tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    told = warmup(tmp_path, "grade", QUIZ, *options)
    assert told.returncode == 2
    assert says in told.stderr
