"""The files beside a notebook, as they go into the sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from warmup_lib.grading.intake.places import kind_of

MOST_BYTES = 64 << 20
"""Bytes of all files beside one notebook."""
MOST_FILES = 5_000


class FilesError(Exception):
    """The files beside a notebook are none to run it with; says which and what to do."""


def refuse_all_but_files(folder: Path) -> None:
    """See that what a student handed in is plain files, and leads nowhere else.

    nbgrader would read what a link leads to, with the instructor's rights, and wait for a
    named pipe for ever.

    Raises:
        FilesError: there is something else, or a folder is too full.
    """
    for path in _walked(folder):
        kind = kind_of(path.lstat().st_mode)
        if kind not in ("file", "folder"):
            raise FilesError(
                f"{path} is a {kind}, and nothing of this submission is run; delete it, or put "
                "the file itself in its place"
            )


def files_in(folder: Path) -> dict[str, bytes]:
    """What is in the files of a folder, by path below it; no link is followed.

    Raises:
        FilesError: they are too large or too many.
        OSError: one cannot be read.
    """
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in _walked(folder):
        if path.is_symlink() or not path.is_file():
            continue
        left -= path.stat().st_size
        if left < 0:
            raise FilesError(
                f"the files in {folder} have more than {MOST_BYTES >> 20} MB together, and no "
                "more are taken into the sandbox; ask the student for smaller ones"
            )
        files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _walked(folder: Path) -> Iterator[Path]:
    number = 0
    for where, folders, names in os.walk(folder):
        for name in (*folders, *names):
            number += 1
            if number > MOST_FILES:
                raise FilesError(f"{folder} holds more than {MOST_FILES:,} files; delete some")
            yield Path(where, name)
