"""What was recorded of a run: the LR of every update, and what happened in which order.

>>> trace = Trace()
>>> for lr in (0.05, 0.1, 0.1):
...     trace.add_update([lr])
...     trace.add(Event.SCHEDULER)
>>> trace.used()
[0.05, 0.1, 0.1]
>>> [event.value for event in trace.events][:3]
['update', 'scheduler', 'update']
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from warmup_lib.facts import Fact

if TYPE_CHECKING:
    from warmup_lib.plot import Picture


class Event(Enum):
    """What a training loop did.

    An *update* moves parameters. A call of ``optimizer.step()`` with every gradient
    ``None``, and one that a GradScaler skipped, move nothing.
    """

    UPDATE = "update"
    SCHEDULER = "scheduler"
    """A scheduler went one step on."""
    SCHEDULER_SET = "scheduler set"
    """A scheduler was told where it stands, as by ``scheduler.step(epoch)``."""
    NO_GRADIENT = "no gradient"
    SKIPPED = "skipped"


_EVENTS = list(Event)
_CODES = {event: code for code, event in enumerate(_EVENTS)}


class Trace:
    """The LR that each update used, by parameter group, and the order of events.

    It holds a million updates in bounded memory: 8 bytes an LR and 1 an event.

    Attributes:
        name: what the optimizer is called, such as ``AdamW``.
        facts: what else was seen of optimizer and schedulers.
        sites: where in the code they were made and stepped: ``"scheduler.step"`` →
            ``["train.py:31"]``. Known where a whole script was followed.
    """

    def __init__(self, name: str = "optimizer") -> None:
        self.name = name
        self.facts: list[Fact] = []
        self.sites: dict[str, list[str]] = {}
        self._lrs = array("d")
        self._events = array("B")
        # Where the number of groups changes: (first update, first LR, groups from there on).
        self._spans: list[tuple[int, int, int]] = []
        self._updates = 0

    def add_update(self, lrs: Sequence[float]) -> None:
        """Record an update that used these LRs, one a parameter group."""
        if not self._spans or self._spans[-1][2] != len(lrs):
            self._spans.append((self._updates, len(self._lrs), len(lrs)))
        self._lrs.extend(lrs)
        self._updates += 1
        self._events.append(_CODES[Event.UPDATE])

    def add(self, event: Event) -> None:
        """Record an event that is no update.

        Raises:
            ValueError: ``event`` is an update; that has LRs.
        """
        if event is Event.UPDATE:
            raise ValueError("event must be no update; record that with add_update(lrs)")
        self._events.append(_CODES[event])

    def __len__(self) -> int:
        return self._updates

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return (self._events, self._lrs, self._spans, self.facts) == (
            other._events,
            other._lrs,
            other._spans,
            other.facts,
        )

    __hash__ = None  # type: ignore[assignment]  # it grows

    @property
    def lrs(self) -> list[tuple[float, ...]]:
        """``lrs[t][g]`` is the LR that update t (0-based) used for group g."""
        return list(self._rows())

    def used(self, group: int = 0) -> list[float]:
        """The LRs of one parameter group, one per update.

        Raises:
            IndexError: an update had no such group.
        """
        return [lrs[group] for lrs in self._rows()]

    @property
    def groups(self) -> int:
        """The number of parameter groups at the end; 0 where nothing was updated."""
        return self._spans[-1][2] if self._spans else 0

    @property
    def events(self) -> Iterator[Event]:
        """What happened, in order."""
        return (_EVENTS[code] for code in self._events)

    def count(self, event: Event) -> int:
        """How often something happened."""
        return self._events.count(_CODES[event])

    @property
    def nbytes(self) -> int:
        """The memory that is taken by what was recorded, in bytes."""
        return len(self._lrs) * self._lrs.itemsize + len(self._events)

    def picture(self, title: str = "Learning rate used by each update") -> Picture:
        """The LRs of up to six groups, with a text twin.

        Raises:
            ValueError: there is nothing to draw, or groups came and went.
        """
        from warmup_lib.plot import plot_lrs

        if len(self._spans) > 1:
            raise ValueError(
                "the trace must have the same groups throughout to be drawn as one picture, and "
                f"their number changed at update {self._spans[1][0]}; draw used(group) yourself"
            )
        names = ["LR"] if self.groups == 1 else [f"group {g}" for g in range(self.groups)]
        return plot_lrs({name: self.used(g) for g, name in enumerate(names)}, title=title)

    def to_frame(self) -> Any:
        """A pandas frame: one row an update, one column a parameter group.

        Raises:
            ModuleNotFoundError: pandas is not installed.
        """
        import pandas

        columns = [f"lr_{group}" for group in range(max((n for *_, n in self._spans), default=0))]
        frame = pandas.DataFrame(self.lrs, columns=columns)
        return frame.rename_axis("update")

    def _rows(self) -> Iterator[tuple[float, ...]]:
        ends = [*self._spans, (self._updates, len(self._lrs), 0)]
        for (_, start, groups), (_, end, _) in pairwise(ends):
            for place in range(start, end, groups or 1):
                yield tuple(self._lrs[place : place + groups])
