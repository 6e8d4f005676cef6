"""Stored tables: what takes many seeds, computed once and read by the lessons.

>>> table = load("zero_lr")
>>> table.row(arm="per epoch e/W")["updates at LR 0"]
22
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("tables.json")


@dataclass(frozen=True)
class Table:
    """Rows of an experiment; a list in a row has one number a seed.

    Shown in a notebook, a list becomes mean ± standard deviation.

    Attributes:
        name: what :func:`load` takes.
        about: one sentence on what was run.
        configuration: every setting that the numbers depend on.
        seeds: which seeds were run.
        torch: the version that ran them.
        rows: column → a text, a number, or a number a seed.
    """

    name: str
    about: str
    configuration: Mapping[str, Any]
    seeds: Sequence[int]
    torch: str
    rows: Sequence[Mapping[str, Any]]

    def row(self, **wanted: Any) -> Mapping[str, Any]:
        """The one row whose columns have these values.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [r for r in self.rows if all(r.get(key) == value for key, value in wanted.items())]
        if len(found) != 1:
            raise LookupError(f"{wanted} must name one row of {self.name!r}, it names {len(found)}")
        return found[0]

    @property
    def source(self) -> str:
        """Where the numbers come from, in one line."""
        return (
            f"Stored table, {len(self.seeds)} seeds, torch {self.torch}, one thread; made by "
            "`python -m warmup_lib.experiments`, not by this notebook."
        )

    def markdown(self) -> str:
        """The table in Markdown, with its source below it."""
        columns = list(self.rows[0])
        lines = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
        lines += [f"| {' | '.join(_said(r[c]) for c in columns)} |" for r in self.rows]
        return "\n".join([f"**{self.about}**", "", *lines, "", self.source])

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/markdown": self.markdown(), "text/plain": self.markdown()}


@cache
def _stored() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return stored


def load(name: str) -> Table:
    """The stored table of this name.

    Raises:
        LookupError: there is none of that name.
    """
    if name not in _stored():
        raise LookupError(f"there is no table {name!r}; the tables are {', '.join(_stored())}")
    return Table(**_stored()[name])


def write(tables: Sequence[Table], path: Path = PATH) -> None:
    """Write tables where :func:`load` finds them, one row a line."""
    blocks = []
    for table in tables:
        fields = asdict(table)
        rows = ",\n".join(f"   {_json(row)}" for row in fields.pop("rows"))
        head = ",\n".join(f"  {json.dumps(key)}: {_json(value)}" for key, value in fields.items())
        blocks.append(f' {json.dumps(table.name)}: {{\n{head},\n  "rows": [\n{rows}\n  ]\n }}')
    path.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def _json(value: Any) -> str:
    return json.dumps(_rounded(value), ensure_ascii=False)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    return value


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return f"{_digits(statistics.mean(value))} ± {_digits(statistics.stdev(value))}"
    return f"{value:g}"


def _digits(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
