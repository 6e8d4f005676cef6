"""Traces in files: CSV, which anything reads, and JSON.

A CSV has a line for each event, in order: ``update,event,lr_0,lr_1,…``. One with
learning rates alone, in columns ``lr`` or ``lr_0, lr_1, …``, is read as updates.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warmup_lib.lr_trace import Event, Trace

VERSION = 1


class TraceFileError(ValueError):
    """The file holds no trace; says where and what to do."""


def write_csv(trace: Trace, path: str | Path) -> None:
    """Write a trace as CSV.

    >>> import tempfile
    >>> trace = Trace()
    >>> trace.add_update([0.02])
    >>> trace.add(Event.SCHEDULER)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_csv(trace, f"{folder}/run.csv")
    ...     print(Path(folder, "run.csv").read_text().split())
    ['update,event,lr_0', '0,update,0.02', ',scheduler,']
    """
    most = max((len(lrs) for lrs in trace.lrs), default=0)
    columns = [f"lr_{group}" for group in range(most)]
    rows = iter(enumerate(trace.lrs))
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["update", "event", *columns])
        for event in trace.events:
            update, lrs = next(rows) if event is Event.UPDATE else ("", ())
            missing = [""] * (most - len(lrs))
            writer.writerow([update, event.value, *map(repr, lrs), *missing])


def read_csv(path: str | Path) -> Trace:
    """Read a trace from CSV.

    Raises:
        TraceFileError: there is no column of learning rates, or a line that makes no sense.
    """
    with Path(path).open(newline="", encoding="utf-8", errors="replace") as file:
        reader = csv.DictReader(file)
        columns = _lr_columns(reader.fieldnames or (), path)
        trace = Trace()
        try:
            for row in reader:
                _add_row(trace, row, columns, f"{path}, line {reader.line_num}")
        except csv.Error as error:
            raise TraceFileError(f"{path}, line {reader.line_num}: {error}") from None
    if len(trace) == 0:
        raise TraceFileError(f"{path} has no update in it; record at least one")
    return trace


def _lr_columns(names: Sequence[str], path: str | Path) -> list[str]:
    if "lr" in names:
        return ["lr"]
    found = sorted(
        (name for name in names if re.fullmatch(r"lr_\d+", name or "")), key=lambda n: int(n[3:])
    )
    if found != [f"lr_{group}" for group in range(len(found))] or not found:
        raise TraceFileError(
            f"{path} must have a column lr, or lr_0, lr_1, … for the parameter groups; it has "
            f"{', '.join(map(str, names)) or 'no columns'}"
        )
    return found


def _add_row(trace: Trace, row: dict[str, Any], columns: Sequence[str], where: str) -> None:
    name = row.get("event") or Event.UPDATE.value
    try:
        event = Event(name)
    except ValueError:
        known = ", ".join(each.value for each in Event)
        raise TraceFileError(f"{where}: event must be one of {known}, got {name!r}") from None
    if event is not Event.UPDATE:
        trace.add(event)
        return
    texts = [row[column] for column in columns]
    # A group that was added later has no LR before.
    given = texts[: max((i + 1 for i, text in enumerate(texts) if text), default=1)]
    trace.add_update(
        [_lr(text, where, column) for text, column in zip(given, columns, strict=False)]
    )


def _lr(text: str | None, where: str, column: str) -> float:
    try:
        lr = float(text or "")
    except ValueError:
        lr = math.nan
    if not math.isfinite(lr):
        raise TraceFileError(f"{where}: {column} must be a finite learning rate, got {text!r}")
    return lr


def write_json(trace: Trace, path: str | Path) -> None:
    """Write a trace as JSON."""
    data = {
        "version": VERSION,
        "events": [event.value for event in trace.events],
        "lrs": trace.lrs,
    }
    Path(path).write_text(json.dumps(data) + "\n", encoding="utf-8")


def read_json(path: str | Path) -> Trace:
    """Read what :func:`write_json` wrote.

    Raises:
        TraceFileError: it is something else.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise TraceFileError(
                f"{path} has version {data['version']!r} of the format, and this warmup_lib knows "
                f"only {VERSION}; update it"
            )
        trace, rows = Trace(), iter(data["lrs"])
        for event in map(Event, data["events"]):
            if event is Event.UPDATE:
                trace.add_update([_lr(repr(lr), str(path), "lrs") for lr in next(rows)])
            else:
                trace.add(event)
        if next(rows, None) is not None:
            raise ValueError
    except TraceFileError:
        raise
    except (ValueError, KeyError, TypeError, StopIteration):
        raise TraceFileError(f"{path} is no trace; write_json(trace, path) writes one") from None
    return trace
