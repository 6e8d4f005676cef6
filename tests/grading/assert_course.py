"""An nbgrader course of somebody else's: ordinary cells, with asserts in them, and two students.

Ada answers everything right. Ben answers some tasks in another way, and each of these says
what nbgrader gives for that.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from programs import nbgrader

ASSIGNMENT = "hw"
SANDBOX = "warmup_lib.grading.nbgrader_execute.SandboxExporter"

Grades = dict[tuple[str, str], tuple[float | None, bool]]
"""By student and graded cell: the automatic score, and whether somebody must look at it."""


@dataclass(frozen=True)
class Task:
    """A task of a notebook.

    Attributes:
        name: the id of its answer cell; that of its test ends in ``-test``.
        right: an answer that passes.
        test: the test.
        bens: what Ben answers, where that is not right.
        earns: what Ben gets for it.
        points: what the test is worth.
    """

    name: str
    right: str
    test: str
    bens: str | None = None
    earns: float = 0
    points: float = 2

    def answer(self, student: str) -> str:
        """What a student writes."""
        theirs = self.bens if student == "ben" and self.bens is not None else self.right
        return dedent(theirs).strip()


HIDDEN = """
assert add(1, 2) == 3
### BEGIN HIDDEN TESTS
assert add(2, 2) == 4
### END HIDDEN TESTS
"""

WHAT_CELLS_DO = [
    Task("add", "def add(a, b):\n    return a + b", HIDDEN, "def add(a, b):\n    return 3"),
    Task("partial", "share = 3.0", "share", "share = 1.5", earns=1.5, points=3),
    Task("text", "said = 3", "said", "said = 'all'", earns=3, points=3),
    Task("syntax", "a = 1", "assert a", "a = = 1"),
    Task("raises", "b = 1", "assert b", "b = 1 / 0"),
    Task("asks", "who = 'ada'", "assert who", "who = input('who? ')"),
    Task("prints", "def hello():\n    print('hello')", "hello()\nassert True"),
    Task(
        "warns",
        "def warn(): ...",
        "warn()",
        "import warnings\ndef warn():\n    warnings.warn('careful')",
    ),
    Task("leaves", "def leave(): ...", "leave()", "from sys import exit as leave"),
    Task(
        "figure",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nlines = plt.plot([1, 2])",
        "assert plt.plot([2, 1]) and lines",
    ),
    Task(
        "html",
        "from IPython.display import HTML, display\nbold = HTML('<b>bold</b>')",
        "display(bold)",
    ),
    Task(
        "cleared",
        "from IPython.display import clear_output",
        "import sys\nprint('gone', file=sys.stderr)\nclear_output()",
        "def clear_output(): ...",
    ),
    Task(
        "silent",
        "quiet = 2",
        "assert quiet == 2",
        "get_ipython().showtraceback = lambda *_, **__: None\nquiet = 1",
    ),
]

WHAT_IS_AROUND_THEM = [
    Task("file", "rows = open('data.csv').read().split()", "assert rows == ['1', '2', '3']"),
    Task("module", "from helper import twice", "assert twice(2) == 4"),
    Task("bash", "%%bash --out said\nls *.py", "assert said.split() == ['helper.py']"),
    Task("shell", "names = !ls *.csv", "assert names == ['data.csv']", "names = !ls *.xls"),
    Task(
        "awaits",
        "import asyncio\nasync def soon(x):\n    await asyncio.sleep(0.01)\n    return x",
        "assert await soon(3) == 3",
    ),
    Task("background", "later = asyncio.create_task(soon(4))", "assert await later == 4"),
    Task(
        "nested",
        "try:\n    asyncio.run(soon(1))\nexcept RuntimeError as error:\n    said = str(error)",
        "assert 'running event loop' in said",
    ),
    Task("loop", "def loop(): ...", "loop()", "def loop():\n    while True:\n        pass"),
    Task("after", "late = 1", "assert late == 1"),
    Task("environment", "import os", "assert os.environ['NBGRADER_EXECUTION'] == 'autograde'"),
    Task(
        "processes",
        "import multiprocessing\nwith multiprocessing.Pool(2) as pool:\n"
        "    squares = pool.map(abs, [-1, 2])",
        "assert squares == [1, 2]",
    ),
    Task("history", "1 + 1", "assert _ == 2 and Out"),
]

NOTEBOOKS = {"one": WHAT_CELLS_DO, "two": WHAT_IS_AROUND_THEM}

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.Execute.iopub_timeout = 60
c.Execute.timeout_func = lambda cell: 5 if "loop()" in cell.source else 120
"""


def expected() -> Grades:
    """What nbgrader gives."""
    grades: Grades = {}
    for student in ("ada", "ben"):
        for name, tasks in NOTEBOOKS.items():
            # Nobody wrote the essay, which is 0 points and nothing to look at.
            grades[student, f"{name}-essay"] = (0.0, False)
            for task in tasks:
                is_bens = student == "ben" and task.bens is not None
                grades[student, f"{task.name}-test"] = (
                    task.earns if is_bens else task.points,
                    False,
                )
    return grades


def make_course(course: Path) -> None:
    """A course with one assignment of two notebooks, released and handed in by the class."""
    source = course / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (source / "data.csv").write_text("1\n2\n3\n")
    (source / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    (course / "nbgrader_config.py").write_text(CONFIG)
    for name, tasks in NOTEBOOKS.items():
        nbformat.write(_source(name, tasks), source / f"{name}.ipynb")
    run = nbgrader(course, "generate_assignment", ASSIGNMENT)
    assert run.returncode == 0, run.stderr
    for student in ("ada", "ben"):
        hand_in(course, student)


def use_sandbox(course: Path) -> None:
    """Add the line that the docs give."""
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.Autograde.exporter_class = {SANDBOX!r}\n")


def hand_in(course: Path, student: str, **answers: str) -> Path:
    """A student opens what was released, and writes into the answer cells."""
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    for name, tasks in NOTEBOOKS.items():
        notebook: Any = nbformat.read(course / f"release/{ASSIGNMENT}/{name}.ipynb", as_version=4)
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
        for task in tasks:
            cells[task.name].source = answers.get(task.name, task.answer(student))
        nbformat.write(notebook, folder / f"{name}.ipynb")
    for file in ("data.csv", "helper.py"):
        (folder / file).write_bytes((course / "release" / ASSIGNMENT / file).read_bytes())
    return folder


def grades(course: Path) -> Grades:
    """What the gradebook has."""
    query = """
        select assignment.student_id, cell.name, grade.auto_score, grade.needs_manual_grade
        from grade join base_cell cell on cell.id = grade.cell_id
        join submitted_notebook notebook on notebook.id = grade.notebook_id
        join submitted_assignment assignment on assignment.id = notebook.assignment_id
    """
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        rows = database.execute(query).fetchall()
    return {(student, cell): (score, bool(look)) for student, cell, score, look in rows}


def _source(name: str, tasks: list[Task]) -> Any:
    cells = [new_markdown_cell("Answer in the cells below.")]
    for task in tasks:
        solution = f"### BEGIN SOLUTION\n{task.right}\n### END SOLUTION"
        test = new_code_cell(task.test.strip())
        cells.append(_marked(new_code_cell(solution), task.name, solution=True))
        cells.append(_marked(test, f"{task.name}-test", grade=True, points=task.points))
    essay = new_markdown_cell("In your own words.")
    cells.append(_marked(essay, f"{name}-essay", grade=True, solution=True, points=5))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _marked(
    cell: Any, name: str, *, grade: bool = False, solution: bool = False, **points: float
) -> Any:
    cell.metadata["nbgrader"] = {
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": grade and not solution,
        "task": False,
        "schema_version": 3,
        "cell_type": cell.cell_type,
        **points,
    }
    return cell
