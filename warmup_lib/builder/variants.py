"""Variants of the quizzes, and their keys: each student's own, or one for everybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from warmup_lib import questions
from warmup_lib.builder.quizzes import build
from warmup_lib.quiz.variants import student_seed


class BuildError(Exception):
    """The variant cannot be built from what was given; says what to do."""


def write_variants(
    student: str,
    salt: bytes,
    to: Path,
    *,
    quizzes: Sequence[str] = (),
    with_key: bool = False,
) -> list[Path]:
    """Write ``to/students/STUDENT/QUIZ/QUIZ.ipynb``, and the key as ``to/keys/STUDENT/…``.

    Args:
        student: the id, which is the folder's name.
        salt: the course's secret.
        to: the folder to write into.
        quizzes: those to write; all of them for none.
        with_key: write the notebooks with the worked answers too.

    Raises:
        BuildError: the id is no name for a folder, the salt is too short, or nbgrader
            is missing.
    """
    if not re.fullmatch(r"\w[\w.@+-]*", student):
        raise BuildError(
            f"student must be an id of letters, digits and . @ + - _, got {student!r}; it is the "
            "name of a folder"
        )
    try:
        seed = student_seed(salt, student)
    except ValueError as error:
        raise BuildError(str(error)) from None
    folders = {"quizzes": to / "students" / student, "solutions": to / "keys" / student}
    return _write(seed, folders, quizzes, with_key=with_key)


def write_one_for_all(
    seed: str, to: Path, *, quizzes: Sequence[str] = (), with_key: bool = False
) -> list[Path]:
    """Write ``to/everybody/QUIZ/QUIZ.ipynb``, and the key as ``to/keys/everybody/…``.

    Args:
        seed: any short text, such as the year; it picks the numbers.
        to: the folder to write into.
        quizzes: those to write; all of them for none.
        with_key: write the notebooks with the worked answers too.

    Raises:
        BuildError: the seed is too long to stand in a notebook, or nbgrader is missing.
    """
    if not re.fullmatch(r"[\w.@+-]{1,100}", seed):
        raise BuildError(
            "seed must be 1 to 100 letters, digits and . @ + - _, such as the year, got "
            f"{seed!r:.60}; it stands in the notebooks"
        )
    folders = {"quizzes": to / "everybody", "solutions": to / "keys" / "everybody"}
    return _write(seed, folders, quizzes, with_key=with_key)


def _write(
    seed: str, folders: Mapping[str, Path], quizzes: Sequence[str], *, with_key: bool
) -> list[Path]:
    try:
        built = build(dict.fromkeys(quizzes) or questions.QUIZZES, seed=seed)
    except ModuleNotFoundError as error:
        raise BuildError(
            f"{error.name} is missing; install it with: pip install 'warmup-lib[classroom]'"
        ) from None
    written = []
    for path, text in built.items():
        folder, _, rest = path.partition("/")
        if folder == "quizzes" or with_key:
            target = folders[folder] / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written.append(target)
    return written
