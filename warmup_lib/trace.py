"""The learning rate that each update really used.

>>> import torch
>>> from torch.optim.lr_scheduler import LambdaLR
>>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
>>> scheduler = LambdaLR(optimizer, lambda t: min(t / 5, 1))
>>> dry_run(optimizer, scheduler, updates=7).used()
[0.0, 0.02..., 0.04..., 0.06, 0.08..., 0.1, 0.1]
"""

from __future__ import annotations

import copy
import functools
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from torch.optim import Optimizer

from warmup_lib._arguments import whole_number
from warmup_lib.lr_trace import Event, Trace


def dry_run(
    optimizer: Optimizer,
    scheduler: Any,
    updates: int,
    *,
    scheduler_first: bool = False,
    updates_per_step: int = 1,
    step: Callable[[Any], object] | None = None,
) -> Trace:
    """The LRs that the next ``updates`` updates would use; nothing is trained.

    It walks copies of optimizer and scheduler through the loop and leaves both
    as they were. Parameters and optimizer state are not copied.

    Args:
        optimizer: the optimizer whose LRs are recorded.
        scheduler: what drives it, anything with a ``step()``.
        updates: how many updates to look ahead, at least 0.
        scheduler_first: the loop calls ``scheduler.step()`` before
            ``optimizer.step()`` rather than after it.
        updates_per_step: updates for each ``scheduler.step()``: 1 for a schedule
            per update, the number of batches for a schedule per epoch.
        step: how the scheduler is stepped, where ``scheduler.step()`` is not
            enough, such as ``lambda s: s.step(metrics=1.0)``.

    Raises:
        ValueError: ``scheduler`` drives another optimizer, or a count is out of range.
    """
    updates = whole_number(
        "updates", updates, at_least=0, remedy="it counts the updates to look ahead"
    )
    updates_per_step = whole_number(
        "updates_per_step", updates_per_step, remedy="it counts the updates per scheduler.step()"
    )
    if getattr(scheduler, "optimizer", optimizer) is not optimizer:
        raise ValueError(
            f"scheduler must drive the optimizer given, but its own is another "
            f"{type(scheduler.optimizer).__name__}; build it on the optimizer that you train with"
        )
    twin, twin_scheduler = _twins(optimizer, scheduler)
    advance = step or (lambda s: s.step())
    trace = Trace()
    with warnings.catch_warnings():
        # The twin optimizer takes no real steps, which schedulers would remark on.
        warnings.simplefilter("ignore", UserWarning)
        for update in range(updates):
            # A step after the last update would decide nothing that is asked for.
            if update % updates_per_step == 0 and (scheduler_first or update > 0):
                advance(twin_scheduler)
                trace.add(Event.SCHEDULER)
            trace.add_update(_held_lrs(twin))
    return trace


@contextmanager
def record(optimizer: Optimizer, *schedulers: Any) -> Iterator[Trace]:
    """Record the LR of every update that ``optimizer`` makes inside the block.

    Calls of ``step()`` of the schedulers given are recorded as well, in their place
    among the updates. Nothing about the training changes, nor about what a
    checkpoint holds.

    A ``step()`` with every gradient ``None`` moves nothing and is no update;
    nor is one that a ``GradScaler`` makes a fused optimizer skip. The trace's events
    tell of both.

    >>> import torch
    >>> weight = torch.ones(1, requires_grad=True)
    >>> optimizer = torch.optim.SGD([weight], lr=0.1)
    >>> with record(optimizer) as trace:
    ...     optimizer.step()
    ...     weight.sum().backward()
    ...     optimizer.step()
    >>> trace.used()
    [0.1]
    """
    trace = Trace()

    def before_step(optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not (_has_gradient(optimizer) or _has_closure(args, kwargs)):
            trace.add(Event.NO_GRADIENT)
        elif _is_skipped(optimizer):
            trace.add(Event.SKIPPED)
        else:
            trace.add_update(_held_lrs(optimizer))

    hook = optimizer.register_step_pre_hook(before_step)
    try:
        with _heard(schedulers, lambda: trace.add(Event.SCHEDULER)):
            yield trace
    finally:
        hook.remove()


@contextmanager
def _heard(schedulers: Sequence[Any], on_step: Callable[[], None]) -> Iterator[None]:
    """Call ``on_step`` before each ``step()`` of the schedulers, inside the block.

    The method is replaced on their classes: on the scheduler itself it would become
    part of its ``state_dict()``.
    """
    heard = {id(scheduler) for scheduler in schedulers}
    stepping: set[int] = set()

    def hearing(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
            # A step may call the step of its parent class, and is one all the same.
            if id(scheduler) not in heard or id(scheduler) in stepping:
                return original(scheduler, *args, **kwargs)
            stepping.add(id(scheduler))
            try:
                on_step()
                return original(scheduler, *args, **kwargs)
            finally:
                stepping.discard(id(scheduler))

        return step

    with ExitStack() as stack:
        kinds: list[Any] = list(dict.fromkeys(map(type, schedulers)))
        for kind in kinds:
            stack.enter_context(mock.patch.object(kind, "step", hearing(kind.step)))
        yield


def _twins(optimizer: Optimizer, scheduler: Any) -> tuple[Optimizer, Any]:
    shared = [optimizer.state, *(p for group in optimizer.param_groups for p in group["params"])]
    memo = {id(thing): thing for thing in shared}
    return copy.deepcopy((optimizer, scheduler), memo)


def _held_lrs(optimizer: Optimizer) -> tuple[float, ...]:
    return tuple([float(group["lr"]) for group in optimizer.param_groups])


def _has_gradient(optimizer: Optimizer) -> bool:
    # Written out, since it runs in every update, and mostly ends at the first parameter.
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                return True
    return False


def _has_closure(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return any(callable(value) for value in (*args[1:], *kwargs.values()))


def _is_skipped(optimizer: Optimizer) -> bool:
    """Whether a GradScaler found an overflow: it lets a fused optimizer skip the update itself."""
    return bool(getattr(optimizer, "found_inf", False))
