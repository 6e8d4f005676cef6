"""Scores for other gradebooks: Gradescope's results.json and a CSV that Canvas imports.

nbgrader's own CSV comes from nbgrader: ``nbgrader export``, since its gradebook has the scores.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from warmup_lib.grading.files import csv_text, harmless
from warmup_lib.grading.records import Marked, Record
from warmup_lib.questions import Facts

Visibility: TypeAlias = Literal["visible", "hidden", "after_due_date", "after_published"]

CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
"""As Canvas writes it, with the spaces; it looks for these words when it imports."""

_MATCHED_BY = ("SIS Login ID", "SIS User ID", "ID")


class RosterError(ValueError):
    """The roster is no gradebook that Canvas exported; says what is missing."""


@dataclass(frozen=True)
class CanvasGrades:
    """A CSV for Canvas's *Import*, and who is not in it.

    Attributes:
        text: the CSV.
        strangers: students who handed in and are not in the roster; they are left out.
        doubtful: students that more than one row of the roster fits; they are left out.
        unread: students whose submission could not be read; their cell is empty, which
            leaves Canvas's grade as it is.
        changed: ids that a spreadsheet would have run, and which got a quote before them;
            without a roster Canvas does not know them.
    """

    text: str
    strangers: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


def gradescope(
    record: Record, facts: Mapping[str, Facts], *, visibility: Visibility = "visible"
) -> dict[str, Any]:
    """A record as Gradescope's ``results.json``: a test for each question.

    The text is HTML with everything in it escaped. The format:
    https://gradescope-autograders.readthedocs.io/en/latest/specs/

    Args:
        record: of the student.
        facts: of the bank's questions, for their titles.
        visibility: when the student sees it.
    """
    unread = record.status != "graded"
    said = [record.reason or "It could not be read."] if unread else list(record.notes)
    return {
        "score": record.score,
        "execution_time": round(record.seconds, 3),
        "output": _as_html(said),
        "output_format": "html",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "tests": [
            {
                "name": facts[name].title if name in facts else name,
                "name_format": "text",
                "number": str(number),
                "score": marked.feedback.score,
                "max_score": marked.feedback.points,
                "status": "passed" if marked.feedback.passed else "failed",
                "output": _as_html(_told(marked)),
                "output_format": "html",
                "tags": [name],
                "visibility": visibility,
            }
            for number, (name, marked) in enumerate(record.marked.items(), start=1)
        ],
    }


def gradescope_path(folder: Path, student: str) -> Path:
    """Where a student's ``results.json`` goes, whatever the id is made of.

    >>> gradescope_path(Path("out"), "../ada").as_posix()
    'out/%2E%2E%2Fada/results.json'
    """
    name = quote(student, safe=" @+=,")
    if name.startswith("."):
        name = name.replace(".", "%2E")
    return folder / (name or "%") / "results.json"


def canvas(
    records: Iterable[Record],
    assignment: str,
    *,
    points: float,
    roster: Sequence[Sequence[str]] | None = None,
) -> CanvasGrades:
    """The scores as a gradebook CSV for Canvas.

    Without a roster the student ids stand under ``SIS Login ID``. With one, Canvas's own
    columns up to ``Section`` are kept as they are; a student is found by login, SIS id or
    Canvas's id; and where the roster has the assignment, with its number, its column is
    named so, and Canvas fills that instead of making a new one.

    Args:
        records: of the students.
        assignment: its name in Canvas.
        points: that can be earned.
        roster: rows of a gradebook that Canvas exported, see :func:`read_roster`.
    """
    by_student = {record.student: record for record in records}
    unread = tuple(each.student for each in by_student.values() if each.status != "graded")
    if roster is None:
        header = list(CANVAS_COLUMNS)
        rows = [["", "", "", student, ""] for student in by_student]
        found = dict(enumerate(by_student.values()))
        strangers: list[str] = []
        doubtful: list[str] = []
        column = assignment
        changed = tuple(each for each in by_student if harmless(each) != each)
    else:
        width = roster[0].index("Section") + 1
        header = list(roster[0][:width])
        rows = [list(row[:width]) for row in roster[1:] if _is_student(row)]
        found, strangers, doubtful = _matched(by_student, header, rows)
        column = _column(roster[0], assignment)
        changed = ()
    scores = {place: f"{each.score:g}" for place, each in found.items() if each.status == "graded"}
    lines = [
        [*header, column],
        [POINTS_POSSIBLE, *[""] * (len(header) - 1), f"{points:g}"],
        *([*row, scores.get(place, "")] for place, row in enumerate(rows)),
    ]
    return CanvasGrades(csv_text(lines), tuple(strangers), tuple(doubtful), unread, changed)


def read_roster(path: Path) -> list[list[str]]:
    """The rows of a gradebook that Canvas exported, its header first.

    Raises:
        RosterError: it is something else.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # Where the course's language has decimal commas, Canvas puts semicolons between.
            first = file.readline()
            file.seek(0)
            separator = ";" if first.count(";") > first.count(",") else ","
            rows = [row for row in csv.reader(file, delimiter=separator) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError(f"{path} is no CSV in UTF-8 ({error}); {_EXPORT}") from None
    header = rows[0] if rows else []
    missing = [each for each in ("ID", "SIS Login ID", "Section") if each not in header]
    if missing:
        raise RosterError(f"{path} has no column {', '.join(missing)}; {_EXPORT}")
    return [[*row, *[""] * (len(header) - len(row))] for row in rows]


_EXPORT = "export it from Canvas: Grades, Export, Export Entire Gradebook"


def _is_student(row: Sequence[str]) -> bool:
    """Not the rows of points and of hidden columns, which have no id."""
    return bool(row[0].strip()) and "Points Possible" not in row[0]


def _matched(
    by_student: Mapping[str, Record], header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[dict[int, Record], list[str], list[str]]:
    """By row of the roster, the record; and those that no row fits, or more than one."""
    found: dict[int, Record] = {}
    strangers: list[str] = []
    doubtful: list[str] = []
    indexes = [
        (same, _index(rows, header.index(column), same))
        for same in (str, str.casefold)
        for column in _MATCHED_BY
        if column in header
    ]
    for student, record in by_student.items():
        asked = (index.get(same(student)) for same, index in indexes)
        fits = next(filter(None, asked), [])
        if len(fits) == 1 and fits[0] not in found:
            found[fits[0]] = record
        else:
            (doubtful if fits else strangers).append(student)
    return found, strangers, doubtful


def _index(
    rows: Sequence[Sequence[str]], column: int, same: Callable[[str], str]
) -> dict[str, list[int]]:
    """The rows by what they have in a column, as it is or but for upper and lower case."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(same(row[column].strip()), []).append(place)
    return places


def _column(header: Sequence[str], assignment: str) -> str:
    numbered = re.compile(re.escape(assignment) + r"(?: \(\d+\))?", re.IGNORECASE)
    return next((each for each in header if numbered.fullmatch(each.strip())), assignment)


def _told(marked: Marked) -> list[str]:
    feedback = marked.feedback
    known = [] if feedback.misconception is None else [f"Known mistake: {feedback.misconception}"]
    return [*known, feedback.message, *feedback.details]


def _as_html(sentences: Iterable[str]) -> str:
    return "".join(f"<p>{_escaped(each)}</p>" for each in sentences)


def _escaped(text: str) -> str:
    """Escaped, with code in backticks as code, and without control characters."""
    printable = "".join(each if each.isprintable() or each in "\n\t" else "�" for each in text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(printable))
