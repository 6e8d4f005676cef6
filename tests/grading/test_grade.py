"""Grading from what was handed in to the records: what is run, what is not, and going on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from programs import warmup

from warmup_lib import questions
from warmup_lib.grading.grade import Graded, Run, deliver
from warmup_lib.grading.handed_in import HandedIn, Piece
from warmup_lib.grading.jobs import Job, Limits
from warmup_lib.grading.records import Record
from warmup_lib.grading.regrade import keys_of, moved, rejudged, unasked
from warmup_lib.grading.sandbox import Ended, Result
from warmup_lib.quiz.observation import Observation

QUIZ = "lambda_lr"
ROOT = Path(__file__).parent.parent.parent
NAMES = questions.names(QUIZ)
VARIABLES = [name.partition("/")[2] for name in NAMES]


def handed_in(student: str, path: Path = Path("x.ipynb"), **given: Any) -> HandedIn:
    pieces = [Piece(name, f"{name} = ...", name) for name in VARIABLES]
    return HandedIn(student, QUIZ, path, f"digest of {student}", tuple(pieces), **given)


class Canned:
    """Says of every question of a job that there is no answer to it."""

    isolated = True

    def __init__(self, ends: Callable[[str, Job], Ended] = lambda *_: Ended.DONE) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self._ends = ends

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        for name, data, limits in jobs:
            job = Job.from_bytes(data)
            assert limits == job.limits
            asked = [each.variable for each in job.asked]
            self.asked.append((name, asked))
            yield name, self.told(name, job, asked)

    def told(self, name: str, job: Job, asked: list[str]) -> Result:
        """What comes of a job."""
        ended = self._ends(name, job)
        answered = asked[:3] if ended is Ended.DIED and len(asked) > 1 else asked
        return Result(no_answers(answered), ended, 0.5)


def no_answers(asked: Iterable[str]) -> bytes:
    return answering(asked, {"missing": True, "defined": False})


def ones(asked: Iterable[str]) -> bytes:
    return answering(asked, {"value": 1})


def answering(asked: Iterable[str], answer: dict[str, Any]) -> bytes:
    lines = [{"variable": each, "answer": answer, "seconds": 0.1} for each in asked]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_each_result_is_on_the_disk_before_it_is_told(tmp_path: Path) -> None:
    run = Run(QUIZ, tmp_path)
    for graded in run.grade([handed_in("ada"), handed_in("ben")], Canned()):
        assert run.records.read(graded.record.student) == graded.record


def test_a_run_that_was_stopped_goes_on_and_runs_nobody_twice(tmp_path: Path) -> None:
    class_ = [handed_in(f"s{number}") for number in range(5)]
    first, second = Canned(), Canned()
    stopped = Run(QUIZ, tmp_path).grade(class_, first)
    told = [next(stopped), next(stopped)]
    stopped.close()
    went_on = list(Run(QUIZ, tmp_path).grade(class_, second))
    assert {each.record.student for each in went_on} == {each.student for each in class_}
    again = {name for name, _ in second.asked}
    assert again.isdisjoint(each.record.student for each in told)
    assert len(Run(QUIZ, tmp_path).records.all()) == 5


def test_what_did_not_change_is_not_run_again_unless_it_is_asked_for(tmp_path: Path) -> None:
    list(Run(QUIZ, tmp_path).grade([handed_in("ada")], Canned()))
    unchanged, fresh, changed = Canned(), Canned(), Canned()
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], unchanged)
    assert (unchanged.asked, graded.is_new) == ([], False)
    (graded,) = Run(QUIZ, tmp_path, fresh=True).grade([handed_in("ada")], fresh)
    assert graded.is_new
    (graded,) = Run(QUIZ, tmp_path).grade([replace(handed_in("ada"), digest="other")], changed)
    assert graded.is_new


def test_a_record_that_is_broken_is_made_anew(tmp_path: Path) -> None:
    run = Run(QUIZ, tmp_path)
    list(run.grade([handed_in("ada")], Canned()))
    run.records.path("ada").write_text("{")
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], Canned())
    assert graded.is_new
    assert run.records.read("ada") == graded.record


def test_what_cannot_be_read_is_a_row_and_stops_nobody(tmp_path: Path) -> None:
    runner = Canned()
    class_ = [handed_in("ada", trouble="the file is a link"), handed_in("ben")]
    records = {g.record.student: g.record for g in Run(QUIZ, tmp_path).grade(class_, runner)}
    assert [name for name, _ in runner.asked] == ["ben"]
    assert (records["ada"].status, records["ada"].reason) == ("unreadable", "the file is a link")
    assert records["ada"].score == 0
    assert list(records["ada"].marked) == NAMES
    assert records["ben"].status == "graded"


def test_where_the_process_died_the_rest_is_run_again_and_then_asked_for_alone(
    tmp_path: Path,
) -> None:
    def ends(name: str, job: Job) -> Ended:
        return Ended.DIED if len(job.asked) > 1 else Ended.DONE

    runner = Canned(ends)
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], runner)
    assert runner.asked[0] == ("ada", VARIABLES)
    assert runner.asked[1] == ("ada", VARIABLES[3:])
    assert [variables for _, variables in runner.asked[2:]] == [[v] for v in VARIABLES[6:]]
    outcomes = {each.feedback.outcome.value for each in graded.record.marked.values()}
    assert outcomes == {"not attempted"}
    assert "the process that ran it died" in graded.record.troubles


@pytest.mark.parametrize(("kills", "answered"), [(2, True), (99, False)])
def test_a_question_whose_process_is_killed_is_asked_for_three_times_alone(
    kills: int, answered: bool, tmp_path: Path
) -> None:
    class Killing(Canned):
        """The first runs of all, and then those of the first question, are killed."""

        def told(self, name: str, job: Job, asked: list[str]) -> Result:
            if VARIABLES[0] in asked and len(self.asked) <= 2 + kills:
                return Result(b"", Ended.DIED, 0.5)
            return Result(no_answers(asked), Ended.DONE, 0.5)

    runner = Killing()
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], runner)
    assert [asked for _, asked in runner.asked[:2]] == [VARIABLES, VARIABLES]
    alone = [asked for _, asked in runner.asked[2:]]
    assert alone == [[VARIABLES[0]]] * 3 + [[name] for name in VARIABLES[1:]]
    outcome = graded.record.marked[NAMES[0]].feedback.outcome.value
    assert outcome == ("not attempted" if answered else "could not check")


@pytest.mark.parametrize("ended", [Ended.DONE, Ended.DIED])
def test_all_is_run_again_without_the_cell_that_ended_it(ended: Ended, tmp_path: Path) -> None:
    class Ending(Canned):
        """A cell of the second question ends it."""

        def told(self, name: str, job: Job, asked: list[str]) -> Result:
            cells.append([piece.question for piece in job.pieces])
            if VARIABLES[1] in cells[-1]:
                place = cells[-1].index(VARIABLES[1])
                return Result(b'{"begins": %d}\n' % place, ended, 0.5)
            return Result(ones(asked), Ended.DONE, 0.5)

    cells: list[list[str | None]] = []
    runner = Ending()
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], runner)
    others = [VARIABLES[0], *VARIABLES[2:]]
    tries, alone = (2, 3) if ended is Ended.DIED else (1, 1)
    assert [asked for _, asked in runner.asked] == [
        *[VARIABLES] * tries,
        others,
        *[[VARIABLES[1]]] * alone,
    ]
    assert cells[tries] == others
    outcomes = [graded.record.marked[name].feedback.outcome.value for name in NAMES[:2]]
    assert outcomes == ["incorrect", "could not check"]
    told = f"cell {VARIABLES[1]} began and did not come to its end; the others were run again"
    assert f"{told} without it" in graded.record.troubles


@pytest.mark.parametrize("ended", [Ended.TIMED_OUT, Ended.CPU, Ended.MEMORY, Ended.PROCESSES])
def test_a_limit_that_all_cells_met_together_is_laid_to_none(ended: Ended, tmp_path: Path) -> None:
    class Slow(Canned):
        """Together the cells take too much, and alone none does."""

        def told(self, name: str, job: Job, asked: list[str]) -> Result:
            if len(asked) > 1:
                return Result(b'{"begins": 5}\n', ended, 60.0)
            return Result(no_answers(asked), Ended.DONE, 5.0)

    runner = Slow()
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], runner)
    assert [asked for _, asked in runner.asked] == [VARIABLES, *([name] for name in VARIABLES)]
    outcomes = {each.feedback.outcome.value for each in graded.record.marked.values()}
    assert outcomes == {"not attempted"}


def test_half_of_the_time_is_left_for_asking_alone(tmp_path: Path) -> None:
    class Dying(Canned):
        """All dies in its second cell after most of the time, and alone each does well."""

        def told(self, name: str, job: Job, asked: list[str]) -> Result:
            if len(asked) > 1:
                return Result(b'{"begins": 1}\n', Ended.DIED, 0.9 * job.limits.seconds)
            return Result(no_answers(asked), Ended.DONE, 1.0)

    runner = Dying()
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], runner)
    together = [asked for _, asked in runner.asked if len(asked) > 1]
    assert 2 <= len(together) <= 5
    outcomes = {each.feedback.outcome.value for each in graded.record.marked.values()}
    assert outcomes == {"not attempted"}


@pytest.mark.parametrize("helps", [True, False])
def test_what_is_amiss_without_a_cell_is_asked_again_with_it(helps: bool, tmp_path: Path) -> None:
    class Helping(Canned):
        """An added cell ends the whole, and not the questions that need it, if it ``helps``."""

        def told(self, name: str, job: Job, asked: list[str]) -> Result:
            if not any(piece.name == "added" for piece in job.pieces):
                return Result(no_answers(asked), Ended.DONE, 0.5)
            if len(asked) > 1 or not helps:
                return Result(b'{"begins": 0}\n', Ended.DONE, 0.5)
            return Result(ones(asked), Ended.DONE, 0.5)

    ada = handed_in("ada")
    ada = replace(ada, pieces=(Piece("added", "def helper(): ..."), *ada.pieces))
    (graded,) = Run(QUIZ, tmp_path).grade([ada], Helping())
    outcomes = {each.feedback.outcome.value for each in graded.record.marked.values()}
    assert ("not attempted" in outcomes) is not helps
    assert "incorrect" in outcomes if helps else outcomes == {"not attempted"}


def test_runs_of_one_question_have_together_twice_the_time_of_a_submission(tmp_path: Path) -> None:
    class Hanging(Canned):
        """Nothing comes to its end."""

        def told(self, name: str, job: Job, asked: list[str]) -> Result:
            seconds.append(job.limits.seconds)
            return Result(b"", Ended.TIMED_OUT, job.limits.seconds)

    seconds: list[float] = []
    runner = Hanging()
    limits = Limits(seconds=30.0, cell_seconds=10.0, question_seconds=5.0)
    (graded,) = Run(QUIZ, tmp_path, limits).grade([handed_in("ada")], runner)
    assert seconds == [30.0, 25.0, 25.0, 10.0]
    assert [asked for _, asked in runner.asked[1:]] == [[name] for name in VARIABLES[:3]]
    assert graded.record.seconds == 90.0
    assert list(graded.record.marked) == NAMES


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("Zoë ☃ \ud800")], Canned())
    data = json.loads(json.dumps(graded.record.as_data()))
    assert Record.from_data(data) == graded.record


def test_results_are_handed_on_in_groups_and_all_of_them(tmp_path: Path) -> None:
    groups: list[int] = []
    class_ = [handed_in(f"s{number}") for number in range(7)]
    graded = Run(QUIZ, tmp_path).grade(class_, Canned())

    def write(group: list[Graded]) -> None:
        groups.append(len(group))

    assert len(list(deliver(graded, write, at_once=3))) == 7
    assert groups == [3, 3, 1]


# --- Regrading -----------------------------------------------------------------------------------


def a_record(tmp_path: Path) -> Record:
    (graded,) = Run(QUIZ, tmp_path).grade([handed_in("ada")], Canned())
    name = NAMES[0]
    expected = keys_of(QUIZ, None)[name].expected
    marked = {**graded.record.marked}
    marked[name] = replace(marked[name], observation=expected)
    return rejudged(replace(graded.record, marked=marked), keys_of(QUIZ, None))


def test_nothing_moves_where_the_keys_are_the_same(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    assert record.score == 1
    assert list(moved(record, rejudged(record, keys_of(QUIZ, None)))) == []


def test_a_mark_that_moves_says_from_what_to_what_and_why(tmp_path: Path) -> None:
    record, keys = a_record(tmp_path), keys_of(QUIZ, None)
    first = NAMES[0]
    dearer = {**keys, first: replace(keys[first], points=3)}
    (move,) = moved(record, rejudged(record, dearer))
    assert (move.question, move.before, move.after) == (first, 1, 3)
    assert move.why == "It is worth 3 points, and was worth 1."
    other = {**keys, first: replace(keys[first], expected=Observation((7.0,)))}
    (move,) = moved(record, rejudged(record, other))
    assert (move.before, move.after) == (1, 0)
    assert move.why.startswith("The key changed: this answer was passed, and is incorrect.")


def test_a_question_that_was_added_is_told_of(tmp_path: Path) -> None:
    record, keys = a_record(tmp_path), keys_of(QUIZ, None)
    older = replace(record, marked={n: m for n, m in record.marked.items() if n != NAMES[2]})
    assert unasked([older], keys) == [NAMES[2]]
    assert list(rejudged(older, keys).marked) == list(older.marked)


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with a right, an untouched and a missing notebook."""
    for name in ("quizzes", "solutions"):
        shutil.copytree(ROOT / name / QUIZ, tmp_path / name / QUIZ)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    bank = {name.partition("/")[2]: questions.load(name) for name in NAMES}
    notebook = json.loads((tmp_path / f"quizzes/{QUIZ}/{QUIZ}.ipynb").read_text())
    for student in ("ada", "ben", "cleo"):
        folder = tmp_path / "submitted" / student / QUIZ
        folder.mkdir(parents=True)
        if student == "ada":
            right = json.loads(json.dumps(notebook))
            for cell in right["cells"]:
                if cell["id"] in bank:
                    cell["source"] = bank[cell["id"]].solution()
            (folder / f"{QUIZ}.ipynb").write_text(json.dumps(right))
        elif student == "ben":
            (folder / f"{QUIZ}.ipynb").write_text(json.dumps(notebook))
        else:
            (folder / "essay.txt").write_text("I did it by hand.")
    return tmp_path


NO_SANDBOX = shutil.which("bwrap") is None and os.environ.get("WARMUP_REQUIRE_BWRAP") != "1"


@pytest.mark.parametrize(
    "how",
    [
        pytest.param("sandbox", marks=pytest.mark.skipif(NO_SANDBOX, reason="bwrap is missing")),
        "trusted",
    ],
)
def test_a_class_is_graded_and_a_second_run_runs_nobody(course: Path, how: str) -> None:
    options = ["--trusted-students"] if how == "trusted" else []
    first = warmup(course, "grade", QUIZ, "--json", *options)
    assert first.returncode == 1, first.stderr  # cleo's cannot be read
    told = json.loads(first.stdout)
    rows = {row["student"]: row for row in told["students"]}
    points = sum(questions.load(name).points for name in NAMES)
    assert {name: row["score"] for name, row in rows.items()} == {
        "ada": points,
        "ben": 0,
        "cleo": 0,
    }
    assert rows["cleo"]["status"] == "unreadable"
    assert "essay.txt" in rows["cleo"]["reason"]
    assert told["sandboxed"] is (how == "sandbox")
    again = warmup(course, "grade", QUIZ, *options)
    assert "0 now, 3 unchanged" in again.stdout
    assert ("without a sandbox" in again.stdout) is (how == "trusted")
    assert (course / "feedback/ada" / QUIZ / f"{QUIZ}.html").exists()
    regraded = warmup(course, "regrade", QUIZ)
    assert "0 marks moved, of 0 students" in regraded.stdout, regraded.stderr


def test_a_gradebook_that_is_none_is_said_before_anything_is_run(course: Path) -> None:
    (course / "gradebook.db").mkdir()
    told = warmup(course, "grade", QUIZ, "--trusted-students")
    assert told.returncode == 3
    assert "the gradebook could not be written" in told.stderr
    assert not list(course.glob("grading/*/records/*"))


def test_nothing_to_grade_is_said(tmp_path: Path) -> None:
    (tmp_path / "submitted").mkdir()
    told = warmup(tmp_path, "grade", QUIZ)
    assert told.returncode == 2
    assert f"there is nothing of {QUIZ} to grade" in told.stderr
    told = warmup(tmp_path, "regrade", QUIZ)
    assert told.returncode == 2
    assert "make them with: warmup grade" in told.stderr


@pytest.mark.parametrize(
    ("limit", "says"),
    [("memory", "give NAME=NUMBER"), ("time=3", "give NAME=NUMBER"), ("seconds=-1", "above 0")],
)
def test_a_limit_that_is_none_is_refused(tmp_path: Path, limit: str, says: str) -> None:
    told = warmup(tmp_path, "grade", QUIZ, "--limit", limit)
    assert told.returncode == 2
    assert says in told.stderr
