"""Files that others read: written whole or not at all, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

_STARTS_A_FORMULA = "=+-@＝＋－＠"


def write_whole(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a file, whole or not at all; its folder is made where it is not there.

    Args:
        path: the file; what is in its place is replaced, not followed.
        text: what it is to hold.
        durable: see it on the disk before going on. What can be made again need not be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def csv_text(rows: Iterable[Sequence[str | float]]) -> str:
    r"""Rows as CSV. Text that a spreadsheet would run is made harmless; numbers stay numbers.

    >>> csv_text([("=1+1", -0.25)])
    "'=1+1,-0.25\r\n"
    """
    written = io.StringIO(newline="")
    # With the line end of RFC 4180: Python quotes the characters of the line end, and with a bare
    # "\n" an id with "\r" in it would begin a row of its own.
    writer = csv.writer(written, lineterminator="\r\n")
    for row in rows:
        writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in row)
    return written.getvalue()


def harmless(cell: str) -> str:
    """Text that no spreadsheet takes for a formula: with a quote before it, where it might.

    As OWASP's page on CSV injection has it, and also behind spaces and for the full-width
    forms of these signs.

    >>> harmless("@SUM(A1)"), harmless("ada@uni.edu")
    ("'@SUM(A1)", 'ada@uni.edu')
    """
    begins = cell.lstrip()[:1]
    runs = begins and begins in _STARTS_A_FORMULA
    return f"'{cell}" if runs or cell[:1] in ("\t", "\r", "\n") else cell
