"""Where submissions come from: nbgrader's tree, a folder of uploads, or a platform's zip."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warmup_lib import questions
from warmup_lib.grading.intake import archives
from warmup_lib.grading.intake.folders import HAS_OPENAT, Folder
from warmup_lib.grading.intake.naming import JUNK, Named, Naming, nameless, rank
from warmup_lib.grading.intake.places import MOST_ENTRIES, CannotReadError, Entry, Place
from warmup_lib.grading.intake.upload import Upload
from warmup_lib.grading.intake.wording import all_bounded, bounded, listed, shown

TREE = "submitted"
"""nbgrader's folder of what was collected."""


class IntakeError(Exception):
    """The source as a whole cannot be taken in; says what to do."""


@dataclass(frozen=True)
class _Candidate:
    """A file that may be the notebook."""

    place: Place
    entry: Entry
    name: str
    number: int = 0


def submissions(
    quiz: str, source: Path, *, only: Collection[str] = (), pattern: str | None = None
) -> Iterator[Upload]:
    """What each student handed in, in the order of their ids.

    Args:
        quiz: the quiz's name.
        source: a folder ``submitted/STUDENT/QUIZ/…`` or the course that holds it; a folder of
            uploads as Canvas or Moodle name them, or as ``STUDENT.ipynb``; or a zip of either.
        only: the ids to take; all of them for none.
        pattern: a regular expression with a group ``student``, searched for in the name of
            each file or folder at the top of the source, in place of the patterns known here.

    Raises:
        IntakeError: there is nothing there, or it is neither a folder nor a zip, or the
            pattern is none. (When the first submission is asked for.)
        LookupError: there is no such quiz.
    """
    for student, found in _found(quiz, source, only, pattern):
        upload = _upload(student, quiz, found)
        if upload is not None:
            yield upload


def how_many(
    quiz: str, source: Path, *, only: Collection[str] = (), pattern: str | None = None
) -> int:
    """How many :func:`submissions` there are, without reading one; see there."""
    return sum(_has_some(quiz, found) for _, found in _found(quiz, source, only, pattern))


@dataclass(frozen=True)
class _Found:
    """What lies at the top of the source and is of one student."""

    top: Place
    is_tree: bool
    entries: Sequence[tuple[Entry, Named]]


def _found(
    quiz: str, source: Path, only: Collection[str], pattern: str | None
) -> Iterator[tuple[str, _Found]]:
    questions.quiz_module(quiz)
    naming = Naming(quiz, _compiled(pattern))
    wanted = {unicodedata.normalize("NFC", student) for student in only}
    with _opened(source) as opened:
        top, is_tree = _down(opened, quiz, naming)
        for student, entries in _by_student(top, naming, is_tree):
            if not wanted or student in wanted:
                yield student, _Found(top, is_tree, entries)


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise IntakeError(
            f"the name pattern {pattern!r} is no regular expression: {error}"
        ) from None
    if "student" not in compiled.groupindex:
        raise IntakeError(
            f"the name pattern {pattern!r} must have a group for the student's id, such as "
            r"(?P<student>\w+)"
        )
    return compiled


@contextmanager
def _opened(source: Path) -> Iterator[Place]:
    if source.is_dir():
        if not HAS_OPENAT:
            raise IntakeError(
                "folders cannot be read safely on this system; give a zip of them, or work on "
                "Linux, macOS or in the Windows Subsystem for Linux"
            )
        yield Folder(source)
    elif source.is_file():
        try:
            with archives.opened(source) as top:
                yield top
        except (CannotReadError, OSError) as error:
            raise IntakeError(str(error)) from None
    else:
        raise IntakeError(
            f"there is no folder and no zip {source}; give the folder that holds the "
            "submissions, such as submitted/"
        )


def _down(top: Place, quiz: str, naming: Naming) -> tuple[Place, bool]:
    """The folder whose names are the students', and whether it is nbgrader's tree."""
    if isinstance(top, Folder) and top.root.resolve().name == TREE:
        return top, True
    entries = _visible(_entries(top))
    for entry in entries:
        if entry.name == TREE and entry.kind == "folder":
            return top.folder(entry), True
        if entry.name == TREE and entry.kind == "link":
            raise IntakeError(f"{top.path / TREE} is a link; give the folder that it leads to")
    is_wrapped = not isinstance(top, Folder) and [entry.kind for entry in entries] == ["folder"]
    if is_wrapped and naming.pattern is None and _wraps(top.folder(entries[0]), quiz, naming):
        return _down(top.folder(entries[0]), quiz, naming)
    return top, False


def _wraps(folder: Place, quiz: str, naming: Naming) -> bool:
    """Whether the only folder of a zip is around the class, and not a student's."""
    named = naming(folder.path.name, is_folder=True)
    if named is not None and named.student != folder.path.name:
        return False
    return not any(
        entry.name.casefold() == quiz or rank(entry.name, quiz) in (0, 1)
        for entry in folder.entries()
    )


def _entries(top: Place) -> list[Entry]:
    try:
        return top.entries()
    except CannotReadError as error:
        raise IntakeError(str(error)) from None


def _visible(entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.name not in JUNK and not entry.name.startswith(".")]


def _by_student(
    top: Place, naming: Naming, is_tree: bool
) -> list[tuple[str, list[tuple[Entry, Named]]]]:
    """What lies at the top, by student."""
    found: dict[str, list[tuple[Entry, Named]]] = defaultdict(list)
    for entry in _visible(_entries(top)):
        if is_tree and entry.kind == "file":
            continue
        named = naming(entry.name, is_folder=entry.kind == "folder", is_id=is_tree)
        if named is not None:
            found[named.student].append((entry, named))
    for name in top.outside:
        named = nameless(name, "is none that a zip should hold")
        found[named.student].append((Entry("", "file"), named))
    return sorted(found.items())


def _has_some(quiz: str, found: _Found) -> bool:
    """Whether there is an upload for this quiz, be it one that cannot be read."""
    try:
        return found.entries[0][1].trouble is not None or _candidates(quiz, found) is not None
    except CannotReadError:
        return True


def _upload(student: str, quiz: str, found: _Found) -> Upload | None:
    """A student's upload; ``None`` where there is none for this quiz."""
    entry, named = found.entries[0]
    path = found.top.path / entry.name
    if named.trouble is not None:
        return Upload(student, quiz, path, trouble=bounded(named.trouble))
    try:
        candidates = _candidates(quiz, found)
        if candidates is None:
            return None
        chosen, notes = _choose(candidates, quiz)
        path = chosen.place.path / chosen.entry.name
        data, more = chosen.place.read(chosen.entry)
    except CannotReadError as error:
        return Upload(student, quiz, path, trouble=bounded(f"{error}."))
    return Upload(student, quiz, path, data, all_bounded([*notes, *more]))


def _candidates(quiz: str, found: _Found) -> list[_Candidate] | None:
    """All that a student handed in; ``None`` where all of it is for other quizzes."""
    candidates = []
    others = 0
    for entry, named in found.entries:
        if entry.kind != "folder":
            candidates.append(_Candidate(found.top, entry, named.file, named.number))
        elif (inside := _in_folder(found.top.folder(entry), quiz, found.is_tree)) is not None:
            candidates += inside
        else:
            others += 1
    return None if others == len(found.entries) else candidates


def _in_folder(place: Place, quiz: str, is_tree: bool) -> list[_Candidate] | None:
    """What a student's folder holds for this quiz; ``None`` where it holds only other work."""
    entries = _visible(place.entries(MOST_ENTRIES))
    own = [each for each in entries if each.kind != "file" and each.name.casefold() == quiz]
    own.sort(key=lambda each: each.name != quiz)
    if own and own[0].kind == "folder":
        place = place.folder(own[0])
        entries = _visible(place.entries(MOST_ENTRIES))
    elif own:
        entries = own
    elif entries and all(
        each.kind == "folder" and (is_tree or each.name in questions.QUIZZES) for each in entries
    ):
        return None
    return [_Candidate(place, each, each.name) for each in entries]


def _choose(candidates: Sequence[_Candidate], quiz: str) -> tuple[_Candidate, list[str]]:
    """The notebook among them: of the quiz's name, and the newest; and notes.

    Raises:
        CannotReadError: there is none.
    """
    ranks = {id(each): rank(each.name, quiz) for each in candidates}
    notebooks = [each for each in candidates if ranks[id(each)] is not None]
    if not notebooks:
        there = listed(_told(each.entry) for each in candidates)
        raise CannotReadError(
            (f"There is no notebook, only {there}" if there else "There is nothing in the folder")
            + f"; ask the student for {quiz}.ipynb"
        )

    def order(each: _Candidate) -> tuple[bool, int, int, float, int, str]:
        # A platform gives every upload of one name a name of its own, and counts.
        place = max(ranks[id(each)] or 0, 1 if each.number else 0)
        entry = each.entry
        return (
            entry.kind == "file",
            -place,
            each.number,
            entry.modified,
            _last_number(entry.name),
            entry.name,
        )

    chosen = max(notebooks, key=order)
    notes = []
    if chosen.name != f"{quiz}.ipynb":
        notes.append(f"The notebook is not named {quiz}.ipynb but {shown(chosen.name)}.")
    if others := [_told(each.entry) for each in notebooks if each is not chosen]:
        notes.append(
            f"Of several notebooks {shown(chosen.entry.name)} was taken, as the one of the quiz's "
            f"name or the newest; not {listed(sorted(others))}."
        )
    return chosen, notes


def _told(entry: Entry) -> str:
    return shown(entry.name) + ("" if entry.kind == "file" else f" (a {entry.kind})")


def _last_number(name: str) -> int:
    """The 2 of ``lambda_lr (2).ipynb``."""
    numbers = re.findall(r"[0-9]+", name)
    return int(numbers[-1]) if numbers else 0
