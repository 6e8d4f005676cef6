"""A notebook's code cells, from any bytes.

Written by hand, and not with nbformat, which validates: here a cell needs no more than
its source. Every version of the format is read, and of a damaged notebook what is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warmup_lib.grading.intake.wording import shown

MOST_CELLS = 2_000
MOST_CODE = 1_000_000
"""Characters of all code together."""
_MOST_PARTS = 1_000_000
"""Lists and objects, and texts; more would fill the memory."""

_AGAIN = "ask the student to save it again from Jupyter and hand it in again"


class NoNotebookError(Exception):
    """The bytes are no notebook; says what they are and what to ask for."""


@dataclass(frozen=True)
class Cell:
    """A cell, as far as it matters.

    Attributes:
        source: its text.
        identities: nbgrader's id of it and the notebook's own, those that it has.
        is_code: whether it is a code cell.
    """

    source: str
    identities: tuple[str, ...]
    is_code: bool


def cells_in(data: bytes) -> tuple[list[Cell], list[str]]:
    """The cells in order, and notes on what had to be mended.

    Raises:
        NoNotebookError: they are no notebook's bytes.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise NoNotebookError(f"The file is empty; {_AGAIN}.")
    if data.startswith(b"PK\x03\x04"):
        raise NoNotebookError("The file is a zip; ask the student for the notebook in it.")
    text, notes = _decoded(data)
    found = list(_cells(_parsed(text)))
    cells = [cell for each in found if (cell := _cell(each)) is not None]
    if len(cells) < len(found):
        notes.append(f"Cells without any text that could be read: {len(found) - len(cells)}.")
    code = [cell for cell in cells if cell.is_code]
    if len(code) > MOST_CELLS or sum(len(cell.source) for cell in code) > MOST_CODE:
        raise NoNotebookError(
            f"The notebook has more than {MOST_CELLS:,} code cells, or more than {MOST_CODE:,} "
            "characters of code; ask the student for one with the answers alone."
        )
    if any("\ufffd" in cell.source for cell in cells):
        notes.append("Some letters were damaged before the file came here.")
    return cells, notes


def _decoded(data: bytes) -> tuple[str, list[str]]:
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
        notes = [] if encoding.startswith("utf-8") else [f"The file is in {encoding}, not UTF-8."]
    except UnicodeDecodeError as error:
        text = data.decode("latin-1")
        notes = [f"Byte {error.start:,} of the file is not UTF-8; it was read as Latin-1."]
    return text.strip("\0 \t\r\n\ufeff"), notes


def _parsed(text: str) -> dict[str, Any]:
    if text.count("{") + text.count("[") > _MOST_PARTS or text.count('"') > 2 * _MOST_PARTS:
        raise NoNotebookError(
            "The file has more parts than any notebook; ask the student to clear the outputs "
            "and hand it in again."
        )
    try:
        # No number in it matters here, and one of a million digits would take its time.
        notebook = json.loads(
            text, strict=False, parse_int=_number, parse_float=_number, parse_constant=_number
        )
    except RecursionError:
        raise NoNotebookError(f"The file is nested too deeply for a notebook; {_AGAIN}.") from None
    except json.JSONDecodeError as error:
        raise NoNotebookError(_why_damaged(text, error)) from None
    if not isinstance(notebook, dict):
        raise NoNotebookError(
            f"The file is no notebook: it is JSON, but starts with {shown(text, 20)}; ask the "
            "student for the notebook itself."
        )
    return notebook


def _why_damaged(text: str, error: json.JSONDecodeError) -> str:
    if not text.startswith("{"):
        return f"The file is no notebook: it starts with {shown(text, 20)}; {_AGAIN}."
    is_cut_off = error.pos >= len(text) or error.msg.startswith("Unterminated string")
    what = "stops in the middle" if is_cut_off else "is damaged"
    return f"The file {what}, at line {error.lineno:,} ({shown(error.msg)}); {_AGAIN}."


def _number(_: str) -> int:
    return 0


def _cells(notebook: dict[str, Any]) -> Iterator[Any]:
    """The cells of any version: before the fourth they lie on worksheets."""
    sheets = notebook.get("worksheets")
    lists = [
        sheet.get("cells")
        for sheet in (notebook, *(sheets if isinstance(sheets, list) else ()))
        if isinstance(sheet, dict)
    ]
    if not any(isinstance(each, list) for each in lists):
        raise NoNotebookError(
            "The file is no notebook: it has no list of cells; ask the student for the notebook "
            "itself."
        )
    for each in lists:
        if isinstance(each, list):
            yield from each


def _cell(found: Any) -> Cell | None:
    if not isinstance(found, dict):
        return None
    texts = (_text(found.get(name)) for name in ("source", "input", "code"))
    source = next((text for text in texts if text is not None), None)
    if source is None:
        return None
    kind = found.get("cell_type")
    is_code = kind == "code" or (
        not isinstance(kind, str) and any(name in found for name in ("outputs", "input", "code"))
    )
    return Cell(source, tuple(_identities(found)), is_code)


def _text(value: Any) -> str | None:
    """A source as one text, of letters that a file can hold."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _identities(found: dict[str, Any]) -> Iterator[str]:
    metadata = found.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    own = metadata.get("id") if isinstance(metadata, dict) else None  # where Colab keeps it
    for identity in (grade_id, found.get("id"), own):
        if isinstance(identity, str):
            yield identity
