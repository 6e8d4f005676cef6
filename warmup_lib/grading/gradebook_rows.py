"""One quiz's rows in nbgrader's database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warmup_lib.grading.records import Record

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class GradebookError(RuntimeError):
    """The gradebook cannot be written; says why and what to do."""


@dataclass(frozen=True)
class QuizRows:
    """The ids of a quiz in the database, looked up once.

    Attributes:
        assignment: the assignment's id.
        notebook: the notebook's.
        due: when it is to be handed in, in UTC, if at all.
        graded: by name, the id of each graded cell and what it is worth.
        commented: the ids of the cells that can have a comment.
        late_penalties: nbgrader's own reckoning of them.
    """

    assignment: str
    notebook: str
    due: datetime | None
    graded: Mapping[str, tuple[str, float]]
    commented: tuple[str, ...]
    late_penalties: Any

    def write(self, connection: Connection, record: Record, time: datetime | None) -> None:
        """Write what a record says, within one transaction."""
        scores = self._scores(record)
        submission = self._submission(connection, record.student, time)
        notebook = self._submitted_notebook(connection, submission)
        self._grade(connection, notebook, scores, is_readable=record.status == "graded")
        if self.due is not None:
            self._penalise(connection, submission, notebook, record.student)

    def _scores(self, record: Record) -> dict[str, float]:
        """By graded cell's id, the automatic score."""
        scores = {}
        for name, marked in record.marked.items():
            cell = f"{name.rpartition('/')[2]}-check"
            points = marked.feedback.points
            if cell not in self.graded or self.graded[cell][1] != points:
                there = f"{self.graded[cell][1]:g} points" if cell in self.graded else "no cell"
                raise GradebookError(
                    f"{name} was judged for {points:g} points, and solutions/ has {there} for "
                    f"it. If the bank has changed, run: make build, and then: "
                    f"warmup regrade {record.quiz}"
                )
            scores[self.graded[cell][0]] = marked.feedback.score
        return scores if record.status == "graded" else {}

    def _submission(self, connection: Connection, student: str, time: datetime | None) -> str:
        from nbgrader import api
        from sqlalchemy import insert, select, update

        students, submissions = api.Student.__table__, api.SubmittedAssignment.__table__
        if connection.scalar(select(students.c.id).where(students.c.id == student)) is None:
            connection.execute(insert(students), {"id": student})
        found: Any = connection.execute(
            select(submissions.c.id, submissions.c.timestamp).where(
                submissions.c.assignment_id == self.assignment,
                submissions.c.student_id == student,
            )
        ).one_or_none()
        if found is None:
            new: str = api.new_uuid()
            row = {
                "id": new,
                "assignment_id": self.assignment,
                "student_id": student,
                "timestamp": time,
            }
            connection.execute(insert(submissions), row)
            return new
        if time is not None and found.timestamp != time:
            where = submissions.c.id == found.id
            connection.execute(update(submissions).where(where).values(timestamp=time))
        return str(found.id)

    def _submitted_notebook(self, connection: Connection, submission: str) -> str:
        from nbgrader import api
        from sqlalchemy import insert, select

        notebooks, comments = api.SubmittedNotebook.__table__, api.Comment.__table__
        found: str | None = connection.scalar(
            select(notebooks.c.id).where(
                notebooks.c.notebook_id == self.notebook,
                notebooks.c.assignment_id == submission,
            )
        )
        if found is None:
            found = str(api.new_uuid())
            row = {
                "id": found,
                "notebook_id": self.notebook,
                "assignment_id": submission,
                "flagged": False,
            }
            connection.execute(insert(notebooks), row)
        of_cells = comments.c.cell_id.in_(self.commented)
        there = set(
            connection.scalars(
                select(comments.c.cell_id).where(of_cells, comments.c.notebook_id == found)
            )
        )
        missing = [
            {"id": api.new_uuid(), "cell_id": cell, "notebook_id": found}
            for cell in self.commented
            if cell not in there
        ]
        if missing:
            connection.execute(insert(comments), missing)
        return found

    def _grade(
        self,
        connection: Connection,
        notebook: str,
        scores: Mapping[str, float],
        *,
        is_readable: bool,
    ) -> None:
        from nbgrader import api
        from sqlalchemy import bindparam, insert, select, update

        grades = api.Grade.__table__
        cells = [cell for cell, _ in self.graded.values()]
        # By the cells too, since that is what the table's index begins with.
        of_these = (grades.c.cell_id.in_(cells), grades.c.notebook_id == notebook)
        there = {row.cell_id: row for row in connection.execute(select(grades).where(*of_these))}
        new, changed = [], []
        for cell in cells:
            row: Any = there.get(cell)
            score = scores.get(cell)
            if row is None:
                new.append(
                    {
                        "id": api.new_uuid(),
                        "cell_id": cell,
                        "notebook_id": notebook,
                        "auto_score": score,
                        "needs_manual_grade": score is None,
                    }
                )
            elif score is None:
                if not is_readable and not row.needs_manual_grade:
                    changed.append({"row": row.id, "to": row.auto_score, "look": True})
            else:
                look = row.manual_score is not None and row.auto_score != score
                look = look or (row.manual_score is not None and row.needs_manual_grade)
                if (row.auto_score, row.needs_manual_grade) != (score, look):
                    changed.append({"row": row.id, "to": score, "look": look})
        if new:
            connection.execute(insert(grades), new)
        if changed:
            connection.execute(
                update(grades)
                .where(grades.c.id == bindparam("row"))
                .values(auto_score=bindparam("to"), needs_manual_grade=bindparam("look")),
                changed,
            )

    def _penalise(
        self, connection: Connection, submission: str, notebook: str, student: str
    ) -> None:
        """What nbgrader's own plugin takes off for being late, between 0 and the score."""
        from nbgrader import api
        from sqlalchemy import case, func, select, update

        submissions, notebooks = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
        grades = api.Grade.__table__
        sent: Any = connection.execute(
            select(submissions.c.timestamp, submissions.c.extension).where(
                submissions.c.id == submission
            )
        ).one()
        penalty = None
        due = self.due if sent.extension is None or self.due is None else self.due + sent.extension
        if sent.timestamp is not None and due is not None and sent.timestamp > due:
            cells = [cell for cell, _ in self.graded.values()]
            base = func.coalesce(grades.c.manual_score, grades.c.auto_score)
            whole = base + func.coalesce(grades.c.extra_credit, 0.0)
            earned = select(func.sum(case((base.is_not(None), whole), else_=0.0))).where(
                grades.c.cell_id.in_(cells), grades.c.notebook_id == notebook
            )
            score = float(connection.scalar(earned) or 0.0)
            late = (sent.timestamp - due).total_seconds()
            penalty = self.late_penalties.late_submission_penalty(student, score, late)
            penalty = None if penalty is None else min(max(penalty, 0), score)
        connection.execute(
            update(notebooks)
            .where(notebooks.c.id == notebook)
            .values(late_submission_penalty=penalty)
        )


def scores_of(connection: Connection, quiz: str) -> dict[str, float]:
    """By student, the sum of a quiz's automatic scores, where a submission is there."""
    from nbgrader import api
    from sqlalchemy import func, select

    submissions, notebooks = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
    assignments, grades = api.Assignment.__table__, api.Grade.__table__
    found = connection.execute(
        select(submissions.c.student_id, func.coalesce(func.sum(grades.c.auto_score), 0.0))
        .join(notebooks, notebooks.c.assignment_id == submissions.c.id)
        .join(grades, grades.c.notebook_id == notebooks.c.id)
        .join(assignments, assignments.c.id == submissions.c.assignment_id)
        .where(assignments.c.name == quiz)
        .group_by(submissions.c.student_id)
    )
    return {student: float(score) for student, score in found}


def save_quiz(engine: Engine, config: Any, quiz: str) -> QuizRows:
    """A quiz's rows, made by nbgrader's own code from ``solutions/`` where they differ from it.

    Raises:
        FileNotFoundError: there are no solutions of it.
        GradebookError: cells came or went, and there are submissions already.
    """
    from nbgrader.preprocessors import AssignLatePenalties

    notebook, save = _prepared(engine, config, quiz)
    if not _is_saved(engine, quiz, notebook):
        save()
    plugin = AssignLatePenalties(config=config)
    plugin.init_plugin()
    return _looked_up(engine, quiz, plugin.plugin_inst)


def _prepared(engine: Engine, config: Any, quiz: str) -> tuple[Any, Any]:
    """The notebook as nbgrader releases it, and what saves it."""
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    directory = CourseDirectory(config=config)
    path = Path(directory.format_path(directory.source_directory, ".", quiz)) / f"{quiz}.ipynb"
    resources = {
        "nbgrader": {
            "notebook": quiz,
            "assignment": quiz,
            "student": ".",
            "db_url": engine.url.render_as_string(hide_password=False),
        }
    }
    notebook: Any = nbformat.read(path, as_version=4)
    steps = GenerateAssignment(coursedir=directory, config=config).preprocessors
    for step in steps[: steps.index(SaveCells)]:
        notebook, resources = step(config=config)(notebook, resources)

    def save() -> None:
        from nbgrader.api import Gradebook

        with Gradebook(resources["nbgrader"]["db_url"], directory.course_id) as gradebook:
            gradebook.update_or_create_assignment(quiz)
        try:
            SaveCells(config=config)(notebook, resources)
        except RuntimeError as error:
            raise GradebookError(
                f"{path} has other cells than the gradebook, where there are submissions of "
                f"{quiz} already ({error}). Put the quiz back as it was handed out, or grade "
                "into another gradebook"
            ) from None

    return notebook, save


def _is_saved(engine: Engine, quiz: str, notebook: Any) -> bool:
    from nbgrader import api
    from sqlalchemy import select

    cells, notebooks = api.SourceCell.__table__, api.Notebook.__table__
    assignments = api.Assignment.__table__
    with engine.connect() as connection:
        saved = connection.execute(
            select(cells.c.name, cells.c.checksum)
            .join(notebooks, notebooks.c.id == cells.c.notebook_id)
            .join(assignments, assignments.c.id == notebooks.c.assignment_id)
            .where(notebooks.c.name == quiz, assignments.c.name == quiz)
        )
        found = {row.name: row.checksum for row in saved}
    # The checksum is of source, kind and points.
    return found == {
        cell.metadata.nbgrader["grade_id"]: cell.metadata.nbgrader["checksum"]
        for cell in notebook.cells
        if "checksum" in cell.metadata.get("nbgrader", {})
    }


def _looked_up(engine: Engine, quiz: str, late_penalties: Any) -> QuizRows:
    from nbgrader import api
    from sqlalchemy import select

    assignments, notebooks = api.Assignment.__table__, api.Notebook.__table__
    cells, grade, task = (
        api.BaseCell.__table__,
        api.GradeCell.__table__,
        api.TaskCell.__table__,
    )
    with engine.connect() as connection:
        found: Any = connection.execute(
            select(assignments.c.id, assignments.c.duedate, notebooks.c.id.label("notebook"))
            .join(notebooks, notebooks.c.assignment_id == assignments.c.id)
            .where(assignments.c.name == quiz, notebooks.c.name == quiz)
        ).one()
        rows: list[Any] = list(
            connection.execute(
                select(cells.c.id, cells.c.name, cells.c.type, grade.c.max_score, task.c.max_score)
                .outerjoin(grade, grade.c.id == cells.c.id)
                .outerjoin(task, task.c.id == cells.c.id)
                .where(cells.c.notebook_id == found.notebook)
            )
        )
    return QuizRows(
        assignment=found.id,
        notebook=found.notebook,
        due=found.duedate,
        graded={
            row.name: (row.id, row[4] if row[3] is None else row[3])
            for row in rows
            if row.type in ("GradeCell", "TaskCell")
        },
        commented=tuple(row.id for row in rows if row.type in ("SolutionCell", "TaskCell")),
        late_penalties=late_penalties,
    )
