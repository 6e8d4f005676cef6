"""A notebook for the sandbox, and what came back, read as bytes that a student may have written.

Only what is plain becomes an output: text, and images that are PNG or JPEG. HTML, SVG,
scripts and metadata do not, since the notebook is shown where the instructor is logged in.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

from warmup_lib.grading.sandbox.results import Ended, Result

TEXT = 250_000
"""Characters of the longest text; what is beyond is cut off."""
_OUTPUTS = 1_000
_LINES = 250
_IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True)
class Cell:
    """A cell to run.

    Attributes:
        index: its place in the notebook.
        source: its code.
        seconds: how long it may take; ``None`` for as long as the notebook may.
    """

    index: int
    source: str
    seconds: float | None = None


@dataclass(frozen=True)
class NotebookJob:
    """A notebook to run.

    Attributes:
        cells: its code cells, in order.
        files: by path below the working folder, what is in them.
        environment: variables to set.
    """

    cells: Sequence[Cell]
    files: Mapping[str, bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The job for the sandbox."""
        data = {
            "cells": [asdict(cell) for cell in self.cells],
            "files": {name: base64.b64encode(data).decode() for name, data in self.files.items()},
            "environment": dict(self.environment),
        }
        return json.dumps(data).encode()


@dataclass(frozen=True)
class CellRun:
    """What is known of a cell that was to be run.

    Attributes:
        outputs: as ``nbformat`` has them.
        number: the number by which it was run; ``None`` where it was not.
        in_time: whether it ended in time.
        trouble: why there are no outputs of it; ``None`` where there are.
    """

    outputs: tuple[Mapping[str, Any], ...] = ()
    number: int | None = None
    in_time: bool = True
    trouble: str | None = None


def read(result: Result, job: NotebookJob) -> dict[int, CellRun]:
    """What became of each cell, by its place; every cell of the job is there.

    Of a cell that is told of twice the first counts, and what cannot be read is no output:
    the cell has a trouble instead, for a cell without outputs would pass.
    """
    wanted = {cell.index for cell in job.cells}
    told: dict[int, CellRun] = {}
    for line in filter(bytes.strip, result.output.split(b"\n")):
        try:
            index, run = _told(line)
        except (ValueError, RecursionError):
            continue
        if index in wanted:
            told.setdefault(index, run)
    last = max((place for place, cell in enumerate(job.cells) if cell.index in told), default=-1)
    missing = {
        cell.index: CellRun(trouble=_why(place, last, result.ended))
        for place, cell in enumerate(job.cells)
    }
    return {**missing, **told}


def _why(place: int, last: int, ended: Ended) -> str:
    """Why there is nothing of the cell at a place, where the last one told of is at another."""
    if place < last:
        return "What this cell gave could not be read."
    if place == last + 1:
        return f"{_WHY[ended]} The cells below were not run."
    return "This cell was not run: the notebook came to its end in a cell above."


_WHY = {
    Ended.DONE: "The process that ran the notebook ended in this cell.",
    Ended.DIED: "The process that ran the notebook ended in this cell.",
    Ended.TIMED_OUT: "Here the notebook was ended: it took longer than a notebook may.",
    Ended.CPU: "Here the notebook was ended: it took more processor time than a notebook may.",
    Ended.MEMORY: "Here the notebook was ended: it took more memory than a notebook may.",
    Ended.PROCESSES: "Here the notebook was ended: it started more processes than a notebook may.",
    Ended.OUTPUT: "Here the notebook was ended: it wrote more than a notebook may.",
}


def _told(line: bytes) -> tuple[int, CellRun]:
    data = _dict(json.loads(line, parse_constant=_refused))
    index, number, in_time = data.get("cell"), data.get("number"), data.get("in_time")
    outputs = data.get("outputs")
    # bool is an int, and True would be cell 1.
    if type(index) is not int or type(number) is not int or not isinstance(in_time, bool):
        raise ValueError("not the worker's words")
    if not isinstance(outputs, list) or len(outputs) > _OUTPUTS or not 0 <= number < 100_000:
        raise ValueError("not the worker's words")
    return index, CellRun(tuple(map(_output, outputs)), number, in_time)


def _output(found: Any) -> dict[str, Any]:
    output = _dict(found)
    kind = output.get("output_type")
    if kind == "stream":
        if output.get("name") not in ("stdout", "stderr"):
            raise ValueError("no such stream")
        return {"output_type": kind, "name": output["name"], "text": _text(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        if not isinstance(lines, list) or len(lines) > _LINES:
            raise ValueError("no traceback")
        return error_output(_text(output.get("ename")), _text(output.get("evalue")), lines)
    if kind == "display_data":
        return {"output_type": kind, "data": _bundle(output.get("data")), "metadata": {}}
    if kind == "execute_result":
        count = output.get("execution_count")
        if type(count) is not int or not 0 <= count < 100_000:
            raise ValueError("no count")
        data = _bundle(output.get("data"))
        return {"output_type": kind, "execution_count": count, "data": data, "metadata": {}}
    raise ValueError("no such output")


def error_output(name: str, value: str, traceback: Sequence[Any]) -> dict[str, Any]:
    """An error among the outputs of a cell, which then has no points."""
    lines = [_text(line) for line in traceback]
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}


def _bundle(found: Any) -> dict[str, str]:
    data, bundle = _dict(found), {}
    if "text/plain" in data:
        bundle["text/plain"] = _text(data["text/plain"])
    for kind, begins in _IMAGES.items():
        if kind in data:
            # Written anew: in a page it stands in quotes, as it is.
            image = base64.b64decode(_encoded(data[kind]), validate=True)
            if not image.startswith(begins):
                raise ValueError("no image")
            bundle[kind] = base64.b64encode(image).decode()
    return bundle


def _encoded(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no image")
    return "".join(value.split())


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _text(value: Any) -> str:
    """A text of bounded length, of letters that a file can hold."""
    if not isinstance(value, str):
        raise ValueError("no text")
    return value[:TEXT].encode("utf-8", "replace").decode("utf-8")


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
