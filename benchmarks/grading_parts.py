"""Where the time of `warmup grade` goes, for a class of one quiz, and what the floor is.

    python benchmarks/grading_parts.py [students]     (by default 60)

Each part alone, one job at a time. Linux with bubblewrap.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from grading_runs import QUIZ, course

from warmup_lib.grading import delivery
from warmup_lib.grading.grade import Graded, Run
from warmup_lib.grading.handed_in import HandedIn
from warmup_lib.grading.intake import hand_ins
from warmup_lib.grading.jobs import Job, Limits
from warmup_lib.grading.sandbox import Result, Sandbox, open_sandbox


class Canned:
    """Gives the results that a sandbox gave before, at once."""

    isolated = True

    def __init__(self, results: dict[str, Result]) -> None:
        self._results = results

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        for name, _, _ in jobs:
            yield name, self._results[name]


@contextmanager
def part(name: str, of: int = 1) -> Iterator[None]:
    """Print how long the block takes, for each of so many."""
    start, used = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    print(f"  {name:52} {1000 * wall / of:8.1f} ms {1000 * cpu / of:8.1f} ms")


def run_each(sandbox: Sandbox, jobs: dict[str, Job]) -> dict[str, Result]:
    """Run jobs one after another, whatever the sandbox could do at once."""
    results = {}
    for name, job in jobs.items():
        [(_, results[name])] = sandbox.run_all([(name, job.to_bytes(), Limits())])
    return results


def each(run: Run, class_: list[HandedIn]) -> list[Graded]:
    """What is done for each submission."""
    n = len(class_)
    jobs = {one.student: run.job_of(one) for one in class_}
    no_answers = {name: replace(job, asked=[]) for name, job in jobs.items()}
    nothing = {name: replace(job, pieces=[]) for name, job in no_answers.items()}
    with open_sandbox(workers=1) as sandbox:
        run_each(sandbox, dict(list(jobs.items())[:3]))
        print("each, where students' code runs")
        with part("floor: an isolated process that runs nothing", n):
            run_each(sandbox, nothing)
        with part("the same, and the cells", n):
            run_each(sandbox, no_answers)
        with part("the same, and each answer (functions in a fork)", n):
            results = run_each(sandbox, jobs)
    print("each, in the coordinator")
    with part("read, judge, write the record to the disk", n):
        return list(run.grade(class_, Canned(results)))


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "course"
        run = Run(QUIZ, folder, fresh=True)
        print(f"{students} students; load before: {os.getloadavg()[0]:.1f}")
        print(f"  {'':52} {'wall':>11} {'coordinator':>11}")
        print("once")
        with part("keys: torch is imported, the references are run"):
            run.prepare()
        with part("nbgrader is imported"):
            delivery.prepare()
        course(folder, students)
        os.chdir(folder)
        with delivery.open_delivery(None, folder, QUIZ) as to, part("the gradebook is made"):
            to.open()
        with part("the sandbox starts (beside the keys and nbgrader)"), open_sandbox(workers=1):
            pass
        class_ = list(hand_ins(QUIZ, folder))
        graded = each(run, class_)
        with part("find, read and clean the notebook", students):
            list(hand_ins(QUIZ, folder))
        with delivery.open_delivery(None, folder, QUIZ) as to:
            to.write(graded[:1])
            with part("gradebook, notebook and feedback page", students - 1):
                to.write(graded[1:])
        os.chdir("/")


if __name__ == "__main__":
    main()
