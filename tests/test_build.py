"""What is built from the bank, and how differences are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from warmup_lib import questions
from warmup_lib.builder import quizzes
from warmup_lib.builder.__main__ import main

BUILT = {"solutions/q/q.ipynb": "a", "quizzes/q/q.ipynb": "b"}


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_what_is_as_built_has_no_difference(tmp_path: Path) -> None:
    write(tmp_path, BUILT)
    assert quizzes.differences(BUILT, tmp_path) == []


def test_missing_stray_and_changed_files_are_each_named_with_the_remedy(tmp_path: Path) -> None:
    write(tmp_path, {"quizzes/q/q.ipynb": "edited by hand", "quizzes/q/old.ipynb": ""})
    assert quizzes.differences(BUILT, tmp_path) == [
        "solutions/q/q.ipynb is missing; run: python -m warmup_lib.builder quizzes",
        "quizzes/q/old.ipynb belongs to no quiz; delete it",
        "quizzes/q/q.ipynb is not what the bank gives: it was edited or answered, or the bank has "
        "changed; to overwrite it, run: python -m warmup_lib.builder quizzes",
    ]


@pytest.mark.parametrize("quiz", questions.QUIZZES)
def test_a_solution_notebook_has_each_question_in_order_under_stable_ids(quiz: str) -> None:
    notebook = quizzes.solution_notebook(quiz)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert ids == [cell.id for cell in quizzes.solution_notebook(quiz).cells]
    names = [questions.load(name).variable for name in questions.names(quiz)]
    assert [i for i in ids if i in names] == names
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [cell.metadata.nbgrader.points for cell in graded] == [
        questions.load(name).points for name in questions.names(quiz)
    ]


def test_an_unknown_command_is_told_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "usage: python -m warmup_lib.builder" in capsys.readouterr().err


def test_building_outside_the_course_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "go to the course's folder" in capsys.readouterr().err
