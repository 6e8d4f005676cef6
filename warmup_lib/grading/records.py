"""What is kept of each graded submission: everything that judging it again needs.

A record is written whole or not at all, before anything else is told of the result.
From the records a killed run goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from warmup_lib.grading.files import write_whole
from warmup_lib.quiz.feedback import Curves, Feedback, Outcome
from warmup_lib.quiz.observation import Observation

VERSION = 1


class RecordError(ValueError):
    """The file is no record; says which and what to do."""


@dataclass(frozen=True)
class Marked:
    """One question of a submission.

    Attributes:
        observation: what was seen of the answer.
        feedback: what was made of it.
        seconds: how long it took.
    """

    observation: Observation
    feedback: Feedback
    seconds: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """The same as JSON data."""
        feedback = _fields(self.feedback)
        curves = self.feedback.curves
        feedback["outcome"] = self.feedback.outcome.value
        feedback["curves"] = None if curves is None else _fields(curves)
        seen = self.observation.to_json()
        return {"observation": seen, "feedback": feedback, "seconds": self.seconds}


@dataclass(frozen=True)
class Record:
    """One graded submission.

    Attributes:
        student: the student's id.
        quiz: the quiz's name.
        digest: SHA-256 of what was handed in; "" where it could not be read.
        marked: by question (``quiz/name``), in the quiz's order.
        status: ``"graded"``, or ``"unreadable"`` where there was nothing to run.
        reason: why it was unreadable; "".
        notes: what intake changed or noticed.
        troubles: cells that raised, limits that were met.
        seed: what picked the numbers of this variant; ``None`` for the built ones.
        seconds: wall-clock time in the sandbox.
        sandboxed: whether it ran in one.
        versions: of Python, torch and warmup_lib.
        at: when, as ISO 8601 in UTC.
    """

    student: str
    quiz: str
    digest: str
    marked: Mapping[str, Marked]
    status: str = "graded"
    reason: str = ""
    notes: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    seed: str | None = None
    seconds: float = 0.0
    sandboxed: bool = True
    versions: Mapping[str, str] = field(default_factory=dict)
    at: str = ""

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(each.feedback.score for each in self.marked.values())

    @property
    def points(self) -> float:
        """Points that can be earned."""
        return sum(each.feedback.points for each in self.marked.values())

    @cached_property
    def text(self) -> str:
        """The record as JSON."""
        return json.dumps(self.as_data())

    def as_data(self) -> dict[str, Any]:
        """The record as JSON data."""
        marked = {name: each.as_data() for name, each in self.marked.items()}
        return {**_fields(self), "marked": marked, "version": VERSION}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Record:
        """The record that :meth:`as_data` gave.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        if data["version"] != VERSION:
            raise ValueError(f"version {data['version']!r} is not {VERSION}")
        given = {name: value for name, value in data.items() if name != "version"}
        given["marked"] = {
            name: Marked(
                Observation.from_json(each["observation"]),
                _feedback(each["feedback"]),
                each["seconds"],
            )
            for name, each in data["marked"].items()
        }
        for name in ("notes", "troubles"):
            given[name] = tuple(given[name])
        return cls(**given)


class Records:
    """The records of one quiz, a file for each student, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, student: str) -> Path:
        """The file of a student, whatever the id is made of."""
        return self.folder / f"{quote(student, safe=' @+=,', errors='surrogatepass')}.json"

    def write(self, record: Record) -> None:
        """Write a record, whole or not at all, and see it on the disk."""
        write_whole(self.path(record.student), f"{record.text}\n")

    def read(self, student: str) -> Record | None:
        """The record of a student, where there is one.

        Raises:
            RecordError: the file is no record.
        """
        path = self.path(student)
        return _read(path) if path.exists() else None

    def all(self) -> list[Record]:
        """Every record, by student.

        Raises:
            RecordError: a file is no record.
        """
        if not self.folder.is_dir():
            return []
        found = [_read(path) for path in self.folder.glob("*.json")]
        return sorted(found, key=lambda record: record.student)


def _read(path: Path) -> Record:
    try:
        return Record.from_data(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordError(
            f"{path} is no record ({error}); delete it, and the submission is graded again"
        ) from None


def _fields(of: Any) -> dict[str, Any]:
    """The fields of a dataclass as they are: asdict would copy every number of every curve."""
    return {each.name: getattr(of, each.name) for each in fields(of)}


def _feedback(data: Mapping[str, Any]) -> Feedback:
    curves = data["curves"]
    if curves is not None:
        plain: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in curves.items()
        }
        curves = Curves(**plain)
    given = {**data, "outcome": Outcome(data["outcome"]), "details": tuple(data["details"])}
    return Feedback(**{**given, "curves": curves})
