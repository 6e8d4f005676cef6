"""Folders on the disk, read without following a link and without waiting.

Every path is walked from the source downwards, one opened folder at a time, so that no
component below the source can be, or become, a link. What was opened is looked at again:
a name may have changed its meaning since it was listed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from warmup_lib.grading.intake.places import (
    MOST_BYTES,
    CannotReadError,
    Entry,
    kind_of,
    not_a_file,
    too_large,
)
from warmup_lib.grading.intake.wording import shown

HAS_OPENAT = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Whether this system can open a file below an opened folder, and no link."""


@dataclass(frozen=True)
class Folder:
    """A folder below the instructor's own.

    Attributes:
        root: the instructor's folder, which is trusted.
        parts: the names that lead from there to this one.
    """

    root: Path
    parts: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Its path, for messages."""
        return self.root.joinpath(*self.parts)

    @property
    def outside(self) -> tuple[str, ...]:
        """Nothing: a folder on the disk holds no other names than its own."""
        return ()

    def entries(self, at_most: int | None = None) -> list[Entry]:
        """What is in it, in no order.

        Raises:
            CannotReadError: it cannot be listed, or holds more than ``at_most``.
        """
        name = self.parts[-1] if self.parts else str(self.root)
        with _told(name), self._opened() as folder, os.scandir(folder) as found:
            entries = [
                Entry(each.name, kind_of(status.st_mode), status.st_mtime)
                for each in islice(found, None if at_most is None else at_most + 1)
                if (status := _status(each)) is not None
            ]
        if at_most is not None and len(entries) > at_most:
            raise CannotReadError(
                f"{shown(name)} holds more than {at_most:,} files; ask the student for the "
                "notebook alone"
            )
        return entries

    def folder(self, entry: Entry) -> Folder:
        """A folder in it."""
        return Folder(self.root, (*self.parts, entry.name))

    def read(self, entry: Entry) -> tuple[bytes, list[str]]:
        """The bytes of a file in it, and notes.

        Raises:
            CannotReadError: it is no plain file, or too large, or cannot be opened.
        """
        name = shown(entry.name)
        if entry.kind != "file":  # Not even opened: opening a device may do something.
            raise CannotReadError(f"{name} {not_a_file(entry.kind)}")
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        with _told(entry.name), self._opened() as folder:
            descriptor = os.open(entry.name, flags, dir_fd=folder)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise CannotReadError(f"{name} {not_a_file(kind_of(status.st_mode))}")
                if status.st_size > MOST_BYTES:
                    raise CannotReadError(f"{name} {too_large(status.st_size)}")
                with open(descriptor, "rb", closefd=False) as file:
                    data = file.read(MOST_BYTES + 1)
            finally:
                os.close(descriptor)
        if len(data) > MOST_BYTES:
            raise CannotReadError(f"{name} {too_large(len(data))}")
        if status.st_nlink == 1:
            return data, []
        return data, [f"{name} is one of {status.st_nlink} hard links to the same file."]

    @contextmanager
    def _opened(self) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        folder = os.open(self.root, flags)
        try:
            for part in self.parts:
                below = os.open(part, flags | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = below
            yield folder
        finally:
            os.close(folder)


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:  # It went away since it was listed.
        return None


_ERRORS = {
    errno.ELOOP: "became a link, which is not followed; ask the student for the notebook itself",
    errno.ENOTDIR: "is a link or no folder, and is not followed; put a folder in its place",
    errno.ENXIO: not_a_file("socket"),
    errno.ENOENT: "went away while it was read; run this again",
    errno.EACCES: "may not be read by you; give yourself the right to (chmod u+rX)",
    errno.EPERM: "may not be read by you; give yourself the right to (chmod u+rX)",
}


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What the system refuses, as a sentence."""
    try:
        yield
    except OSError as error:
        why = _ERRORS.get(
            error.errno or 0,
            f"cannot be read ({error.strerror}); copy it to another place, or ask for it again",
        )
        raise CannotReadError(f"{shown(name)} {why}") from None
