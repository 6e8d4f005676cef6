"""warmup build: the quizzes with other numbers in them."""

from __future__ import annotations

from pathlib import Path

import click

from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, json_option

HELP = """\
Make the quizzes with other numbers in them: for everybody, or a student's own.

\b
  warmup build lambda_lr --seed 2026                       in variants/everybody/
  warmup build lambda_lr --student ada --salt-file salt    in variants/students/ada/

It makes all of them if you name none. A student's own numbers follow from the salt and the
student's id, and so do their keys: nothing has to be kept. Keep the salt secret, and away from
git. warmup grade takes the same --seed or --salt-file.
"""


@click.command(help=HELP)
@click.argument("quizzes", metavar="[QUIZ]...", nargs=-1, type=QUIZ)
@click.option("--seed", help="Any short text; everybody gets the numbers that it picks.")
@click.option("--student", help="The id of a student, who gets numbers of their own.")
@click.option(
    "--salt-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For --student: a file with the course's secret, 16 bytes or more.",
)
@click.option("--key", is_flag=True, help="Write the worked solutions too.")
@click.option(
    "--to",
    default=Path("variants"),
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write into.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    quizzes: tuple[str, ...],
    seed: str | None,
    student: str | None,
    salt_file: Path | None,
    key: bool,
    to: Path,
    for_tools: bool,
) -> None:
    from warmup_lib.builder.variants import BuildError, write_one_for_all, write_variants

    try:
        if seed is not None and student is None and salt_file is None:
            written = write_one_for_all(seed, to, quizzes=quizzes, with_key=key)
        elif seed is None and student is not None and salt_file is not None:
            salt = salt_file.read_bytes().strip()
            written = write_variants(student, salt, to, quizzes=quizzes, with_key=key)
        else:
            raise click.UsageError(
                "give --seed, for everybody, or --student and --salt-file, for one", ctx
            )
    except BuildError as error:
        raise click.UsageError(str(error), ctx) from None
    if for_tools:
        _show.as_json(
            {
                "student": student,
                "seed": seed,
                "written": [str(path.absolute()) for path in written],
            }
        )
        return
    for path in written:
        _show.line(str(path))
