"""``nbgrader autograde`` with QuizExporter has the results of ``warmup grade``."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

import nbformat
from hostile.making import HALF, POINTS, QUIZ, RIGHT, ROOT, UNTOUCHED, VARIABLES, Notebook
from hostile.watching import needs_bwrap
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from programs import run

from warmup_lib.grading.gradebook import course_config
from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.nbgrader_quiz import SANDBOX, limits_of
from warmup_lib.grading.records import Record, Records

pytestmark = needs_bwrap

LINE = 'c.Autograde.exporter_class = "warmup_lib.grading.nbgrader_quiz.QuizExporter"'


def right() -> Notebook:
    return Notebook(RIGHT)


def tampered() -> Notebook:
    """Right, and its tests, points and tags are the student's own."""
    notebook = right()
    for cell in notebook.of("grade"):
        cell["source"] = f"# by me\n{cell['source']}"
        cell["metadata"]["nbgrader"]["points"] = 100
        cell["metadata"]["tags"] = ["skip-execution"]
    notebook.cell(VARIABLES[0])["metadata"]["nbgrader"]["schema_version"] = 99
    return notebook


def without_tests() -> Notebook:
    notebook = Notebook(HALF)
    notebook.data["cells"] = [cell for cell in notebook.cells if not cell["id"].endswith("-check")]
    return notebook


def breaking() -> Notebook:
    """The first answer raises, the fourth ends the process, and a cell is the student's own."""
    broken = {VARIABLES[0]: f"{VARIABLES[0]} = 1 / 0", VARIABLES[3]: "import os\nos._exit(0)"}
    return Notebook({**RIGHT, **broken}).first("print('mine')")


CLASS = {
    "ada": right(),
    "ben": breaking(),
    "cleo": tampered(),
    "dev": Notebook(UNTOUCHED),
    "eli": without_tests(),
}
UNREADABLE = "uma"


def make_course(course: Path) -> None:
    """A course in which the class has handed in."""
    for name in ("quizzes", "solutions"):
        shutil.copytree(ROOT / name / QUIZ, course / name / QUIZ)
    shutil.copy(ROOT / "nbgrader_config.py", course)
    for student, notebook in CLASS.items():
        hand_in(course, student, notebook.as_bytes())
    hand_in(course, UNREADABLE, right().as_bytes()[:9000])


def hand_in(course: Path, student: str, data: bytes) -> None:
    path = course / "submitted" / student / QUIZ / f"{QUIZ}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@contextmanager
def api(course: Path, **execute: Any) -> Iterator[Any]:
    """What formgrader calls, with settings of ``Execute``."""
    config = course_config(course)
    config.Execute.update(execute)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own, of SQLAlchemy and dates
        yield NbGraderAPI(CourseDirectory(config=config), config=config)


@dataclass(frozen=True)
class Runs:
    """The class graded by nbgrader with the line, and by ``warmup grade``."""

    by_nbgrader: Path
    by_warmup: Path
    told: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    courses = [tmp_path_factory.mktemp("by nbgrader"), tmp_path_factory.mktemp("by warmup")]
    for course in courses:
        make_course(course)
    nbgraders, warmups = courses
    with (nbgraders / "nbgrader_config.py").open("a") as config:
        config.write(f"c = get_config()\n{LINE}\n")

    with ThreadPoolExecutor() as pool:
        graded = pool.submit(run, warmups, "warmup_lib.cli", "grade", QUIZ)
        with api(nbgraders) as nbgrader:
            nbgrader.generate_assignment(QUIZ)
        told = pool.submit(run, nbgraders, "nbgrader", "autograde", QUIZ)
    assert graded.result().returncode == 1, graded.result().stderr  # One cannot be read.
    return Runs(nbgraders, warmups, told.result())


def records(course: Path) -> dict[str, Any]:
    """What the records have, but for times."""
    found = {}
    for record in Records(course / "grading" / QUIZ / "records").all():
        data = record.as_data()
        del data["seconds"], data["at"]
        for marked in data["marked"].values():
            del marked["seconds"]
        found[record.student] = data
    return found


def grades(course: Path) -> dict[tuple[str, str], tuple[float | None, float | None]]:
    """By student and cell, the automatic score and the manual one."""
    query = """
        select assignment.student_id, cell.name, grade.auto_score, grade.manual_score
        from grade join base_cell cell on cell.id = grade.cell_id
        join submitted_notebook notebook on notebook.id = grade.notebook_id
        join submitted_assignment assignment on assignment.id = notebook.assignment_id
    """
    with closing(sqlite3.connect(course / "gradebook.db")) as database:
        rows = database.execute(query).fetchall()
    return {(student, cell): (auto, manual) for student, cell, auto, manual in rows}


def score(course: Path, student: str) -> float:
    earned = grades(course)
    return sum(auto or 0 for (who, _), (auto, _) in earned.items() if who == student)


def shown(course: Path, student: str) -> list[tuple[str, Any]]:
    """What formgrader and the feedback are made of."""
    path = course / "autograded" / student / QUIZ / f"{QUIZ}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [("".join(cell["source"]), _texts(cell.get("outputs", []))) for cell in cells]


def _texts(outputs: Any) -> Any:
    return [{kind: "".join(text) for kind, text in output["data"].items()} for output in outputs]


def test_the_records_are_those_of_warmup_grade(runs: Runs) -> None:
    assert records(runs.by_nbgrader) == records(runs.by_warmup)
    assert set(records(runs.by_nbgrader)) == {*CLASS, UNREADABLE}


def test_so_are_the_scores_in_the_gradebook(runs: Runs) -> None:
    assert grades(runs.by_nbgrader) == grades(runs.by_warmup)
    whole = sum(POINTS.values())
    half = sum(POINTS[name] for name in VARIABLES if HALF[name] == RIGHT[name])
    lost = POINTS[VARIABLES[0]] + POINTS[VARIABLES[3]]
    earned = {student: score(runs.by_nbgrader, student) for student in CLASS}
    assert earned == {"ada": whole, "ben": whole - lost, "cleo": whole, "dev": 0, "eli": half}


def test_so_are_the_notebooks_that_feedback_is_made_of(runs: Runs) -> None:
    for student in CLASS:
        assert shown(runs.by_nbgrader, student) == shown(runs.by_warmup, student), student


def test_what_cannot_be_read_has_no_score_and_a_reason(runs: Runs) -> None:
    assert runs.told.returncode == 1
    assert "QuizError: The file stops in the middle, at line" in runs.told.stderr
    assert f"assignment '{QUIZ}' for student '{UNREADABLE}'" in runs.told.stderr
    record = Records(runs.by_nbgrader / "grading" / QUIZ / "records").read(UNREADABLE)
    assert isinstance(record, Record)
    assert record.status == "unreadable"
    assert {
        auto for (who, _), (auto, _) in grades(runs.by_nbgrader).items() if who == UNREADABLE
    } == {None}


# --- The button of formgrader, which calls this in the server's process -------------------------


@pytest.fixture(scope="module")
def server(runs: Runs) -> Iterator[Path]:
    """A course as a server that goes on running has it."""
    course = runs.by_nbgrader.with_name("in a server")
    shutil.copytree(runs.by_nbgrader, course)
    yield course
    SANDBOX.close()
    assert not SANDBOX.is_open


def click(course: Path, student: str, assignment: str = QUIZ, **execute: Any) -> dict[str, Any]:
    """Click on the button, which is called in a loop that is running."""

    async def clicked() -> dict[str, Any]:
        with api(course, **execute) as nbgrader:
            told: dict[str, Any] = nbgrader.autograde(assignment, student)
        await asyncio.sleep(0)
        return told

    return asyncio.run(clicked())


def test_without_bubblewrap_nobody_is_graded(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SANDBOX.close()
    monkeypatch.setenv("PATH", str(server))
    told = click(server, "eli")
    assert not told["success"]
    assert "submissions are isolated by bubblewrap, which is not installed here" in told["log"]
    assert not (server / "autograded/eli" / QUIZ).exists()
    assert not SANDBOX.is_open


def test_who_hands_in_again_is_graded_again_and_a_manual_score_stays(server: Path) -> None:
    with closing(sqlite3.connect(server / "gradebook.db")) as database, database:
        database.execute("update grade set manual_score = 0.5 where auto_score = 0")
    before = {key: manual for key, (_, manual) in grades(server).items()}
    digest = records(server)["dev"]["digest"]
    hand_in(server, "dev", right().as_bytes())
    told = click(server, "dev")
    assert told["success"], told
    assert score(server, "dev") == sum(POINTS.values())
    assert {key: manual for key, (_, manual) in grades(server).items()} == before
    assert records(server)["dev"]["digest"] != digest
    assert SANDBOX.is_open


def test_no_execution_means_no_free_points(server: Path) -> None:
    hand_in(server, "dev", Notebook(UNTOUCHED).as_bytes())
    assert click(server, "dev", enabled=False)["success"]
    assert score(server, "dev") == 0


def raise_points(cell: Any) -> None:
    cell["metadata"]["nbgrader"]["points"] = 7


def rename(cell: Any) -> None:
    cell["metadata"]["nbgrader"]["grade_id"] = "my-check"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (raise_points, "is worth 7 points in this course, and was judged for 1"),
        (
            rename,
            f"is not the quiz {QUIZ} of warmup_lib: cells that came or went: first_print-check",
        ),
    ],
)
def test_a_quiz_that_is_none_of_ours_any_more_is_refused(
    server: Path, tmp_path: Path, change: Callable[[Any], None], says: str
) -> None:
    course = tmp_path / "course"
    shutil.copytree(server, course)
    path = course / "quizzes" / QUIZ / f"{QUIZ}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(next(cell for cell in notebook["cells"] if cell["id"] == "first_print-check"))
    path.write_text(json.dumps(notebook), encoding="utf-8")
    told = click(course, "ada")
    assert not told["success"]
    assert says in told["log"]


def test_other_assignments_are_nbgraders(server: Path) -> None:
    cell = new_code_cell("assert 1 == 2")
    cell.metadata["nbgrader"] = {
        "grade_id": "wrong",
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 3,
        "schema_version": 3,
    }
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    for folder in ("solutions/own", "submitted/ada/own"):
        (server / folder).mkdir(parents=True)
        nbformat.write(notebook, server / folder / "own.ipynb")
    with api(server) as nbgrader:
        assert nbgrader.generate_assignment("own")["success"]
    assert click(server, "ada", "own")["success"]
    assert grades(server)["ada", "wrong"] == (0.0, None)
    path = server / "autograded/ada/own/own.ipynb"
    assert "AssertionError" in path.read_text(encoding="utf-8")


def test_limits_are_named() -> None:
    assert limits_of(Limits(), {"memory": 2 << 30}).memory == 2 << 30
    with pytest.raises(
        ValueError, match=r"limits must be numbers above 0 for seconds, .* 'time': 3"
    ):
        limits_of(Limits(), {"time": 3})
