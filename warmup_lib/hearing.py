"""Hearing what optimizers, schedulers and gradient scalers do, while a block runs.

Whoever hears is a :class:`~warmup_lib.recording.Recorder`; ``find`` tells which one an
optimizer or a scheduler belongs to, or that nobody listens.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeAlias

import torch

from warmup_lib.lr_trace import Event
from warmup_lib.recording import Recorder, innermost
from warmup_lib.tapping import tapped

Find: TypeAlias = Callable[[Any], Recorder | None]


@contextmanager
def scheduler_steps(kinds: Iterable[type], find: Find) -> Iterator[None]:
    """Hear each ``step()`` of schedulers of these classes.

    The method is replaced on the classes: on a scheduler itself it would become part
    of its ``state_dict()``. Schedulers without one, such as ignite's, are called.
    """
    with ExitStack() as stack:
        for kind in dict.fromkeys(kinds):
            name = "step" if hasattr(kind, "step") else "__call__"
            stack.enter_context(tapped(kind, name, _telling_of_schedulers, find))
        yield


@contextmanager
def skipped_steps(find: Find) -> Iterator[None]:
    """Hear a GradScaler that finds an overflow and makes no step at all."""
    with tapped(torch.amp.GradScaler, "step", _telling_of_skips, find):
        yield


def _telling_of_schedulers(original: Callable[..., Any], listeners: list[Find]) -> Any:
    names = getattr(getattr(original, "__code__", None), "co_varnames", ())
    place_is_first = names[1:2] == ("epoch",)
    # A handler is called for the update that comes, as ignite's are.
    always_placed = original.__name__ != "step"

    @functools.wraps(original)
    def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
        # Its constructor makes the first step.
        is_initial = getattr(scheduler, "_is_initial", False)
        event = Event.SCHEDULER
        if args or kwargs or always_placed:
            place = args[0] if args and place_is_first else kwargs.get("epoch")
            if place is not None or always_placed:
                event = Event.SCHEDULER_SET
        begun = []
        for find in listeners:
            recorder = find(scheduler)
            if recorder is not None and not is_initial and recorder.begins(scheduler, event):
                begun.append(recorder)
        try:
            return original(scheduler, *args, **kwargs)
        finally:
            for recorder in begun:
                recorder.stepping = False
                if recorder.doubts:
                    recorder.settle(scheduler)

    return step


def _telling_of_skips(original: Callable[..., Any], listeners: list[Find]) -> Any:
    @functools.wraps(original)
    def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        found = [find(innermost(optimizer)) for find in listeners]
        before = [(recorder, recorder.steps) for recorder in found if recorder is not None]
        result = original(scaler, optimizer, *args, **kwargs)
        for recorder, steps in before:
            if recorder.steps == steps:
                recorder.trace.add(Event.SKIPPED)
        return result

    return step
