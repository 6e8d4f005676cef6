"""Notebooks as students hand them in, made from the released one, and folders of them."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from warmup_lib import questions
from warmup_lib.grading.handed_in import HandedIn
from warmup_lib.grading.intake import SeedOf, Upload, hand_ins, how_many, rebuilt

QUIZ = "lambda_lr"
ROOT = Path(__file__).parent.parent.parent
SALT = b"a long secret of the course"
RELEASED = json.loads((ROOT / f"quizzes/{QUIZ}/{QUIZ}.ipynb").read_text(encoding="utf-8"))
SETUP = questions.quiz_module(QUIZ).SETUP
VARIABLES = [name.rpartition("/")[2] for name in questions.names(QUIZ)]

Cells = list[dict[str, Any]]


def answer_of(variable: str) -> str:
    """Some answer in the form that the question wants."""
    cell = cell_of(RELEASED, variable)
    first = "".join(cell["source"]).partition("\n")[0]
    return f"{first}\n    return 0.25" if first.startswith("def ") else f"{variable} = 0.25"


def cell_of(notebook: dict[str, Any], identity: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell.get("id") == identity)


def answered(**others: str) -> dict[str, Any]:
    """A notebook with every question answered."""
    notebook = copy.deepcopy(RELEASED)
    for variable in VARIABLES:
        cell_of(notebook, variable)["source"] = others.get(variable, answer_of(variable))
    return notebook


def code(source: Any, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **fields}


def as_bytes(notebook: Any) -> bytes:
    return json.dumps(notebook, indent=1).encode()


GOOD = as_bytes(answered())


def take(data: bytes, *, quiz: str = QUIZ, handed_out: SeedOf | None = None) -> HandedIn:
    return rebuilt(Upload("ada", quiz, Path("x.ipynb"), data), handed_out=handed_out)


def take_notebook(notebook: Any, **how: Any) -> HandedIn:
    return take(as_bytes(notebook), **how)


def answers(handed_in: HandedIn) -> dict[str, str]:
    return {piece.question: piece.source for piece in handed_in.pieces if piece.question}


def notes(handed_in: HandedIn) -> str:
    return " ".join(handed_in.notes)


RIGHT = take(GOOD)


def lose_metadata(notebook: dict[str, Any]) -> None:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {"id": f"qX{number}"}
        cell["id"] = f"{number:08x}"
    notebook["metadata"] = {"colab": {"provenance": []}}


def lose_cell_ids(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        del cell["id"]


def lose_nbgrader(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def raise_points(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {})["points"] = 1000


def points_as_text(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {})["points"] = "one"


def tag(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def unlock(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        flags = cell["metadata"].get("nbgrader", {})
        flags.update(locked=False, solution=True, grade=True, schema_version=99, checksum="x")


def another_kernel(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {"kernelspec": {"name": "../../bin/sh", "language": "R"}}


def odd_metadata(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = ["no", "dictionary"]
    for cell, metadata in zip(notebook["cells"], ["text", None, 3, [], True] * 20, strict=False):
        cell["metadata"] = metadata


def odd_nbgrader(notebook: dict[str, Any]) -> None:
    for cell, odd in zip(notebook["cells"], [[], "x", None, {"grade_id": 3}] * 20, strict=False):
        cell["metadata"] = {"nbgrader": odd}


def html_outputs(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            html = {"text/html": "<script>alert(1)</script>"}
            cell["outputs"] = [{"output_type": "display_data", "data": html, "metadata": {}}, 3]


def no_outputs(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def remove_test_cells(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["id"].endswith("-check")]


def double_test_cells(notebook: dict[str, Any]) -> None:
    copies = [copy.deepcopy(cell) for cell in notebook["cells"] if cell["id"].endswith("-check")]
    for cell in copies:
        cell["id"] += "2"
    notebook["cells"] += copies


def only_answer_cells(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] in VARIABLES]


def run_everything(notebook: dict[str, Any]) -> None:
    notebook["cells"] += [
        code('check("lambda_lr/first_print")\nhint("lambda_lr/first_print")'),
        code("import warmup_lib\nwarmup_lib.solution('lambda_lr/first_print')"),
        code("# only a comment"),
        code(""),
    ]


def lines(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)


def not_finite(notebook: dict[str, Any]) -> None:
    notebook["nbformat"] = float("nan")
    notebook["cells"][1]["execution_count"] = float("inf")


def cells_that_are_none(notebook: dict[str, Any]) -> None:
    notebook["cells"] += [None, 3, "x", [], {}, {"cell_type": "code"}, code({"a": 1})]


def version_3(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"] = "python"
        del cell["id"]
    notebook["worksheets"] = [{"cells": notebook.pop("cells"), "metadata": {}}, 3]
    notebook["nbformat"] = 3


def version_2(notebook: dict[str, Any]) -> None:
    version_3(notebook)
    lost = notebook["worksheets"][0]["cells"]
    for cell in lost:
        del cell["metadata"]
    notebook["worksheets"] = [{"cells": lost[:9]}, {"cells": lost[9:]}]
    notebook["nbformat"] = 2


HARMLESS: dict[str, Callable[[dict[str, Any]], None]] = {
    change.__name__: change
    for change in (
        lose_metadata,
        lose_cell_ids,
        lose_nbgrader,
        raise_points,
        points_as_text,
        tag,
        unlock,
        another_kernel,
        odd_metadata,
        odd_nbgrader,
        html_outputs,
        no_outputs,
        remove_test_cells,
        double_test_cells,
        only_answer_cells,
        run_everything,
        lines,
        not_finite,
        cells_that_are_none,
        version_3,
        version_2,
    )
}


def write(path: Path, data: bytes = GOOD, at: float | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if at is not None:
        os.utime(path, (at, at))
    return path


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def hand_in(source: Path, student: str, data: bytes = GOOD) -> Path:
    return write(source / "submitted" / student / QUIZ / f"{QUIZ}.ipynb", data)


def taken(source: Path, **how: Any) -> dict[str, HandedIn]:
    found = list(hand_ins(QUIZ, source, **how))
    students = [each.student for each in found]
    assert students == sorted(set(students))
    assert how_many(QUIZ, source, **how) == len(students)
    return {each.student: each for each in found}


def only_trouble(source: Path, student: str = "eve") -> str:
    """The trouble with one student's submission; the neighbours are fine."""
    hand_in(source, "ada")
    hand_in(source, "zoe")
    found = taken(source)
    assert found["ada"].pieces == found["zoe"].pieces == RIGHT.pieces
    assert set(found) == {"ada", "zoe", student}
    eve = found[student]
    assert eve.pieces == ()
    assert eve.trouble is not None
    assert eve.trouble.isprintable()
    return eve.trouble
