"""How fast a class is graded, beside plain `nbgrader autograde` on the same class of one quiz.

    python benchmarks/grading.py [students ...]     (by default 100 and 1000)

Both write the gradebook, the autograded notebooks and the feedback; ours runs students' code in
the sandbox. Linux with bubblewrap.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from made_up_class import ROOT, hand_in

QUIZ = "lambda_lr"
PLAIN_STUDENTS = 6
EVERY = 0.1


@dataclass(frozen=True)
class Measured:
    """One run of a command.

    Attributes:
        seconds: from its start to its end.
        coordinator: the highest resident memory of the process itself, in bytes.
        child: the highest share of the memory of one process below it, in bytes.
    """

    seconds: float
    coordinator: int
    child: int


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
        coordinator = child = 0
        while process.poll() is None:
            coordinator = max(coordinator, _of(process.pid, "status", "VmRSS:"))
            for pid in _below(process.pid):
                child = max(child, _of(pid, "smaps_rollup", "Pss:"))
            time.sleep(EVERY)
        seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(folder / 'log.txt').read_text()[-3000:]}")
    return Measured(seconds, coordinator, child)


def ours(folder: Path) -> Measured:
    """Grade with the sandbox, two at once."""
    return measure(folder, "warmup", "grade", QUIZ, "--workers", "2")


def plain(folder: Path) -> float:
    """Grade with nbgrader alone; the seconds of both of its steps."""
    measure(folder, "nbgrader", "generate_assignment", QUIZ, "--force")
    graded = measure(folder, "nbgrader", "autograde", QUIZ)
    return graded.seconds + measure(folder, "nbgrader", "generate_feedback", QUIZ).seconds


def scores(folder: Path) -> dict[str, float]:
    """What is in the gradebook."""
    import csv

    measure(folder, "nbgrader", "export")
    with (folder / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


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


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [100, 1000]
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        course(root / "plain", PLAIN_STUDENTS)
        each_plain = plain(root / "plain") / PLAIN_STUDENTS
        print(f"load before: {os.getloadavg()[0]:.1f}")
        print(f"plain nbgrader, {PLAIN_STUDENTS} students: {each_plain:.2f} s a submission")
        print(
            f"{'students':>9} {'s each':>8} {'a minute':>9} {'ratio':>6} {'coordinator':>12} child"
        )
        for size in sizes:
            folder = root / str(size)
            deserved = course(folder, size)
            run = ours(folder)
            each = run.seconds / size
            print(
                f"{size:9} {each:8.3f} {60 / each:9.0f} {each_plain / each:6.1f} "
                f"{run.coordinator / 1e6:9.0f} MB {run.child / 1e6:.0f} MB PSS"
            )
            if scores(folder) != deserved:
                sys.exit("the gradebook has other scores than the answers deserve")
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
