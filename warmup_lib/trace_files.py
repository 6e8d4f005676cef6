"""Traces in files: CSV, which anything reads, and JSON.

A CSV has a line for each event, in order: ``update,event,lr_0,lr_1,…``, and one for each
fact with its evidence as JSON in a last column. One with learning rates alone, in
columns ``lr`` or ``lr_0, lr_1, …``, is read as updates. JSON keeps, besides, the
optimizer's name and the lines of code that made and stepped it.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warmup_lib.facts import Fact, FactKind
from warmup_lib.lr_trace import Event, Trace

VERSION = 1
FACTS = "evidence"
_FACT_KINDS = {kind.value for kind in FactKind}


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
        facts = [FACTS] if trace.facts else []
        writer.writerow(["update", "event", *columns, *facts])
        for event in trace.events:
            update, lrs = next(rows) if event is Event.UPDATE else ("", ())
            missing = [""] * (most - len(lrs))
            writer.writerow([update, event.value, *map(repr, lrs), *missing, *[""] * len(facts)])
        for fact in trace.facts:
            evidence = json.dumps(dict(fact.evidence), ensure_ascii=False)
            writer.writerow([fact.update, fact.kind.value, *[""] * most, evidence])


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
    if name in _FACT_KINDS:
        trace.facts.append(_fact(row, name, where))
        return
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


def _fact(row: dict[str, Any], name: str, where: str) -> Fact:
    try:
        evidence = json.loads(row.get(FACTS) or "{}")
        return Fact.from_data({**evidence, "fact": name, "update": int(row.get("update") or "")})
    except (ValueError, TypeError):
        raise TraceFileError(
            f"{where}: a fact must have a whole number in update and JSON in {FACTS}, got "
            f"{row.get('update')!r} and {row.get(FACTS)!r}"
        ) from None


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
        "name": trace.name,
        "sites": trace.sites,
        "facts": [fact.as_data() for fact in trace.facts],
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
        trace, rows = Trace(str(data["name"])), iter(data["lrs"])
        trace.facts += map(Fact.from_data, data["facts"])
        trace.sites |= {str(of): list(map(str, sites)) for of, sites in data["sites"].items()}
        for event in map(Event, data["events"]):
            if event is Event.UPDATE:
                trace.add_update([_lr(repr(lr), str(path), "lrs") for lr in next(rows)])
            else:
                trace.add(event)
        if next(rows, None) is not None:
            raise ValueError
    except TraceFileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise TraceFileError(f"{path} is no trace; write_json(trace, path) writes one") from None
    return trace
