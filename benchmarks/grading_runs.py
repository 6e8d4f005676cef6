"""Grading made-up classes with the command, and what that takes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from made_up_class import ROOT, hand_in

QUIZ = "lambda_lr"
EVERY = 0.25


@dataclass(frozen=True)
class Measured:
    """One run of a command.

    Attributes:
        seconds: from its start to its end.
        coordinator: the highest resident memory of the process itself, in bytes.
        child: the mean share (PSS) of a process that runs students' code, in bytes.
        own: the most that such a process had for itself, in bytes.
    """

    seconds: float
    coordinator: int
    child: float
    own: int


def course(folder: Path, students: int) -> dict[str, float]:
    """A course with a class; gives the scores that it deserves."""
    folder.mkdir(parents=True)
    for name in ("quizzes", "solutions"):
        shutil.copytree(ROOT / name / QUIZ, folder / name / QUIZ)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return hand_in(folder, QUIZ, students)


def measure(folder: Path, *command: str, cpus: Collection[int] = ()) -> Measured:
    """Run a command in a course, on all processors or on these."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "WARMUP_HOME": str(folder / "home")}
    with (folder / "log.txt").open("w") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: os.sched_setaffinity(0, cpus or os.sched_getaffinity(0)),
        )
        coordinator, shares, own = 0, [0], 0
        while process.poll() is None:
            coordinator = max(coordinator, _of(process.pid, "status", "VmRSS:"))
            for pid in filter(_runs_students_code, _below(process.pid)):
                shares += [share] if (share := _of(pid, "smaps_rollup", "Pss:")) else []
                own = max(own, _of(pid, "smaps_rollup", "Private_Dirty:"))
            time.sleep(EVERY)
        seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(folder / 'log.txt').read_text()[-3000:]}")
    return Measured(seconds, coordinator, sum(shares) / max(1, len(shares) - 1), own)


def plain(folder: Path) -> float:
    """Grade with nbgrader alone; the seconds of both of its steps."""
    measure(folder, "nbgrader", "generate_assignment", QUIZ, "--force")
    graded = measure(folder, "nbgrader", "autograde", QUIZ)
    return graded.seconds + measure(folder, "nbgrader", "generate_feedback", QUIZ).seconds


def scores(folder: Path) -> dict[str, float]:
    """What is in the gradebook; `nbgrader export` takes longer than grading for a large class."""
    with closing(sqlite3.connect(folder / "gradebook.db")) as gradebook:
        return dict(
            gradebook.execute(
                """
                SELECT submitted_assignment.student_id, sum(auto_score)
                FROM grade
                JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
                JOIN submitted_assignment
                    ON submitted_assignment.id = submitted_notebook.assignment_id
                GROUP BY submitted_assignment.student_id
                """
            ).fetchall()
        )


def _runs_students_code(pid: int) -> bool:
    """Whether it is in a PID namespace of its own below that of the sandbox."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # It has ended.
        return False
    numbers = next((line for line in status.splitlines() if line.startswith("NSpid:")), "").split()
    # As seen from here, from the sandbox, and from the job, where the first one is ours.
    return len(numbers) > 3 and numbers[-1] != "1"


def _below(pid: int) -> list[int]:
    found = _children(pid)
    return found + [each for child in found for each in _below(child)]


def _children(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(each) for task in tasks for each in (task / "children").read_text().split()]
    except OSError:  # It has ended.
        return []


def _of(pid: int, file: str, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)


def graded(folder: Path, students: int, *how: str, cpus: Collection[int] = ()) -> Measured:
    """Grade a new class, and see that everybody has the score that the answers deserve."""
    deserved = course(folder, students)
    run = measure(folder, "warmup", "grade", QUIZ, *how, cpus=cpus)
    if scores(folder) != deserved:
        sys.exit("the gradebook has other scores than the answers deserve")
    shutil.rmtree(folder)
    return run
