"""``warmup stats``: what it reads, prints and writes, and its exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_classes import drawn, record, unreadable

from warmup_lib import questions
from warmup_lib.cli import cli
from warmup_lib.grading import places
from warmup_lib.grading.records import Record, Records

QUIZ = "lambda_lr"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hand_in(records: Sequence[Record], folder: Path | None = None) -> None:
    kept = Records(folder or places.records_folder(Path(), QUIZ))
    for each in records:
        kept.write(each)


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, ["stats", *args])


def printed(*args: str) -> str:
    result = run(*args)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def data(*args: str) -> Any:
    return json.loads(printed(*args, "--json"))


def test_a_class_is_a_table_and_what_it_believes() -> None:
    hand_in([*drawn(QUIZ, 40), unreadable("zoe", QUIZ)])
    text = printed(QUIZ)
    first = text.splitlines()[0]
    assert first.startswith("lambda_lr: 40 graded · 1 could not be read · mean ")
    assert "alpha" in first
    assert all(name in text for name in questions.names(QUIZ))
    assert "Mistakes held most" in text
    assert "! Read discrimination and alpha with caution: 40 submissions" in text
    assert "warmup stats lambda_lr --html" in text
    assert "student-0000" not in text


def test_a_small_class_is_said_to_be_too_small() -> None:
    hand_in(drawn(QUIZ, 8))
    text = printed(QUIZ)
    assert "! The class is too small" in text
    assert "alpha" not in text.splitlines()[0]


def test_tools_get_all_numbers() -> None:
    hand_in(drawn(QUIZ, 40))
    given = data(QUIZ)
    assert given["version"] == 1
    assert (given["quiz"], given["students"], given["unreadable"]) == (QUIZ, 40, 0)
    assert [each["name"] for each in given["questions"]] == questions.names(QUIZ)
    assert set(given["questions"][0]["right"]) == {"count", "of", "value", "low", "high"}
    assert given["written"] == []


@pytest.mark.parametrize("below", ["", "records"])
def test_records_may_be_elsewhere(here: Path, below: str) -> None:
    hand_in(drawn(QUIZ, 3), here / "there" / below)
    assert data(QUIZ, "--from", "there")["students"] == 3


def test_everything_is_written_where_it_is_asked_for(here: Path) -> None:
    hand_in(drawn(QUIZ, 5))
    files = ["--html", "out/class.html", "--csv", "out/class.csv", "--canvas", "out/canvas.csv"]
    text = printed(QUIZ, *files, "--gradescope", "out/gs")
    assert text.count("Written: ") == 4
    assert (here / "out/class.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    rows = list(csv.reader(io.StringIO((here / "out/class.csv").read_text(encoding="utf-8"))))
    assert {row[0] for row in rows[1:]} == {QUIZ}
    grades = list(csv.reader(io.StringIO((here / "out/canvas.csv").read_text(encoding="utf-8"))))
    assert len(grades) == 2 + 5
    results = sorted((here / "out/gs").glob("*/results.json"))
    assert [path.parent.name for path in results] == [f"student-{n:04d}" for n in range(5)]
    scores = [json.loads(path.read_text(encoding="utf-8"))["score"] for path in results]
    assert scores == [float(row[-1]) for row in grades[2:]]


def test_the_page_in_a_course_links_its_lesson(here: Path) -> None:
    for folder in ("lessons", "quizzes"):
        (here / folder).mkdir()
    (here / "lessons/02_lambda_lr.ipynb").touch()
    hand_in(drawn(QUIZ, 5))
    page = places.class_page(Path(), QUIZ)
    printed(QUIZ, "--html", str(page))
    assert 'href="../../lessons/02_lambda_lr.ipynb"' in page.read_text(encoding="utf-8")


def test_a_roster_is_filled_and_its_gaps_are_told(here: Path) -> None:
    hand_in([*drawn(QUIZ, 2), record("=eve", {"first_print": "right"}, QUIZ)])
    (here / "roster.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\nA,1,,student-0000,s\nB,2,,=eve,s\n"
    )
    result = run(QUIZ, "--canvas", "c.csv", "--roster", "roster.csv")
    assert result.exit_code == 0
    assert result.stderr == "c.csv: not in the roster, and left out: student-0001\n"
    assert "B,2,,'=eve,s,1" in (here / "c.csv").read_text()


# Trouble


def test_without_records_it_says_what_makes_them() -> None:
    result = run(QUIZ)
    assert result.exit_code == 2
    assert "warmup grade lambda_lr" in result.stderr
    assert str(Path("grading/lambda_lr/records")) in result.stderr


def test_an_unknown_quiz_gets_the_nearest() -> None:
    result = run("lambdalr")
    assert result.exit_code == 2
    assert "did you mean 'lambda_lr'?" in result.stderr


def test_a_roster_without_canvas_is_wrong_usage() -> None:
    result = run(QUIZ, "--roster", "x.csv")
    assert result.exit_code == 2
    assert "--roster goes with --canvas" in result.stderr


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 99}', "\x00"])
def test_a_file_that_is_no_record_is_trouble_with_files(here: Path, text: str) -> None:
    hand_in(drawn(QUIZ, 1))
    (places.records_folder(here, QUIZ) / "broken.json").write_text(text)
    result = run(QUIZ)
    assert result.exit_code == 3
    assert "broken.json is no record" in result.stderr


def test_a_record_of_another_quiz_is_trouble_with_files() -> None:
    hand_in(drawn("linear_lr", 1))
    result = run(QUIZ)
    assert result.exit_code == 3
    assert "is of linear_lr, not of lambda_lr" in result.stderr


def test_a_broken_roster_is_trouble_and_nothing_is_written(here: Path) -> None:
    hand_in(drawn(QUIZ, 1))
    (here / "roster.csv").write_text("a,b\n")
    result = run(QUIZ, "--html", "c.html", "--canvas", "c.csv", "--roster", "roster.csv")
    assert result.exit_code == 3
    assert "export it from Canvas" in result.stderr
    assert not (here / "c.csv").exists()
    assert not (here / "c.html").exists()


def test_an_id_does_not_reach_the_terminal_as_it_is(here: Path) -> None:
    hand_in([record("=\x1b[2Jeve", {"first_print": "right"}, QUIZ)])
    result = run(QUIZ, "--canvas", "c.csv")
    assert "=?[2Jeve" in result.stderr
    assert "\x1b" not in result.output


def test_a_class_that_could_not_be_read_is_told() -> None:
    hand_in([unreadable("ada", QUIZ)])
    text = printed(QUIZ, "--html", "class.html", "--csv", "class.csv")
    assert "lambda_lr: 0 graded · 1 could not be read" in text
    assert "nothing to say" in text


def test_nothing_heavy_is_imported() -> None:
    hand_in(drawn(QUIZ, 3))
    code = (
        "import sys; from warmup_lib.cli import main\n"
        "code = main(['stats', 'lambda_lr', '--html', 'c.html', '--csv', 'c.csv', '--gradescope', "
        "'gs', '--canvas', 'canvas.csv'])\n"
        "heavy = {'torch', 'rich', 'IPython', 'numpy', 'matplotlib', 'nbformat'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (ran.returncode, ran.stderr) == (0, "")
