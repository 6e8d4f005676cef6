"""How fast a class is graded, beside plain `nbgrader autograde` on the same class of one quiz.

    python benchmarks/grading.py [students ...]     (by default 100 and 1000)

Both write the gradebook, the autograded notebooks and the feedback; ours runs students' code in
the sandbox. Then where the time goes, what a process of a class takes of memory, and what a second
dask worker is good for. Linux with bubblewrap.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from grading_runs import QUIZ, Measured, course, graded, plain

from warmup_lib.grading.engine_dask import open_dask
from warmup_lib.grading.grade import Run
from warmup_lib.grading.intake import hand_ins
from warmup_lib.grading.jobs import Limits

PLAIN_STUDENTS = 6
FEW, MANY = 100, 300
JOBS = 200


def row(what: str, students: int, run: Measured, each_plain: float) -> None:
    """Print one line of the table."""
    each = run.seconds / students
    print(
        f"{what:24} {students:6} {each:7.3f} s {60 / each:8.0f} {each_plain / each:6.1f} "
        f"{run.coordinator / 1e6:8.0f} MB {run.child / 1e6:6.0f} MB {run.own / 1e6:6.0f} MB",
        flush=True,
    )


def sizes(root: Path, classes: Collection[int]) -> float:
    """Classes of several sizes beside plain nbgrader; its seconds for a submission."""
    course(root / "plain", PLAIN_STUDENTS)
    each_plain = plain(root / "plain") / PLAIN_STUDENTS
    print(f"plain nbgrader, {PLAIN_STUDENTS} students: {each_plain:.2f} s a submission")
    print(
        f"{'':24} {'of':>6} {'each':>9} {'a minute':>8} {'ratio':>6} "
        f"{'coordinator':>11} {'a child':>9} {'its own':>9}"
    )
    for students in classes:
        run = graded(root / "class", students, "--workers", "2")
        row("two at once", students, run, each_plain)
    run = graded(root / "class", FEW, "--workers", "8")
    row("eight at once", FEW, run, each_plain)
    return each_plain


def another_dask_worker(root: Path, each_plain: float) -> None:
    """What a second worker is good for, by the jobs alone and by the whole command."""
    jobs = {workers: jobs_alone(root, workers) for workers in (1, 2)}
    print(f"the jobs alone, without marks and gradebook: {said(jobs[1], jobs[2])}", flush=True)
    every = sorted(os.sched_getaffinity(0))[:2]
    one = more(root, 1, every, each_plain)
    one_on_one = more(root, 1, every[:1], each_plain)
    two = more(root, 2, every, each_plain)
    print(f"the whole command, all of it on two processors: {said(one, two)}")
    print(f"with one worker all of it on one processor: {said(one_on_one, two)}")


def jobs_alone(root: Path, workers: int) -> float:
    """Seconds for each of many jobs of a class."""
    folder = root / f"jobs{workers}"
    course(folder, 20)
    run = Run(QUIZ, folder)
    jobs = [run.job_of(each).to_bytes() for each in hand_ins(QUIZ, folder)]
    given = [(str(n), jobs[n % len(jobs)], Limits()) for n in range(JOBS)]
    with open_dask(None, workers) as sandbox:
        list(sandbox.run_all(given[:20]))
        start = time.perf_counter()
        list(sandbox.run_all(given))
        return (time.perf_counter() - start) / JOBS


def more(root: Path, workers: int, cpus: Collection[int], each_plain: float) -> float:
    """Seconds for each submission more: what is done once is in both classes."""
    how = ("--engine", "dask", "--workers", str(workers))
    runs = [graded(root / "class", students, *how, cpus=cpus) for students in (FEW, MANY)]
    row(f"dask: {workers} on {len(cpus)} processors", MANY, runs[1], each_plain)
    return (runs[1].seconds - runs[0].seconds) / (MANY - FEW)


def said(one: float, two: float) -> str:
    return f"two workers {one / two:.2f} times one ({two:.3f} s and {one:.3f} s a submission)"


def main() -> None:
    classes = [int(each) for each in sys.argv[1:]] or [100, 1000]
    print(f"load before: {os.getloadavg()[0]:.1f}; {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        each_plain = sizes(root, classes)
        print()
        another_dask_worker(root, each_plain)
    print("\nWhere the time goes", flush=True)
    # In a process of its own, which has imported nothing yet.
    parts = Path(__file__).with_name("grading_parts.py")
    subprocess.run([sys.executable, str(parts)], check=True)


if __name__ == "__main__":
    main()
