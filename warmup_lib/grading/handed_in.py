"""What a student handed in, once it is clean: cells to run, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SET_UP = "set-up"
"""The name of the first piece, which is the released one whatever was handed in."""


@dataclass(frozen=True)
class Piece:
    """A code cell to run.

    Attributes:
        name: the cell's, or its number, for messages.
        source: its code.
        question: the variable that it answers (``"first_print"``); ``None`` for the set-up
            and for cells that the student added.
    """

    name: str
    source: str
    question: str | None = None


@dataclass(frozen=True)
class HandedIn:
    """One student's notebook of one quiz.

    Attributes:
        student: the student's id.
        quiz: the quiz's name.
        path: the file it was read from.
        digest: SHA-256 of that file's bytes, in hexadecimal; "" where it could not be read.
        pieces: the cells to run, in order: the released set-up, then the student's own.
        notes: what intake changed or noticed, a sentence each.
        trouble: why there is nothing to run; ``None`` where there is.
        seed: what picked the numbers of this student's variant; ``None`` for the built ones.
    """

    student: str
    quiz: str
    path: Path
    digest: str
    pieces: tuple[Piece, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: str | None = None
    seed: str | None = None
