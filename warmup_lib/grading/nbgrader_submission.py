"""One student's notebook as nbgrader has it in hand, and whether it is one of our quizzes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmup_lib import questions
from warmup_lib.grading.intake import Upload
from warmup_lib.grading.intake.folders import Folder
from warmup_lib.grading.intake.places import CannotReadError, Entry, kind_of
from warmup_lib.grading.intake.released import released

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory


class QuizError(Exception):
    """A quiz cannot be graded for one student; says why and what to do."""


@dataclass(frozen=True)
class Submission:
    """One notebook of one student.

    Attributes:
        student: the student's id.
        assignment: the assignment's name.
        notebook: the notebook's name.
        path: what was handed in.
        released: what students get.
    """

    student: str
    assignment: str
    notebook: str
    path: Path
    released: Path

    @classmethod
    def of(cls, directory: CourseDirectory, nbgrader: Mapping[str, str]) -> Submission:
        """From nbgrader's ``CourseDirectory`` and what it says of the notebook in hand."""
        student, assignment, name = (
            nbgrader[each] for each in ("student", "assignment", "notebook")
        )

        def folder(step: str, whose: str) -> Path:
            return Path(directory.format_path(step, whose, assignment))

        return cls(
            student,
            assignment,
            name,
            folder(directory.submitted_directory, student) / f"{name}.ipynb",
            folder(directory.release_directory, ".") / f"{name}.ipynb",
        )

    def is_quiz(self) -> bool:
        """Whether it is one of ours.

        Raises:
            QuizError: it is one in part, or its release is not there.
        """
        if self.notebook not in questions.QUIZZES or self.assignment != self.notebook:
            return False
        try:
            notebook = json.loads(self.released.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise QuizError(
                f"{self.released} cannot be read ({error}); it is what students get: put it back, "
                f"or make it with: nbgrader generate_assignment {self.notebook} --force"
            ) from None
        variables = released(self.notebook).variables
        ours = {f"{name}{end}" for name in variables for end in ("", "-check")}
        there = set(_filled_in(notebook))
        if ours & there and ours != there:
            raise QuizError(
                f"{self.released} is not the quiz {self.notebook} of warmup_lib: cells that came "
                f"or went: {', '.join(sorted(ours ^ there))}. Make it anew with: make build, "
                "or give an assignment of your own another name"
            )
        return ours == there

    def upload(self) -> Upload:
        """What was handed in; no link below ``submitted/`` is followed."""
        path = self.path
        place = Folder(path.parents[2], (path.parents[1].name, path.parent.name))
        try:
            entry = Entry(path.name, kind_of(path.lstat().st_mode))
            data, notes = place.read(entry)
        except CannotReadError as error:
            return Upload(self.student, self.notebook, path, trouble=f"{error}.")
        return Upload(self.student, self.notebook, path, data, tuple(notes))


def _filled_in(notebook: Any) -> Iterator[str]:
    """The ids of the cells that somebody answers or grades."""
    for cell in notebook["cells"]:
        if any(is_marked(cell, what) for what in ("grade", "solution", "task")):
            yield cell["metadata"]["nbgrader"]["grade_id"]


def is_marked(cell: Any, what: str) -> bool:
    """Whether nbgrader's metadata says of a cell that it is a ``"grade"`` cell, say."""
    return bool(cell["metadata"].get("nbgrader", {}).get(what))
