"""One student's file as it was found: its bytes, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Upload:
    """What was found of one student.

    Attributes:
        student: the student's id; a made-up one where the name that was found is none.
        quiz: the quiz's name.
        path: the file, or the folder in which one was looked for; in a zip, below its path.
        data: the file's bytes; ``None`` where there is nothing to read.
        notes: what was noticed on the way, a sentence each.
        trouble: why there is nothing to read; ``None`` where there is.
    """

    student: str
    quiz: str
    path: Path
    data: bytes | None = None
    notes: tuple[str, ...] = ()
    trouble: str | None = None
