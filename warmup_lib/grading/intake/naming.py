"""Whose file it is, and which of several: what can be told from names."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from warmup_lib.grading.intake.wording import shown

LONGEST_ID = 80
"""Bytes of a student's id, so that a file can be named after it."""
_LONGEST_NAME = 255

_CANVAS = re.compile(r"(?P<student>.+?)_(?:LATE_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)")
_MOODLE = re.compile(
    r"(?P<student>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)"
)
_NOTEBOOK = re.compile(r"(?P<stem>.+)\.ipynb(?:\.txt|\.json)?", re.IGNORECASE | re.DOTALL)
_COPY = re.compile(r"[ _.-]*(?:copy)?[ _.-]*\(?\d{0,6}\)?")
_NUMBERED = re.compile(r" ?\(\d{1,6}\)$")

JUNK = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Named:
    """What a name tells.

    Attributes:
        student: the id.
        file: the name that the student gave the file, as far as it is known.
        number: the platform's number of the upload, which grows; 0 where there is none.
        trouble: why the name is no student's; the id is then made up.
    """

    student: str
    file: str
    number: int = 0
    trouble: str | None = None


@dataclass(frozen=True)
class Naming:
    """How uploads are named.

    Attributes:
        quiz: the quiz's name.
        pattern: the instructor's own pattern, with a group ``student``.
    """

    quiz: str
    pattern: re.Pattern[str] | None = None

    def __call__(self, name: str, *, is_folder: bool = False, is_id: bool = False) -> Named | None:
        """What the name of an upload tells; ``None`` where it is no upload.

        Args:
            name: a file's or folder's name, at the top of what the instructor gave.
            is_folder: whether it is a folder's.
            is_id: whether folders there are named by nothing but the id, as nbgrader's are.
        """
        if len(name) > _LONGEST_NAME:
            return nameless(name, "is too long")
        if self.pattern is not None:
            return self._by_pattern(self.pattern, name, is_folder)
        if not is_id:
            if match := _MOODLE.fullmatch(name) or _CANVAS.fullmatch(name):
                # The number is what tells two students of one name apart.
                groups = match.groupdict()
                student = f"{groups['student']}_{groups['user']}"
                return _named(student, groups["file"], int(groups.get("number") or 0))
            if not is_folder or _NOTEBOOK.fullmatch(name):
                return self._plain(name)
        if name.casefold() == self.quiz:
            return nameless(name, "is the quiz's")
        return _named(name, name)

    def _by_pattern(self, pattern: re.Pattern[str], name: str, is_folder: bool) -> Named | None:
        is_notebook = _NOTEBOOK.fullmatch(name) is not None
        if match := pattern.search(name):
            return _named(match["student"] or "", f"{self.quiz}.ipynb" if is_notebook else name)
        if is_notebook or is_folder:
            return nameless(name, "does not match the name pattern")
        return None

    def _plain(self, name: str) -> Named | None:
        match = _NOTEBOOK.fullmatch(name)
        if match is None:
            return None
        stem = match["stem"]
        if rank(name, self.quiz) in (0, 1):
            return nameless(name, "is the quiz's")
        ending = re.compile(rf"[-_ ]+{self.quiz}(?:-\d{{1,6}})?$", re.IGNORECASE)
        return _named(ending.sub("", _NUMBERED.sub("", stem)), f"{self.quiz}.ipynb")


def rank(name: str, quiz: str) -> int | None:
    """How well a name is that of the quiz's notebook; ``None`` for no notebook.

    >>> [rank(name, "linear_lr") for name in ("linear_lr.ipynb", "Linear-LR (1).ipynb")]
    [0, 1]
    >>> [rank(name, "linear_lr") for name in ("my linear_lr.ipynb", "x.ipynb", "x.txt")]
    [2, 3, None]
    """
    if name == f"{quiz}.ipynb":
        return 0
    match = _NOTEBOOK.fullmatch(name)
    if match is None:
        return None
    stem = match["stem"].casefold().replace("-", "_").replace(" ", "_")
    if stem.startswith(quiz) and _COPY.fullmatch(stem[len(quiz) :]):
        return 1
    return 2 if quiz in stem else 3


def _named(student: str, file: str, number: int = 0) -> Named:
    student = unicodedata.normalize("NFC", student)
    why = _no_id(student)
    return Named(student, file, number) if why is None else nameless(student, why)


def _no_id(student: str) -> str | None:
    """Why a text cannot be a student's id."""
    if not student:
        return "is empty"
    if any(not letter.isprintable() for letter in student):
        return "has control characters or invisible ones in it"
    if "/" in student or "\\" in student:
        return "has a separator of paths in it"
    if student.startswith((".", " ")) or student.endswith(" "):
        return "starts with a dot or a space, or ends with a space"
    if len(student.encode()) > LONGEST_ID:
        return f"is longer than {LONGEST_ID} bytes"
    return None


def nameless(name: str, why: str) -> Named:
    """A row of the table for a name that is no student's."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return Named(
        f"unnamed-{digest}",
        "",
        trouble=f"Whose this is cannot be told: the name {shown(name)} {why}; rename it after the "
        "student, or give a name pattern.",
    )
