"""How often the doctor is right, and what it says where it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from warmup_lib.doctor import Finding, diagnose

from .cases import Case, Pitfall, described
from .correct import correct


def found_in(case: Case) -> list[Finding]:
    """What the doctor says of a run."""
    return diagnose(case.trace, case.plan, logged=case.logged)


def without_plan(case: Case) -> Case:
    """The same run, of which nobody told what was meant."""
    return replace(case, plan=None)


def without_mistake(case: Case) -> Case:
    """The run as it was meant.

    Raises:
        ValueError: the case has no such run.
    """
    if case.right is None:
        raise ValueError(f"a case with a mistake must have a right run, got none: {case.says}")
    logged = None if case.logged is None else case.right.used()
    return replace(case, trace=case.right, logged=logged)


@dataclass
class Rate:
    """How many draws of a pitfall were named rightly.

    Attributes:
        draws: how many there were.
        detected: in how many one of the expected codes was found.
        beside: how often other codes were found.
        missed: each draw that was missed, described.
    """

    draws: int = 0
    detected: int = 0
    beside: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


def rate_of(pitfall: Pitfall, cases: Iterable[tuple[str, Case]]) -> Rate:
    """What the doctor says of draws with their seeds."""
    rate = Rate()
    for seed, case in cases:
        found = found_in(case)
        codes = {each.code for each in found}
        rate.draws += 1
        rate.beside.update(codes - pitfall.expected)
        if codes & pitfall.expected:
            rate.detected += 1
        else:
            rate.missed.append(described(case, found, seed))
    return rate


def false_findings(numbers: Iterable[int]) -> Iterator[str]:
    """The random correct runs of which something is said, described."""
    for number in numbers:
        seed = f"correct/{number}"
        case = correct(Random(seed))
        yield from spoken_of(case, seed)
        if not case.needs_plan:
            yield from spoken_of(without_plan(case), seed)


def spoken_of(case: Case, seed: str) -> Iterator[str]:
    """The description of a right run, if anything is found in it."""
    found = found_in(case)
    if found:
        yield described(case, found, seed)
