"""questions → solutions/ → quizzes/.

``solutions/`` is written here, from the bank; nbgrader makes ``quizzes/`` from it.
Both are the same on every run: cell ids come from names, and nothing is dated.
"""

from __future__ import annotations

import base64
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from warmup_lib import questions
from warmup_lib.asked import VARIANT
from warmup_lib.builder.course_config import configure
from warmup_lib.builder.lessons import METADATA
from warmup_lib.quiz.question import Question

Notebook: TypeAlias = Any
"""nbformat's notebooks and cells; nbformat gives them no types."""

FIGURE = "figure.png"
_PIXELS = re.compile(r'"image/png": "[^"]*"')

KERNEL = {"kernelspec": METADATA["kernelspec"], "language_info": {"name": "python"}}


def solution_notebook(quiz: str, seed: str | None = None) -> Notebook:
    """The instructor's notebook of a quiz, in nbgrader's source format.

    With a seed it is that student's variant. The seed stands in a cell of its own,
    which nbgrader leaves as it is.
    """
    module = questions.quiz_module(quiz)
    introduction = module.INTRODUCTION.replace("{count}", str(len(module.ORDER)))
    cells = [
        _cell(f"{quiz}-introduction", f"# Quiz: {module.TITLE}\n\n{introduction}"),
        _cell(f"{quiz}-setup", module.SETUP, code=True),
    ]
    if seed is not None:
        source = f'{VARIANT} = "{seed}"  # your own numbers; leave this cell as it is'
        cells.append(new_code_cell(source, id=f"{quiz}-variant"))
    for number, name in enumerate(questions.names(quiz), start=1):
        cells += _question_cells(questions.load(name, seed), number)
    return new_notebook(cells=cells, metadata=KERNEL, nbformat_minor=5)


def _question_cells(question: Question, number: int) -> list[Notebook]:
    heading = f"## {number}. {question.title}\n\n*{question.facts()}*"
    answer = f"{question.starter()}\n### BEGIN SOLUTION\n{question.solution()}\n### END SOLUTION"
    check = f'from warmup_lib import check\n\ncheck("{question.name}")'
    panel = (
        "# Run this cell for buttons: answer here, get hints, see the steps, see it run.\n"
        f'ask("{question.name}", statement=False)'
    )
    name = question.variable
    return [
        _task_cell(question, heading),
        _cell(name, answer, code=True, nbgrader={"solution": True, "locked": False}),
        _cell(
            f"{name}-check", check, code=True, nbgrader={"grade": True, "points": question.points}
        ),
        new_code_cell(panel, id=f"{name}-ask"),
    ]


def _task_cell(question: Question, heading: str) -> Notebook:
    """What is asked, with its figure attached, which Jupyter and GitHub draw."""
    picture = question.picture()
    figure = "" if picture is None else f"![{picture.alt}](attachment:{FIGURE})"
    cell = _cell(f"{question.variable}-task", f"{heading}\n\n{question.task(figure)}")
    if picture is not None:
        cell["attachments"] = {FIGURE: {"image/png": base64.b64encode(picture.png).decode()}}
    return cell


def _cell(
    identity: str, source: str, *, code: bool = False, nbgrader: Mapping[str, Any] | None = None
) -> Notebook:
    new_cell: Any = new_code_cell if code else new_markdown_cell
    cell = new_cell(source, id=identity)
    cell.metadata["nbgrader"] = {
        "grade": False,
        "grade_id": identity,
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
        **(nbgrader or {}),
    }
    return cell


def build(quizzes: Iterable[str], seed: str | None = None) -> dict[str, str]:
    """The text of each built file of these quizzes, by its path below the course.

    With a seed they are that student's variants.
    """
    built: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as temporary:
        course = Path(temporary)
        for quiz in quizzes:
            path = f"solutions/{quiz}/{quiz}.ipynb"
            built[path] = _text(solution_notebook(quiz, seed))
            (course / path).parent.mkdir(parents=True)
            (course / path).write_text(built[path], encoding="utf-8")
        for path, notebook in _released(quizzes, course):
            built[path] = _text(notebook)
    return built


def _released(quizzes: Iterable[str], course: Path) -> Iterator[tuple[str, Notebook]]:
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    config = Config()
    configure(config)
    config.CourseDirectory.root = str(course)
    # nbgrader looks for its helper programs on the PATH, where an environment that
    # was not activated does not stand.
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with mock.patch.dict(os.environ, PATH=programs):
        nbgrader = NbGraderAPI(config=config)
        for quiz in quizzes:
            result = nbgrader.generate_assignment(quiz)
            if not result["success"]:
                why = result.get("log") or result.get("error")
                raise RuntimeError(f"nbgrader could not make the release of {quiz!r}:\n{why}")
            path = f"quizzes/{quiz}/{quiz}.ipynb"
            yield path, nbformat.read(course / path, as_version=4)


def differences(built: Mapping[str, str], root: Path) -> list[str]:
    """One line for each file of a quiz that is missing, stray, or not as built."""
    remedy = "run: python -m warmup_lib.builder quizzes"
    found = {
        path.relative_to(root).as_posix()
        for folder in ("solutions", "quizzes")
        for path in (root / folder).rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    return [
        *(f"{path} is missing; {remedy}" for path in sorted(built.keys() - found)),
        *(f"{path} belongs to no quiz; delete it" for path in sorted(found - built.keys())),
        *(
            f"{path} is not what the bank gives: it was edited or answered, or the bank has "
            f"changed; to overwrite it, {remedy}"
            for path in sorted(found & built.keys())
            if not _same(built[path], (root / path).read_text(encoding="utf-8"))
        ),
    ]


def _same(built: str, found: str) -> bool:
    # Of a figure its alt text is compared, which says what is drawn: the pixels may
    # differ by a font.
    return _PIXELS.sub("", built) == _PIXELS.sub("", found)


def _text(notebook: Notebook) -> str:
    return str(nbformat.writes(notebook)) + "\n"
