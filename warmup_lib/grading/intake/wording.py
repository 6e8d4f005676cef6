"""Sentences for the instructor's table, in which students' own words are made harmless."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 400
"""Characters of one sentence."""
MOST = 20
"""Notes on one submission."""


def shown(text: str, at_most: int = 60) -> str:
    r"""What a student wrote, in quotes, cut, and without what a terminal would obey.

    >>> print(shown("ada\x1b[31m\u202e"))
    'ada\x1b[31m\u202e'
    >>> print(shown("long " * 10, at_most=12))
    'long long lo…'
    """
    start = text[:at_most]
    safe = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in start
    )
    cut = len(text) > at_most or len(safe) > 2 * at_most
    return f"'{safe[: 2 * at_most]}{'…' if cut else ''}'"


def listed(texts: Iterable[str], at_most: int = 5) -> str:
    """Several in a row.

    >>> listed("abcdefg", at_most=3)
    'a, b, c and 4 more'
    """
    every = list(texts)
    more = len(every) - at_most
    return ", ".join(every[:at_most]) + (f" and {more} more" if more > 0 else "")


def bounded(sentence: str) -> str:
    """One sentence, cut to what a table can show."""
    return sentence if len(sentence) <= LONGEST else f"{sentence[: LONGEST - 1]}…"


def all_bounded(sentences: Iterable[str]) -> tuple[str, ...]:
    """The notes on a submission, each said once."""
    every = [bounded(sentence) for sentence in dict.fromkeys(sentences)]
    more = len(every) - MOST
    return (*every[:MOST], *([f"There are {more} more notes."] if more > 0 else []))
