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
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch.optim import Optimizer

from warmup_lib._arguments import whole_number
from warmup_lib.hearing import scheduler_steps, skipped_steps
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.recording import Recorder, held_lrs, innermost


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
            trace.add_update(held_lrs(twin))
    return trace


@contextmanager
def record(optimizer: Optimizer, *schedulers: Any) -> Iterator[Trace]:
    """Record the LR of every update that ``optimizer`` makes inside the block.

    Calls of ``step()`` of the schedulers given are recorded as well, in their place
    among the updates. Nothing about the training changes, nor about what a
    checkpoint holds.

    A ``step()`` with every gradient ``None`` moves nothing and is no update; nor is
    one that a ``GradScaler`` skips. The trace's events tell of both, and its facts of
    what is odd about the schedulers. Of an optimizer that wraps another, the one inside
    is recorded. For several optimizers use several blocks, one in the other.

    Args:
        optimizer: the optimizer whose updates are recorded.
        schedulers: those whose steps are recorded; they should drive this optimizer.

    Raises:
        TypeError: ``optimizer`` is no torch optimizer, or a scheduler cannot be stepped.
        ValueError: the optimizer has no parameters.

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
    optimizer = innermost(optimizer)
    _check(optimizer, schedulers)
    recorder = Recorder(optimizer)
    given = {id(scheduler) for scheduler in schedulers}
    for scheduler in schedulers:
        recorder.watch(scheduler)
    handles = (
        optimizer.register_step_pre_hook(recorder.before_step),
        optimizer.register_step_post_hook(recorder.after_step),
    )
    try:
        with (
            scheduler_steps(map(type, schedulers), lambda s: recorder if id(s) in given else None),
            skipped_steps(lambda each: recorder if each is optimizer else None),
        ):
            yield recorder.trace
    finally:
        for handle in handles:
            handle.remove()
        recorder.end()


def _check(optimizer: object, schedulers: Sequence[object]) -> None:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be a torch.optim.Optimizer, got {type(optimizer).__name__}; of a "
            "wrapper of your own give the optimizer that is inside"
        )
    if not any(group["params"] for group in optimizer.param_groups):
        raise ValueError("optimizer must have parameters, got groups that are all empty")
    for scheduler in schedulers:
        if not (hasattr(scheduler, "step") or callable(scheduler)):
            raise TypeError(
                f"schedulers must have a step(), got a {type(scheduler).__name__}; give them one "
                "by one, as in record(optimizer, warmup, decay)"
            )


def _twins(optimizer: Optimizer, scheduler: Any) -> tuple[Optimizer, Any]:
    shared = [optimizer.state, *(p for group in optimizer.param_groups for p in group["params"])]
    memo = {id(thing): thing for thing in shared}
    return copy.deepcopy((optimizer, scheduler), memo)
