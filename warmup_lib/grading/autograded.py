"""The two files that nbgrader keeps of a graded submission: the notebook and the feedback.

``autograded/STUDENT/QUIZ/QUIZ.ipynb`` is the released notebook with the student's sources
in its answer cells and the feedback below its check cells: formgrader shows it, and
``nbgrader generate_feedback`` takes it. ``feedback/STUDENT/QUIZ/QUIZ.html`` is a page that
needs nothing else. Both can be made again from the record and what was handed in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from warmup_lib import questions
from warmup_lib.grading.files import write_whole
from warmup_lib.grading.gradebook_rows import GradebookError
from warmup_lib.grading.handed_in import SET_UP, HandedIn, Piece
from warmup_lib.grading.nbgrader_places import (
    autograded_notebook,
    feedback_page,
    refusal,
    submitted_at,
)
from warmup_lib.grading.records import Marked, Record
from warmup_lib.grading.shown_safely import environment, visible

LONGEST_CELL = 100_000
_NOT_HANDED_IN = "# There was no cell for this answer in what was handed in."


class ResultFiles:
    """Writes the result files of one course."""

    def __init__(self, course: Path) -> None:
        self._course = course
        self._released: dict[str, Any] = {}

    def write(self, handed_in: HandedIn, record: Record) -> None:
        """Write both files of a submission, each whole or not at all.

        Raises:
            GradebookError: nbgrader cannot keep the student's id, or the released
                notebook is not there.
            ValueError: the two are not of the same submission.
        """
        self.write_notebook(handed_in, record)
        self.write_feedback(handed_in, record)

    def are_there(self, record: Record) -> bool:
        """Whether a submission has its files."""
        return all(
            place(self._course, record.student, record.quiz).is_file()
            for place in (autograded_notebook, feedback_page)
        )

    def write_notebook(self, handed_in: HandedIn, record: Record) -> Path:
        """Write the notebook for formgrader, and the time of submission beside it."""
        _check(handed_in, record)
        path = autograded_notebook(self._course, record.student, record.quiz)
        notebook = filled(self._notebook(record.quiz), handed_in, record)
        write_whole(path, json.dumps(notebook, ensure_ascii=False) + "\n", durable=False)
        time = submitted_at(self._course, record.student, record.quiz)
        stamp = path.with_name("timestamp.txt")
        if time is not None:
            write_whole(stamp, f"{time:%Y-%m-%d %H:%M:%S.%f} UTC\n", durable=False)
        else:
            stamp.unlink(missing_ok=True)
        return path

    def write_feedback(self, handed_in: HandedIn, record: Record) -> Path:
        """Write the page for the student."""
        _check(handed_in, record)
        path = feedback_page(self._course, record.student, record.quiz)
        write_whole(path, feedback_html(handed_in, record), durable=False)
        return path

    def _notebook(self, quiz: str) -> Any:
        if quiz not in self._released:
            path = self._course / "quizzes" / quiz / f"{quiz}.ipynb"
            try:
                self._released[quiz] = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise GradebookError(
                    f"{path} cannot be read ({error}); it is what students get: put it back, "
                    f"or make it with: nbgrader generate_assignment {quiz} --force"
                ) from None
        return self._released[quiz]


def filled(released: Any, handed_in: HandedIn, record: Record) -> dict[str, Any]:
    """The released notebook with a student's cells, and below each check what was made of it.

    Args:
        released: what students get, as JSON data.
        handed_in: the submission.
        record: its result.
    """
    sources = _sources(handed_in)
    marked = {name.rpartition("/")[2]: each for name, each in record.marked.items()}
    added = _added(handed_in, released)
    cells: list[Any] = []
    for cell in released["cells"]:
        name = cell["id"]
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("solution"):
            cells += added.pop(name, [])
            source = visible(sources.get(name, _NOT_HANDED_IN), LONGEST_CELL)
            cell = {**cell, "source": source}
        elif nbgrader.get("grade"):
            outputs = _output(marked.get(name.removesuffix("-check")), record)
            cell = {**cell, "outputs": [outputs]}
        cells.append(cell)
    cells += [cell for rest in added.values() for cell in rest]
    return {**released, "cells": cells}


def feedback_html(handed_in: HandedIn, record: Record) -> str:
    """The feedback as a page that loads nothing and runs nothing."""
    sources = _sources(handed_in)
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        environment()
        .get_template("feedback.html")
        .render(
            record=record,
            title=_quiz_title(record.quiz),
            style=_trusted(style),
            style_hash=_trusted(f"sha256-{digest}"),
            questions=[
                {
                    "title": _title(name),
                    "feedback": marked.feedback,
                    "source": sources.get(name.rpartition("/")[2]),
                }
                for name, marked in record.marked.items()
            ],
        )
    )


def _check(handed_in: HandedIn, record: Record) -> None:
    if (handed_in.student, handed_in.quiz) != (record.student, record.quiz):
        raise ValueError(
            f"what {handed_in.student!r} handed in of {handed_in.quiz} is not what the record "
            f"of {record.student!r} of {record.quiz} is of"
        )
    why = refusal(record.student)
    if why is not None:
        raise GradebookError(f"no results can be kept for {record.student!a}: {why}")


def _sources(handed_in: HandedIn) -> dict[str, str]:
    """By question, the source of its answer."""
    sources: dict[str, str] = {}
    for piece in handed_in.pieces:
        if piece.question is not None:
            before = sources.get(piece.question)
            sources[piece.question] = (
                piece.source if before is None else (f"{before}\n\n{piece.source}")
            )
    return sources


def _added(handed_in: HandedIn, released: Any) -> dict[str, list[Any]]:
    """The student's own cells, by the answer cell before which they stood."""
    ours = {SET_UP, *(cell["id"] for cell in released["cells"])}
    ours |= {"".join(cell["source"]).strip() for cell in released["cells"]}
    added: dict[str, list[Any]] = {}
    waiting: list[Any] = []
    for number, piece in enumerate(handed_in.pieces):
        if piece.question is not None:
            added.setdefault(piece.question, []).extend(waiting)
            waiting = []
        elif piece.name not in ours and piece.source.strip() not in ours:
            waiting.append(_own_cell(number, piece))
    added.setdefault("", []).extend(waiting)
    return added


def _own_cell(number: int, piece: Piece) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"own-{number}",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": visible(piece.source, LONGEST_CELL),
    }


def _output(marked: Marked | None, record: Record) -> dict[str, Any]:
    """A check cell's result: the score as its plain text, as nbgrader reads it."""
    if marked is None:
        why = visible(record.reason or "This question was not graded.", LONGEST_CELL)
        return {"output_type": "stream", "name": "stdout", "text": f"{why}\n"}
    page = environment().get_template("cell_output.html").render(feedback=marked.feedback)
    return {
        "output_type": "execute_result",
        "execution_count": None,
        "metadata": {},
        "data": {"text/html": page, "text/plain": f"{marked.feedback.score:g}"},
    }


def _title(name: str) -> str:
    facts: Mapping[str, questions.Facts] = questions.index()
    return facts[name].title if name in facts else name


def _quiz_title(quiz: str) -> str:
    return str(questions.quiz_module(quiz).TITLE) if quiz in questions.QUIZZES else quiz


@cache
def _style() -> str:
    return (Path(__file__).with_name("templates") / "feedback.css").read_text(encoding="utf-8")


def _trusted(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)
