"""Hearing what optimizers, schedulers and gradient scalers do, while a block runs.

Whoever hears is a :class:`~warmup_lib.recording.Recorder`; ``find`` tells which one an
optimizer or a scheduler belongs to, or that nobody listens.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeAlias
from unittest import mock

import torch
from torch.optim import Optimizer

from warmup_lib.lr_trace import Event
from warmup_lib.recording import Recorder, held_lrs, innermost

Find: TypeAlias = Callable[[Any], Recorder | None]


class StepHooks:
    """What an optimizer calls before and after each of its steps."""

    def __init__(self, find: Find) -> None:
        self._find = find
        # The LRs of steps with a closure: only its end tells whether there were gradients.
        self._begun: dict[int, tuple[float, ...]] = {}

    def before(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A step begins."""
        recorder = self._find(optimizer)
        if recorder is None or _is_inside_its_own_step(optimizer):
            return
        if any(map(callable, (*args[1:], *kwargs.values()))):
            self._begun[id(optimizer)] = held_lrs(optimizer)
            return
        recorder.step(optimizer, held_lrs(optimizer))

    def after(self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:  # noqa: ARG002
        """A step has ended."""
        recorder = self._find(optimizer)
        if recorder is not None and not _is_inside_its_own_step(optimizer):
            lrs = self._begun.pop(id(optimizer), None)
            if lrs is not None:
                recorder.step(optimizer, lrs)


@contextmanager
def scheduler_steps(kinds: Iterable[type], find: Find) -> Iterator[None]:
    """Hear each ``step()`` of schedulers of these classes.

    The method is replaced on the classes: on a scheduler itself it would become part
    of its ``state_dict()``.
    """
    with ExitStack() as stack:
        for kind in dict.fromkeys(kinds):
            heard = _heard(kind.step, find)  # type: ignore[attr-defined]
            stack.enter_context(mock.patch.object(kind, "step", heard))
        yield


@contextmanager
def skipped_steps(find: Find) -> Iterator[None]:
    """Hear a GradScaler that finds an overflow and makes no step at all."""
    scaler = torch.amp.GradScaler
    original = scaler.step

    @functools.wraps(original)
    def step(self: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = find(innermost(optimizer))
        if recorder is None:
            return original(self, optimizer, *args, **kwargs)
        before = recorder.steps
        result = original(self, optimizer, *args, **kwargs)
        if recorder.steps == before:
            recorder.trace.add(Event.SKIPPED)
        return result

    with mock.patch.object(scaler, "step", step):
        yield


def _heard(original: Callable[..., Any], find: Find) -> Callable[..., Any]:
    @functools.wraps(original)
    def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
        recorder = find(scheduler)
        # Its constructor makes the first step.
        if recorder is None or getattr(scheduler, "_is_initial", False):
            return original(scheduler, *args, **kwargs)
        event = Event.SCHEDULER_SET if names_its_place(args, kwargs) else Event.SCHEDULER
        if not recorder.scheduler_begins(scheduler, event):
            return original(scheduler, *args, **kwargs)
        failed = True
        try:
            result = original(scheduler, *args, **kwargs)
            failed = False
            return result
        finally:
            recorder.scheduler_ends(scheduler, failed=failed)

    takes_place_first = _first_parameter(original) in ("epoch", "num_updates", "t")

    def names_its_place(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        place = args[0] if args and takes_place_first else kwargs.get("epoch")
        return place is not None

    return step


def _first_parameter(function: Callable[..., Any]) -> str | None:
    names = function.__code__.co_varnames if hasattr(function, "__code__") else ()
    return names[1] if len(names) > 1 else None


def _is_inside_its_own_step(optimizer: Optimizer) -> bool:
    """Whether this is the step of a parent class, within a step that calls it.

    PyTorch wraps the ``step`` of each class that has one, so both call the hooks.
    """
    wrapped = [kind for kind in type(optimizer).__mro__ if _is_hooked(kind.__dict__.get("step"))]
    if len(wrapped) < 2:
        return False
    frame = sys._getframe(2)
    code, steps = wrapped[0].__dict__["step"].__code__, 0
    while frame is not None and steps < 2:
        if frame.f_code is code and frame.f_locals.get("self") is optimizer:
            steps += 1
        frame = frame.f_back  # type: ignore[assignment]
    return steps == 2


def _is_hooked(step: Any) -> bool:
    return getattr(step, "hooked", False) is True
