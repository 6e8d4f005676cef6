"""Which numbers a student's notebook has, and whether they are his own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from warmup_lib.asked import VARIANT
from warmup_lib.grading.intake.code import Code
from warmup_lib.grading.intake.wording import shown

SeedOf = Callable[[str], str]
"""A student's id to the seed of the numbers that were handed out to that student."""

_LONGEST = 100


def is_variant(code: Code) -> bool:
    """Whether a cell does nothing but name the variant."""
    return VARIANT in code.source and code.defines == {VARIANT}


def seed_of(
    student: str, cells: Iterable[Code], handed_out: SeedOf | None
) -> tuple[str | None, list[str]]:
    """What to draw the questions' numbers from, and notes.

    Where it is known what was handed out, it is that, whatever the notebook says: with another
    one's numbers, another one's answers would be right.
    """
    naming = [code for code in cells if VARIANT in code.source and VARIANT in code.defines]
    found = naming[-1].text_in(VARIANT) if naming else None
    notes = []
    if naming and not _is_seed(found):
        found = None
        notes.append(f"{VARIANT} is no plain text, as it was in the cell that the student got.")
    if handed_out is None:
        return found, notes
    own = handed_out(student)
    if found != own:
        what = f"is {shown(found, 40)}" if found else "is not there"
        notes.append(
            f"{VARIANT} {what}, which is not this student's; judged by the numbers that belong to "
            f"{shown(student)}."
        )
    return own, notes


def own_numbers(salt: bytes) -> SeedOf:
    """Each student has numbers of their own, from the course's secret.

    Raises:
        ValueError: the salt is too short.
    """
    from warmup_lib.quiz.variants import student_seed

    student_seed(salt, "anybody")
    return partial(student_seed, salt)


def same_numbers(seed: str) -> SeedOf:
    """Everybody has the same.

    Raises:
        ValueError: the seed is none that a notebook could name.
    """
    if not _is_seed(seed):
        raise ValueError(
            f"seed must be text of 1 to {_LONGEST} printable characters, got {seed!r:.60}; it is "
            f"what {VARIANT} says in the notebooks"
        )
    return lambda _: seed


def _is_seed(found: str | None) -> bool:
    return found is not None and 0 < len(found) <= _LONGEST and found.isprintable()
