"""The ``warmup`` command: what it prints, its exit codes, and how little it imports."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from warmup_lib import asked, course, progress, questions
from warmup_lib.cli import COMMANDS, cli, main
from warmup_lib.quiz.feedback import Feedback, Outcome

FIRST, LAST = "demo/first", "demo/last"
FACTS = {
    FIRST: questions.Facts("The first", "predict", "warm-up", 1, ("no-cap", "one-late"), "", True),
    LAST: questions.Facts(
        "The last", "fix", "hard", 2, ("no-cap",), "[PR 1](https://x.org)", False
    ),
}
REAL = "lambda_lr/first_print"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, with progress of its own."""
    for name in ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING", "WARMUP_DEBUG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(asked, "_hints_given", {})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A course of two questions."""
    monkeypatch.setattr(questions, "index", lambda: FACTS)
    monkeypatch.setattr(questions, "QUIZZES", ("demo",))


@pytest.fixture
def in_course(here: Path) -> Path:
    for folder in ("lessons", "quizzes/demo"):
        (here / folder).mkdir(parents=True)
    return here


def wrong(question: str, misconception: str | None = None) -> None:
    assert progress.note_check(Feedback(question, Outcome.INCORRECT, "", 1, misconception)) is None


def right(question: str) -> None:
    assert progress.note_check(Feedback(question, Outcome.PASSED, "", 1, None)) is None


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def printed(*args: str) -> str:
    """The output of a command that must not find anything wrong."""
    result = run(*args)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout


def data(*args: str) -> Any:
    return json.loads(printed(*args, "--json"))


def process(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "warmup_lib.cli", *args],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


# The overview


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"]])
def test_the_overview_says_where_to_start_and_what_exit_codes_mean(args: list[str]) -> None:
    text = printed(*args)
    assert "Start here:\n    warmup init" in text
    assert all(re.search(rf"^  {name} ", text, re.MULTILINE) for name in names_of_commands())
    assert "3    trouble with files" in text


def names_of_commands() -> list[str]:
    return [name for names in COMMANDS.values() for name in names]


@pytest.mark.parametrize("name", names_of_commands())
def test_every_command_has_help(name: str) -> None:
    assert (
        f"Usage: warmup {name}" in CliRunner().invoke(cli, [name, "-h"], prog_name="warmup").output
    )


def test_a_typo_in_a_command_gets_the_nearest() -> None:
    result = run("sttus")
    assert result.exit_code == 2
    assert "did you mean 'status'?" in result.stderr


# init


def test_init_copies_the_course_and_says_how_to_start(here: Path) -> None:
    text = printed("init")
    assert "Start here: cd warmup-course && jupyter lab lessons/00_start_here.ipynb" in text
    assert (here / "warmup-course/quizzes/lambda_lr/lambda_lr.ipynb").exists()


def test_init_names_work_that_it_left_and_work_that_it_kept(here: Path) -> None:
    folder = str(here / "a b")
    printed("init", folder)
    changed = here / "a b/quizzes/lambda_lr/lambda_lr.ipynb"
    changed.write_text("mine")
    text = printed("init", folder)
    assert "You changed 1, which were left" in text
    assert "quizzes/lambda_lr/lambda_lr.ipynb" in text
    assert f"warmup init --refresh '{folder}'" in text
    assert changed.read_text() == "mine"
    assert "yours is quizzes/lambda_lr/lambda_lr.mine-1.ipynb" in printed(
        "init", folder, "--refresh"
    )


def test_init_inside_a_course_means_that_course(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed("init")
    (here / "warmup-course/lessons/00_start_here.ipynb").unlink()
    monkeypatch.chdir(here / "warmup-course/quizzes")
    report = data("init")
    assert report["folder"] == str(here / "warmup-course")
    assert report["new"] == ["lessons/00_start_here.ipynb"]
    assert list(report) == ["folder", "new", "same", "yours", "kept"]


def test_init_into_a_file_is_trouble_with_files(here: Path) -> None:
    (here / "taken").write_text("")
    ran = process("init", "taken")
    assert ran.returncode == 3
    assert ran.stderr.startswith("Error: taken cannot be the course's folder, since a file is in")
    assert ran.stdout == ""


# status


@pytest.mark.usefixtures("demo")
def test_status_counts_what_is_passed_and_what_was_met() -> None:
    wrong(FIRST, "no-cap")
    right(FIRST)
    wrong(LAST, "no-cap")
    text = printed("status")
    assert re.search(r"^demo +#{10}\.{10} +1 of 2$", text, re.MULTILINE)
    assert "Mistakes met most: no-cap (twice)" in text
    assert f"Next: {LAST}. You tried it once" in text
    assert data("status") == {
        "passed": 1,
        "total": 2,
        "quizzes": [{"quiz": "demo", "passed": 1, "total": 2}],
        "misconceptions": [{"name": "no-cap", "times": 2}],
        "review": [],
        "next": {
            "question": LAST,
            "why": "You tried it once, and have not passed it yet.",
            "review": False,
        },
        "kept_in": str(progress.folder()),
    }


@pytest.mark.usefixtures("demo")
def test_status_says_when_there_is_something_to_review_and_when_all_is_done() -> None:
    right(FIRST)
    right(LAST)
    assert "every question" in printed("status")
    assert data("status")["next"] is None
    wrong(LAST, "no-cap")
    assert "For review: 1 question (warmup next --review)\n" in printed("status")
    assert data("status")["review"] == [LAST]


def test_status_tells_of_a_broken_file_beside_its_output() -> None:
    progress.folder().mkdir()
    (progress.folder() / "progress.json").write_text("{")
    result = run("status", "--json")
    assert "put aside" in result.stderr
    assert json.loads(result.stdout)["passed"] == 0


def test_status_imports_nothing_heavy() -> None:
    code = (
        "import sys; from warmup_lib.cli import main; code = main(['status'])\n"
        "heavy = {'torch', 'rich', 'IPython', 'numpy', 'matplotlib', 'filelock'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or code)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "other_libraries" in ran.stdout


# next


@pytest.mark.usefixtures("demo")
def test_next_names_the_question_the_reason_the_notebook_and_the_cell(in_course: Path) -> None:
    text = printed("next")
    assert text.startswith(f"{FIRST} · The first\nYou have not tried it yet.\n")
    assert f"Open {Path('quizzes/demo/demo.ipynb')}, answer" in text
    assert f'  check("{FIRST}")\n' in text
    assert f"warmup hint {FIRST}" in text
    assert data("next") == {
        "question": FIRST,
        "title": "The first",
        "why": "You have not tried it yet.",
        "review": False,
        "notebook": str(in_course / "quizzes/demo/demo.ipynb"),
        "cell": f'check("{FIRST}")',
    }


@pytest.mark.usefixtures("demo")
def test_next_outside_of_a_course_says_how_to_get_one() -> None:
    assert "`warmup init` makes one" in printed("next")
    assert data("next")["notebook"] is None


@pytest.mark.usefixtures("demo")
def test_next_for_review_asks_with_fresh_numbers_where_they_vary() -> None:
    right(LAST)
    right(FIRST)
    wrong(FIRST, "no-cap")
    text = printed("next")
    assert "A mistake came back on it: no-cap." in text
    assert f'  VARIANT = "review-2"\n  ask("{FIRST}")\n' in text
    right(FIRST)
    wrong(LAST, "no-cap")
    assert data("next")["cell"] == f'from warmup_lib import ask\nask("{LAST}")'


@pytest.mark.usefixtures("demo")
def test_next_when_all_is_done() -> None:
    right(FIRST)
    right(LAST)
    assert "every question" in printed("next")
    assert data("next") == {"question": None}


# list


@pytest.mark.usefixtures("demo")
def test_list_shows_what_the_questions_are_and_how_you_stand() -> None:
    right(FIRST)
    assert printed("list").splitlines() == [
        "question    title      kind     difficulty  points  mistakes  state",
        "demo/first  The first  predict  warm-up          1         2  passed",
        "demo/last   The last   fix      hard             2         1  new",
    ]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("args", "names"),
    [
        ([], [FIRST, LAST]),
        (["demo"], [FIRST, LAST]),
        (["--kind", "fix"], [LAST]),
        (["--difficulty", "warm-up"], [FIRST]),
        (["--wild"], [LAST]),
        (["--wild", "--kind", "predict"], []),
    ],
)
def test_list_can_be_narrowed(args: list[str], names: list[str]) -> None:
    assert [each["question"] for each in data("list", *args)] == names
    assert all(name in printed("list", *args) for name in names)


def test_a_kind_is_typed_with_hyphens_and_is_the_banks_own_for_tools() -> None:
    found = data("list", "--kind", "name-the-bug")
    assert {each["kind"] for each in found} == {"name the bug"}
    assert data("list", "--kind", "name the bug") == found


@pytest.mark.usefixtures("demo")
def test_list_has_stable_keys_for_tools() -> None:
    assert data("list")[1] == {
        "question": LAST,
        "title": "The last",
        "kind": "fix",
        "difficulty": "hard",
        "points": 2,
        "misconceptions": ["no-cap"],
        "source": "[PR 1](https://x.org)",
        "varies": False,
        "state": "new",
    }


@pytest.mark.usefixtures("demo")
def test_list_says_where_wild_bugs_were_met_and_when_nothing_fits() -> None:
    assert f"- {LAST}: [PR 1](https://x.org)" in printed("list", "--wild")
    assert printed("list", "--wild", "--kind", "predict") == "No question is like that.\n"


@pytest.mark.parametrize(
    ("args", "remedy"),
    [
        (["lambdalr"], "there is no quiz 'lambdalr'; did you mean 'lambda_lr'?"),
        (["--kind", "essay"], "there is no kind 'essay'; there are predict, choose"),
        (["--kind", "name-a-bug"], "there is no kind 'name-a-bug'; did you mean 'name-the-bug'?"),
        (["--difficulty", "hrad"], "there is no difficulty 'hrad'; did you mean 'hard'?"),
    ],
)
def test_list_of_what_is_not_there(args: list[str], remedy: str) -> None:
    result = run("list", *args)
    assert result.exit_code == 2
    assert remedy in result.stderr


def test_list_needs_no_torch() -> None:
    code = (
        "import sys; from warmup_lib.cli import main; main(['list'])\n"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


# hint and solution


def test_hints_come_one_more_each_time_and_then_all() -> None:
    hints = list(questions.load(REAL).hints)
    given = [data("hint", REAL) for _ in range(len(hints) + 2)]
    assert [each["hints"] for each in given] == [*([hint] for hint in hints), hints, hints]
    assert [each["number"] for each in given] == [1, 2, 3, None, None]
    assert given[0] == {"question": REAL, "number": 1, "of": 3, "hints": hints[:1]}
    assert progress.load().of(REAL).hints == len(hints)


def test_a_hint_ends_in_what_to_do_next() -> None:
    texts = [printed("hint", REAL) for _ in range(4)]
    assert [text.splitlines()[0] for text in texts] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        "All 3 hints",
    ]
    assert texts[0].endswith(f"One more: warmup hint {REAL}\n")
    assert texts[2].endswith(f"The worked steps: warmup solution {REAL}\n")
    assert texts[3].endswith(f"The worked steps: warmup solution {REAL}\n")


def test_a_hint_that_cannot_be_noted_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path / "a file"))
    result = run("hint", REAL)
    assert result.exit_code == 0
    assert "Hint 1 of 3" in result.stdout
    assert "Your progress could not be" in result.stderr


def test_a_solution_has_the_steps_and_the_mistakes() -> None:
    text = printed("solution", REAL)
    assert text.startswith("Solution: What is printed as epoch 3\n")
    assert "The line says **0.08**" in text
    assert "*reads-before-step*: " in text


@pytest.mark.parametrize("command", ["hint", "solution"])
def test_an_unknown_question_gets_the_nearest(command: str) -> None:
    result = run(command, "lambda_lr/off_by_won")
    assert result.exit_code == 2
    assert "did you mean 'lambda_lr/off_by_one'?" in result.stderr
    assert "`warmup list` shows them" in run(command, "zzz").stderr


# completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_and_only_that_into_a_pipe(shell: str) -> None:
    assert "_WARMUP_COMPLETE" in printed("completion", shell)


def test_names_complete_without_torch() -> None:
    code = (
        "import sys; from warmup_lib.cli import cli\n"
        "from click.shell_completion import ShellComplete\n"
        "complete = ShellComplete(cli, {}, 'warmup', '_WARMUP_COMPLETE').get_completions\n"
        "print(*(item.value for item in complete(['hint'], 'lambda_lr/off')))\n"
        "sys.exit('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "lambda_lr/off_by_one\n"


@pytest.mark.parametrize(
    ("args", "incomplete", "completed"),
    [
        ([], "st", ["status", "stats"]),
        (["list"], "lam", ["lambda_lr"]),
        (["list", "--kind"], "pre", ["predict"]),
        (["list", "--kind"], "name", ["name-the-bug"]),
        (["new-question", "--kind"], "name", ["name-the-bug"]),
        (["completion"], "z", ["zsh"]),
    ],
)
def test_commands_and_options_complete(
    args: list[str], incomplete: str, completed: list[str]
) -> None:
    complete = ShellComplete(cli, {}, "warmup", "_WARMUP_COMPLETE")
    assert [item.value for item in complete.get_completions(args, incomplete)] == completed


def test_the_shell_gets_its_answer_from_the_command_itself() -> None:
    ran = process(
        _WARMUP_COMPLETE="bash_complete", COMP_WORDS=f"warmup solution {REAL[:-2]}", COMP_CWORD="2"
    )
    assert ran.stdout == f"plain,{REAL}\n"


# Trouble


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(progress, "load", fail)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), 3, "Error: x: no space left"),
        (PermissionError("not yours"), 3, "Error: not yours."),
        (course.CourseError("no course; make one"), 3, "Error: no course; make one."),
        (ZeroDivisionError("by zero"), 70, "ZeroDivisionError: by zero\nPlease report it"),
        (KeyError("lost"), 70, "KeyError: 'lost'\nPlease report it"),
        (KeyboardInterrupt(), 130, ""),
        (click.UsageError("not so"), 2, "Error: not so"),
    ],
)
def test_trouble_ends_in_a_sentence_and_an_exit_code(
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    failing(monkeypatch, error)
    assert main(["status"]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("error", [ZeroDivisionError(), OSError("disk")])
def test_warmup_debug_lets_the_traceback_through(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(monkeypatch, error)
    monkeypatch.setenv("WARMUP_DEBUG", "1")
    with pytest.raises(type(error)):
        main(["status"])


def test_a_command_may_end_in_an_exit_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, click.exceptions.Exit(1))
    assert main(["status"]) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
def test_a_reader_that_goes_away_is_no_trouble() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as pipe:  # noqa: PTH123 - a descriptor is no path
        ran = subprocess.run(
            [sys.executable, "-m", "warmup_lib.cli", "list"], stdout=pipe, stderr=subprocess.PIPE
        )
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_an_encoding_without_our_dots_is_no_trouble() -> None:
    ran = process("next", PYTHONIOENCODING="iso8859-5")
    assert ran.returncode == 0
    assert ran.stdout.startswith("why_warmup/third_update ? ")


# How it looks


def on_terminal(*args: str, **environment: str) -> str:
    """What a command writes on a terminal of 80 columns."""
    pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")
    ours, theirs = pty.openpty()
    ran = subprocess.Popen(
        [sys.executable, "-m", "warmup_lib.cli", *args],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = b""
    try:
        while part := os.read(ours, 4096):
            written += part
    except OSError:  # Linux says so that the other side is closed.
        pass
    os.close(ours)
    assert ran.wait(timeout=60) == 0
    return written.decode()


def test_a_terminal_gets_colour() -> None:
    assert "\x1b[32m" in on_terminal("status")


def test_a_terminal_can_do_without_colour() -> None:
    assert not re.search(r"\x1b\[(3|4|9)\d", on_terminal("status", NO_COLOR="1"))


def test_a_narrow_terminal_leaves_out_columns_and_no_name() -> None:
    text = re.sub(r"\x1b\[[\d;]*m", "", on_terminal("list", "lambda_lr"))
    assert "lambda_lr/ramp_from_one_nth" in text
    assert "difficulty" not in text
    assert "state" in text


@pytest.mark.parametrize("columns", [60, 40, 20])
def test_a_narrow_terminal_breaks_a_name_rather_than_crop_it(columns: int) -> None:
    text = narrow(columns, "list", "lambda_lr")
    assert max(map(len, text.splitlines())) <= columns
    names = "".join(line.split("  ")[0].strip() for line in text.splitlines())
    assert all(name in names for name in questions.names("lambda_lr"))
    assert text.count("new") == len(questions.names("lambda_lr"))
    whole = [line for line in text.splitlines() if line.startswith("lambda_lr/ramp_from_one_nth ")]
    assert bool(whole) == (columns > 20)


@pytest.mark.parametrize("columns", [40, 20])
def test_a_narrow_terminal_leaves_out_the_bar_and_no_count(columns: int) -> None:
    text = narrow(columns, "status").partition("\n\n")[0]
    assert max(map(len, text.splitlines())) <= columns
    assert "░" not in text
    counts = [len(questions.names(quiz)) for quiz in questions.QUIZZES]
    assert re.findall(r"0 of (\d+)$", text, re.MULTILINE) == [*map(str, counts), str(sum(counts))]
    assert "other_libraries" in "".join(line.split("  ")[0].strip() for line in text.splitlines())


def narrow(columns: int, *args: str) -> str:
    """What a terminal so narrow shows, without colours and spaces at the ends of lines."""
    text = re.sub(r"\x1b\[[\d;]*m", "", on_terminal(*args, COLUMNS=str(columns)))
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_a_terminal_is_told_how_to_install_completion() -> None:
    assert 'eval "$(warmup completion zsh)"' in on_terminal("completion", "zsh")


@pytest.mark.parametrize("command", [["status"], ["next"], ["list"], ["hint", REAL], []])
def test_a_pipe_gets_plain_text(command: list[str]) -> None:
    text = process(*command, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2500-\u259f]", text)


@pytest.mark.usefixtures("demo")
def test_next_can_stay_in_a_quiz_and_be_asked_for_reviews_alone() -> None:
    assert data("next", "demo")["question"] == FIRST
    assert "No question is due for review." in printed("next", "--review")
    right(FIRST)
    wrong(FIRST, "no-cap")
    assert data("next")["question"] == LAST
    assert data("next", "--review")["question"] == FIRST
