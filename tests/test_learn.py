"""check, hint and solution, as a notebook calls them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import __main__
import warmup_lib
from warmup_lib import asked, check, hint, questions, solution


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[pytest.MonkeyPatch]:
    """Sets what the notebook's cells would have set."""
    monkeypatch.setattr(asked, "_hints_given", {})
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path))
    return monkeypatch


def test_check_finds_the_answer_by_the_questions_name(notebook: pytest.MonkeyPatch) -> None:
    notebook.setattr(__main__, "first_print", 0.08, raising=False)
    assert "✓ Right" in str(check("lambda_lr/first_print"))
    notebook.setattr(__main__, "first_print", 0.06, raising=False)
    assert "Known mistake: *reads-before-step*" in str(check("lambda_lr/first_print"))


def test_a_missing_answer_is_not_a_traceback() -> None:
    shown = check("lambda_lr/first_print")
    assert "? Could not be checked" in str(shown)
    assert "Run the cell that defines it; if that cell ends in an error" in str(shown)
    assert repr(shown) == "0"


@pytest.mark.parametrize("call", [check, hint, solution])
def test_an_unknown_name_suggests_the_nearest(call: object) -> None:
    assert callable(call)
    assert "did you mean 'lambda_lr/off_by_one'" in str(call("lambda_lr/off_by_won"))


@pytest.mark.usefixtures("notebook")
def test_hints_come_one_more_each_time_and_end_in_the_way_to_the_solution() -> None:
    name = "lambda_lr/first_print"
    given = [str(hint(name)) for _ in range(4)]
    assert [text.splitlines()[0] for text in given[:3]] == [f"Hint {i} of 3" for i in (1, 2, 3)]
    assert len(set(given)) == 4
    assert given[3].startswith("Those were all 3 hints")
    assert f'solution("{name}")' in given[3]


def test_a_solution_has_the_steps_the_key_the_check_and_the_mistakes() -> None:
    text = str(solution("lambda_lr/first_print"))
    assert "**0.08**" in text
    assert "first_print = 0.08" in text
    assert "Quick check" in text
    assert "*reads-before-step*: 0.06 is the LR" in text


def test_the_solution_of_a_choice_names_the_letter() -> None:
    letter = questions.load("lambda_lr/right_lambda").reference()
    assert f"That is **{letter}**" in str(solution("lambda_lr/right_lambda"))


def test_the_solution_of_a_choice_says_why() -> None:
    assert "starts at 1/5, reaches 1 at update 4" in str(solution("lambda_lr/right_lambda"))


def test_a_question_that_does_not_run_here_is_not_a_traceback(
    notebook: pytest.MonkeyPatch,
) -> None:
    def broken(name: str) -> None:
        raise ValueError("no torch left")

    notebook.setattr(asked, "make_key", broken)
    asked._asked.cache_clear()
    shown = check("lambda_lr/first_print")
    assert "? Could not be checked" in str(shown)
    assert "Restart the kernel" in str(shown)
    assert repr(shown) == "0"


def test_public_names_are_those_listed() -> None:
    assert warmup_lib.__all__ == ["ask", "check", "hint", "solution"]
    assert all(callable(getattr(warmup_lib, name)) for name in warmup_lib.__all__)
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        _ = warmup_lib.chekc


@pytest.mark.parametrize(
    "module",
    [
        "warmup_lib",
        "warmup_lib.schedules",
        "warmup_lib.quiz.examine",
        "warmup_lib.quiz.write",
        "warmup_lib.quiz.view",
        "warmup_lib.questions",
        "warmup_lib.learn",
    ],
)
def test_it_is_imported_without_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
