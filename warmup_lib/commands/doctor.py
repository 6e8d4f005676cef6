"""warmup doctor: what is wrong with the learning rates of a run."""

from __future__ import annotations

import difflib
import io
import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from warmup_lib import trace_files
from warmup_lib.commands import _report
from warmup_lib.commands._report import Source
from warmup_lib.commands._trouble import FileTrouble
from warmup_lib.doctor import Plan, Severity
from warmup_lib.doctor.raised import meaning_of, meaning_of_warning
from warmup_lib.doctor.report import Report, Said, examine
from warmup_lib.lr_trace import Trace

if TYPE_CHECKING:
    from warmup_lib.doctor.run_script import Outcome

SAVED = (".csv", ".json")
FOUND, USAGE = 1, 2

HELP = """\
Say what is wrong with the learning rates of a run.

\b
  warmup doctor run.csv                    a saved trace, or a log with a column lr
  warmup doctor train.py --epochs 3        a script; what follows it is its own
  warmup doctor -m package.train           a module, as after python -m
  warmup doctor --plan "peak=0.1 warmup=500" train.py

A script runs as under Python, and every optimizer in it is followed. Its output stays as it is; the
report goes to stderr at its end, also after an error or Ctrl+C. Without --plan only facts and the
order of events speak. docs/doctor.md explains plans and findings.

\b
Exit codes:
  0    nothing is as bad as --fail-on says
  1    a finding is, or no optimizer made a step
  2    wrong usage, or the trace does not go with the plan
  3    trouble with files
A script that ends with another exit code than 0 keeps it.
"""


def _nearest_name(text: str) -> str:
    known = [each.name for each in fields(Plan) if each.name != "factors"]
    for word in text.replace(",", " ").split():
        name = word.partition("=")[0]
        nearest = difflib.get_close_matches(name, known, n=1)
        if name not in known and nearest:
            return f"; did you mean {nearest[0]!r}?"
    return ""


class PlanText(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click only
    """A plan; a typo in a name gets the nearest."""

    name = "plan"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Plan:
        try:
            return Plan.parse(value)
        except ValueError as error:
            self.fail(f"{error}{_nearest_name(value)}", param, ctx)


class OutputFile(click.Path):
    """A file to write when all is done; whether that can be is seen before."""

    def __init__(self, suffixes: Sequence[str] = ()) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)
        self.suffixes = suffixes

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx))).absolute()
        if self.suffixes and path.suffix not in self.suffixes:
            self.fail(f"its name must end in {' or '.join(self.suffixes)}, got {value!r}", param)
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}; make it first", param, ctx)
        return path


class WithScript(click.Command):
    """What follows a script belongs to the script, and what follows a saved trace to us."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_interspersed_args = False
        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        target, as_module = given.get("target"), given.get("as_module") is True
        ctx.allow_interspersed_args = isinstance(target, str) and _is_saved(target, as_module)
        return super().parse_args(ctx, args)


def _is_saved(target: str, as_module: bool) -> bool:
    return not as_module and Path(target).suffix.lower() in SAVED


@click.command(cls=WithScript, help=HELP)
@click.argument("target", metavar="FILE|SCRIPT|MODULE", type=click.Path())
@click.argument("arguments", metavar="[ARGS]...", nargs=-1, type=click.UNPROCESSED)
@click.option("-m", "as_module", is_flag=True, help="Run a module, as python -m does.")
@click.option("--plan", type=PlanText(), metavar="TEXT", help='Such as "peak=0.1 warmup=500".')
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.csv",
    help="The training's own log of learning rates, in a column lr.",
)
@click.option(
    "--optimizer",
    type=click.IntRange(min=1),
    metavar="N",
    help="Examine only the Nth of several optimizers.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["note", "warning", "error", "never"]),
    default="error",
    show_default=True,
    help="What ends in exit code 1.",
)
@click.option(
    "--json",
    "for_tools",
    is_flag=True,
    help="Print JSON, for tools; a script then prints to stderr.",
)
@click.option("--sarif", type=OutputFile(), metavar="FILE", help="Write SARIF, for code hosts.")
@click.option(
    "--save", type=OutputFile(SAVED), metavar="FILE", help="Write the trace, as .csv or .json."
)
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    arguments: tuple[str, ...],
    as_module: bool,
    plan: Plan | None,
    log: Path | None,
    optimizer: int | None,
    fail_on: str,
    for_tools: bool,
    sarif: Path | None,
    save: Path | None,
) -> None:
    root, log = Path.cwd(), log and log.absolute()  # A script may change folders.
    saved = _is_saved(target, as_module)
    if saved and arguments:
        raise click.UsageError(f"a saved trace takes no arguments, got {arguments[0]!r}", ctx)
    source, out = (
        (_read(ctx, target), sys.stdout)
        if saved
        else _run(ctx, target, arguments, as_module=as_module, for_tools=for_tools)
    )
    traces, troubles = _chosen(source.traces, optimizer)
    logged, not_read = _logged(log)
    report = examine(traces, plan, logged=logged, said=_said(source.outcome))
    report = replace(report, troubles=[*troubles, *not_read, *report.troubles])
    if out is not None and not out.closed:  # As a script may leave it.
        (_report.as_json if for_tools else _report.as_text)(report, source, out)
    if save is not None:
        _save(traces, save)
    if sarif is not None:
        from warmup_lib.doctor.sarif import as_sarif

        sarif.write_text(json.dumps(as_sarif(report, root), indent=1) + "\n", encoding="utf-8")
    ctx.exit(source.exit_code or _exit_code(report, fail_on))


def _read(ctx: click.Context, file: str) -> Source:
    path = Path(file)
    if not path.is_file():
        raise click.UsageError(f"there is no file {path}", ctx)
    try:
        read = trace_files.read_json if path.suffix.lower() == ".json" else trace_files.read_csv
        return Source(file, [read(path)])
    except trace_files.TraceFileError as error:
        # It may quote what no terminal should get.
        text = "".join(each if each.isprintable() else "?" for each in str(error))
        raise FileTrouble(text) from None


def _run(
    ctx: click.Context, target: str, arguments: Sequence[str], *, as_module: bool, for_tools: bool
) -> tuple[Source, IO[str] | None]:
    """Run a script; gives what was recorded, and where the report goes."""
    from warmup_lib.doctor.run_script import NoScriptError, Script, look_at, run

    script = Script(target, arguments, as_module)
    out: IO[str] | None = sys.stderr  # There is none after `2>&-`.
    try:
        look_at(script)
        _as_python_opens_them()
        if for_tools:
            out = _stdout_of_our_own()
        outcome = run(script)
    except NoScriptError as error:
        raise click.UsageError(str(error), ctx) from None
    if isinstance(out, io.TextIOWrapper) and not out.closed:
        out.reconfigure(errors="replace")
    words = [*(["-m"] if as_module else []), target, *arguments]
    return Source(shlex.join(words), outcome.traces, outcome), out


def _as_python_opens_them() -> None:
    """A script's output fails where it would under Python; ours never does."""
    as_of_stdin = getattr(sys.stdin, "errors", None) or "strict"
    for stream, errors in ((sys.stdout, as_of_stdin), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _stdout_of_our_own() -> IO[str]:
    """Where stdout went; from here on, what is printed goes to stderr."""
    ours = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return ours


def _chosen(traces: Sequence[Trace], number: int | None) -> tuple[list[Trace], list[str]]:
    if number is None:
        return list(traces), []
    if number > len(traces):
        return list(traces), [
            f"--optimizer must be at most {len(traces)}, the number of optimizers that made a "
            f"step, got {number}"
        ]
    return [traces[number - 1]], []


def _logged(file: Path | None) -> tuple[list[float] | None, list[str]]:
    if file is None:
        return None, []
    try:
        return trace_files.read_csv(file).used(), []
    except OSError as error:
        return None, [f"--log: {file}: {error.strerror}"]
    except trace_files.TraceFileError as error:
        return None, [f"--log: {error}"]


def _said(outcome: Outcome | None) -> list[Said]:
    """What PyTorch said in a run, where it is known what it means."""
    if outcome is None:
        return []
    said = []
    raised = None if outcome.error is None else meaning_of(outcome.error)
    if raised is not None:
        error, pitfall = raised
        first = str(error).partition("\n")[0]
        said.append(Said(f"It raised {type(error).__name__}: {first}", pitfall))
    for text in dict.fromkeys(outcome.warned):
        meant = meaning_of_warning(text)
        if meant is not None:
            said.append(Said(f"PyTorch warned: {text}", meant))
    return said


def _save(traces: Sequence[Trace], path: Path) -> None:
    write = trace_files.write_json if path.suffix == ".json" else trace_files.write_csv
    for number, trace in enumerate(traces, start=1):
        write(trace, path if number == 1 else path.with_stem(f"{path.stem}-{number}"))


def _exit_code(report: Report, fail_on: str) -> int:
    if report.troubles:
        return USAGE
    if fail_on == "never":
        return 0
    return FOUND if not report.examined or report.fails(Severity(fail_on)) else 0
