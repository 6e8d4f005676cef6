"""How the doctor's report is shown: as text with colour on a terminal, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import click

from warmup_lib.doctor.report import Report, as_data
from warmup_lib.doctor.report_text import Line, lines
from warmup_lib.lr_trace import Trace

if TYPE_CHECKING:
    from warmup_lib.doctor.run_script import Outcome

_NO_PLAN = """\
Without a plan only facts and the order of events speak. Say what was meant, such as
  --plan "peak=0.1 warmup=500"
"""
_NO_UPDATE = """\
No optimizer made a step in it. Where it trains in processes of its own, record in one of these:
  with warmup_lib.following.record_all() as traces:
"""


@dataclass(frozen=True)
class Source:
    """Where traces come from: a file, or a script that was run.

    Attributes:
        name: the file, or the script with its arguments.
        traces: one for each optimizer.
        outcome: how the script ended; ``None`` of a file.
    """

    name: str
    traces: Sequence[Trace]
    outcome: Outcome | None = None

    @property
    def exit_code(self) -> int:
        """The script's; 0 of a file."""
        return 0 if self.outcome is None else self.outcome.exit_code


def as_json(report: Report, source: Source, out: IO[str]) -> None:
    """Print the report for tools."""
    exit_code = None if source.outcome is None else source.exit_code
    data = {"source": source.name, "exit_code": exit_code, **as_data(report)}
    click.echo(json.dumps(data, indent=1, ensure_ascii=False), file=out)


def as_text(report: Report, source: Source, out: IO[str]) -> None:
    """Print the report for a person; rich is imported only where it goes to a terminal."""
    shown = [*_heading(source), *lines(report), *_advice(report)]
    if not out.isatty():
        click.echo("\n".join(text for text, _ in shown), file=out)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, highlight=False)
    for text, style in shown:
        # The terminal wraps it, so that what is copied from there is one line.
        console.print(Text(text, style=style), soft_wrap=True)


def _heading(source: Source) -> Iterator[Line]:
    if source.outcome is not None:
        yield "", ""  # What the script printed is above.
    ended = f" (ended with exit code {source.exit_code})" if source.exit_code else ""
    yield f"warmup doctor: {source.name}{ended}", "bold"
    yield "", ""


def _advice(report: Report) -> Iterator[Line]:
    advice = _NO_UPDATE if not report.examined else _NO_PLAN if report.plan is None else ""
    yield from ((line, "dim") for line in advice.splitlines())
