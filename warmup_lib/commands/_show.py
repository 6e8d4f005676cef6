"""What commands print: JSON for tools, plain text in a pipe, colour and tables on a terminal.

Only on a terminal is rich imported.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from rich.console import Console


_WRAPPED_TO = 20
"""How narrow a column that wraps becomes before a spare one is left out."""


def on_terminal() -> bool:
    return sys.stdout.isatty()


def as_json(data: object) -> None:
    """The whole output of a command under ``--json``."""
    import json

    click.echo(json.dumps(data, indent=1, ensure_ascii=False))


def warn(trouble: str | None) -> None:
    """A sentence beside the output, such as that progress could not be kept; "" for none."""
    if trouble:
        click.echo(trouble, err=True)


def line(text: str = "", style: str = "") -> None:
    """A line; ``style`` is one of rich's, for the terminal."""
    if on_terminal():
        from rich.text import Text

        # The terminal wraps it, so that what is copied from there is one line.
        _console().print(Text(text, style=style), soft_wrap=True)
    else:
        click.echo(text)


def markdown(text: str) -> None:
    """Markdown, rendered on a terminal and as it is in a pipe."""
    if on_terminal():
        from rich.markdown import Markdown

        _console().print(Markdown(text, code_theme="ansi_light", hyperlinks=False))
    else:
        click.echo(text)


def bar(part: int, whole: int, width: int = 20) -> str:
    """How much of the whole is done, which is full only when all is."""
    full = width * part // whole if whole else 0
    done, rest = ("█", "░") if on_terminal() else ("#", ".")
    return done * full + rest * (width - full)


def table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[str] = (),
    styles: Mapping[str, str] | None = None,
    wrapped: Collection[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """Rows under headings, the first of them the row's name.

    On a terminal that is too narrow the columns in ``spare`` are left out one by one;
    only then the name, too, takes several lines. No cell is cropped.

    Args:
        headings: of the columns.
        rows: their cells.
        right: the columns that stand flush right.
        styles: on a terminal, the style of a cell by its text, or of a column by its heading.
        wrapped: the columns of words, which may take several lines on a terminal.
        spare: the columns that can be done without, the first to go first.
    """
    if on_terminal():
        _rich_table(headings, rows, right, styles or {}, wrapped, spare)
        return
    shown = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = [
            cell.rjust(width) if heading in right else cell.ljust(width)
            for cell, width, heading in zip(row, widths, headings, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


def _rich_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[str],
    styles: Mapping[str, str],
    wrapped: Collection[str],
    spare: Sequence[str],
) -> None:
    from rich.table import Table
    from rich.text import Text

    console = _console()
    columns = dict(zip(headings, zip(*rows, strict=True), strict=True))
    shown, folded = _fitted(columns, wrapped, spare, console.width)
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in shown:
        side: Literal["left", "right"] = "right" if heading in right else "left"
        drawn.add_column(heading, justify=side, no_wrap=heading not in folded, overflow="fold")
    for row in zip(*(columns[heading] for heading in shown), strict=True):
        named = zip(shown, row, strict=True)
        drawn.add_row(*(Text(cell, styles.get(cell, styles.get(name, ""))) for name, cell in named))
    console.print(drawn)


def _fitted(
    columns: Mapping[str, Sequence[str]],
    wrapped: Collection[str],
    spare: Sequence[str],
    width: int,
) -> tuple[Sequence[str], Collection[str]]:
    """The columns for which there is room, and those that take several lines."""
    needed = {heading: max(map(len, [heading, *cells])) for heading, cells in columns.items()}
    needed.update({heading: min(needed[heading], _WRAPPED_TO) for heading in wrapped})

    def too_wide() -> bool:
        return sum(needed.values()) + 2 * (len(needed) - 1) > width

    for heading in spare:
        if too_wide():
            del needed[heading]
    name = next(iter(columns))
    return list(needed), {*wrapped, name} if too_wide() else wrapped


def _console() -> Console:
    from rich.console import Console
    from rich.theme import Theme

    return Console(highlight=False, theme=Theme({"markdown.code": "cyan"}))
