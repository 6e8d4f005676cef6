"""What the doctor says of a trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Severity(Enum):
    """How bad it is. They are ordered: ``Severity.NOTE < Severity.WARNING < Severity.ERROR``."""

    NOTE = "note"
    """Worth knowing, and may be meant."""
    WARNING = "warning"
    """Most likely not what was meant."""
    ERROR = "error"
    """The warmup does not do what was meant, or the run is harmed."""

    def __lt__(self, other: Severity) -> bool:
        order = list(Severity)
        return order.index(self) < order.index(other)


class Tier(Enum):
    """The evidence that a rule needs."""

    FACT = "fact"
    """True of the run whatever was meant."""
    EVENT = "event"
    """The order or the number of events."""
    PLAN = "plan"
    """What was meant."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        code: a stable name, such as ``"never-reaches-peak"``; :mod:`~warmup_lib.doctor.codes`
            has its severity, its page in the docs, and the lesson and question that teach it.
        message: what is wrong, in a sentence with the numbers of this run.
        updates: the first and the last update concerned, where it is about some.
        groups: the parameter groups concerned.
        evidence: the numbers, by name.
        cause: what most likely made it.
        remedy: what to write instead, as code where it can be.
    """

    code: str
    message: str
    updates: tuple[int, int] | None = None
    groups: tuple[int, ...] = ()
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    cause: str = ""
    remedy: str = ""

    @property
    def severity(self) -> Severity:
        """How bad it is: the code's."""
        from warmup_lib.doctor.codes import CODES

        return CODES[self.code].severity
