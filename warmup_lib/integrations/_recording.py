"""Recording the optimizers of a training that a framework runs.

>>> import torch
>>> weight = torch.ones(1, requires_grad=True)
>>> optimizer = torch.optim.SGD([weight], lr=0.1)
>>> recording = Recording()
>>> recording._begin([optimizer], [])
>>> weight.sum().backward()
>>> optimizer.step()
>>> recording._end()
>>> recording.trace.used()
[0.1]
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from warmup_lib.lr_trace import Trace
from warmup_lib.trace import record


class Recording:
    """The traces of the last training, and the hooks of one that is going on.

    A copy of it, pickled or deep-copied, has the traces and hears no training.

    Attributes:
        traces: one for each optimizer, in the framework's order.
    """

    def __init__(self) -> None:
        self.traces: list[Trace] = []
        self._hooks = ExitStack()

    @property
    def trace(self) -> Trace:
        """The trace of the only optimizer.

        Raises:
            RuntimeError: nothing was recorded, or several optimizers were.
        """
        if not self.traces:
            raise RuntimeError("trace must have been recorded, but there is none; train first")
        if len(self.traces) > 1:
            raise RuntimeError(
                f"trace must be the only one, but {len(self.traces)} optimizers were recorded; "
                f"take traces[0] to traces[{len(self.traces) - 1}]"
            )
        return self.traces[0]

    def _begin(self, optimizers: Sequence[Any], schedulers: Sequence[Any]) -> None:
        """Record from here on, afresh, until ``_end``.

        Each scheduler is heard in the trace of the optimizer that it drives; one that drives
        none of them is heard in all, since it is in the loop.
        """
        self._end()
        schedulers = [_unwrapped(scheduler) for scheduler in schedulers]
        astray = [s for s in schedulers if not any(_drives(s, o) for o in optimizers)]
        with ExitStack() as hooks:
            self.traces = [
                hooks.enter_context(
                    record(o, *(s for s in schedulers if s in astray or _drives(s, o)))
                )
                for o in optimizers
            ]
            self._hooks = hooks.pop_all()

    def _end(self) -> None:
        """Remove the hooks, where there are any."""
        self._hooks.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_hooks": ExitStack()}


def _unwrapped(scheduler: Any) -> Any:
    """The scheduler that sets the LR, inside a wrapper that knows no optimizer of its own.

    One that accelerate wraps is stepped once for each process, and not where the
    optimizer's step was skipped.
    """
    while not hasattr(scheduler, "optimizer") and hasattr(scheduler, "scheduler"):
        scheduler = scheduler.scheduler
    return scheduler


def _drives(scheduler: Any, optimizer: Any) -> bool:
    # An optimizer and its wrappers share the groups that hold the LRs.
    driven = getattr(scheduler, "optimizer", None)
    return getattr(driven, "param_groups", None) is optimizer.param_groups
