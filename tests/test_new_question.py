"""A new question from its template: it says what to write, and works once that is written."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from warmup_lib import questions
from warmup_lib.builder.new_question import KINDS, NewQuestionError, left_to_do, new_question
from warmup_lib.cli import main

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and the bank's test, to add questions to."""
    clone = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "warmup_lib", clone / "warmup_lib")
    (clone / "tests").mkdir()
    shutil.copy(ROOT / "tests/test_bank.py", clone / "tests")
    for name in ("pyproject.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, clone)
    return clone


def run(clone: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": str(clone), "WARMUP_HOME": str(clone / "home")},
        text=True,
        capture_output=True,
        check=False,
    )


def test_each_kind_fails_until_it_is_written_and_then_passes_the_strict_test(clone: Path) -> None:
    files = {}
    for kind in KINDS:
        name = f"my_{kind.replace('-', '_')}"
        made = run(clone, "warmup_lib.cli", "new-question", "linear_lr", name, "--kind", kind)
        assert made.returncode == 0, made.stderr
        files[name] = clone / f"warmup_lib/questions/linear_lr/{name}.py"
        assert str(files[name]) in made.stdout
        assert len(left_to_do(files[name])) >= 10
    test = ["pytest", "-q", "-p", "no:cacheprovider", "tests/test_bank.py", "-k", "linear_lr/my_"]
    untouched = run(clone, *test, "-x")
    assert "is not written yet. Write:" in untouched.stdout
    assert "line 1: the question in one line" in untouched.stdout

    for path in files.values():
        lines = path.read_text().split("TODO: ")
        # Each gets other words, since no two misconceptions may say the same.
        path.write_text("".join(f"{line}{n} " for n, line in enumerate(lines[:-1])) + lines[-1])
    written = run(clone, *test)
    assert written.returncode == 0, written.stdout[-3000:]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lambda_lr", "first_print"], "there is a question lambda_lr/first_print already"),
        (["lambda_lr", "First-Print"], "name must be lower-case words"),
        (["lambda_lr", "class"], "name must be lower-case words"),
        (["lamda_lr", "one"], "did you mean 'lambda_lr'"),
        (["lambda_lr", "one", "--kind", "essay"], "'essay' is not one of 'predict', 'choose'"),
    ],
)
def test_what_cannot_be_made_is_told(clone: Path, arguments: list[str], says: str) -> None:
    made = run(clone, "warmup_lib.cli", "new-question", *arguments)
    assert made.returncode == 2
    assert says in made.stderr


def test_tools_are_told_where_the_file_is_and_what_to_write(clone: Path) -> None:
    made = run(clone, "warmup_lib.cli", "new-question", "training", "for_tools", "--json")
    path = clone / "warmup_lib/questions/training/for_tools.py"
    assert json.loads(made.stdout) == {
        "question": "training/for_tools",
        "file": str(path),
        "to_write": left_to_do(path),
        "test": "pytest -x -q tests/test_bank.py -k training/for_tools",
    }


def test_an_installed_package_is_left_alone(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "warmup_lib", tmp_path / "warmup_lib")
    made = run(tmp_path, "warmup_lib.cli", "new-question", "lambda_lr", "one")
    assert made.returncode == 2
    assert "is no clone of the course but an installed package" in made.stderr
    assert "clone the course's repository" in made.stderr
    assert not (tmp_path / "warmup_lib/questions/lambda_lr/one.py").exists()


def test_a_bank_that_cannot_be_written_to_is_told_and_left_as_it_was(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order = clone / "warmup_lib/questions/lambda_lr/__init__.py"
    before = order.read_text()
    write_text = Path.write_text

    def fail(path: Path, *args: Any, **more: Any) -> int:
        if path == order:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return write_text(path, *args, **more)

    monkeypatch.setattr(questions.quiz_module("lambda_lr"), "__file__", str(order))
    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(NewQuestionError, match="read-only file system; mend that"):
        new_question("lambda_lr", "one", "predict")
    assert main(["new-question", "lambda_lr", "one"]) == 3
    assert f"Error: {order}: read-only file system" in capsys.readouterr().err
    assert order.read_text() == before
    assert not order.with_name("one.py").exists()


def test_a_kind_that_there_is_not_is_told() -> None:
    with pytest.raises(NewQuestionError, match=r"kind must be one of predict, .*, got 'essay'"):
        new_question("lambda_lr", "one", "essay")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from warmup_lib.cli import main; main(['new-question', '--help'])\n"
        "sys.exit(' '.join({'torch', 'numpy', 'rich', 'nbformat'} & set(sys.modules)) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "name-the-bug" in ran.stdout
