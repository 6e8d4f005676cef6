"""The warmup of pytorch-ignite."""

from __future__ import annotations

from warmup_lib.recipes._counts import steps_between
from warmup_lib.schedules import Schedule, join, linear_warmup_from


def ignite_warmup(after: Schedule, warmup_duration: int, start: float = 0.0) -> Schedule:
    """From ``start`` to ``after``'s first value at update N−1; ``after`` goes on from there.

    Source: pytorch-ignite, ``create_lr_scheduler_with_warmup`` on ``ITERATION_STARTED``.

    >>> from warmup_lib.schedules import exponential_decay
    >>> [round(ignite_warmup(exponential_decay(0.9), 5)(t), 3) for t in (0, 1, 3, 4, 5)]
    [0.0, 0.25, 0.75, 1.0, 0.9]
    """
    steps = steps_between("warmup_duration", warmup_duration)
    return join(linear_warmup_from(start, steps), after, at=steps)
