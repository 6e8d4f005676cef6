"""Where uploads lie: a folder on the disk and one in a zip look the same from here."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zipfile import ZipInfo

MOST_BYTES = 20 << 20
"""The largest notebook that is read."""
MOST_ENTRIES = 5_000
"""The most files that one student's folder may hold."""

_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


class CannotReadError(Exception):
    """There is something, but it is not read; says what it is and what to ask for."""


@dataclass(frozen=True)
class Entry:
    """One name in a folder.

    Attributes:
        name: the name, without the folder's.
        kind: "file", "folder", "link", "named pipe", "socket" or "device".
        modified: when; greater is newer.
        member: what the zip says of it, where it is in one.
    """

    name: str
    kind: str
    modified: float = 0.0
    member: ZipInfo | None = None


class Place(Protocol):
    """A folder, on the disk or in a zip."""

    @property
    def path(self) -> Path:
        """Its path, for messages."""

    @property
    def outside(self) -> Sequence[str]:
        """Names of files that have no place in it: they would lead out."""

    def entries(self, at_most: int | None = None) -> list[Entry]:
        """What is in it, in no order.

        Raises:
            CannotReadError: it cannot be listed, or holds more than ``at_most``.
        """

    def folder(self, entry: Entry) -> Place:
        """A folder in it."""

    def read(self, entry: Entry) -> tuple[bytes, list[str]]:
        """The bytes of a file in it, and notes.

        Raises:
            CannotReadError: it is no plain file, or too large, or damaged.
        """


def kind_of(mode: int) -> str:
    """What a file's mode says it is."""
    return _KINDS.get(stat.S_IFMT(mode), "device")


def not_a_file(kind: str) -> str:
    """The sentence for what stands in the place of a notebook."""
    followed = ", which is not followed" if kind == "link" else ""
    return f"is a {kind}{followed}, and no notebook; ask the student for the notebook itself"


def too_large(size: int) -> str:
    """The sentence for a file that is not read."""
    return (
        f"has {size / (1 << 20):,.0f} MB, and no more than {MOST_BYTES >> 20} MB are read; ask the "
        "student to clear the outputs (Kernel, Restart and Clear Outputs) and hand it in again"
    )
