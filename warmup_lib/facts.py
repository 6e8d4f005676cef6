"""What can be seen of a run's optimizer and schedulers, whatever was meant.

A fact is true of the run, and no plan is needed to say so: this scheduler drives
another optimizer, that learning rate is no longer the scheduler's own.

>>> fact = Fact(FactKind.GROUP_WITHOUT_SCHEDULE, update=3, evidence={"groups": 2, "scheduled": 1})
>>> Fact.from_data(fact.as_data()) == fact
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

Evidence: TypeAlias = Mapping[str, float | str]


class FactKind(Enum):
    """What was seen, and which evidence goes with it."""

    ANOTHER_OPTIMIZER = "another optimizer"
    """A scheduler, or one inside it, drives another optimizer: ``scheduler``."""

    SCHEDULER_AT_ITS_START = "scheduler at its start"
    """The optimizer's state has made ``steps``, and the ``scheduler`` none."""

    LR_EDITED = "lr edited"
    """The LR was no longer what the scheduler had set: ``scheduler``, its ``steps`` and those
    ``heard`` of them, ``group``, ``said``, ``held``."""

    LAST_LR_DIFFERS = "last lr differs"
    """After its step the scheduler says another LR than the one it set: ``scheduler``,
    ``group``, ``said``, ``held``."""

    GROUP_WITHOUT_SCHEDULE = "group without schedule"
    """The optimizer has more ``groups`` than are ``scheduled``: ``scheduler``."""

    SEVERAL_SCHEDULERS = "several schedulers"
    """More than one scheduler was stepped in turn: ``schedulers`` by name, their ``number``."""

    STATE_ADVANCED_AT_ZERO = "state advanced at zero"
    """An update with an LR of 0 moved the optimizer's state: ``optimizer``."""


@dataclass(frozen=True)
class Fact:
    """Something seen in a run.

    Attributes:
        kind: what it was.
        update: how many updates had been made by then.
        evidence: the numbers and names that go with this kind.
    """

    kind: FactKind
    update: int
    evidence: Evidence

    def as_data(self) -> dict[str, Any]:
        """The fact as JSON data."""
        return {"fact": self.kind.value, "update": self.update, **self.evidence}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Fact:
        """The fact that :meth:`as_data` gave.

        Raises:
            ValueError: it is something else.
        """
        evidence = {name: value for name, value in data.items() if name not in ("fact", "update")}
        whole = isinstance(data.get("update"), int)
        if not whole or not all(
            isinstance(value, int | float | str) for value in evidence.values()
        ):
            raise ValueError(f"a fact must have an update and plain evidence, got {dict(data)!r}")
        return cls(FactKind(data.get("fact")), data["update"], evidence)
