"""A student's own numbers: drawn from a seed, built without stored state, graded alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import __main__
from warmup_lib import checking, learn, questions
from warmup_lib.builder.variants import BuildError, write_variants
from warmup_lib.cli import main
from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants, can_be_told_apart, student_seed

SALT = b"a secret of at least 16 bytes"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path / "home"))


def doubled(factor: int = 2) -> Predict:
    """A question whose misconception coincides with the truth for a factor of 2."""
    return Predict(
        title="Doubled",
        prompt="What is printed?",
        program=Program(f"print('lr', 2 * {factor})", {}),
        line="lr",
        holds="It is the product.",
        hints=("Multiply.", "Twice."),
        steps="{answer}",
        quick_check="Multiply.",
        misconceptions=(
            Misconception("adds", "You add.", Program(f"print('lr', 2 + {factor})", {})),
            Misconception("one", "You give one.", Program("print('lr', 1)", {})),
        ),
    )


def test_a_draw_is_refused_where_a_misconception_gives_the_right_answer() -> None:
    assert not can_be_told_apart(doubled(2))
    variants = Variants(doubled, factor=(2, 3))
    assert {variants.draw(f"seed {i}").reference() for i in range(20)} == {6}


def test_without_any_draw_that_works_it_says_so() -> None:
    with pytest.raises(ValueError, match="gives every wrong model its own answer"):
        Variants(doubled, factor=(2,)).draw("a seed")


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_students_have_two_seeds_and_each_always_the_same(one: str, other: str) -> None:
    try:
        seeds = [student_seed(SALT, each) for each in (one, other, one)]
    except UnicodeEncodeError:  # half a surrogate pair is no text that a file could hold
        return
    assert seeds[0] == seeds[2]
    assert (seeds[0] == seeds[1]) == (one == other)


def test_another_salt_gives_another_seed() -> None:
    assert student_seed(SALT, "ada") != student_seed(SALT + b"!", "ada")


@pytest.mark.parametrize(
    ("salt", "student", "says"),
    [(b"short", "ada", "salt must have at least 16"), (SALT, "", "student must be the id")],
)
def test_a_bad_salt_or_student_is_told(salt: bytes, student: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        student_seed(salt, student)


def test_a_students_variant_and_its_key_are_made_again_without_stored_state(
    tmp_path: Path,
) -> None:
    first = write_variants("ada", SALT, tmp_path / "one", quizzes=["lambda_lr"], with_key=True)
    again = write_variants("ada", SALT, tmp_path / "two", quizzes=["lambda_lr"], with_key=True)
    assert [path.read_text() for path in first] == [path.read_text() for path in again]
    (other,) = write_variants("ben", SALT, tmp_path, quizzes=["lambda_lr"])
    assert other.read_text() != first[1].read_text()
    assert other == tmp_path / "students/ben/lambda_lr/lambda_lr.ipynb"


def test_the_key_of_a_variant_is_right_for_it_and_wrong_for_another(tmp_path: Path) -> None:
    write_variants("ada", SALT, tmp_path, quizzes=["lambda_lr"], with_key=True)
    write_variants("ben", SALT, tmp_path, quizzes=["lambda_lr"])
    mine, key = (tmp_path / f / "ada/lambda_lr/lambda_lr.ipynb" for f in ("students", "keys"))
    checked = checking.check(checking.Task(key))
    assert checked.passed == len(checked.feedback)
    assert checking.check(checking.Task(mine)).passed == 0
    notebook: Any = nbformat.read(key, as_version=4)
    theirs: Any = nbformat.read(tmp_path / "students/ben/lambda_lr/lambda_lr.ipynb", as_version=4)
    variant_cell = {cell.id: cell for cell in theirs.cells}["lambda_lr-variant"]
    next(c for c in notebook.cells if c.id == "lambda_lr-variant").source = variant_cell.source
    nbformat.write(notebook, tmp_path / "copied.ipynb")
    copied = checking.check(checking.Task(tmp_path / "copied.ipynb"))
    assert copied.passed < len(copied.feedback)


def test_what_nbgrader_overwrites_is_the_same_for_every_student(tmp_path: Path) -> None:
    """It puts the locked cells of the source in the place of a student's."""
    (ada,) = write_variants("ada", SALT, tmp_path, quizzes=["why_warmup"])
    locked = [
        [cell.source for cell in nbformat.read(path, as_version=4).cells if is_graded(cell)]
        for path in (ada, Path(__file__).parent.parent / "quizzes/why_warmup/why_warmup.ipynb")
    ]
    assert locked[0] == locked[1]


def is_graded(cell: Any) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def test_a_notebook_with_a_variant_is_checked_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = student_seed(SALT, "ada")
    right = questions.load("lambda_lr/first_print", seed).reference()
    monkeypatch.setattr(__main__, "VARIANT", seed, raising=False)
    monkeypatch.setattr(__main__, "first_print", right, raising=False)
    assert "✓ Right" in str(learn.check("lambda_lr/first_print"))


@pytest.mark.parametrize("seed", [17, "", None])
def test_a_variant_that_was_tampered_with_is_not_taken_for_the_built_quiz(
    seed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "VARIANT", seed, raising=False)
    monkeypatch.setattr(__main__, "first_print", 0.08, raising=False)
    for call in (learn.check, learn.hint, learn.solution, learn.ask):
        assert "put its cell back as you got it" in str(call("lambda_lr/first_print"))


@pytest.mark.parametrize("student", ["../ada", "a/b", "", ".hidden", "a b"])
def test_an_id_that_is_no_folders_name_is_refused(student: str, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="student must be an id"):
        write_variants(student, SALT, tmp_path)


def test_the_command_builds_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    salt = tmp_path / "salt"
    salt.write_bytes(b"short\n")
    command = ["build", "lambda_lr", "--student", "ada", "--salt-file", str(salt)]
    assert main(command) == 2
    assert "at least 16 bytes, got 5" in capsys.readouterr().err
    salt.write_bytes(SALT + b"\n")
    assert main([*command, "lambda_lr"]) == 0  # twice is once
    assert capsys.readouterr().out == "variants/students/ada/lambda_lr/lambda_lr.ipynb\n"
    assert main([*command, "--json"]) == 0
    written = tmp_path / "variants/students/ada/lambda_lr/lambda_lr.ipynb"
    told = {"student": "ada", "seed": None, "written": [str(written)]}
    assert json.loads(capsys.readouterr().out) == told


def test_everybody_may_get_the_numbers_of_one_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["build", "lambda_lr", "--seed", "2026", "--key"]) == 0
    notebook, key = sorted(capsys.readouterr().out.split())
    assert notebook == "variants/everybody/lambda_lr/lambda_lr.ipynb"
    assert key == "variants/keys/everybody/lambda_lr/lambda_lr.ipynb"
    assert 'VARIANT = \\"2026\\"' in (tmp_path / notebook).read_text(encoding="utf-8")
    for wrong in (["--seed", "a b"], ["--seed", "1", "--student", "ada"], ["--student", "ada"], []):
        assert main(["build", "lambda_lr", *wrong]) == 2
        assert "seed" in capsys.readouterr().err
