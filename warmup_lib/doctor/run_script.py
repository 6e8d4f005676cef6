"""Running a training script as ``python script.py`` would, and recording what it trains with."""

from __future__ import annotations

import builtins
import difflib
import importlib.util
import io
import os
import sys
import threading
import types
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

from warmup_lib.doctor.shown import strip, warnings_at_their_lines
from warmup_lib.lr_trace import Trace

INTERRUPTED = 130


class NoScriptError(Exception):
    """There is nothing to run; says why and what to do."""


@dataclass(frozen=True)
class Script:
    """A program to run: a file, or a module as after ``python -m``.

    Attributes:
        target: the file's path as it was typed, or the module's name.
        arguments: its own, as in ``sys.argv[1:]``.
        is_module: whether ``target`` names a module.
    """

    target: str
    arguments: Sequence[str] = ()
    is_module: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a script ended, and what was recorded.

    Attributes:
        exit_code: what Python would end with; 130 after Ctrl+C.
        traces: one for each optimizer that made a step, in that order.
        error: the exception that ended it, where one did.
        warned: the texts of the warnings that were shown.
    """

    exit_code: int
    traces: Sequence[Trace]
    error: BaseException | None
    warned: Sequence[str]


def look_at(script: Script) -> None:
    """See whether there is something to run, before anything heavy is imported.

    Raises:
        NoScriptError: there is not.
    """
    path = Path(script.target)
    if script.is_module:
        if path.suffix == ".py" and path.exists():
            raise NoScriptError(f"{path} is a file, and -m takes a module's name; leave -m out")
    elif path.is_dir():
        raise NoScriptError(f"{path} is a folder; name the script in it, or a package after -m")
    elif not path.exists():
        raise NoScriptError(f"there is no file {path}{_nearest(path)}")
    elif path.suffix == ".ipynb":
        raise NoScriptError(
            f"{path} is a notebook; make a script of it: jupyter nbconvert --to script {path}"
        )
    elif path.suffix not in (".py", ".pyw"):
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise NoScriptError(
                f"{path} is not Python ({error}); a saved trace ends in .csv or .json"
            ) from None


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    names = [each.name for each in path.parent.iterdir()]
    found = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {path.with_name(found[0])}?" if found else ""


def run(script: Script) -> Outcome:
    """Run a script to its end, whichever way it ends, and record every optimizer in it.

    It is for a process that does nothing else any more: ``sys.argv``, ``sys.path`` and
    ``__main__`` stay the script's, since what it left for the end of the process (such as
    ``atexit`` handlers) still needs them. In a process that the script forked, this does
    not come back.

    Raises:
        NoScriptError: there is no such module.
    """
    from warmup_lib.following import record_all

    process, warned = os.getpid(), list[str]()
    with record_all() as traces, warnings_at_their_lines(warned):
        code, error = _as_python_does(script)
    if os.getpid() != process:
        sys.exit(code)
    return Outcome(code, traces, error, warned)


def _as_python_does(script: Script) -> tuple[int, BaseException | None]:
    """Run it, show the exception that ends it as Python does, and give the exit code."""
    others = set(threading.enumerate())
    ended: BaseException | None = None
    try:
        _run_as_main(script)
    except NoScriptError:
        raise
    except BaseException as error:
        ended = error
    code = _exit_code(ended)
    _wait_for_threads(others)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # It was closed, or there is none.
            stream.flush()
    return code, ended


def _exit_code(ended: BaseException | None) -> int:
    if isinstance(ended, SystemExit):
        if ended.code is None or isinstance(ended.code, int):
            return int(ended.code or 0)
        sys.stderr.write(f"{ended.code}\n")
        return 1
    if ended is None:
        return 0
    strip(ended)
    try:
        sys.excepthook(type(ended), ended, ended.__traceback__)
    except SystemExit as again:
        return _exit_code(again)
    return INTERRUPTED if isinstance(ended, KeyboardInterrupt) else 1


def _wait_for_threads(others: Collection[threading.Thread]) -> None:
    """Python ends when the last thread does that is no daemon."""
    with suppress(KeyboardInterrupt):
        while its_own := [
            each for each in threading.enumerate() if not each.daemon and each not in others
        ]:
            its_own[0].join()


def _run_as_main(script: Script) -> None:
    main = types.ModuleType("__main__")
    vars(main)["__builtins__"] = builtins
    sys.modules["__main__"] = main
    sys.argv = ["-m" if script.is_module else script.target, *script.arguments]
    code = (_module_code if script.is_module else _file_code)(script.target, main)
    exec(code, vars(main))


def _file_code(target: str, main: types.ModuleType) -> types.CodeType:
    _search_first(Path(target).resolve().parent)
    path = str(Path(target).absolute())
    vars(main).update(__file__=path, __loader__=SourceFileLoader("__main__", path), __cached__=None)
    with io.open_code(path) as file:
        return compile(file.read(), path, "exec", dont_inherit=True)


def _module_code(target: str, main: types.ModuleType) -> types.CodeType:
    _search_first(Path.cwd())
    spec = _find_module(target)
    loader: Any = spec.loader
    code: types.CodeType | None = loader.get_code(spec.name) if spec.has_location else None
    if code is None:
        raise NoScriptError(f"the module {target} has no Python code to run")
    vars(main).update(
        __file__=spec.origin,
        __loader__=loader,
        __cached__=spec.cached,
        __spec__=spec,
        __package__=spec.parent,
    )
    sys.argv[0] = str(spec.origin)
    return code


def _find_module(name: str) -> ModuleSpec:
    """The module that ``python -m name`` runs: of a package the one that it is run by."""
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            name, spec = f"{name}.__main__", importlib.util.find_spec(f"{name}.__main__")
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # It is the package itself that imports what is not there.
        spec = None
    if spec is None and name.endswith(".__main__"):
        raise NoScriptError(f"{name[:-9]} is a package without __main__; name the module in it")
    if spec is None:
        raise NoScriptError(f"there is no module {name} in this folder, and none is installed")
    return spec


def _search_first(folder: Path) -> None:
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = str(folder)
