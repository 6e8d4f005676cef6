"""warmup stats: what a class believes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from warmup_lib import questions
from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, json_option
from warmup_lib.commands._trouble import FileTrouble
from warmup_lib.grading import places
from warmup_lib.grading.class_stats import ClassStats, QuestionStats, as_data
from warmup_lib.grading.files import write_whole
from warmup_lib.grading.records import Record, RecordError, Records
from warmup_lib.grading.stats import summarise

HELP = """\
Show what a class believes: how hard each question was, and which mistakes it met.

\b
  warmup stats lambda_lr                              a table
  warmup stats lambda_lr --html class.html            a page to look at and to print
  warmup stats lambda_lr --csv class.csv              its numbers
  warmup stats lambda_lr --gradescope results         a results.json for each student
  warmup stats lambda_lr --canvas grades.csv --roster exported.csv

It reads what `warmup grade` has recorded. With a roster, which is the gradebook that Canvas
exports, its students get the scores; without one, the ids stand under "SIS Login ID". The CSV of
nbgrader comes from nbgrader itself: nbgrader export.
"""

_MOST_MISTAKES = 5


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(help=HELP)
@click.argument("quiz", type=QUIZ)
@click.option(
    "--from",
    "source",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The records, or the folder that has them; else grading/QUIZ.",
)
@click.option("--html", "page", type=_FILE, metavar="FILE", help="Write the page.")
@click.option("--csv", "table", type=_FILE, metavar="FILE", help="Write the numbers.")
@click.option(
    "--gradescope",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write STUDENT/results.json for Gradescope.",
)
@click.option("--canvas", type=_FILE, metavar="FILE", help="Write a gradebook for Canvas.")
@click.option("--roster", type=_FILE, metavar="FILE", help="What Canvas exported, to fill.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    quiz: str,
    source: Path | None,
    page: Path | None,
    table: Path | None,
    gradescope: Path | None,
    canvas: Path | None,
    roster: Path | None,
    for_tools: bool,
) -> None:
    if roster is not None and canvas is None:
        raise click.UsageError("--roster goes with --canvas; say where that goes", ctx)
    records = _read(ctx, quiz, source)
    try:
        stats = summarise(quiz, records, questions.index())
    except ValueError as error:
        raise FileTrouble(f"{error}; move its file to where its quiz's are") from None
    rows = None if roster is None else _read_roster(roster)
    written = []
    if page is not None:
        _write_page(stats, page)
        written.append(page)
    if table is not None:
        from warmup_lib.grading.class_csv import class_csv

        write_whole(table, class_csv(stats))
        written.append(table)
    if gradescope is not None:
        _write_gradescope(records, gradescope)
        written.append(gradescope)
    if canvas is not None:
        _write_canvas(stats, records, canvas, rows)
        written.append(canvas)
    if for_tools:
        _show.as_json({**as_data(stats), "written": [str(path) for path in written]})
        return
    _show_stats(stats)
    for path in written:
        _show.line(f"Written: {path}")
    if not written:
        _show.line(
            f"As a page: warmup stats {quiz} --html {places.class_page(Path(), quiz)}", "dim"
        )


def _read(ctx: click.Context, quiz: str, source: Path | None) -> list[Record]:
    folder = places.records_folder(Path(), quiz) if source is None else source
    if source is not None and (source / "records").is_dir():
        folder = source / "records"
    try:
        records = Records(folder).all()
    except RecordError as error:
        raise FileTrouble(str(error)) from None
    if not records:
        raise click.UsageError(
            f"there are no records of {quiz} in {folder}; grade it first: warmup grade {quiz}", ctx
        )
    return records


def _write_page(stats: ClassStats, page: Path) -> None:
    from warmup_lib import course
    from warmup_lib.grading.class_page import class_page

    lesson = None
    home = course.find(Path.cwd())
    if home is not None and (home / places.lesson(stats.quiz)).is_file():
        try:
            where = os.path.relpath(home / places.lesson(stats.quiz), page.absolute().parent)
            lesson = (Path(where).stem, Path(where).as_posix())
        except ValueError:  # On another drive of Windows there is no way from here to there.
            pass
    title: str = questions.quiz_module(stats.quiz).TITLE
    write_whole(page, class_page(stats, title, lesson))


def _write_gradescope(records: Sequence[Record], folder: Path) -> None:
    import json

    from warmup_lib.grading import exports

    for record in records:
        data = exports.gradescope(record, questions.index())
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        write_whole(exports.gradescope_path(folder, record.student), text)


def _read_roster(path: Path) -> list[list[str]]:
    from warmup_lib.grading.exports import RosterError, read_roster

    try:
        return read_roster(path)
    except RosterError as error:
        raise FileTrouble(str(error)) from None


def _write_canvas(
    stats: ClassStats,
    records: Sequence[Record],
    path: Path,
    roster: Sequence[Sequence[str]] | None,
) -> None:
    from warmup_lib.grading import exports

    made = exports.canvas(records, stats.quiz, points=stats.points, roster=roster)
    write_whole(path, made.text)
    for said, students in (
        ("not in the roster, and left out", made.strangers),
        ("more than one student of the roster, and left out", made.doubtful),
        ("could not be read, and have an empty cell", made.unread),
        ("would run as a formula, and have a quote before them", made.changed),
    ):
        if students:
            # An id may hold what no terminal should get.
            named = "".join(c if c.isprintable() else "?" for c in ", ".join(students))
            _show.warn(f"{path.name}: {said}: {named}")


def _show_stats(stats: ClassStats) -> None:
    _show.line(_headline(stats), "bold")
    if stats.questions:
        _show.line()
        _show_questions(stats.questions)
        _show_beliefs(stats)
    if stats.warnings:
        _show.line()
    for warning in stats.warnings:
        _show.line(f"! {warning}", "yellow")


def _headline(stats: ClassStats) -> str:
    said = [f"{stats.quiz}: {stats.students} graded"]
    if stats.unreadable:
        said.append(f"{stats.unreadable} could not be read")
    if stats.mean is not None and stats.median is not None:
        said.append(f"mean {stats.mean:.1f} of {stats.points:g}, median {stats.median:g}")
    if stats.alpha.value is not None:
        said.append(f"alpha {stats.alpha.value:.2f}")
    return " · ".join(said)


def _show_questions(stats: Sequence[QuestionStats]) -> None:
    _show.table(
        ["question", "right", "95%", "discrimination", "seconds", "other wrong", "held most"],
        [
            [
                each.name,
                f"{100 * each.right.value:.0f}%",
                f"{100 * each.right.low:.0f} to {100 * each.right.high:.0f}%",
                "-" if each.discrimination.value is None else f"{each.discrimination.value:.2f}",
                f"{each.median_seconds:.2f}",
                f"{100 * each.unexplained.value:.0f}%",
                _held_most(each),
            ]
            for each in stats
        ],
        right=["right", "95%", "discrimination", "seconds", "other wrong"],
        spare=["seconds", "other wrong", "95%", "discrimination"],
    )


def _held_most(each: QuestionStats) -> str:
    if not each.held:
        return "-"
    return f"{100 * each.held[0].share.value:.0f}% {each.held[0].name}"


def _show_beliefs(stats: ClassStats) -> None:
    from warmup_lib.quiz.view import plain

    if not stats.beliefs:
        return
    _show.line("\nMistakes held most", "bold")
    for belief in stats.beliefs[:_MOST_MISTAKES]:
        share = f"{100 * belief.share.value:.0f}% ({belief.share.count} of {belief.share.of})"
        where = belief.met[0]
        _show.line(f"{share} {belief.name}, most in {where.question}:\n    {plain(where.says)}")
