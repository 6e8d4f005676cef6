"""A new question's file: everything it needs, with what to write in each place."""

from __future__ import annotations

import keyword
import re
from contextlib import suppress
from pathlib import Path

from warmup_lib import questions

KINDS = ("predict", "choose", "write", "fix", "name-the-bug", "port")
"""The kinds of question, as they are typed; each has a template."""

_TEMPLATES = Path(__file__).with_name("templates")
_AROUND_A_TODO = ' ,"'


class NewQuestionError(Exception):
    """The file cannot be made; says why and what to do."""


class NotWritableError(NewQuestionError, OSError):
    """The bank cannot be written to."""


def new_question(quiz: str, name: str, kind: str) -> Path:
    """Write a question's file into its quiz's folder, and its name into the ``ORDER`` there.

    The file runs, but its test fails until every TODO in it is done.

    Raises:
        NewQuestionError: the name does not fit or is taken, this is no clone of the
            course, or the bank cannot be written to.
    """
    if kind not in KINDS:
        raise NewQuestionError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise NewQuestionError(
            f"name must be lower-case words with _ between them, got {name!r}; the student's "
            "answer has it as its variable or function"
        )
    order = Path(str(questions.quiz_module(quiz).__file__))
    _refuse_outside_a_clone(order.parents[2])
    path = order.with_name(f"{name}.py")
    if path.exists():
        raise NewQuestionError(f"there is a question {quiz}/{name} already, in {path}")
    try:
        _write(path, kind, order)
    except OSError as error:
        raise NotWritableError(
            f"{error.filename or path}: {(error.strerror or str(error)).lower()}; mend that, and "
            "run it again"
        ) from error
    return path


def _refuse_outside_a_clone(package: Path) -> None:
    if not (package.parent / "nbgrader_config.py").exists():
        raise NewQuestionError(
            f"{package} is no clone of the course but an installed package, and what is written "
            "there is lost; clone the course's repository, run `make test` in it, activate its "
            ".venv, and run this again"
        )


def _write(path: Path, kind: str, order: Path) -> None:
    text = order.read_text(encoding="utf-8")
    listed = re.sub(r"(ORDER = \((?:.|\n)*?)\n\)", rf'\1\n    "{path.stem}",\n)', text, count=1)
    if listed == text:
        raise NewQuestionError(f"{order} has no ORDER to put the name into; mend that first")
    template = (_TEMPLATES / f"{kind.replace('-', '_')}.txt").read_text(encoding="utf-8")
    try:
        path.write_text(template.replace("NAME", path.stem), encoding="utf-8")
        order.write_text(listed, encoding="utf-8")
    except OSError:
        with suppress(OSError):  # The name is free again, for the next try.
            path.unlink()
        raise


def left_to_do(path: Path) -> list[str]:
    """Each TODO in a question's file, as ``line 12: what is to be written``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    left = {n: line.partition("TODO:")[2] for n, line in enumerate(lines, start=1)}
    return [f"line {n}: {what.strip(_AROUND_A_TODO)}" for n, what in left.items() if what]
