"""warmup build: a student's own variant of the quizzes."""

from __future__ import annotations

from pathlib import Path

import click

from warmup_lib.commands import _show
from warmup_lib.commands._options import QUIZ, json_option


@click.command
@click.argument("quizzes", metavar="[QUIZ]...", nargs=-1, type=QUIZ)
@click.option("--student", required=True, help="The student's id; it picks the numbers.")
@click.option(
    "--salt-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the course's secret, 16 bytes or more.",
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
    student: str,
    salt_file: Path,
    key: bool,
    to: Path,
    for_tools: bool,
) -> None:
    """Make a student's own variant of the quizzes.

    It makes all of them if you name none. The numbers in them follow from the salt and the
    student's id, and so do their keys: nothing has to be kept. Keep the salt secret, and away from
    git.
    """
    from warmup_lib.builder.variants import BuildError, write_variants

    try:
        written = write_variants(
            student, salt_file.read_bytes().strip(), to, quizzes=quizzes, with_key=key
        )
    except BuildError as error:
        raise click.UsageError(str(error), ctx) from None
    if for_tools:
        _show.as_json({"student": student, "written": [str(path.absolute()) for path in written]})
        return
    for path in written:
        _show.line(str(path))
