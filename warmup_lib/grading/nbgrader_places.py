"""The folders that nbgrader keeps results in, and which student ids fit in there."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

LONGEST_ID = 128
"""As long as an id can be in nbgrader's database."""

_SPECIAL = frozenset('/\\:*?"<>|[]{},;&`$%#')
_LARGEST_TIMESTAMP = 100


def refusal(student: str) -> str | None:
    r"""Why nbgrader cannot keep this student's results; ``None`` where it can.

    nbgrader uses the id as it is: as a folder, in file patterns, in the addresses of
    formgrader, and in the CSV without quotes, where a comma would shift the score. So what
    has a meaning in one of them is refused, and not encoded: folder and database must agree.

    >>> refusal("ada.lovelace@example.org"), refusal("Žofie O'Neil")
    (None, None)
    >>> refusal("ada,100")
    "the id contains ',', which has a meaning in paths, patterns, addresses or CSV"
    >>> refusal("ada\x1b[2J")
    "the id contains '\\x1b', which cannot be printed"
    """
    if not student or len(student) > LONGEST_ID or len(student.encode(errors="replace")) > 200:
        return f"the id must have 1 to {LONGEST_ID} characters, and has {len(student)}"
    for character in student:
        if character in _SPECIAL:
            return (
                f"the id contains {character!r}, which has a meaning in paths, patterns, "
                "addresses or CSV"
            )
        if not character.isprintable():
            return f"the id contains {character!a}, which cannot be printed"
    if student[0] in " .=+-@" or student[-1] in " .":
        return f"the id must not begin or end like {student!r}: begin with a letter or a digit"
    return None


def autograded_notebook(course: Path, student: str, quiz: str) -> Path:
    """What formgrader shows."""
    return course / "autograded" / student / quiz / f"{quiz}.ipynb"


def feedback_page(course: Path, student: str, quiz: str) -> Path:
    """What the student gets back."""
    return course / "feedback" / student / quiz / f"{quiz}.html"


def submitted_at(course: Path, student: str, quiz: str) -> datetime | None:
    """When it was handed in, in UTC, where nbgrader's ``timestamp.txt`` says so.

    The file came with the submission: anything may be in its place.
    """
    path = course / "submitted" / student / quiz / "timestamp.txt"
    try:
        # Neither a link is followed nor a pipe waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        text = os.read(descriptor, _LARGEST_TIMESTAMP + 1).decode(errors="replace").strip()
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return _time(text) if 0 < len(text) <= _LARGEST_TIMESTAMP else None


def _time(text: str) -> datetime | None:
    from nbgrader.utils import parse_utc

    try:
        parsed: datetime = parse_utc(text)
    except Exception:  # The text is the student's, and the parser raises many kinds.
        return None
    return parsed
