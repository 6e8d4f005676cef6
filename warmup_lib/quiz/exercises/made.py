"""A schedule that can be pickled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from warmup_lib.schedules import Schedule


@dataclass(frozen=True)
class Made:
    """The schedule that ``maker(*arguments)`` gives, kept as the call.

    >>> import pickle
    >>> from warmup_lib.schedules import linear_warmup
    >>> ramp = pickle.loads(pickle.dumps(Made(linear_warmup, (4,))))
    >>> [ramp(update) for update in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """

    maker: Callable[..., Schedule]
    arguments: tuple[float, ...]

    def __call__(self, update: int) -> float:
        return self.maker(*self.arguments)(update)


def never_the_same(update: int) -> float:
    """A factor of its own for each update."""
    return 1 / (update + 1)
