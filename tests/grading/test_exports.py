"""What other gradebooks get: the formats, ids of every kind, and files whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_classes import RIGHT, UNTOUCHED, WRONG, record, unreadable

from warmup_lib import questions
from warmup_lib.grading.exports import (
    CANVAS_COLUMNS,
    RosterError,
    canvas,
    gradescope,
    gradescope_path,
    read_roster,
)
from warmup_lib.grading.files import csv_text, harmless, write_whole
from warmup_lib.grading.records import Record

ADA = record("ada", {"first": RIGHT, "last": "no-cap"})
BOB = record("bob", {"first": WRONG, "last": UNTOUCHED})
FACTS = {"demo/first": questions.Facts("The first", "predict", "core", 1, (), "", False)}
HEADER = "Student,ID,SIS User ID,SIS Login ID,Section,demo (77),Final Score"
ROSTER = f"""\
{HEADER}
,,,,,Manual Posting,
    Points Possible,,,,,2,(read only)
"Lovelace, Ada",11,u1,ADA,Morning,,
"Byron, Bob",12,bob,b.byron,Evening,1,
"Student, Test",13,,0f3a,Morning,,
"""


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def roster(folder: Path, text: str = ROSTER, encoding: str = "utf-8-sig") -> list[list[str]]:
    path = folder / "roster.csv"
    path.write_text(text, encoding=encoding)
    return read_roster(path)


# Gradescope


def test_gradescope_gets_a_test_for_each_question() -> None:
    data = gradescope(replace(ADA, seconds=1.23456), FACTS)
    assert data["score"] == 1
    assert data["execution_time"] == 1.235
    assert sum(test["score"] for test in data["tests"]) == data["score"]
    assert data["tests"][1] == {
        "name": "demo/last",
        "name_format": "text",
        "number": "2",
        "score": 0,
        "max_score": 1,
        "status": "failed",
        "output": "<p>Known mistake: no-cap</p><p><code>no-cap</code> is not so: run it.</p>",
        "output_format": "html",
        "tags": ["demo/last"],
        "visibility": "visible",
    }
    assert [test["name"] for test in data["tests"]] == ["The first", "demo/last"]


def test_gradescope_can_show_it_later() -> None:
    data = gradescope(ADA, FACTS, visibility="after_published")
    assert {data["visibility"], *(test["visibility"] for test in data["tests"])} == {
        "after_published"
    }


def test_gradescope_is_told_why_there_is_nothing() -> None:
    data = gradescope(unreadable("ada"), FACTS)
    assert (data["score"], data["tests"]) == (0, [])
    assert data["output"] == "<p>It is no notebook.</p>"


@given(st.text())
def test_gradescopes_html_has_no_tag_of_a_student(text: str) -> None:
    bad = f"<img src=x onerror=alert(1)>{text}\x1b[31m\x00"
    one = ADA.marked["demo/first"]
    told = replace(one, feedback=replace(one.feedback, message=bad, details=(bad,)))
    data = gradescope(replace(ADA, marked={"demo/first": told}, notes=(bad,)), FACTS)
    for output in (data["output"], data["tests"][0]["output"]):
        left = output
        for ours in ("<p>", "</p>", "<code>", "</code>"):
            left = left.replace(ours, "")
        assert not set("<>\x00\x1b") & set(left)


@given(st.text(max_size=40))
def test_a_student_gets_a_folder_inside(student: str) -> None:
    try:
        path = gradescope_path(Path("/out"), student)
    except UnicodeEncodeError:  # Half a surrogate pair is no text.
        return
    assert path.parent.parent == Path("/out")
    assert path.parent.name not in ("", ".", "..")
    assert path.name == "results.json"


def test_two_students_get_two_folders() -> None:
    ids = ["ada", "..", ".", "%2E", "a/b", "a%2Fb", "", "%", "ä"]
    assert len({gradescope_path(Path("out"), each) for each in ids}) == len(ids)


# Canvas


def test_canvas_gets_its_own_header_and_the_points_below() -> None:
    made = canvas([ADA, BOB], "demo", points=2)
    assert rows_of(made.text) == [
        [*CANVAS_COLUMNS, "demo"],
        ["    Points Possible", "", "", "", "", "2"],
        ["", "", "", "ada", "", "1"],
        ["", "", "", "bob", "", "0"],
    ]
    assert (made.strangers, made.doubtful, made.unread, made.changed) == ((), (), (), ())


def test_a_roster_is_filled_and_its_assignment_found(tmp_path: Path) -> None:
    made = canvas([ADA, BOB], "Demo", points=2, roster=roster(tmp_path))
    assert rows_of(made.text) == [
        [*CANVAS_COLUMNS, "demo (77)"],
        ["    Points Possible", "", "", "", "", "2"],
        ["Lovelace, Ada", "11", "u1", "ADA", "Morning", "1"],
        ["Byron, Bob", "12", "bob", "b.byron", "Evening", "0"],
        ["Student, Test", "13", "", "0f3a", "Morning", ""],
    ]


def test_a_roster_names_who_is_not_in_it(tmp_path: Path) -> None:
    eve = record("eve", {"first": RIGHT})
    assert canvas([ADA, eve], "demo", points=2, roster=roster(tmp_path)).strangers == ("eve",)


def test_nobody_gets_a_score_that_may_be_anothers(tmp_path: Path) -> None:
    twice = f"{HEADER}\nA,1,,ada,,,\nB,2,,Ada,,,\n"
    rows = roster(tmp_path, twice)
    exact = canvas([ADA], "demo", points=2, roster=rows)
    assert [row[-1] for row in rows_of(exact.text)[2:]] == ["1", ""]
    shouted = canvas([replace(ADA, student="ADA")], "demo", points=2, roster=rows)
    assert shouted.doubtful == ("ADA",)
    assert [row[-1] for row in rows_of(shouted.text)[2:]] == ["", ""]


def test_an_exact_id_goes_before_one_in_other_letters(tmp_path: Path) -> None:
    rows = roster(tmp_path, f"{HEADER}\nA,1,,Ada,,,\n")
    made = canvas([replace(BOB, student="ADA"), ADA], "demo", points=2, roster=rows)
    assert len(made.doubtful) == 1
    assert rows_of(made.text)[2][-1] == "0"


def test_columns_of_a_large_school_are_kept(tmp_path: Path) -> None:
    text = (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Root Account,Section\nL,Ada,1,u,ada,x,s\n"
    )
    made = canvas([ADA], "demo", points=2, roster=roster(tmp_path, text))
    header, _, row = rows_of(made.text)
    assert header == [*text.splitlines()[0].split(","), "demo"]
    assert row == ["L", "Ada", "1", "u", "ada", "x", "s", "1"]


def test_a_roster_with_semicolons_is_read(tmp_path: Path) -> None:
    rows = roster(tmp_path, ROSTER.replace(",", ";").replace("; ", ", "))
    assert canvas([ADA], "demo", points=2, roster=rows).strangers == ()


def test_what_could_not_be_read_is_left_to_the_instructor(tmp_path: Path) -> None:
    made = canvas([unreadable("ada")], "demo", points=2, roster=roster(tmp_path))
    assert made.unread == ("ada",)
    assert rows_of(made.text)[2][-1] == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column ID, SIS Login ID, Section; export it"),
        ("name,mark\nada,1\n", "no column ID, SIS Login ID, Section; export it"),
        ("Student,ID,SIS Login ID\n", "no column Section; export it"),
    ],
)
def test_a_file_that_is_no_roster_says_what_is_missing(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(RosterError, match=said):
        roster(tmp_path, text)


def test_a_roster_in_another_encoding_is_no_roster(tmp_path: Path) -> None:
    with pytest.raises(RosterError, match="no CSV in UTF-8"):
        roster(tmp_path, ROSTER.replace("Ada", "Adä"), "latin-1")


# Spreadsheets and files


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "＝", "\n="])
def test_an_id_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    student = f"{start}1+cmd|' /C calc'!A0"
    made = canvas([replace(ADA, student=student)], "demo", points=2)
    assert rows_of(made.text)[2][3] == f"'{student}"
    assert made.changed == (student,)


@given(st.text())
def test_no_cell_starts_a_formula_and_others_stay(text: str) -> None:
    cell = harmless(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))
    assert cell in (text, f"'{text}")


def test_numbers_stay_numbers() -> None:
    assert csv_text([(-0.5, "-0.5")]) == "-0.5,'-0.5\r\n"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3))
def test_what_is_written_as_csv_is_read_back(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([["x", *cells]]), newline=""))
    assert row == ["x", *map(harmless, cells)]


def test_ids_of_every_script_are_written_as_they_are(tmp_path: Path) -> None:
    students = ["Zoë", "王小明", "O'Neil, J.", 'quo"te', "👩‍🎓"]
    records: list[Record] = [replace(ADA, student=each) for each in students]
    path = tmp_path / "new" / "canvas.csv"
    write_whole(path, canvas(records, "demo", points=2).text)
    rows = rows_of(path.read_bytes().decode())
    assert [row[3] for row in rows[2:]] == students


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "results.json"
    write_whole(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_gradescopes_data_is_json() -> None:
    assert json.loads(json.dumps(gradescope(ADA, FACTS), allow_nan=False))["tests"]
