"""warmup init: the course's notebooks, in a folder of the learner's own."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from warmup_lib import course
from warmup_lib.commands import _show
from warmup_lib.commands._options import json_option


@click.command
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--refresh", is_flag=True, help="Replace notebooks that you changed, and keep yours.")
@json_option
def command(folder: Path | None, refresh: bool, for_tools: bool) -> None:
    """Copy the notebooks into a folder to work in.

    DIR is ./warmup-course if you name none, or the course's folder if you stand in it.

    A notebook there that you changed is never overwritten. With --refresh you get the course's
    again, and yours is kept beside it as NAME.mine-1.ipynb.
    """
    here = Path.cwd()
    report = course.copy(folder or course.find(here) or Path(course.FOLDER), refresh=refresh)
    if for_tools:
        _show.as_json(
            {
                "folder": str(report.folder.absolute()),
                "new": report.new,
                "same": report.same,
                "yours": report.yours,
                "kept": report.kept,
            }
        )
        return
    folder_arg = shlex.quote(str(report.folder))
    total = len(report.new) + len(report.same) + len(report.yours) + len(report.kept)
    _show.line(f"{report.folder}: {total} notebooks, {len(report.new)} of them new.", "bold")
    if report.yours:
        _show.line(f"\nYou changed {len(report.yours)}, which were left as they are:")
        for name in report.yours:
            _show.line(f"  {name}", "yellow")
        _show.line(f"To get the course's too, and keep yours: warmup init --refresh {folder_arg}")
    if report.kept:
        _show.line(f"\nYou had changed {len(report.kept)}; yours are kept:")
        for name, mine in report.kept.items():
            _show.line(f"  {name}, yours is {mine}", "yellow")
    start = "jupyter lab lessons/00_start_here.ipynb"
    where = "" if report.folder.resolve() == here.resolve() else f"cd {folder_arg} && "
    _show.line(f"\nStart here: {where}{start}")
