"""Scores in nbgrader's database: what is written, what is kept, and what is waited for."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'classroom'")

import nbformat
from results import (
    NAMES,
    POINTS,
    QUIZ,
    copy_of_the_course,
    exported,
    handed_in,
    nbgrader,
    record,
    wrong_answer,
)

from warmup_lib import questions
from warmup_lib.grading.autograded import ResultFiles
from warmup_lib.grading.gradebook import (
    BACKUPS,
    GradebookError,
    course_config,
    open_gradebook,
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose gradebook was made, and holds nothing yet."""
    course = copy_of_the_course(tmp_path_factory.mktemp("gradebook") / "a course")
    with open_gradebook(None, course):
        pass
    return course


@pytest.fixture
def course(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "course"))


@pytest.fixture
def gradebook(course: Path) -> Iterator[Any]:
    """The gradebook as nbgrader itself reads it."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as opened:
        yield opened


def write(course: Path, *records: Any) -> dict[str, str]:
    with open_gradebook(None, course) as gradebook:
        return gradebook.write(records)


def rows(course: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with sqlite3.connect(course / "gradebook.db") as database:
        tables = [
            n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        found = {
            table: sorted(database.execute(f"SELECT * FROM {table}"), key=repr) for table in tables
        }
    database.close()
    return found


def test_what_is_written_is_what_nbgrader_exports(course: Path) -> None:
    lost = sum(record("x").marked[NAMES[i]].feedback.points for i in (0, 5))
    write(course, record("ada"), record("ben", 0, 5), record("Žofie O'Neil", *range(len(NAMES))))
    found = {student: float(row["score"]) for student, row in exported(course).items()}
    assert found == {"ada": POINTS, "ben": POINTS - lost, "Žofie O'Neil": 0}


def test_each_cell_has_the_score_of_its_question(course: Path, gradebook: Any) -> None:
    write(course, record("ada", 3))
    for name, marked in record("ada", 3).marked.items():
        grade = gradebook.find_grade(f"{name.rpartition('/')[2]}-check", QUIZ, QUIZ, "ada")
        assert (grade.auto_score, grade.max_score) == (
            marked.feedback.score,
            marked.feedback.points,
        )
        assert (grade.needs_manual_grade, grade.manual_score) == (False, None)


def test_the_quiz_in_it_is_as_nbgrader_makes_it(course: Path, tmp_path: Path) -> None:
    write(course, record("ada"))
    theirs = copy_of_the_course(tmp_path / "theirs")
    nbgrader(theirs, "generate_assignment", QUIZ, "--force")
    query = """
        SELECT cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum, base.type,
               grade.max_score, grade.cell_type, notebook.kernelspec, assignment.course_id
        FROM source_cell AS cell
        JOIN notebook ON notebook.id = cell.notebook_id
        JOIN assignment ON assignment.id = notebook.assignment_id
        LEFT JOIN base_cell AS base ON base.name = cell.name AND base.notebook_id = notebook.id
        LEFT JOIN grade_cells AS grade ON grade.id = base.id
    """
    found = []
    for one in (course, theirs):
        database = sqlite3.connect(one / "gradebook.db")
        found.append(sorted(database.execute(query), key=repr))
        database.close()
    assert found[0] == found[1]
    assert len(found[0]) > 3 * len(NAMES)


def test_writing_again_changes_nothing(course: Path) -> None:
    records = [record("ada", 1), record("ben")]
    write(course, *records)
    before = rows(course)
    write(course, *records)
    assert rows(course) == before


def test_a_regrade_keeps_what_an_instructor_wrote(course: Path, gradebook: Any) -> None:
    write(course, record("ada", 0, 1))
    cells = [name.rpartition("/")[2] for name in NAMES]
    grades = [gradebook.find_grade(f"{cell}-check", QUIZ, QUIZ, "ada") for cell in cells]
    comment = gradebook.find_comment(cells[0], QUIZ, QUIZ, "ada")
    grades[0].manual_score, grades[1].extra_credit = 0.5, 2
    grades[2].manual_score = 0.25
    comment.manual_comment = "Come and see me."
    gradebook.db.commit()

    write(course, record("ada"))
    gradebook.db.expire_all()
    assert (grades[0].manual_score, grades[1].extra_credit) == (0.5, 2)
    assert comment.comment == "Come and see me."
    assert grades[0].auto_score == 1
    # The automatic score below the manual one has moved: that is for the instructor to see.
    assert [grade.needs_manual_grade for grade in grades[:3]] == [True, False, False]
    gained = 0.5 + (grades[1].auto_score + 2) + 0.25
    rest = sum(grade.auto_score for grade in grades[3:])
    assert gradebook.find_submission(QUIZ, "ada").score == gained + rest


def test_an_unreadable_submission_gets_no_score_and_is_marked_for_a_look(
    course: Path, gradebook: Any
) -> None:
    unreadable = record("ada", status="unreadable", reason="It is no notebook.", marked={})
    write(course, unreadable)
    assert gradebook.find_submission(QUIZ, "ada").needs_manual_grade
    assert gradebook.find_submission(QUIZ, "ada").score == 0
    write(course, record("ada"))
    gradebook.db.expire_all()
    assert not gradebook.find_submission(QUIZ, "ada").needs_manual_grade
    assert gradebook.find_submission(QUIZ, "ada").score == POINTS
    write(course, unreadable)
    gradebook.db.expire_all()
    assert gradebook.find_submission(QUIZ, "ada").needs_manual_grade


@pytest.mark.parametrize(
    "student", ["", "../ada", "a/b", "ada,100", "ada\n", "<b>", "a*", "x" * 129, "\ud800", "=1+1"]
)
def test_an_id_that_nbgrader_cannot_keep_is_refused_and_costs_nobody_else(
    course: Path, gradebook: Any, student: str
) -> None:
    refused = write(course, record("ada"), record(student), record("ben"))
    assert list(refused) == [student]
    assert {each.id for each in gradebook.students} == {"ada", "ben"}


def test_the_time_of_submission_is_nbgraders_and_lateness_costs_what_its_plugin_says(
    course: Path, gradebook: Any
) -> None:
    for student, text in {
        "ada": "2026-03-01 10:00:00 UTC",
        "ben": "2026-03-01 12:30:00 CET",
    }.items():
        (course / "submitted" / student / QUIZ).mkdir(parents=True)
        (course / "submitted" / student / QUIZ / "timestamp.txt").write_text(text)
    config = course / "nbgrader_config.py"
    config.write_text(
        f'{config.read_text()}\nget_config().LateSubmissionPlugin.penalty_method = "zero"\n'
    )
    write(course, record("ada"), record("ben"))
    gradebook.update_or_create_assignment(QUIZ, duedate="2026-03-01 11:00:00 UTC")
    write(course, record("ada"), record("ben"))
    assert gradebook.find_submission(QUIZ, "ben").timestamp == datetime(2026, 3, 1, 11, 30)
    found = exported(course)
    assert (float(found["ada"]["score"]), float(found["ben"]["score"])) == (POINTS, 0)
    assert float(found["ben"]["raw_score"]) == POINTS
    gradebook.find_submission(QUIZ, "ben").extension = timedelta(hours=1)
    gradebook.db.commit()
    write(course, record("ben"))
    gradebook.db.expire_all()
    assert gradebook.find_submission(QUIZ, "ben").late_submission_penalty == 0


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "huge", "nonsense"])
def test_a_timestamp_that_is_none_is_left_alone(course: Path, gradebook: Any, kind: str) -> None:
    path = course / "submitted" / "ada" / QUIZ / "timestamp.txt"
    path.parent.mkdir(parents=True)
    if kind == "link":
        (course / "secret").write_text("2026-03-01 10:00:00 UTC")
        path.symlink_to(course / "secret")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"2026 " * 10**6 if kind == "huge" else b"\xff\x00 99:99 UTC\xe2\x80\xae")
    assert write(course, record("ada")) == {}
    assert gradebook.find_submission(QUIZ, "ada").timestamp is None


def test_a_gradebook_that_is_locked_is_waited_for(course: Path) -> None:
    write(course, record("ada"))
    database = sqlite3.connect(
        course / "gradebook.db", isolation_level=None, check_same_thread=False
    )
    database.execute("BEGIN EXCLUSIVE")
    timer = threading.Timer(2, database.execute, ["COMMIT"])
    timer.start()
    began = time.monotonic()
    with open_gradebook(None, course, wait=30) as gradebook:
        gradebook.write([record("ben")])
    assert time.monotonic() - began > 1.5
    timer.join()
    database.close()
    assert len(rows(course)["submitted_assignment"]) == 2


def test_a_gradebook_that_stays_locked_is_told_and_nothing_is_half_written(course: Path) -> None:
    write(course, record("ada"))
    before = rows(course)
    with open_gradebook(None, course, wait=0.2) as gradebook:
        database = sqlite3.connect(course / "gradebook.db", isolation_level=None)
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradebookError, match=r"locked for 0\.2 seconds; close what else uses"):
            gradebook.write([record("ben")])
        database.execute("ROLLBACK")
        database.close()
    assert rows(course) == before


def test_a_second_writer_is_refused(course: Path) -> None:
    with open_gradebook(None, course) as gradebook:
        with (
            pytest.raises(GradebookError, match="another run is writing to"),
            open_gradebook(None, course, wait=0.1),
        ):
            pass
        gradebook.write([record("ada")])


def test_a_kill_leaves_whole_submissions(course: Path) -> None:
    script = """if True:
        import os, pickle, signal, sys
        from pathlib import Path
        from warmup_lib.grading.gradebook import open_gradebook

        records = pickle.loads(sys.stdin.buffer.read())
        def given():
            yield from records[:2]
            os.kill(os.getpid(), signal.SIGKILL)
        with open_gradebook(None, Path(sys.argv[1])) as gradebook:
            gradebook.write(given())
    """
    import pickle

    records = [record(student) for student in ("ada", "ben", "cleo")]
    run = subprocess.run(
        [sys.executable, "-c", script, str(course)], input=pickle.dumps(records), check=False
    )
    assert run.returncode == -signal.SIGKILL
    assert len(rows(course)["grade"]) == 2 * len(NAMES)
    write(course, *records)
    assert len(rows(course)["grade"]) == 3 * len(NAMES)
    assert all(float(row["score"]) == POINTS for row in exported(course).values())


def test_a_failure_within_a_submission_leaves_nothing_of_it(course: Path) -> None:
    write(course, record("ada"))
    database = sqlite3.connect(course / "gradebook.db")
    # The last thing that is written of a submission.
    database.execute(
        "CREATE TRIGGER full BEFORE INSERT ON grade BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
    )
    database.close()
    before = rows(course)
    with pytest.raises(GradebookError, match="disk is full"):
        write(course, record("ben"))
    assert rows(course) == before


def test_a_copy_is_made_before_each_batch_and_a_few_are_kept(course: Path) -> None:
    students = [f"s{number}" for number in range(BACKUPS + 3)]
    for student in students:
        write(course, record(student))
    copies = sorted(course.glob("gradebook.db.backup.*"))
    assert len(copies) == BACKUPS
    for number, copy in enumerate(copies, start=1):
        database = sqlite3.connect(copy)
        (there,) = database.execute("SELECT count(*) FROM submitted_assignment").fetchone()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        database.close()
        assert there == len(students) - number


def test_a_record_of_another_quiz_than_the_gradebooks_says_what_to_do(course: Path) -> None:
    old = record("ada")
    name = NAMES[0]
    feedback = replace(old.marked[name].feedback, points=7.0)
    changed = replace(
        old, marked={**old.marked, name: replace(old.marked[name], feedback=feedback)}
    )
    with pytest.raises(GradebookError, match=f"{name} was judged for 7 points.*warmup regrade"):
        write(course, changed)
    assert rows(course)["submitted_assignment"] == []


def test_points_that_changed_in_the_solutions_reach_the_gradebook(
    course: Path, gradebook: Any
) -> None:
    write(course, record("ada"))
    path = course / "solutions" / QUIZ / f"{QUIZ}.ipynb"
    path.write_text(path.read_text().replace('"points": 1,', '"points": 3,', 1))
    old = record("ada")
    name = NAMES[0]
    feedback = replace(old.marked[name].feedback, points=3.0)
    write(
        course,
        replace(old, marked={**old.marked, name: replace(old.marked[name], feedback=feedback)}),
    )
    assert gradebook.find_submission(QUIZ, "ada").score == POINTS + 2
    assert gradebook.find_assignment(QUIZ).max_score == POINTS + 2


def test_a_quiz_without_solutions_says_so(course: Path) -> None:
    shutil.rmtree(course / "solutions")
    with pytest.raises(GradebookError, match=r"solutions"):
        write(course, record("ada"))


def test_formgrader_sees_what_plain_autograde_would_have_written(
    course: Path, tmp_path: Path
) -> None:
    wrong = (0, 3, len(NAMES) - 1)
    wrong_cells = {
        each.variable: each.cell(wrong_answer(each))
        for each in (questions.load(NAMES[number]) for number in wrong)
    }
    theirs = Path(shutil.copytree(course, tmp_path / "theirs"))
    upload = handed_in("ada", **wrong_cells)
    for one in (course, theirs):
        notebook: Any = nbformat.read(one / "quizzes" / QUIZ / f"{QUIZ}.ipynb", as_version=4)
        sources = {piece.question: piece.source for piece in upload.pieces}
        for cell in notebook.cells:
            cell.source = sources.get(cell.id, cell.source)
        path = one / "submitted" / "ada" / QUIZ / f"{QUIZ}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        (path.parent / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC")
    write(theirs)
    nbgrader(theirs, "generate_assignment", QUIZ, "--force")
    nbgrader(theirs, "autograde", QUIZ)
    write(course, record("ada", *wrong))
    ResultFiles(course).write(upload, record("ada", *wrong))
    assert shown_by_formgrader(course) == shown_by_formgrader(theirs)


def shown_by_formgrader(course: Path) -> Any:
    """What its pages are made from."""
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI

    api = NbGraderAPI(config=course_config(course))
    with Gradebook(api.coursedir.db_url) as opened:
        submission = opened.find_submission(QUIZ, "ada")
        cells = [*submission.notebooks[0].grades, *submission.notebooks[0].comments]
        found = [
            *(each.to_dict() for each in cells),
            submission.to_dict(),
            api.get_submission(QUIZ, "ada"),
            api.get_assignment(QUIZ),
            *api.get_notebooks(QUIZ),
            *api.get_notebook_submissions(QUIZ, QUIZ),
            *api.get_students(),
        ]
    for each in found:
        each.pop("id", None)
    return sorted(found, key=repr)


def test_nbgrader_makes_its_own_feedback_from_what_is_written(course: Path) -> None:
    write(course, record("ada", 0))
    ResultFiles(course).write(handed_in("ada"), record("ada", 0))
    page = course / "feedback" / "ada" / QUIZ / f"{QUIZ}.html"
    shutil.rmtree(page.parent)
    nbgrader(course, "generate_feedback", QUIZ)
    text = page.read_text(encoding="utf-8")
    assert "✗ Not yet" in text
    assert f"Score: {POINTS - 1:.1f} / {POINTS:.1f}" in text
