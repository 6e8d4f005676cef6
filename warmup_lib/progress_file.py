"""The file in which a learner's progress stands: read, checked, locked, replaced as a whole.

It is plain JSON. What is in a record, and what follows from it, is in
:mod:`warmup_lib.progress`; what is here keeps it safe.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

VERSION = 1
"""Of the file's form. A file of a newer one is put aside, never guessed at."""

LOCK_SECONDS = 5.0
"""How long a writer waits for another one."""

# A file nested too deep for json is as unusable as a full disk; older versions of
# filelock raise NotImplementedError where a disk knows no locks.
_TROUBLE = (OSError, NotImplementedError, RecursionError)


def place() -> Path:
    """``progress.json`` in ``WARMUP_HOME``, or else where programs keep a user's data."""
    if home := os.environ.get("WARMUP_HOME"):
        return Path(home) / "progress.json"
    from platformdirs import user_data_path  # takes time, and WARMUP_HOME needs none of it

    return user_data_path("warmup_lib", appauthor=False) / "progress.json"


def read(path: Path) -> tuple[dict[str, Any], str]:
    """The records by question, and a sentence where there was trouble. It raises nothing.

    A file that makes no sense, or that a newer version wrote, is put aside.
    """
    try:
        try:
            return _questions(_read(path)), ""
        except _UnusableError:
            with _locked(path):
                data, trouble = _read_or_put_aside(path)
            return _questions(data), trouble
    except _TROUBLE as error:
        return {}, f"Your progress could not be read from {path}: {_reason(error)}."


def change(path: Path, edit: Callable[[dict[str, Any]], None]) -> str:
    """Let ``edit`` change the records by question, and write them.

    Nobody else writes in between, and a kill leaves the old file or the new one. It
    raises nothing: it returns a sentence where there was trouble, and else "".
    """
    put_aside = failed = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            data, put_aside = _read_or_put_aside(path)
            edit(_questions(data))
            _write(path, data)
    except _TROUBLE as error:
        failed = f"Your progress could not be kept in {path}: {_reason(error)}."
    return " ".join(filter(None, [put_aside, failed]))


class _UnusableError(Exception):
    """Says why the file cannot be used; ``label`` says it in the name of what is put aside."""

    def __init__(self, label: str, why: str) -> None:
        super().__init__(why)
        self.label = label


def _questions(data: dict[str, Any]) -> dict[str, Any]:
    questions: dict[str, Any] = data["questions"]
    return questions


def _read(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {"version": VERSION, "questions": {}}
    broken = _UnusableError("broken", "Your progress file made no sense")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise broken from None
    version: Any = data.get("version") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not _is_count(version):
        raise broken
    if version > VERSION:
        raise _UnusableError(
            f"version-{version}",
            f"Your progress file is of version {version}, and this warmup_lib knows only version "
            f"{VERSION} (update it, and give the file its name back, to go on with it)",
        )
    if version < VERSION or not _are_records(data.get("questions")):
        raise broken
    return data


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**53


def _is_line(value: object) -> bool:
    # It may come to stand on a terminal, where control characters do things.
    return isinstance(value, str) and value.isprintable()


_IS_RIGHT: Mapping[str, Callable[[Any], bool]] = {
    "attempts": _is_count,
    "passed": lambda value: isinstance(value, bool),
    "hints": _is_count,
    "misconceptions": lambda value: (
        isinstance(value, dict)
        and all(map(_is_line, value))
        and all(map(_is_count, value.values()))
    ),
    "came_back": lambda value: isinstance(value, list) and all(map(_is_line, value)),
    # Never shown, and a learner may have made them up: any text is right.
    "parameters": lambda value: isinstance(value, str),
    "answer": lambda value: isinstance(value, str),
    "last": _is_line,
}


def _are_records(questions: object) -> bool:
    return isinstance(questions, dict) and all(
        isinstance(record, dict)
        and all(is_right(record[key]) for key, is_right in _IS_RIGHT.items() if key in record)
        for record in questions.values()
    )


def _read_or_put_aside(path: Path) -> tuple[dict[str, Any], str]:
    """Only under the lock: another writer's fresh file must not be put aside for the old one."""
    try:
        return _read(path), ""
    except _UnusableError as unusable:
        aside = _free_name(path, unusable.label)
        path.rename(aside)
        return _read(path), f"{unusable}; it was put aside as {aside}, and a fresh one started."


def _free_name(path: Path, label: str) -> Path:
    """``progress.json.broken-1``, ``-2`` …; ``progress.json.version-7``, ``version-7-2`` …"""
    number = 1
    while True:
        tail = "" if label != "broken" and number == 1 else f"-{number}"
        aside = path.with_name(f"{path.name}.{label}{tail}")
        if not os.path.lexists(aside):
            return aside
        number += 1


def _write(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, indent=1, sort_keys=True) + "\n"
    # One name will do, since only the holder of the lock writes, and a kill leaves no litter.
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    from filelock import FileLock  # takes longer to import than the progress to read

    with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
        yield


def _reason(error: BaseException) -> str:
    """Why, and what to do about it."""
    if isinstance(error, TimeoutError):
        return "another program is writing there and does not end; close it, and try again"
    why = (getattr(error, "strerror", None) or str(error)).lower()
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return f"{why}; make room there, and try again"
    return f"{why}; mend that, or set WARMUP_HOME to a folder in which you can write"
