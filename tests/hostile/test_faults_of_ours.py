"""Whatever ends or hinders a run: run again, it loses nothing and counts nothing twice.

How often something is killed is ``WARMUP_KILL_ROUNDS``.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

from hostile.making import POINTS, QUIZ, ROOT, Notebook, half, right, wrong
from hostile.making import UNTOUCHED as STARTERS
from hostile.watching import below, needs_bwrap, processes
from warmup_lib import cli
from warmup_lib.grading import gradebook, sandbox
from warmup_lib.grading.answering import KILLS
from warmup_lib.grading.places import delivered_list, records_folder
from warmup_lib.grading.records import Records
from warmup_lib.grading.sandbox.results import Result

pytestmark = needs_bwrap

ROUNDS = int(os.environ.get("WARMUP_KILL_ROUNDS", "50"))
LIMITS = {"seconds": "8", "cell_seconds": "1", "question_seconds": "1"}
COMMAND = [
    *("grade", QUIZ, "--workers", "2", "--json"),
    *(word for name, value in LIMITS.items() for word in ("--limit", f"{name}={value}")),
]
SLOW = "import time\ntime.sleep(0.3)"
SOME_UNREADABLE, NOT_ISOLATED = 1, 4


def hand_in(course: Path) -> Path:
    """A course with a class of twelve, one of whom loops, and one handed in no notebook."""
    for name in ("quizzes", "solutions"):
        shutil.copytree(ROOT / name / QUIZ, course / name / QUIZ)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    class_ = {
        **{f"right{number}": right().first(SLOW).as_bytes() for number in range(4)},
        **{f"wrong{number}": wrong().first(SLOW).as_bytes() for number in range(3)},
        **{f"half{number}": half().first(SLOW).as_bytes() for number in range(2)},
        "untouched": Notebook(STARTERS).as_bytes(),
        "loops": right(first_print="while True: pass").as_bytes(),
        "unreadable": b"no notebook",
    }
    for student, data in class_.items():
        folder = course / "submitted" / student / QUIZ
        folder.mkdir(parents=True)
        (folder / f"{QUIZ}.ipynb").write_bytes(data)
    return course


Scores = dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class Kept:
    """What a run has left on the disk, without times."""

    outcomes: dict[str, dict[str, str]]
    gradebook: Scores
    files: frozenset[str]


def kept(course: Path) -> Kept:
    """What there is; everything must be whole, and nothing twice."""
    records = Records(records_folder(course, QUIZ)).all()
    outcomes = {
        record.student: {name: each.feedback.outcome.value for name, each in record.marked.items()}
        for record in records
    }
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = database.execute(
            """
            SELECT submitted_assignment.student_id, base_cell.name, auto_score
            FROM grade
            JOIN base_cell ON base_cell.id = grade.cell_id
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
            """
        ).fetchall()
        [(submissions,)] = database.execute("SELECT count(*) FROM submitted_assignment")
    scores: Scores = {}
    for student, cell, score in found:
        assert cell not in scores.setdefault(student, {}), "a score is there twice"
        scores[student][cell] = score
    assert submissions == len(scores)
    assert len(found) == len(scores) * len(POINTS)
    files = {
        str(path.relative_to(course))
        for name in ("autograded", "feedback")
        for path in (course / name).rglob("*")
        if path.is_file()
    }
    return Kept(outcomes, scores, frozenset(files))


def start(course: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "warmup_lib.cli", *COMMAND],
        cwd=course,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finished(process: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    """The rows of a run that came to its end."""
    out, errors = process.communicate(timeout=120)
    assert process.returncode == SOME_UNREADABLE, errors.decode()
    rows: list[dict[str, Any]] = json.loads(out)["students"]
    return rows


@dataclass(frozen=True)
class Undisturbed:
    """A run that nothing happens to, and the replies of its sandbox."""

    course: Path
    kept: Kept
    results: dict[str, Result]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    course = tmp_path_factory.mktemp("undisturbed")
    hand_in(course)
    results: dict[str, Result] = {}

    @contextmanager
    def noting(**how: Any) -> Iterator[Any]:
        with really(**how) as opened:

            def run_all(jobs: Any) -> Iterator[tuple[str, Result]]:
                for name, result in opened.run_all(jobs):
                    results[name] = result
                    yield name, result

            yield mock.Mock(isolated=True, run_all=run_all)

    really = sandbox.open_sandbox
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "open_sandbox", noting)
        patch.chdir(course)
        assert cli.main(COMMAND) == SOME_UNREADABLE
    return Undisturbed(course, kept(course), results)


# Killed at any point


def test_a_run_that_is_killed_goes_on_where_it_was(
    undisturbed: Undisturbed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    courses, counts = 0, dict.fromkeys(VICTIMS, 0)
    while sum(counts.values()) < ROUNDS:
        courses += 1
        course = hand_in(tmp_path / str(courses))
        rows = killed_until_it_ends(course, counts, chance)
        assert len({row["student"] for row in rows}) == len(rows) == 12
        assert kept(course) == undisturbed.kept
    # Run again, there is nothing left to do.
    before = modified(course)
    assert not any(row["is_new"] for row in finished(start(course)))
    assert modified(course) == before
    with capsys.disabled():
        killed = ", ".join(f"{number} of a {victim}" for victim, number in counts.items())
        print(f"\nkills: {killed}; in {courses} classes, seed {seed}")


VICTIMS = ("coordinator", "parent", "job")


def killed_until_it_ends(
    course: Path, counts: dict[str, int], chance: random.Random
) -> list[dict[str, Any]]:
    """Run, kill and run again until a run comes to its end; gives what that run says."""
    process, jobs_killed = start(course), 0
    while True:
        victim = chance.choice([*VICTIMS, "job", "job"])
        if victim == "job" and jobs_killed == KILLS:
            # A submission that is killed again and again is taken to do it itself.
            victim = "coordinator"
        is_enough = sum(counts.values()) >= ROUNDS
        if not is_enough and wait_for_a_point(process, course, victim, chance):
            was_there = kill_one(process, victim, chance)
            counts[victim] += was_there
            jobs_killed += was_there and victim == "job"
            if process.poll() is None and victim != "coordinator":
                continue
        if victim != "coordinator" or is_enough or process.poll() is None:
            out, errors = process.communicate(timeout=120)
            assert_nothing_runs(process.pid)
            if process.returncode == SOME_UNREADABLE:
                return json.loads(out)["students"]
            # Where a parent was killed before it served, the run says so and is to be run again.
            assert process.returncode in (NOT_ISOLATED, -signal.SIGKILL), errors.decode()
        process.communicate()
        assert_nothing_runs(process.pid)
        whole_so_far(course)
        process, jobs_killed = start(course), 0


def wait_for_a_point(
    process: subprocess.Popen[bytes], course: Path, victim: str, chance: random.Random
) -> bool:
    """Wait for any point of a run, more often where there are jobs; false at its end."""
    if victim != "job" and chance.random() < 0.2:
        time.sleep(chance.uniform(0, 5))
        return process.poll() is None
    folder = records_folder(course, QUIZ)
    more = 0 if victim == "job" else chance.choice([0, 1, 2, 4])
    wanted = min(12, len(list(folder.glob("*.json"))) + more)
    while process.poll() is None:
        if len(list(folder.glob("*.json"))) >= wanted and jobs_of(process):
            time.sleep(chance.uniform(0, 0.2))
            return process.poll() is None
        if wanted == 12 and len(list(folder.glob("*.json"))) == 12:  # It delivers, or is about to.
            time.sleep(chance.uniform(0, 1))
            return process.poll() is None
        time.sleep(0.01)
    return False


def jobs_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes of jobs: those that were forked from a parent."""
    seen = processes()
    forked = {pid for pid, _ in below(process.pid) if is_python(pid)}
    return sorted(pid for pid in forked if pid in seen and seen[pid][0] in forked)


def is_python(pid: int) -> bool:
    words = command_of(pid).split(b"\0")
    return b"warmup_lib.grading.sandbox.parent" in words and b"bwrap" not in words[0]


def kill_one(process: subprocess.Popen[bytes], victim: str, chance: random.Random) -> bool:
    """Kill the coordinator, the parent of the jobs or what that runs in, or a job."""
    jobs = jobs_of(process)
    others = [pid for pid, _ in below(process.pid) if pid not in jobs]
    chosen = {"coordinator": [process.pid], "parent": others, "job": jobs}[victim]
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(chance.choice(sorted(chosen)), signal.SIGKILL)
        return True
    return False


def command_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def assert_nothing_runs(session: int) -> None:
    """What a run has started is in its session or below; both must be empty."""
    until = time.monotonic() + 10
    while left := _in_session(session):
        assert time.monotonic() < until, [command_of(pid)[:100] for pid in left]
        time.sleep(0.05)


def _in_session(session: int) -> list[int]:
    found = []
    for pid, (parent, _) in processes().items():
        with contextlib.suppress(OSError):
            if os.getsid(pid) == session or parent == session:
                found.append(pid)
    return found


def whole_so_far(course: Path) -> None:
    """What is there at any time can be read."""
    Records(records_folder(course, QUIZ)).all()
    for path in course.glob("autograded/*/*/*.ipynb"):
        json.loads(path.read_text(encoding="utf-8"))
    for path in course.glob("feedback/*/*/*.html"):
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    if (course / "gradebook.db").exists():
        with closing(sqlite3.connect(course / "gradebook.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def modified(course: Path) -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns
        for name in ("grading", "autograded", "feedback")
        for path in (course / name).rglob("*")
        if path.is_file()
    }


# Hindered. The replies of the sandbox are those of the undisturbed run.


@dataclass
class Grading:
    """A fresh course, and the command in it."""

    course: Path
    undisturbed: Undisturbed
    ran: list[str]
    capsys: pytest.CaptureFixture[str]

    def __call__(self) -> int:
        self.ran.clear()
        self.capsys.readouterr()
        return cli.main(COMMAND)

    @property
    def said(self) -> str:
        return self.capsys.readouterr().err

    def is_complete(self) -> bool:
        return kept(self.course) == self.undisturbed.kept


@pytest.fixture
def grading(
    undisturbed: Undisturbed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Grading:
    ran: list[str] = []

    def run_all(jobs: Any) -> Iterator[tuple[str, Result]]:
        for name, _, _ in jobs:
            ran.append(name)
            yield name, undisturbed.results[name]

    @contextmanager
    def replaying(*, meanwhile: Callable[[], object], **_: object) -> Iterator[Any]:
        meanwhile()
        yield mock.Mock(isolated=True, run_all=run_all)

    course = hand_in(tmp_path / "course")
    monkeypatch.setattr(sandbox, "open_sandbox", replaying)
    monkeypatch.chdir(course)
    return Grading(course, undisturbed, ran, capsys)


@contextmanager
def mounted(at: Path, *options: str) -> Iterator[Callable[..., None]]:
    """A file system at a folder; gives a way to mount it in another way."""
    at.mkdir(parents=True, exist_ok=True)

    def mount(*arguments: str) -> None:
        subprocess.run(["mount", *arguments, str(at)], check=True, capture_output=True)

    try:
        mount(*options)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"nothing can be mounted here, which takes root: {error}")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


PLACES = {"records": f"grading/{QUIZ}/records", "notebooks": "autograded", "pages": "feedback"}


@pytest.mark.parametrize(
    ("place", "size"),
    [("records", "8k"), ("records", "48k"), ("notebooks", "48k"), ("pages", "48k")],
)
def test_a_full_disk_stops_the_run_and_loses_nothing(
    grading: Grading, place: str, size: str
) -> None:
    at = grading.course / PLACES[place]
    with mounted(at, "-t", "tmpfs", "-o", f"size={size}", "full") as mount:
        assert grading() == cli.FILE_TROUBLE
        said = grading.said
        assert "No space left" in said or "no space left" in said, said
        Records(records_folder(grading.course, QUIZ)).all()
        mount("-o", "remount,size=64m")
        assert grading() == SOME_UNREADABLE, grading.said
        assert grading.is_complete()


@pytest.mark.parametrize("size", ["128k", "450k"])
def test_a_full_disk_under_the_gradebook_leaves_it_whole(
    grading: Grading, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = grading.course / "database"
    monkeypatch.setattr(sys.modules[__name__], "COMMAND", [*COMMAND, "--db", _url(at)])
    with mounted(at, "-t", "tmpfs", "-o", f"size={size}", "full") as mount:
        assert grading() == cli.FILE_TROUBLE
        said = grading.said
        assert "full" in said or "space" in said or "disk" in said, said
        kept_already = {
            each.student for each in Records(records_folder(grading.course, QUIZ)).all()
        }
        assert kept_already or size == "128k"
        mount("-o", "remount,size=64m")
        assert grading() == SOME_UNREADABLE, grading.said
        assert not kept_already & {*grading.ran}
        shutil.copy(at / "gradebook.db", grading.course / "gradebook.db")
        assert grading.is_complete()


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/gradebook.db"


@pytest.mark.parametrize("place", PLACES)
def test_a_folder_that_may_not_be_written_stops_the_run(grading: Grading, place: str) -> None:
    """Also root may not: it is another file system, read-only."""
    at = grading.course / PLACES[place]
    with mounted(at, "-t", "tmpfs", "-o", "ro", "sealed") as mount:
        assert grading() == cli.FILE_TROUBLE
        assert "ead-only file system" in grading.said
        mount("-o", "remount,rw")
        assert grading() == SOME_UNREADABLE, grading.said
        assert grading.is_complete()


def test_a_gradebook_that_may_not_be_written_keeps_the_records(
    grading: Grading, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = grading.course / "database"
    monkeypatch.setattr(sys.modules[__name__], "COMMAND", [*COMMAND, "--db", _url(at)])
    with mounted(at, "-t", "tmpfs", "-o", "ro", "sealed") as mount:
        assert grading() == cli.FILE_TROUBLE
        assert "gradebook" in grading.said
        mount("-o", "remount,rw")
        assert grading() == SOME_UNREADABLE, grading.said
        shutil.copy(at / "gradebook.db", grading.course / "gradebook.db")
        assert grading.is_complete()


@pytest.mark.parametrize("seconds", [1.5, 20.0])
def test_a_locked_gradebook_is_waited_for(grading: Grading, seconds: float) -> None:
    assert grading() == SOME_UNREADABLE
    shutil.rmtree(grading.course / "grading")
    with locked(grading.course / "gradebook.db", seconds):
        began = time.monotonic()
        assert grading() == SOME_UNREADABLE, grading.said
        assert time.monotonic() - began > seconds - 1
    assert grading.is_complete()


def test_a_gradebook_that_stays_locked_keeps_the_records(
    grading: Grading, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert grading() == SOME_UNREADABLE
    delivered_list(grading.course, QUIZ).unlink()
    monkeypatch.setitem(gradebook.open_gradebook.__wrapped__.__kwdefaults__, "wait", 0.5)
    with locked(grading.course / "gradebook.db", 30.0):
        assert grading() == cli.FILE_TROUBLE
        assert "locked" in grading.said
    assert grading() == SOME_UNREADABLE, grading.said
    assert grading.ran == []
    assert grading.is_complete()


@contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Something else writes to the gradebook for so long, or until the block is left."""
    held, ends = threading.Event(), threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            held.set()
            ends.wait(seconds)
            database.execute("ROLLBACK")

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        yield
    finally:
        ends.set()
        thread.join()


@pytest.mark.parametrize("step", [-(10**8), 10**8])
def test_a_clock_that_jumps_changes_no_mark(
    grading: Grading, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    really, calls = time.time, [0]

    def jumping() -> float:
        calls[0] += 1
        return really() + (step if calls[0] % 2 else 0)

    monkeypatch.setattr(time, "time", jumping)
    assert grading() == SOME_UNREADABLE
    assert grading.is_complete()
    assert grading() == SOME_UNREADABLE
    assert grading.ran == []


def test_a_record_that_a_crash_of_the_machine_cut_short_is_made_anew(grading: Grading) -> None:
    assert grading() == SOME_UNREADABLE
    records = Records(records_folder(grading.course, QUIZ))
    records.path("right0").write_bytes(b"")
    whole = records.path("wrong0").read_bytes()
    records.path("wrong0").write_bytes(whole[: len(whole) // 2])
    assert grading() == SOME_UNREADABLE
    assert sorted(grading.ran) == ["right0", "wrong0"]
    assert grading.is_complete()


def test_a_list_of_what_was_delivered_that_is_cut_short_costs_a_delivery(grading: Grading) -> None:
    assert grading() == SOME_UNREADABLE
    path = delivered_list(grading.course, QUIZ)
    path.write_bytes(path.read_bytes()[:-20])
    assert grading() == SOME_UNREADABLE
    assert grading.ran == []
    assert grading.is_complete()


@pytest.mark.parametrize("lost", ["gradebook.db", "autograded", "feedback/right0"])
def test_what_was_deleted_of_the_results_is_written_again(grading: Grading, lost: str) -> None:
    assert grading() == SOME_UNREADABLE
    path = grading.course / lost
    path.unlink() if path.is_file() else shutil.rmtree(path)
    assert grading() == SOME_UNREADABLE
    assert grading.ran == []
    assert grading.is_complete()


def test_a_gradebook_with_other_scores_such_as_an_older_copy_is_put_right(
    grading: Grading,
) -> None:
    assert grading() == SOME_UNREADABLE
    with closing(sqlite3.connect(grading.course / "gradebook.db")) as database, database:
        database.execute("UPDATE grade SET auto_score = auto_score / 2")
    assert not grading.is_complete()
    assert grading() == SOME_UNREADABLE
    assert grading.ran == []
    assert grading.is_complete()


def test_another_gradebook_gets_all_the_scores_too(
    grading: Grading, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert grading() == SOME_UNREADABLE
    other = grading.course / "other.db"
    monkeypatch.setattr(sys.modules[__name__], "COMMAND", [*COMMAND, "--db", f"sqlite:///{other}"])
    assert grading() == SOME_UNREADABLE
    assert grading.ran == []
    other.replace(grading.course / "gradebook.db")
    assert grading.is_complete()


def test_a_student_whom_nbgrader_cannot_keep_is_told_each_time(grading: Grading) -> None:
    submitted = grading.course / "submitted"
    shutil.copytree(submitted / "right0", submitted / "right,0")
    grading.undisturbed.results["right,0"] = grading.undisturbed.results["right0"]
    for _ in range(2):
        assert grading() == SOME_UNREADABLE
        rows = json.loads(grading.capsys.readouterr().out)["students"]
        [row] = [row for row in rows if row["student"] == "right,0"]
        assert "the id contains ','" in row["reason"]
    assert grading.ran == []
