"""The ``warmup`` command: a thin layer over the library, one small file a command.

A command named ``new-thing`` is ``command`` in ``warmup_lib/commands/new_thing.py``,
with its name in :data:`COMMANDS`. It is imported when it is called, or when the
overview is shown, so it imports what is heavy inside its function.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Mapping, Sequence

import click

COMMANDS: Mapping[str, Sequence[str]] = {
    "Learning": ("init", "next", "status", "check", "watch", "hint", "solution", "list"),
    "Training": ("doctor",),
    "Teaching": ("build", "new-question", "grade", "regrade", "stats"),
    "This command": ("completion",),
}
"""The commands, under the headings that the overview shows them under, in order."""

FILE_TROUBLE = 3
OUR_MISTAKE = 70
INTERRUPTED = 130
PIPE_CLOSED = 141

OVERVIEW = """\
Learning-rate warmup in PyTorch: lessons, auto-graded quizzes, and how far you have come.

\b
Start here:
  warmup init                            puts the notebooks into ./warmup-course
  cd warmup-course
  jupyter lab lessons/00_start_here.ipynb
Then, whenever you come back:
  warmup next
"""

EPILOG = f"""\
\b
Exit codes:
  0    all is well
  1    something is to be mended, or an answer is wrong
  2    wrong usage, or there is no such thing
  {FILE_TROUBLE}    trouble with files
  {OUR_MISTAKE}   a mistake in warmup_lib

\b
Environment:
  WARMUP_HOME    the folder in which your progress is kept
  NO_COLOR=1     no colour
  WARMUP_DEBUG=1 an error shows its traceback
"""


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for names in COMMANDS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"warmup_lib.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            nearest = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not nearest:
                raise
            message = f"There is no command {args[0]!r}; did you mean {nearest[0]!r}?"
            raise click.UsageError(message, ctx) from error

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # As in `warmup list | head`; click would make it exit code 1.
            _forget_output()
            raise click.exceptions.Exit(PIPE_CLOSED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, names in COMMANDS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(
                    [(name, each.get_short_help_str(60)) for name, each in commands if each]
                )


@click.group(
    cls=LazyGroup,
    help=OVERVIEW,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="warmup-lib", message="warmup_lib %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: Sequence[str] | None = None) -> int:
    """Run a command line, and give its exit code. Nothing ends in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # A terminal without "·" is no reason to fail.
            stream.reconfigure(errors="replace")
    debug = os.environ.get("WARMUP_DEBUG") == "1"
    try:
        code = cli.main(args, prog_name="warmup", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:
        if debug:
            raise
        _say(f"Error: {_sentence(error)}.")
        return FILE_TROUBLE
    except Exception as error:
        if debug:
            raise
        _say(
            f"Error: this should not happen: {type(error).__name__}: {error}\n"
            "Please report it, with what you ran; WARMUP_DEBUG=1 shows where it happened."
        )
        return OUR_MISTAKE


def _say(text: str) -> None:
    click.echo(text, err=True)


def _sentence(error: OSError) -> str:
    why = error.strerror or str(error) or type(error).__name__
    return why if error.filename is None else f"{error.filename}: {why.lower()}"


def _forget_output() -> None:
    """Nobody reads it any more; without this the interpreter complains when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
