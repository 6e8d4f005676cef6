"""Results into nbgrader's places: its gradebook, ``autograded/`` and ``feedback/``.

What was delivered is noted, so that a run that was killed between a record and the
gradebook delivers the rest, and what was delivered is not written again.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path

from warmup_lib.grading.autograded import ResultFiles
from warmup_lib.grading.grade import Graded
from warmup_lib.grading.gradebook import GradebookWriter, open_gradebook
from warmup_lib.grading.handed_in import HandedIn, Piece
from warmup_lib.grading.nbgrader_places import autograded_notebook, refusal
from warmup_lib.grading.places import delivered_list
from warmup_lib.grading.records import Record


class Delivery:
    """Writes results of one quiz into a course; made by :func:`open_delivery`.

    Attributes:
        refused: by student, why nbgrader cannot keep the result.
    """

    def __init__(self, open_writer: Callable[[], GradebookWriter], course: Path, quiz: str) -> None:
        self.refused: dict[str, str] = {}
        self._writer = cache(open_writer)
        self._quiz = quiz
        self._files = ResultFiles(course)
        self._list = delivered_list(course, quiz)
        self._delivered = _read(self._list)

    def open(self) -> None:
        """Open the gradebook now, which takes seconds; otherwise the first result does it.

        Raises:
            GradebookError: it cannot be opened.
        """
        self._writer()

    def write(self, group: Iterable[Graded]) -> None:
        """Deliver results that were not delivered yet.

        Raises:
            GradebookError: the gradebook cannot be written.
            OSError: a file cannot be.
        """
        new = []
        for each in group:
            if why := refusal(each.record.student):
                self.refused[each.record.student] = why
            elif not self.has(each):
                new.append(each)
        if not new:
            return
        self._writer().write(each.record for each in new)
        for each in new:
            if each.handed_in is not None:
                self._files.write(each.handed_in, each.record)
        self._note([self._mark(each.record) for each in new])

    def has(self, graded: Graded) -> bool:
        """Whether a result was delivered, and is still there."""
        record = graded.record
        # The list says which record it was; gradebook and files may be others since.
        there = self._scores.get(record.student)
        return (
            self._mark(record) in self._delivered
            and there is not None
            and math.isclose(there, record.score, abs_tol=1e-9)
            and (graded.handed_in is None or self._files.are_there(record))
        )

    @cached_property
    def _scores(self) -> dict[str, float]:
        return self._writer().scores(self._quiz)

    def _mark(self, record: Record) -> str:
        told = f"{self._writer().address}\n{record.text}"
        return json.dumps([record.student, hashlib.sha256(told.encode()).hexdigest()])

    def _note(self, marks: list[str]) -> None:
        self._list.parent.mkdir(parents=True, exist_ok=True)
        with self._list.open("a", encoding="utf-8") as file:
            file.writelines(f"{mark}\n" for mark in marks)
            file.flush()
            os.fsync(file.fileno())
        self._delivered.update(marks)


def prepare() -> None:
    """Import what delivering needs, which takes seconds, once."""
    import nbgrader.converters  # noqa: F401


@contextmanager
def open_delivery(url: str | None, course: Path, quiz: str) -> Iterator[Delivery]:
    """A way for the results of a quiz into a course; its gradebook is opened when it is needed.

    Args:
        url: SQLAlchemy's address of the gradebook; ``None`` for the course's own.
        course: the course's folder.
        quiz: the quiz's name.

    """
    with ExitStack() as stack:

        def open_writer() -> GradebookWriter:
            prepare()
            return stack.enter_context(open_gradebook(url, course))

        yield Delivery(open_writer, course, quiz)


def deliver_again(records: Iterable[Record], url: str | None, course: Path, quiz: str) -> None:
    """Write records that were judged again, with the sources that stand in ``autograded/``.

    Raises:
        GradebookError: the gradebook cannot be written.
        OSError: a file cannot be.
    """
    with open_delivery(url, course, quiz) as delivery:
        for record in records:
            graded = Graded(record, None, is_new=True)
            if not delivery.has(graded):
                delivery.write([replace(graded, handed_in=_autograded(course, record))])


def _autograded(course: Path, record: Record) -> HandedIn | None:
    path = autograded_notebook(course, record.student, record.quiz)
    if refusal(record.student) is not None or not path.exists():
        return None
    pieces = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        is_answer = cell["metadata"].get("nbgrader", {}).get("solution", False)
        if is_answer:
            pieces.append(Piece(cell["id"], cell["source"], cell["id"]))
    trouble = record.reason or None
    return HandedIn(
        record.student, record.quiz, path, record.digest, tuple(pieces), record.notes, trouble
    )


def _read(path: Path) -> set[str]:
    if not path.exists():
        return set()
    # Of a line that was cut off by a crash nothing follows: it is delivered again.
    return set(path.read_text(encoding="utf-8").splitlines())
