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

    def __init__(self, _: str) -> None:
        self.code = len(type(self).__members__)


_EVENTS = list(Event)
_UPDATE = Event.UPDATE.code
_PACKED = 4096
"""How many LRs may wait as floats: it is faster than to put each into the array."""


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
        self._waiting: list[float] = []
        self._events = bytearray()
        # Where the number of groups changes: (first update, first LR, groups from there on).
        self._spans: list[tuple[int, int, int]] = []
        self._groups = 0

    def add_update(self, lrs: Sequence[float]) -> None:
        """Record an update that used these LRs, one a parameter group.

        Raises:
            ValueError: there is no LR.
        """
        if len(lrs) != self._groups:
            self._begin_span(len(lrs))
        self._waiting += lrs
        self._events.append(_UPDATE)
        if len(self._waiting) > _PACKED:
            self._packed()

    def add(self, event: Event) -> None:
        """Record an event that is no update.

        Raises:
            ValueError: ``event`` is an update; that has LRs.
        """
        if event.code == _UPDATE:
            raise ValueError("event must be no update; record that with add_update(lrs)")
        self._events.append(event.code)

    def __len__(self) -> int:
        if not self._spans:
            return 0
        update, place, groups = self._spans[-1]
        return update + (len(self._packed()) - place) // groups

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        # By bytes, so that an LR that is no number equals itself.
        return (self._events, self._packed().tobytes(), self._spans, self.facts) == (
            other._events,
            other._packed().tobytes(),
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
        return self._groups

    @property
    def events(self) -> Iterator[Event]:
        """What happened, in order."""
        return (_EVENTS[code] for code in self._events)

    def count(self, event: Event) -> int:
        """How often something happened."""
        return self._events.count(event.code)

    @property
    def nbytes(self) -> int:
        """The memory that is taken by what was recorded, in bytes."""
        return len(self._packed()) * self._lrs.itemsize + len(self._events)

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
        ends = [*self._spans, (len(self), len(self._packed()), 0)]
        for (_, start, groups), (_, end, _) in pairwise(ends):
            for place in range(start, end, groups):
                yield tuple(self._lrs[place : place + groups])

    def _begin_span(self, groups: int) -> None:
        if groups == 0:
            raise ValueError("lrs must have one LR for each parameter group, got none")
        self._spans.append((len(self), len(self._packed()), groups))
        self._groups = groups

    def _packed(self) -> array[float]:
        self._lrs.extend(self._waiting)
        self._waiting.clear()
        return self._lrs
