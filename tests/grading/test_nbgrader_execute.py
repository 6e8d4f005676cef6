"""``nbgrader autograde`` with SandboxExporter gives the scores of plain nbgrader."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

from assert_course import (
    ASSIGNMENT,
    Grades,
    expected,
    grades,
    hand_in,
    make_course,
    use_sandbox,
)
from hostile.watching import needs_bwrap
from nbformat.v4 import new_notebook
from programs import nbgrader

from warmup_lib.grading.nbgrader_execute import NotebookError, refuse_other_kernels

pytestmark = needs_bwrap

R = {"name": "ir", "display_name": "R", "language": "R"}
SECRET = "only the instructor reads this"


def ends(course: Path) -> None:
    hand_in(course, "ends", raises="import os\nos._exit(0)")


def waits(course: Path) -> None:
    hand_in(course, "waits", loop="def loop(): ...\nloop()\nawait asyncio.sleep(3600)")


def tags(course: Path) -> None:
    folder = hand_in(course, "tags", add="def add(a, b): ...")
    change(folder / "one.ipynb", lambda cell: cell["metadata"].update(tags=["skip-execution"]))


def links(course: Path) -> None:
    (course / "secret.txt").write_text(SECRET)
    folder = hand_in(course, "links", file="rows = print(open('mine.txt').read())")
    (folder / "mine.txt").symlink_to(course / "secret.txt")


def pipes(course: Path) -> None:
    folder = hand_in(course, "pipes")
    (folder / "two.ipynb").unlink()
    os.mkfifo(folder / "two.ipynb")


def schemes(course: Path) -> None:
    folder = hand_in(course, "schemes")

    def later(cell: Any) -> None:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99

    change(folder / "one.ipynb", later)


HOSTILE = (ends, waits, tags, links, pipes, schemes)


def change(path: Path, each: Callable[[Any], None]) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        each(cell)
    path.write_text(json.dumps(notebook), encoding="utf-8")


@dataclass(frozen=True)
class Runs:
    """The class graded by plain nbgrader, and with the line; there with hostile students."""

    plain: Path
    sandboxed: Path
    told: CompletedProcess[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("courses")
    plain, sandboxed = folder / "plain", folder / "sandboxed"
    make_course(plain)
    shutil.copytree(plain, sandboxed)
    use_sandbox(sandboxed)
    for make in HOSTILE:
        make(sandboxed)
    with ThreadPoolExecutor() as pool:
        by_plain = pool.submit(nbgrader, plain, "autograde", ASSIGNMENT)
        told = pool.submit(nbgrader, sandboxed, "autograde", ASSIGNMENT)
    assert by_plain.result().returncode == 0, by_plain.result().stderr
    return Runs(plain, sandboxed, told.result())


def of(students: tuple[str, ...], found: Grades) -> Grades:
    return {key: grade for key, grade in found.items() if key[0] in students}


def cells(course: Path, student: str, notebook: str) -> dict[str, Any]:
    path = course / "autograded" / student / ASSIGNMENT / f"{notebook}.ipynb"
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in found}


def test_every_score_is_that_of_plain_nbgrader(runs: Runs) -> None:
    plain = grades(runs.plain)
    assert of(("ada", "ben"), grades(runs.sandboxed)) == plain
    assert plain == expected()


def test_cells_show_what_they_show_in_a_kernel_but_for_html(runs: Runs) -> None:
    for student in ("ada", "ben"):
        for notebook in ("one", "two"):
            plain = cells(runs.plain, student, notebook)
            for name, cell in cells(runs.sandboxed, student, notebook).items():
                if (
                    name not in ("loop-test", "nested", "warns-test")
                    and cell["cell_type"] == "code"
                ):
                    assert said(cell) == said(plain[name]), (student, name)


def said(cell: Any) -> list[Any]:
    """What a cell shows, but for what is kept out and for where its error was raised."""
    found: list[Any] = [cell["execution_count"]]
    for output in cell["outputs"]:
        kind = output["output_type"]
        if kind == "stream":
            found.append((output["name"], "".join(output["text"])))
        elif kind == "error":
            found.append((kind, output["ename"]))
        else:
            data = output["data"]
            kept = sorted(data.keys() & {"text/plain", "image/png"})
            texts = "" if "image/png" in data else "".join(data["text/plain"])
            found.append((kind, kept, texts.split(" at 0x")[0]))
    return found


def test_a_notebook_that_ends_its_process_keeps_what_it_earned_until_then(runs: Runs) -> None:
    earned = of(("ends",), grades(runs.sandboxed))
    before = ("add-test", "partial-test", "text-test", "syntax-test")
    ones = [*cells(runs.sandboxed, "ends", "one")]
    for (_, cell), (score, _) in earned.items():
        if cell in ones:
            assert (score != 0) is (cell in before), cell
        elif cell != "two-essay":
            assert score == 2, cell  # The other notebook is another process.
    told = cells(runs.sandboxed, "ends", "one")
    assert "ended in this cell" in told["raises"]["outputs"][-1]["evalue"]
    assert "was not run" in told["silent-test"]["outputs"][-1]["evalue"]
    assert "one of ends: The process that ran the notebook ended in this cell" in runs.told.stderr


def test_a_cell_that_waits_for_ever_costs_its_own_points(runs: Runs) -> None:
    earned = of(("waits",), grades(runs.sandboxed))
    assert {cell for (_, cell), (score, _) in earned.items() if score == 0} == {
        "one-essay",
        "two-essay",
    }
    told = cells(runs.sandboxed, "waits", "two")["loop"]["outputs"]
    assert told[-1]["ename"] == "CellTimeoutError"


def test_a_tag_keeps_no_test_from_being_run(runs: Runs) -> None:
    assert grades(runs.sandboxed)["tags", "add-test"] == (0.0, False)


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("links", "mine.txt is a link, and nothing of this submission is run"),
        ("pipes", "two.ipynb is a named pipe, and nothing of this submission is run"),
        ("schemes", "has metadata of another version of nbgrader"),
    ],
)
def test_what_is_refused_costs_its_own_student_alone(runs: Runs, student: str, says: str) -> None:
    assert says in runs.told.stderr
    assert f"for student '{student}'" in runs.told.stderr
    assert not (runs.sandboxed / "autograded" / student / ASSIGNMENT).exists()
    assert {score for score, _ in of((student,), grades(runs.sandboxed)).values()} == {None}


def test_what_a_link_leads_to_is_nowhere(runs: Runs) -> None:
    there = [path for path in (runs.sandboxed / "autograded").rglob("*") if path.is_file()]
    assert there
    assert not any(SECRET.encode() in path.read_bytes() for path in there)


def test_a_notebook_for_another_language_is_refused() -> None:
    notebook = new_notebook(metadata={"kernelspec": R})
    with pytest.raises(
        NotebookError, match="the kernel 'ir' is for R, and the sandbox runs Python"
    ):
        refuse_other_kernels(notebook)
    refuse_other_kernels(new_notebook())
