"""A new question's file: everything it needs, with what to write in each place."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from pathlib import Path

from warmup_lib import questions

_TEMPLATES = Path(__file__).with_name("templates")

KINDS: Mapping[str, str] = {
    "predict": "predict",
    "choose": "choose",
    "write": "write",
    "fix": "fix",
    "name-the-bug": "name_the_bug",
    "port": "port",
}
"""Kind → the template's name."""


class NewQuestionError(Exception):
    """The file cannot be made; says why and what to do."""


TRIM = ' ,"'


def new_question(quiz: str, name: str, kind: str) -> Path:
    """Write a question's file into its quiz's folder, and its name into the ``ORDER`` there.

    The file runs, but its test fails until every TODO in it is done.

    Raises:
        NewQuestionError: the name does not fit, is taken, or the bank cannot be written to.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise NewQuestionError(
            f"name must be lower-case words with _ between them, got {name!r}; the student's "
            "answer has it as its variable or function"
        )
    order = Path(str(questions.quiz_module(quiz).__file__))
    path = order.with_name(f"{name}.py")
    if path.exists():
        raise NewQuestionError(f"there is a question {quiz}/{name} already, in {path}")
    text = order.read_text(encoding="utf-8")
    listed = re.sub(r"(ORDER = \((?:.|\n)*?)\n\)", rf'\1\n    "{name}",\n)', text, count=1)
    if listed == text:
        raise NewQuestionError(f"{order} has no ORDER to put the name into; mend that first")
    template = (_TEMPLATES / f"{KINDS[kind]}.txt").read_text(encoding="utf-8")
    path.write_text(template.replace("NAME", name), encoding="utf-8")
    order.write_text(listed, encoding="utf-8")
    return path


def left_to_do(path: Path) -> list[str]:
    """Each TODO in a question's file, as ``line 12: what is to be written``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    left = {n: line.partition("TODO:")[2] for n, line in enumerate(lines, start=1)}
    return [f"line {n}: {what.strip(TRIM)}" for n, what in left.items() if what]
