"""warmup regrade: judge again what was seen, after a question's key or points changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, json_option
from warmup_lib.commands._trouble import FileTrouble
from warmup_lib.grading.places import records_folder
from warmup_lib.grading.records import Record, RecordError, Records

if TYPE_CHECKING:
    from warmup_lib.grading.regrade import Moved

HELP = """\
Judge again what was seen of a class, after a question's key or points changed.

Nothing that students handed in is run. It lists whose mark moves, from what to what, and why;
with --dry-run it only does that. Questions that were added since need a new run:
warmup grade QUIZ --fresh

\b
Exit codes:
  0    done
  2    wrong usage, or there is nothing to judge
  3    trouble with files or the gradebook
"""


@click.command(help=HELP)
@click.argument("quiz", type=QUIZ)
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@click.option("--db", "url", metavar="URL", help="Another gradebook than the course's.")
@json_option
@click.pass_context
def command(ctx: click.Context, quiz: str, dry_run: bool, url: str | None, for_tools: bool) -> None:
    from warmup_lib.grading.regrade import keys_of, moved, rejudged, unasked

    course = Path.cwd()
    records = Records(records_folder(course, quiz))
    try:
        before = records.all()
    except RecordError as error:
        raise FileTrouble(str(error)) from None
    if not before:
        raise click.UsageError(
            f"there are no records in {records.folder}; make them with: warmup grade {quiz}", ctx
        )
    after = [rejudged(record, keys_of(quiz, record.seed)) for record in before]
    moves = [move for old, new in zip(before, after, strict=True) for move in moved(old, new)]
    changed = [new for old, new in zip(before, after, strict=True) if new != old]
    if not dry_run:
        _keep(changed, after, records, course, quiz, url)
    added = unasked(before, keys_of(quiz, None))
    if for_tools:
        _show.as_json(
            {
                "quiz": quiz,
                "judged": len(before),
                "changed": len(changed),
                "moved": [*map(asdict, moves)],
                "unasked": added,
                "written": not dry_run,
            }
        )
    else:
        _say(quiz, before, moves, added, dry_run=dry_run)


def _keep(
    changed: Sequence[Record],
    all_: Sequence[Record],
    records: Records,
    course: Path,
    quiz: str,
    url: str | None,
) -> None:
    from warmup_lib.grading.delivery import deliver_again
    from warmup_lib.grading.gradebook import GradebookError

    for record in changed:
        records.write(record)
    try:
        deliver_again(all_, url, course, quiz)
    except GradebookError as error:
        raise FileTrouble(f"{error}\nThe records are judged again: run it once more.") from None


def _say(
    quiz: str,
    judged: Sequence[Record],
    moves: Sequence[Moved],
    added: Sequence[str],
    *,
    dry_run: bool,
) -> None:
    if moves:
        rows = [
            [each.student, each.question, f"{each.before:g}", f"{each.after:g}", each.why]
            for each in moves
        ]
        _show.table(
            ["student", "question", "was", "is", "why"],
            rows,
            right=["was", "is"],
            wrapped=["why"],
        )
        _show.line()
    students = len({each.student for each in moves})
    would = "would move" if dry_run else "moved"
    _show.line(
        f"{quiz}: {len(judged)} submissions judged again; {len(moves)} marks {would}, of "
        f"{students} students."
    )
    if added:
        _show.line(
            f"Not asked then: {', '.join(added)}. To ask: warmup grade {quiz} --fresh",
            style="yellow",
        )
