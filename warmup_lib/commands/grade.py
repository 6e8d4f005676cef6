"""warmup grade: a class, fast, fairly and safely."""

from __future__ import annotations

import atexit
import gc
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warmup_lib.cli import FILE_TROUBLE
from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, json_option
from warmup_lib.commands._trouble import FileTrouble
from warmup_lib.grading.jobs import Limits

if TYPE_CHECKING:
    from warmup_lib.grading.grade import Graded
    from warmup_lib.grading.intake import SeedOf
    from warmup_lib.grading.sandbox import Sandbox

NOT_ISOLATED = 4

HELP = f"""\
Grade what a class handed in: run it where it can reach nothing, and judge it here.

\b
  warmup grade lambda_lr                        submitted/STUDENT/lambda_lr/ of this course
  warmup grade lambda_lr --from uploads/        files as Canvas or Moodle name them
  warmup grade lambda_lr --from class.zip       the platform's zip
  warmup grade lambda_lr --only ada --fresh     one student, from scratch
  warmup grade lambda_lr --engine dask --scheduler tcp://10.0.0.1:8786
                                                on the workers of a dask cluster

Scores go into nbgrader's gradebook, notebooks and feedback where nbgrader has them. Each result is
first kept in grading/QUIZ/: a run that was stopped goes on where it was, and what did not change is
not run again.

\b
Exit codes:
  0    every submission was graded
  1    some could not be read, or could not be kept; the table says which and why
  2    wrong usage, or there is nothing to grade
  {FILE_TROUBLE}    trouble with files or the gradebook; what was graded is kept
  {NOT_ISOLATED}    nothing can be run, since it would not be isolated or nobody is there to run it
"""


class NotIsolated(click.ClickException):
    """There is no sandbox, so nothing was run."""

    exit_code = NOT_ISOLATED


class LimitText(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """A limit such as ``memory=2G`` or ``seconds=120``."""

    name = "limit"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        known = {each.name: each.default for each in fields(Limits)}
        name, equals, text = value.partition("=")
        if name not in known or not equals:
            self.fail(f"give NAME=NUMBER with one of {', '.join(known)}, got {value!r}", param, ctx)
        sizes = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMG]?)", text)
        if not found or not float(found[1]) > 0:
            self.fail(f"{name} must be a number above 0, such as 30 or 512M, got {text!r}", param)
        number = float(found[1]) * sizes[found[2]]
        return name, number if isinstance(known[name], float) else int(number)


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    quiz: str
    source: Path
    workers: int
    only: Sequence[str]
    fresh: bool
    trusted: bool
    pattern: str | None
    handed_out: SeedOf | None
    url: str | None
    limits: Limits
    engine: str
    scheduler: str | None


@dataclass(frozen=True)
class Row:
    """What is said of one submission at the end; a class of any size fits into memory."""

    student: str
    status: str
    score: float
    points: float
    is_new: bool
    reason: str
    troubles: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, graded: Graded) -> Row:
        """The row of a result."""
        record = graded.record
        return cls(
            record.student,
            record.status,
            record.score,
            record.points,
            graded.is_new,
            record.reason,
            record.troubles,
            record.notes,
        )


@click.command(help=HELP)
@click.argument("quiz", type=QUIZ)
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, path_type=Path),
    default=Path(),
    metavar="FOLDER|ZIP",
    help="What was handed in; else submitted/ of this course.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="processors",
    metavar="N",
    help="How many are run at once.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="What runs them: processes of this one, or dask's workers.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Of a dask cluster, whose workers are used; else dask starts --workers here.",
)
@click.option("--only", multiple=True, metavar="STUDENT", help="This one; may be repeated.")
@click.option("--fresh", is_flag=True, help="Also what was graded already.")
@click.option(
    "--name-pattern",
    "pattern",
    metavar="REGEX",
    help="Tells the student from a file's name, by a group named student.",
)
@click.option(
    "--salt-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The course's secret, where students have numbers of their own.",
)
@click.option(
    "--seed",
    metavar="SEED",
    help="What picked the numbers, where everybody has the same variant.",
)
@click.option("--db", "url", metavar="URL", help="Another gradebook than the course's.")
@click.option(
    "--limit",
    "limits",
    type=LimitText(),
    multiple=True,
    metavar="NAME=NUMBER",
    help="Such as memory=2G, seconds=120; may be repeated.",
)
@click.option(
    "--trusted-students",
    "trusted",
    is_flag=True,
    help="Run without a sandbox: their code can do all that you can.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    quiz: str,
    source: Path,
    workers: int,
    engine: str,
    scheduler: str | None,
    only: tuple[str, ...],
    fresh: bool,
    pattern: str | None,
    salt_file: Path | None,
    seed: str | None,
    url: str | None,
    limits: tuple[tuple[str, float], ...],
    trusted: bool,
    for_tools: bool,
) -> None:
    _refuse_idle_options(ctx, engine, scheduler)
    handed_out = _handed_out(ctx, salt_file, seed)
    given = replace(Limits(), **dict(limits))  # type: ignore[arg-type]  # converted by name
    wanted = Wanted(
        quiz,
        source,
        workers,
        only,
        fresh,
        trusted,
        pattern,
        handed_out,
        url,
        given,
        engine,
        scheduler,
    )
    rows, refused = _grade(ctx, wanted, quiet=for_tools)
    if not rows:
        raise click.UsageError(f"there is nothing of {quiz} to grade in {source}", ctx)
    rows = [replace(row, reason=refused.get(row.student, row.reason)) for row in rows]
    rows += _absent(wanted, {row.student for row in rows})
    if for_tools:
        data = {"quiz": quiz, "sandboxed": not trusted, "students": [*map(asdict, rows)]}
        _show.as_json(data)
    else:
        _summary(wanted, rows)
    is_whole = all(row.status == "graded" for row in rows) and not refused
    ctx.exit(0 if is_whole else 1)


def _refuse_idle_options(ctx: click.Context, engine: str, scheduler: str | None) -> None:
    """What would not do anything is no option."""
    if scheduler is not None and engine != "dask":
        raise click.UsageError("--scheduler is for --engine dask", ctx)
    source = ctx.get_parameter_source("workers")
    if scheduler is not None and source is not click.core.ParameterSource.DEFAULT:
        raise click.UsageError(
            "--workers is for those that are started here; at --scheduler those work that are "
            "connected to it",
            ctx,
        )


def _absent(wanted: Wanted, there: Collection[str]) -> list[Row]:
    """A row for each student who was asked for and handed in nothing."""
    names = {unicodedata.normalize("NFC", student) for student in wanted.only}
    why = f"there is nothing of this student in {wanted.source}"
    return [Row(name, "absent", 0, 0, False, why, (), ()) for name in sorted(names - {*there})]


def _handed_out(ctx: click.Context, salt_file: Path | None, seed: str | None) -> SeedOf | None:
    from warmup_lib.grading.intake import own_numbers, same_numbers

    if salt_file is not None and seed is not None:
        raise click.UsageError(
            "give --salt-file, where students have numbers of their own, or --seed, where "
            "everybody has the same, and not both",
            ctx,
        )
    try:
        if salt_file is not None:
            return own_numbers(salt_file.read_bytes().strip())
        return None if seed is None else same_numbers(seed)
    except ValueError as error:
        raise click.UsageError(str(error), ctx) from None


def _grade(ctx: click.Context, wanted: Wanted, *, quiet: bool) -> tuple[list[Row], dict[str, str]]:
    from warmup_lib.grading import delivery as deliveries
    from warmup_lib.grading.grade import Run, deliver
    from warmup_lib.grading.gradebook import GradebookError
    from warmup_lib.grading.intake import IntakeError, hand_ins, how_many
    from warmup_lib.grading.sandbox import OnDemand, SandboxUnavailableError

    # As the process ends, looking through all of torch and nbgrader for garbage takes a second.
    atexit.register(gc.freeze)
    course = Path.cwd()
    run = Run(wanted.quiz, course, wanted.limits, wanted.fresh)
    rows: list[Row] = []

    try:
        number = how_many(wanted.quiz, wanted.source, only=wanted.only, pattern=wanted.pattern)
        if number == 0:
            return [], {}
        class_ = hand_ins(
            wanted.quiz,
            wanted.source,
            only=wanted.only,
            pattern=wanted.pattern,
            handed_out=wanted.handed_out,
        )
        with (
            deliveries.open_delivery(wanted.url, course, wanted.quiz) as delivery,
            ExitStack() as opened,
        ):

            def get_ready() -> None:
                run.prepare()
                delivery.open()

            sandbox = opened.enter_context(
                OnDemand(_opened(wanted, get_ready), isolated=not wanted.trusted)
            )
            advance = opened.enter_context(_progress(number, quiet=quiet))
            for each in deliver(run.grade(class_, sandbox, sandbox.open), delivery.write):
                rows.append(Row.of(each))
                advance()
        return sorted(rows, key=lambda row: row.student), delivery.refused
    except IntakeError as error:
        raise click.UsageError(str(error), ctx) from None
    except SandboxUnavailableError as error:
        raise NotIsolated(str(error)) from None
    except GradebookError as error:
        raise FileTrouble(
            f"{error}\nWhat was graded is kept: run it again, and only the rest is."
        ) from None


def _opened(wanted: Wanted, meanwhile: Callable[[], object]) -> AbstractContextManager[Sandbox]:
    if wanted.engine == "dask":
        from warmup_lib.grading.engine_dask import open_dask

        return open_dask(
            wanted.scheduler, wanted.workers, trusted=wanted.trusted, meanwhile=meanwhile
        )
    from warmup_lib.grading.sandbox import open_sandbox, open_trusted

    how = open_trusted if wanted.trusted else open_sandbox
    return how(workers=wanted.workers, meanwhile=meanwhile)


@contextmanager
def _progress(number: int, *, quiet: bool) -> Iterator[Callable[[], None]]:
    if quiet or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("getting ready", total=number)
        yield lambda: progress.update(task, description="grading", advance=1)


def _summary(wanted: Wanted, rows: Sequence[Row]) -> None:
    cells = []
    for row in rows:
        score = f"{row.score:g}/{row.points:g}" if row.status == "graded" else "–"
        said = row.reason or "; ".join([*row.troubles, *row.notes])
        cells.append([row.student, score, "" if row.is_new else "unchanged", said[:300]])
    _show.table(
        ["student", "score", "since", "what to know"],
        cells,
        right=["score"],
        wrapped=["what to know"],
        spare=["since"],
    )
    counts = Counter(row.status for row in rows)
    new = sum(row.is_new for row in rows)
    _show.line()
    _show.line(
        f"{wanted.quiz}: {counts['graded']} graded, {counts['unreadable']} could not be read; "
        f"{new} now, {len(rows) - new} unchanged since the last run."
    )
    if wanted.trusted:
        _show.line("Students' code ran without a sandbox, as you asked.", style="yellow")
    _show.line(f"What the class believes: warmup stats {wanted.quiz}")
