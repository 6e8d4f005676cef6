"""Zips from a learning platform, read in memory; nothing is unpacked onto the disk.

The table of contents is not believed: names that lead out, links, sizes and ratios are
looked at before a member is read, and never more than a notebook's bytes are.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from warmup_lib.grading.intake.places import (
    MOST_BYTES,
    CannotReadError,
    Entry,
    kind_of,
    not_a_file,
    too_large,
)
from warmup_lib.grading.intake.wording import shown

MOST_MEMBERS = 50_000
MOST_OF_CONTENTS = 8 << 20
"""Bytes of the table of contents, which is read as a whole."""
MOST_DEPTH = 16
MOST_RATIO = 200
"""How many times as large a member may be as it is in the zip, past the first megabyte."""

_LONGEST_NAME = 255
_ENCRYPTED = 0x1
_UNIX = 3


class _Bounded(io.FileIO):
    """A file that is never read into memory as a whole, whatever it says of itself."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:
            here = self.tell()
            size = self.seek(0, io.SEEK_END) - here
            self.seek(here)
        if size > MOST_OF_CONTENTS:
            raise zipfile.BadZipFile("its table of contents is too large")
        return super().read(size) or b""


@dataclass(frozen=True)
class ArchiveFolder:
    """A folder in a zip.

    Attributes:
        archive: the zip.
        root: its path.
        tree: what each of its folders holds.
        parts: the names that lead to this folder.
        outside: names in the zip that would lead out of it, or are too long or deep.
    """

    archive: ZipFile
    root: Path
    tree: dict[tuple[str, ...], list[Entry]]
    parts: tuple[str, ...] = ()
    outside: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Its path, for messages."""
        return self.root.joinpath(*self.parts)

    def entries(self, at_most: int | None = None) -> list[Entry]:
        """What is in it, in the zip's order.

        Raises:
            CannotReadError: it holds more than ``at_most``.
        """
        entries = self.tree.get(self.parts, [])
        if at_most is not None and len(entries) > at_most:
            raise CannotReadError(
                f"{shown(self.parts[-1])} holds more than {at_most:,} files; ask the student for "
                "the notebook alone"
            )
        return entries

    def folder(self, entry: Entry) -> ArchiveFolder:
        """A folder in it."""
        parts = (*self.parts, entry.name)
        return ArchiveFolder(self.archive, self.root, self.tree, parts, self.outside)

    def read(self, entry: Entry) -> tuple[bytes, list[str]]:
        """The bytes of a member.

        Raises:
            CannotReadError: it is no plain file, or too large, encrypted or damaged.
        """
        name, member = shown(entry.name), entry.member
        if entry.kind != "file" or member is None:
            raise CannotReadError(f"{name} {not_a_file(entry.kind)}")
        if (why := _refused(member)) is not None:
            raise CannotReadError(f"{name} {why}")
        try:
            with self.archive.open(member) as file:
                data = file.read(MOST_BYTES + 1)
        except Exception as error:  # zipfile and zlib raise whatever the bytes made them trip over.
            raise CannotReadError(
                f"{name} is damaged in the zip ({shown(str(error))}); download the zip again, or "
                "ask the student for the file"
            ) from None
        return data, []


def _refused(member: ZipInfo) -> str | None:
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted with a password; ask the student for the file without one"
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "is compressed in a way that is not read here; pack the zip again with plain zip"
    if member.file_size > MOST_BYTES:
        return too_large(member.file_size)
    if member.file_size > max(1 << 20, MOST_RATIO * member.compress_size):
        return (
            f"would be more than {MOST_RATIO} times as large unpacked, as a zip bomb is, and is "
            "not read; ask the student for the notebook itself"
        )
    return None


@contextmanager
def opened(path: Path) -> Iterator[ArchiveFolder]:
    """The top of a zip.

    Raises:
        CannotReadError: it is no zip that can be read.
    """
    with _Bounded(path) as file:
        try:
            archive = ZipFile(file)
        except Exception as error:  # As above.
            raise CannotReadError(
                f"{path} is no zip that can be read ({shown(str(error))}); download it again, or "
                "unpack it and give the folder"
            ) from None
        with archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise CannotReadError(
                    f"{path} has {len(members):,} members, and no more than {MOST_MEMBERS:,} are "
                    "read; unpack it and give the folder"
                )
            top = ArchiveFolder(archive, path, {})
            _fill(top, members)
            yield top


def _fill(top: ArchiveFolder, members: list[ZipInfo]) -> None:
    folders: set[tuple[str, ...]] = set()
    for member in members:
        name = member.filename.replace("\\", "/")
        *above, last = parts = tuple(name.removesuffix("/").split("/"))
        if len(parts) > MOST_DEPTH or any(map(_is_no_name, parts)):
            top.outside.append(member.filename)
            continue
        for depth in range(1, len(parts) + name.endswith("/")):
            folder = parts[:depth]
            if folder not in folders:
                folders.add(folder)
                entry = Entry(folder[-1], "folder", _time(member))
                top.tree.setdefault(folder[:-1], []).append(entry)
        if not name.endswith("/"):
            entry = Entry(last, _kind(member), _time(member), member)
            top.tree.setdefault(tuple(above), []).append(entry)


def _is_no_name(part: str) -> bool:
    return part in ("", ".", "..") or len(part) > _LONGEST_NAME


def _kind(member: ZipInfo) -> str:
    mode = member.external_attr >> 16
    # Other systems put something else there, and many tools nothing.
    return kind_of(mode) if member.create_system == _UNIX and mode >> 12 else "file"


def _time(member: ZipInfo) -> float:
    """The time, which may be no date at all, as a number that grows with it."""
    total = 0
    for part in member.date_time:
        total = total * 100 + part
    return float(total)
