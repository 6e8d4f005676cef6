"""How fast a class is graded, beside plain `nbgrader autograde` on the same class of one quiz.

    python benchmarks/grading.py [students ...]     (by default 100 and 1000)

Both write the gradebook, the autograded notebooks and the feedback; ours runs students' code in
the sandbox. Then the first class once more by one dask worker, and by two. Linux with bubblewrap.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from made_up_class import ROOT, hand_in

QUIZ = "lambda_lr"
PLAIN_STUDENTS = 6
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


def measure(folder: Path, *command: str) -> Measured:
    """Run a command in a course."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "WARMUP_HOME": str(folder / "home")}
    with (folder / "log.txt").open("w") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
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


def ours(folder: Path, *how: str) -> Measured:
    """Grade with the sandbox, two at once."""
    return measure(folder, "warmup", "grade", QUIZ, *(how or ("--workers", "2")))


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


def row(what: str, students: int, run: Measured, each_plain: float) -> str:
    """One line of the table."""
    each = run.seconds / students
    return (
        f"{what:16} {students:8} {each:7.3f} s {60 / each:8.0f} {each_plain / each:6.1f} "
        f"{run.coordinator / 1e6:8.0f} MB {run.child / 1e6:6.0f} MB {run.own / 1e6:6.0f} MB"
    )


def graded(folder: Path, students: int, *how: str) -> Measured:
    """Grade a new class, and see that everybody has the score that the answers deserve."""
    deserved = course(folder, students)
    run = ours(folder, *how)
    if scores(folder) != deserved:
        sys.exit("the gradebook has other scores than the answers deserve")
    shutil.rmtree(folder)
    return run


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [100, 1000]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        course(root / "plain", PLAIN_STUDENTS)
        print(f"load before: {os.getloadavg()[0]:.1f}; {os.cpu_count()} processors")
        each_plain = plain(root / "plain") / PLAIN_STUDENTS
        print(f"plain nbgrader, {PLAIN_STUDENTS} students: {each_plain:.2f} s a submission")
        print(
            f"{'':16} {'students':>8} {'each':>9} {'a minute':>8} {'ratio':>6} "
            f"{'coordinator':>11} {'a child':>9} {'its own':>9}"
        )
        for size in sizes:
            run = graded(root / "class", size)
            print(row("two at once", size, run, each_plain), flush=True)
        few, many = sizes[0], 3 * sizes[0]
        seconds = {}
        for workers in ("1", "2"):
            # What is done once, such as starting, is in both classes, and so in no difference.
            how = ("--engine", "dask", "--workers", workers)
            runs = [graded(root / "class", size, *how) for size in (few, many)]
            print(row(f"dask, {workers} at once", many, runs[1], each_plain), flush=True)
            seconds[workers] = (runs[1].seconds - runs[0].seconds) / (many - few)
        print(
            f"two dask workers: {seconds['1'] / seconds['2']:.2f} times one "
            f"({seconds['2']:.3f} s and {seconds['1']:.3f} s for each submission more)"
        )


if __name__ == "__main__":
    main()
