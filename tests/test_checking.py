"""Answers in saved files: notebooks and plain .py files, whole and broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from warmup_lib import checking, progress, questions
from warmup_lib.answers import UnreadableError, answers_in
from warmup_lib.cli import main
from warmup_lib.quiz.feedback import Outcome

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A progress of the test's own, and a copy of the course to stand in."""
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path / "home"))
    for folder in ("lessons", "quizzes/lambda_lr"):
        (tmp_path / "course" / folder).mkdir(parents=True)
    name = "quizzes/lambda_lr/lambda_lr.ipynb"
    (tmp_path / "course" / name).write_text((ROOT / name).read_text())
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "home"


def python_file(text: str) -> Path:
    path = Path("answers.py")
    path.write_text(text)
    return path


def the_notebook() -> Any:
    return nbformat.read("quizzes/lambda_lr/lambda_lr.ipynb", as_version=4)


def save(notebook: Any, name: str = "mine.ipynb") -> Path:
    nbformat.write(notebook, name)
    return Path(name)


def answer(notebook: Any, question: str, source: str) -> None:
    next(cell for cell in notebook.cells if cell.id == question).source = source


def outcomes(path: Path, *only: str) -> dict[str, Outcome]:
    checked = checking.check(checking.Task(path, only))
    return {each.question.partition("/")[2]: each.outcome for each in checked.feedback}


def test_answers_in_a_python_file_are_checked_by_their_names() -> None:
    path = python_file(
        "# quiz: lambda_lr/first_print\nfirst_print = 0.08\nmissing_cap = 0.4\n"
        "def off_by_one(epoch):\n    return min((epoch + 1) / 5, 1.0)\n"
    )
    seen = outcomes(path)
    assert seen.pop("first_print") is Outcome.PASSED
    assert seen.pop("missing_cap") is Outcome.INCORRECT
    assert seen.pop("off_by_one") is Outcome.PASSED
    assert set(seen.values()) == {Outcome.NOT_ATTEMPTED}


def test_the_quiz_is_told_by_the_files_name_as_well() -> None:
    Path("lambda_lr.py").write_text("first_print = 0.08\n")
    assert outcomes(Path("lambda_lr.py"))["first_print"] is Outcome.PASSED


def test_a_statement_that_raises_takes_no_other_with_it() -> None:
    path = python_file("1 / 0\nfirst_print = 0.08\n")
    checked = checking.check(checking.Task(path, ("lambda_lr/first_print",)))
    assert checked.passed == 1
    assert checked.troubles == ("line 1 ends in an error: ZeroDivisionError: division by zero",)


def test_a_python_file_keeps_decorators_and_several_lines() -> None:
    path = python_file(
        "import functools\n\n@functools.cache\ndef off_by_one(epoch):\n"
        "    # a comment\n    return min((epoch + 1) / 5,\n               1.0)\n"
    )
    assert outcomes(path, "lambda_lr/off_by_one") == {"off_by_one": Outcome.PASSED}


def test_a_notebook_as_shipped_is_not_attempted_and_its_solution_is_right() -> None:
    untouched = outcomes(Path("quizzes/lambda_lr/lambda_lr.ipynb"))
    assert set(untouched.values()) == {Outcome.NOT_ATTEMPTED}
    solved = outcomes(ROOT / "solutions/lambda_lr/lambda_lr.ipynb")
    assert set(solved.values()) == {Outcome.PASSED}


def test_cells_without_metadata_or_with_other_ids_are_found_by_what_they_define() -> None:
    notebook = the_notebook()
    answer(notebook, "first_print", "first_print = 0.06")
    for number, cell in enumerate(notebook.cells):
        cell.metadata.clear()
        cell.id = f"cell-{number}"
    notebook.metadata.clear()
    checked = checking.check(checking.Task(save(notebook), ("lambda_lr/first_print",)))
    assert checked.feedback[0].misconception == "reads-before-step"


def test_magics_help_calls_and_checks_in_a_notebook_do_no_harm() -> None:
    notebook = the_notebook()
    answer(notebook, "first_print", "%matplotlib inline\n!true\nfirst_print = 0.08\nprint('x')")
    assert outcomes(save(notebook), "lambda_lr/first_print") == {"first_print": Outcome.PASSED}
    assert progress.load().of("lambda_lr/first_print").attempts == 1


def test_a_cell_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warmup_lib.answers.SECONDS", 0.5)
    path = python_file("while True:\n    pass\nfirst_print = 0.08\n")
    checked = checking.check(checking.Task(path, ("lambda_lr/first_print",)))
    assert checked.passed == 1
    assert "still running after 0.5 seconds" in checked.troubles[0]


def test_exit_in_a_file_does_not_end_the_check() -> None:
    path = python_file("import sys\nsys.exit(3)\nfirst_print = 0.08\n")
    assert outcomes(path, "lambda_lr/first_print") == {"first_print": Outcome.PASSED}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.ipynb", b"{ not json", "is no notebook that can be read"),
        ("a.ipynb", b'{"cells": 3}', "is no notebook that can be read"),
        ("a.ipynb", b"", "is no notebook that can be read"),
        ("a.py", b"def off_by_one(:\n", "mend line 1 first"),
        ("a.py", b"\xff\xfe\x00", "is no text"),
        ("a.py", b"x = '\x00'", "is no Python that can be run"),
    ],
)
def test_a_broken_file_is_told_with_the_remedy(name: str, content: bytes, says: str) -> None:
    Path(name).write_bytes(content)
    with pytest.raises(UnreadableError, match=says):
        answers_in(Path(name))


def test_a_file_that_belongs_to_no_quiz_says_how_to_tell() -> None:
    with pytest.raises(checking.NothingToCheckError, match="name one of its questions in it"):
        checking.check(checking.Task(python_file("x = 1\n")))


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("lamda_lr", "did you mean 'lambda_lr'"),
        ("lambda_lr/frist_print", "did you mean 'lambda_lr/first_print'"),
        ("nowhere.ipynb", "there is no file nowhere.ipynb"),
        ("linear_lr", "linear_lr.ipynb is missing"),
        ("qqqqqq", "`warmup list` names them"),
    ],
)
def test_an_unknown_target_suggests_what_was_meant(target: str, says: str) -> None:
    with pytest.raises(checking.NothingToCheckError, match=says):
        checking.task_for(target, Path.cwd())


def test_outside_a_course_a_quiz_cannot_be_found(tmp_path: Path) -> None:
    with pytest.raises(checking.NothingToCheckError, match="is in no course folder"):
        checking.task_for("lambda_lr", tmp_path)


def test_the_command_tells_the_mistake_and_keeps_it(capsys: pytest.CaptureFixture[str]) -> None:
    notebook = the_notebook()
    answer(notebook, "first_print", "first_print = 0.06")
    save(notebook, "quizzes/lambda_lr/lambda_lr.ipynb")
    assert main(["check", "lambda_lr/first_print"]) == 1
    assert "Known mistake: reads-before-step" in capsys.readouterr().out
    answer(notebook, "first_print", "first_print = 0.08")
    save(notebook, "quizzes/lambda_lr/lambda_lr.ipynb")
    assert main(["check", "lambda_lr/first_print"]) == 0
    record = progress.load().of("lambda_lr/first_print")
    assert (record.attempts, record.passed) == (2, True)
    assert record.misconceptions == {"reads-before-step": 1}


def test_the_command_gives_json_for_tools(capsys: pytest.CaptureFixture[str]) -> None:
    python_file("# lambda_lr/first_print\nfirst_print = 0.06\n")
    assert main(["check", "--json", "answers.py"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["of"] == len(questions.names("lambda_lr"))
    assert data["questions"][0]["outcome"] == "incorrect"
    assert data["questions"][0]["misconception"] == "reads-before-step"
    assert data["questions"][1]["outcome"] == "not attempted"


def test_the_command_shows_no_traceback_for_a_broken_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("broken.ipynb").write_text("{")
    assert main(["check", "broken.ipynb"]) == 2
    captured = capsys.readouterr()
    assert "is no notebook that can be read" in captured.err
    assert "Traceback" not in captured.err + captured.out


def test_watch_checks_again_when_the_file_is_saved_and_ends_when_all_is_right(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "lambda_lr.py"
    path.write_text("first_print = 0.06\n")
    solutions = [
        cell.source
        for cell in nbformat.read(ROOT / "solutions/lambda_lr/lambda_lr.ipynb", as_version=4).cells
        if cell.cell_type == "code" and "BEGIN SOLUTION" in cell.source
    ]
    watching = subprocess.Popen(
        [sys.executable, "-m", "warmup_lib.cli", "watch", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert watching.stdout is not None
        said = []
        for line in watching.stdout:
            said.append(line)
            if "Ctrl+C ends" in line:
                break
        assert any("reads-before-step" in line for line in said)
        time.sleep(1)  # The watcher begins to look after it has spoken.
        new = tmp_path / "lambda_lr.py.new"
        new.write_text("\n".join([questions.quiz_module("lambda_lr").SETUP, *solutions]))
        new.replace(path)
        rest = watching.communicate(timeout=60)[0]
        assert f"{len(solutions)} of {len(solutions)} right" in rest
        assert watching.returncode == 0
    finally:
        watching.kill()


def test_answers_to_two_quizzes_in_one_file_are_both_checked() -> None:
    path = python_file(
        "# lambda_lr/first_print, linear_lr/ramp_value\nfirst_print = 0.08\nramp_value = 1.0\n"
    )
    seen = outcomes(path)
    assert seen["first_print"] is Outcome.PASSED
    assert seen["ramp_value"] is Outcome.INCORRECT


def test_one_broken_line_does_not_make_what_is_not_there_an_error() -> None:
    path = python_file("# lambda_lr/first_print\nimport nosuch\nmissing_cap = 1 / 0\n")
    seen = outcomes(path)
    assert seen["first_print"] is Outcome.NOT_ATTEMPTED
    assert seen["missing_cap"] is Outcome.COULD_NOT_CHECK


def test_checking_an_unchanged_answer_again_is_no_new_attempt() -> None:
    path = python_file("# lambda_lr/first_print\nfirst_print = 0.06\n")
    for _ in range(3):
        outcomes(path)
    record = progress.load().of("lambda_lr/first_print")
    assert (record.attempts, record.misconceptions) == (1, {"reads-before-step": 1})


def test_a_file_of_another_kind_is_told_apart_from_a_missing_one() -> None:
    Path("answers.txt").write_text("first_print = 0.08")
    with pytest.raises(checking.NothingToCheckError, match="neither a notebook"):
        checking.task_for("answers.txt", Path.cwd())


def test_a_misspelled_name_is_asked_about() -> None:
    path = python_file("# lambda_lr/first_print\nfirst_prnt = 0.08\n")
    checked = checking.check(checking.Task(path))
    assert checked.troubles == ("there is no first_print; is first_prnt meant to be it?",)


def test_a_python_file_need_not_repeat_the_quizs_imports() -> None:
    solutions = nbformat.read(ROOT / "solutions/linear_lr/linear_lr.ipynb", as_version=4).cells
    source = next(cell.source for cell in solutions if cell.id == "warmup_then_cosine")
    Path("linear_lr.py").write_text(source)
    assert outcomes(Path("linear_lr.py"))["warmup_then_cosine"] is Outcome.PASSED


def test_the_quiz_is_told_by_the_answers_where_nothing_names_it() -> None:
    assert outcomes(python_file("first_print = 0.08\nmissing_cap = 0.4\n"))["first_print"]
