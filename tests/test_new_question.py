"""A new question from its template: it says what to write, and works once that is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from warmup_lib.builder.new_question import KINDS, left_to_do

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and the bank's test, to add questions to."""
    clone = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "warmup_lib", clone / "warmup_lib")
    (clone / "tests").mkdir()
    shutil.copy(ROOT / "tests/test_bank.py", clone / "tests")
    shutil.copy(ROOT / "pyproject.toml", clone)
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
    for kind, name in KINDS.items():
        made = run(
            clone, "warmup_lib.cli", "new-question", "linear_lr", f"my_{name}", "--kind", kind
        )
        assert made.returncode == 0, made.stderr
        files[name] = clone / f"warmup_lib/questions/linear_lr/my_{name}.py"
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
