"""warmup watch: check again whenever the file is saved."""

from __future__ import annotations

from pathlib import Path

import click

from warmup_lib import checking
from warmup_lib.commands import _checked, _show
from warmup_lib.commands.check import Target


@click.command
@click.argument("target", metavar="QUIZ|QUESTION|FILE", type=Target())
@click.pass_context
def command(ctx: click.Context, target: str) -> None:
    """Check a notebook or a .py file again whenever you save it.

    It shows the first answer to mend, and ends when all are right, or with Ctrl+C.
    """
    from watchfiles import watch

    try:
        task = checking.task_for(target, Path.cwd())
    except checking.NothingToCheckError as error:
        raise click.UsageError(str(error), ctx) from None
    if _all_right(task):
        return

    # The folder, since an editor that saves puts a new file in the place of the old one.
    def is_mine(_: object, path: str) -> bool:
        return Path(path).name == task.path.name

    for _ in watch(task.path.parent, watch_filter=is_mine, recursive=False):
        if _all_right(task):
            return


def _all_right(task: checking.Task) -> bool:
    """Check it once and say what is next to mend."""
    try:
        checked = checking.check(task)
    except (checking.NothingToCheckError, OSError) as error:
        # Half a file, or none: the editor is still writing, or the learner still typing.
        _show.warn(str(error))
        return False
    _show.line()
    _checked.progress(checked)
    if checked.first_to_mend is None:
        return True
    _checked.feedback(checked.first_to_mend, checked.seed)
    for trouble in checked.troubles:
        _show.warn(trouble)
    _show.line(f"\nSave {task.path.name} to check again; Ctrl+C ends.")
    return False
