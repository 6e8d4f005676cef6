"""Which numbers a student's notebook has, and whether they are his own."""

from __future__ import annotations

from collections.abc import Iterable

from warmup_lib.asked import VARIANT
from warmup_lib.grading.intake.code import Code
from warmup_lib.grading.intake.wording import shown

_LONGEST = 100


def is_variant(code: Code) -> bool:
    """Whether a cell does nothing but name the variant."""
    return VARIANT in code.source and code.defines == {VARIANT}


def seed_of(
    student: str, cells: Iterable[Code], salt: bytes | None
) -> tuple[str | None, list[str]]:
    """What to draw the questions' numbers from, and notes.

    With the course's salt it is the student's own, whatever the notebook says: with another
    one's numbers, another one's answers would be right.
    """
    naming = [code for code in cells if VARIANT in code.source and VARIANT in code.defines]
    found = naming[-1].text_in(VARIANT) if naming else None
    notes = []
    if naming and not _is_seed(found):
        found = None
        notes.append(f"{VARIANT} is no plain text, as it was in the cell that the student got.")
    if salt is None:
        return found, notes
    own = own_seed(student, salt)
    if found != own:
        what = f"is {shown(found, 40)}" if found else "is not there"
        notes.append(
            f"{VARIANT} {what}, which is not this student's; judged by the numbers that belong to "
            f"{shown(student)}."
        )
    return own, notes


def own_seed(student: str, salt: bytes) -> str:
    """The seed of a student's own numbers.

    Raises:
        ValueError: the salt is too short.
    """
    from warmup_lib.quiz.variants import student_seed

    return student_seed(salt, student)


def _is_seed(found: str | None) -> bool:
    return found is not None and 0 < len(found) <= _LONGEST and found.isprintable()
