"""What a cell prints, shows, ends in and raises, as a notebook has it, and of bounded size.

This is the end beside the student's code: nobody believes it. What the process writes past
Python (``os.system``, a C library, another process) is kept too.
"""

from __future__ import annotations

import base64
import io
import os
import tempfile
from collections.abc import Mapping
from typing import Any

SHOWN = ("text/plain", "image/png", "image/jpeg")
"""What is kept of an output. HTML, SVG and scripts would run where formgrader shows them."""
TEXT = 200_000
"""Characters of text that are kept of a cell."""
IMAGES = 4 << 20
"""Characters of Base64 that are kept of a cell's images."""
_LINES = 100
_MORE = "… (more was not kept)"


class Outputs:
    """The outputs of one cell after the other; there is one of it in a process."""

    def __init__(self) -> None:
        self._written = {"stdout": _Written(1), "stderr": _Written(2)}
        self.begin()

    def begin(self) -> None:
        """Begin a cell."""
        self.list: list[dict[str, Any]] = []
        self._by_id: dict[str, dict[str, Any]] = {}
        self._text, self._images = TEXT, IMAGES
        self._clear_first = False

    def stream(self, name: str, text: str) -> None:
        """Text on ``"stdout"`` or ``"stderr"``."""
        if self._text <= 0 or not text:
            return
        whole = len(text) <= self._text
        kept = text if whole else f"{text[: self._text]}\n{_MORE}\n"
        self._text -= len(text)
        self._before_more()
        last = self.list[-1] if self.list else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += kept
        else:
            self.list.append({"output_type": "stream", "name": name, "text": kept})

    def display(self, data: Mapping[str, Any], name: str | None = None) -> None:
        """Something shown; ``name`` is the ``display_id`` by which it may be updated."""
        self.take_written()
        self._before_more()
        output = {"output_type": "display_data", "data": self._bundle(data), "metadata": {}}
        self.list.append(output)
        if name is not None:
            self._by_id[name] = output

    def update(self, data: Mapping[str, Any], name: str | None) -> None:
        """Something that this cell has shown is another now."""
        if name in self._by_id:
            self._by_id[name]["data"] = self._bundle(data)

    def result(self, data: Mapping[str, Any], count: int) -> None:
        """What the cell ends in."""
        self.take_written()
        self._before_more()
        bundle = self._bundle(data)
        result = {"output_type": "execute_result", "execution_count": count, "data": bundle}
        self.list.append({**result, "metadata": {}})

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """What the cell raised; it is kept whatever came before."""
        self.take_written()
        self._before_more()
        lines = [_bounded(line, TEXT // _LINES) for line in map(str, traceback)]
        if len(lines) > _LINES:
            lines = [*lines[: _LINES // 2], "…", *lines[-_LINES // 2 :]]
        value = _bounded(value, TEXT // _LINES)
        error = {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}
        self.list.append(error)

    def clear(self, wait: bool) -> None:
        """Forget the cell's outputs, now or when the next one comes."""
        self.take_written()
        self._clear_first = wait
        if not wait:
            self.list.clear()

    def has_error(self, name: str) -> bool:
        """Whether the cell has shown an error of that name."""
        return any(each["output_type"] == "error" and each["ename"] == name for each in self.list)

    def take_written(self) -> None:
        """Take what was written past Python since."""
        for name, written in self._written.items():
            self.stream(name, written.new())

    def _before_more(self) -> None:
        if self._clear_first:
            self._clear_first = False
            self.list.clear()

    def _bundle(self, data: Mapping[str, Any]) -> dict[str, str]:
        bundle = {}
        for kind in SHOWN:
            value = data.get(kind)
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if not isinstance(value, str):
                continue
            if kind == "text/plain":
                bundle[kind] = _bounded(value, TEXT)
            elif len(value) <= self._images:
                self._images -= len(value)
                bundle[kind] = value
        return bundle


class Stream(io.TextIOBase):
    """Standard output or standard error of a notebook."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str, descriptor: int) -> None:
        self.name = f"<{name}>"
        self._outputs, self._stream, self._descriptor = outputs, name, descriptor
        self._process = os.getpid()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if os.getpid() == self._process:
            self._outputs.take_written()
            self._outputs.stream(self._stream, text)
        else:
            # A process that the notebook forked has a list of outputs that nobody reads.
            os.write(self._descriptor, text.encode(errors="replace"))
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor


class _Written:
    """What this process and its children write to a descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115  # as long as the process
        self._read = 0
        os.dup2(self._file.fileno(), descriptor)

    def new(self) -> str:
        """What came since the last time."""
        file = self._file.fileno()
        length = os.fstat(file).st_size - self._read
        if length <= 0:
            return ""
        data = os.pread(file, min(length, 4 * TEXT), self._read)
        self._read += length
        return data.decode(errors="replace")


def _bounded(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}{_MORE}"
