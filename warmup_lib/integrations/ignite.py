"""The learning rate that each update of an ignite ``Engine`` really used.

>>> import torch
>>> from ignite.engine import Engine, Events
>>> from ignite.handlers import PiecewiseLinear
>>> weight = torch.ones(1, requires_grad=True)
>>> optimizer = torch.optim.SGD([weight], lr=0.1)
>>> def update(engine, batch):
...     weight.sum().backward()
...     optimizer.step()
>>> trainer = Engine(update)
>>> warmup = PiecewiseLinear(optimizer, "lr", [(0, 0.0), (2, 0.1)])
>>> warmup.attach(trainer, Events.ITERATION_STARTED)
>>> handler = TraceHandler(optimizer, warmup)
>>> handler.attach(trainer)
>>> state = trainer.run([0] * 4)
>>> handler.trace.used()
[0.0, 0.05, 0.1, 0.1]
>>> [event.value for event in handler.trace.events][:4]
['scheduler set', 'update', 'scheduler set', 'update']
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from warmup_lib.integrations._recording import Recording

try:
    from ignite.engine import Engine
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'ignite must be installed; pip install "warmup-lib[peers]" has it, as pytorch-ignite',
        name=error.name,
    ) from error


class TraceHandler(Recording):
    """Records the LR of every update that an engine's ``run()`` makes, and the schedulers' steps.

    Each ``run()`` has fresh traces; so has one that goes on after ``interrupt()``. Training
    and checkpoints are as without it.

    It surrounds ``engine.run`` rather than handle events: one that handles
    ``Events.EXCEPTION_RAISED`` would keep the exception from whoever called ``run()``, and
    after another's handler has taken it, no event need come (``Engine._handle_exception``).

    Args:
        optimizer: the optimizer that the engine steps, or a sequence of several.
        schedulers: those that the loop steps, and ignite's own, which the engine calls. Of
            ignite's ``LRScheduler`` it is this, not the one inside, which is never stepped.

    Attributes:
        traces: one for each optimizer, in the order given.

    Raises:
        ValueError: a scheduler can be neither stepped nor called.
    """

    def __init__(self, optimizer: Any, *schedulers: Any) -> None:
        super().__init__()
        for scheduler in schedulers:
            if not (hasattr(scheduler, "step") or callable(scheduler)):
                raise ValueError(
                    f"a scheduler must have a step() or be a handler, got {scheduler!r}; "
                    "give several one by one, not in a list"
                )
        several = isinstance(optimizer, Sequence)
        self._optimizers: list[Any] = list(optimizer) if several else [optimizer]
        self._schedulers = schedulers

    def attach(self, engine: Engine) -> None:
        """Record whenever this engine runs."""
        run = engine.run

        @functools.wraps(run)
        def recorded(*args: Any, **kwargs: Any) -> Any:
            self._begin(self._optimizers, self._schedulers)
            try:
                return run(*args, **kwargs)
            finally:
                self._end()

        engine.run = recorded
