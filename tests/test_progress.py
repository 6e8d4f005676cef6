"""The learner's progress: what it says, and that nothing on the disk can lose it."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from unittest import mock

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from warmup_lib import progress, progress_file
from warmup_lib.progress import Progress, Record
from warmup_lib.quiz.feedback import Feedback, Outcome

ONE, TWO, THREE = "demo/one", "demo/two", "demo/three"
NAMES = [ONE, TWO, THREE]


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the progress file, in a folder that is not there yet."""
    for name in ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "progress.json"


def wrong(question: str, misconception: str | None = None) -> None:
    assert progress.note_check(Feedback(question, Outcome.INCORRECT, "", 1, misconception)) is None


def right(question: str) -> None:
    assert progress.note_check(Feedback(question, Outcome.PASSED, "", 1, None)) is None


def of(question: str) -> Record:
    return progress.load().of(question)


def write(file: Path, content: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)


# What is kept


def test_nothing_is_known_at_first_and_nothing_is_written_by_looking(file: Path) -> None:
    assert progress.load() == Progress()
    assert of(ONE) == Record()
    assert not file.parent.exists()


def test_checks_and_hints_are_counted() -> None:
    wrong(ONE, "no-cap")
    wrong(ONE, "no-cap")
    wrong(ONE)
    assert progress.note_hint(ONE) is None
    right(ONE)
    seen = of(ONE)
    assert (seen.attempts, seen.passed, seen.hints) == (4, True, 1)
    assert seen.misconceptions == {"no-cap": 2}
    assert seen.last.endswith("Z")


def test_a_question_stays_passed() -> None:
    right(ONE)
    wrong(ONE)
    assert of(ONE).passed


@pytest.mark.parametrize("outcome", [Outcome.NOT_ATTEMPTED, Outcome.COULD_NOT_CHECK])
def test_what_gave_no_verdict_is_no_attempt(outcome: Outcome, file: Path) -> None:
    assert progress.note_check(Feedback(ONE, outcome, "", 1, None)) is None
    assert not file.exists()


@pytest.mark.parametrize("name", ["NBGRADER_EXECUTION", "NBGRADER_VALIDATING"])
def test_nothing_is_kept_while_nbgrader_runs(
    name: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "autograde")
    wrong(ONE, "no-cap")
    assert progress.note_hint(ONE) is None
    assert not file.parent.exists()


def test_the_file_can_be_read_by_a_human(file: Path) -> None:
    wrong(ONE, "no-cap")
    text = file.read_text()
    assert list(json.loads(text)) == ["questions", "version"]
    assert '\n  "demo/one": {\n   "answer": "",\n   "attempts": 1,' in text
    assert text.endswith("}\n")


def test_without_warmup_home_it_is_where_programs_keep_data(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WARMUP_HOME", "")
    assert progress.folder().name == "warmup_lib"
    assert progress.folder().is_absolute()


# What is next


def test_new_questions_come_first_in_the_order_of_the_course() -> None:
    right(TWO)
    wrong(THREE)
    to_do = progress.whats_next(progress.load(), NAMES)
    assert [each.question for each in to_do] == [ONE, THREE]
    assert "not tried it yet" in to_do[0].why
    assert "tried it once" in to_do[1].why


def test_a_mistake_met_on_one_question_only_is_not_for_review() -> None:
    wrong(ONE, "no-cap")
    wrong(ONE, "no-cap")
    right(ONE)
    assert of(ONE).state == "passed"


def test_a_mistake_met_again_on_a_later_question_is_for_review_once_that_is_passed() -> None:
    wrong(ONE, "no-cap")
    right(ONE)
    wrong(TWO, "no-cap")
    assert of(TWO).state == "tried"
    right(TWO)
    (review,) = (each for each in progress.whats_next(progress.load(), NAMES) if each.review)
    assert review.question == TWO
    assert "no-cap" in review.why
    assert progress.whats_next(progress.load(), NAMES)[0].question == THREE


def test_a_mistake_on_a_question_already_passed_is_for_review() -> None:
    right(ONE)
    wrong(ONE, "no-cap")
    assert of(ONE).state == "review"


def test_passing_again_ends_the_review() -> None:
    wrong(ONE, "no-cap")
    wrong(TWO, "no-cap")
    right(TWO)
    assert of(TWO).state == "review"
    right(TWO)
    assert of(TWO).state == "passed"


def test_a_mistake_nobody_knows_is_not_for_review() -> None:
    right(ONE)
    wrong(ONE)
    assert of(ONE).state == "passed"


def test_questions_that_the_course_no_longer_has_are_not_next() -> None:
    wrong("demo/renamed")
    assert [each.question for each in progress.whats_next(progress.load(), [ONE])] == [ONE]


# Nothing is dropped


def test_unknown_questions_and_keys_stay_in_the_file(file: Path) -> None:
    data = {
        "version": 1,
        "theme": "dark",
        "questions": {
            "demo/renamed": {"attempts": 3, "stars": [1, {"a": None}]},
            ONE: {"attempts": 1, "stars": 5},
        },
    }
    write(file, json.dumps(data).encode())
    right(ONE)
    kept = json.loads(file.read_text())
    assert kept["theme"] == "dark"
    assert kept["questions"]["demo/renamed"] == data["questions"]["demo/renamed"]
    assert kept["questions"][ONE]["stars"] == 5
    assert kept["questions"][ONE]["attempts"] == 2


def test_many_writers_at_once_lose_nothing() -> None:
    code = (
        "import sys\n"
        "from warmup_lib import progress\n"
        "from warmup_lib.quiz.feedback import Feedback, Outcome\n"
        "for number in range(25):\n"
        "    name = f'demo/{sys.argv[1]}'\n"
        "    wrong = Feedback(name, Outcome.INCORRECT, '', 1, 'no-cap')\n"
        "    assert progress.note_check(wrong) is None\n"
        "    assert progress.note_hint('demo/shared') is None"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(4)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0, 0]
    seen = progress.load()
    assert seen.trouble == ""
    assert [seen.of(f"demo/{number}").attempts for number in range(4)] == [25] * 4
    assert seen.of("demo/shared").hints == 100


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_in_mid_write_loses_at_most_the_last_note(file: Path) -> None:
    code = (
        "from warmup_lib import progress\n"
        "while progress.note_hint('demo/one') is None:\n"
        "    print('kept', flush=True)"
    )
    kept, chance = 0, random.Random(0)
    for _ in range(8):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"kept\n"
            kept += 1
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(timeout=0.002 + 0.01 * chance.random())
            writer.send_signal(signal.SIGKILL)
            kept += len(writer.stdout.readlines())
        seen = progress.load()
        assert seen.trouble == ""
        # One more where the kill came between the write and its report.
        assert kept <= seen.of(ONE).hints <= kept + 1
        kept = seen.of(ONE).hints
    assert {each.name for each in file.parent.iterdir()} <= {
        "progress.json",
        "progress.json.lock",
        "progress.json.new",
    }


def test_half_a_file_that_a_kill_left_is_no_harm(file: Path) -> None:
    right(ONE)
    file.with_name("progress.json.new").write_text('{"version": 1, "ques')
    right(TWO)
    assert progress.load().of(ONE).passed
    assert progress.load().of(TWO).passed
    assert not file.with_name("progress.json.new").exists()


# A file that cannot be used


def record(**values: object) -> bytes:
    return json.dumps({"version": 1, "questions": {ONE: values}}).encode()


BROKEN = [
    b"",
    b"{",
    b"\x00\x00\x00\x00",
    b'{"version": 1, "questions": {}}\x00',
    b'{"version": 1, "questions": {"\xff": {}}}',
    b"[" * 100_000,
    b"9" * 10_000,
    b"[]",
    b"null",
    b"{}",
    b'{"version": 1}',
    b'{"version": true, "questions": {}}',
    b'{"version": 1.0, "questions": {}}',
    b'{"version": "1", "questions": {}}',
    b'{"version": 0, "questions": {}}',
    b'{"version": -1, "questions": {}}',
    b'{"version": 1, "questions": []}',
    b'{"version": 1, "questions": {"demo/one": 3}}',
    record(attempts=-1),
    record(attempts=1.5),
    record(attempts="2"),
    record(attempts=10**400),
    record(passed="yes"),
    record(passed=1),
    record(hints=None),
    record(misconceptions=["no-cap"]),
    record(misconceptions={"no-cap": "often"}),
    record(misconceptions={"\x1b[2J": 1}),
    record(misconceptions={"\ud800": 1}),
    record(came_back="no-cap"),
    record(came_back=[1]),
    record(last=3),
]


@pytest.mark.parametrize("content", BROKEN, ids=lambda content: repr(content[:60]))
def test_a_broken_file_is_put_aside_and_told_once(content: bytes, file: Path) -> None:
    write(file, content)
    seen = progress.load()
    aside = file.with_name("progress.json.broken-1")
    assert seen.questions == {}
    assert str(aside) in seen.trouble
    assert aside.read_bytes() == content
    assert progress.load().trouble == ""


@pytest.mark.parametrize("name", [each.name for each in fields(Record)])
def test_everything_in_a_record_is_checked(name: str, file: Path) -> None:
    write(file, record(**{name: {"x": None}}))
    assert "made no sense" in progress.load().trouble


def test_a_seed_may_be_any_text(file: Path) -> None:
    write(file, record(parameters="a\nb"))
    assert (of(ONE).parameters, progress.load().trouble) == ("a\nb", "")


def test_a_note_puts_a_broken_file_aside_too_and_is_kept(file: Path) -> None:
    for number in (1, 2):
        write(file, b"broken")
        told = progress.note_hint(ONE)
        assert told is not None
        assert f"progress.json.broken-{number}" in told
        assert of(ONE).hints == 1


def test_a_newer_file_is_put_aside_whatever_it_holds(file: Path) -> None:
    for name in ("version-7", "version-7-2"):
        write(file, b'{"version": 7, "questions": "elsewhere"}')
        trouble = progress.load().trouble
        assert f"progress.json.{name}, and a fresh one started" in trouble
        assert "update it" in trouble
        assert file.with_name(f"progress.json.{name}").exists()


def test_a_file_that_an_editor_marked_as_utf_8_is_read(file: Path) -> None:
    write(file, b"\xef\xbb\xbf" + record(attempts=2))
    assert of(ONE).attempts == 2
    assert progress.load().trouble == ""


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
_KEYS = st.sampled_from([*(each.name for each in fields(Record)), "x"])
_FILES = st.builds(
    lambda version, questions: json.dumps({"version": version, "questions": questions}).encode(),
    st.sampled_from([1, 1, 1, 2, "1", None]),
    st.dictionaries(st.text(), st.dictionaries(_KEYS, _VALUES) | _VALUES) | _VALUES,
)


@given(st.binary() | _FILES)
def test_no_file_makes_loading_or_noting_raise(content: bytes) -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        mock.patch.dict(os.environ, {"WARMUP_HOME": home}),
    ):
        write(Path(home) / "progress.json", content)
        seen = progress.load()
        progress.whats_next(seen, NAMES)
        progress.most_met(seen)
        assert progress.note_hint(ONE) is None
        assert of(ONE).hints == seen.of(ONE).hints + 1


# A disk that cannot be used


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("WARMUP_HOME", str(tmp_path / "a file"))
    told = progress.note_hint(ONE)
    assert told is not None
    assert "could not be kept in" in told
    assert "set WARMUP_HOME" in told
    assert "could not be read" in progress.load().trouble


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.EROFS, "set WARMUP_HOME"), (errno.EACCES, "set WARMUP_HOME"), (errno.ENOSPC, "room")],
)
def test_a_failed_write_is_told_and_leaves_the_file(
    number: int, remedy: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    right(ONE)
    monkeypatch.setattr(Path, "replace", fail)
    told = progress.note_check(Feedback(TWO, Outcome.PASSED, "", 1, None))
    assert told is not None
    assert os.strerror(number).lower() in told
    assert remedy in told
    assert not file.with_name("progress.json.new").exists()
    assert progress.load() == Progress({ONE: of(ONE)})


def test_a_lock_that_is_not_given_back_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_file, "LOCK_SECONDS", 0.1)
    file.parent.mkdir()
    with FileLock(f"{file}.lock"):
        told = progress.note_hint(ONE)
    assert told is not None
    assert "another program is writing there" in told
    assert progress.note_hint(ONE) is None


def test_a_folder_in_the_place_of_the_file_is_told(file: Path) -> None:
    file.mkdir(parents=True)
    assert "could not be read" in progress.load().trouble
    assert "could not be kept" in (progress.note_hint(ONE) or "")


def test_looking_imports_neither_torch_nor_the_lock() -> None:
    code = (
        "import sys; from warmup_lib import progress; progress.load()\n"
        "sys.exit(bool({'torch', 'numpy', 'filelock', 'rich'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
