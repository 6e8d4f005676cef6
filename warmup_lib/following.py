"""Following every optimizer and scheduler that some code makes or steps.

>>> import torch
>>> def train():
...     weight = torch.ones(1, requires_grad=True)
...     optimizer = torch.optim.SGD([weight], lr=0.1)
...     weight.sum().backward()
...     optimizer.step()
>>> with record_all() as traces:
...     train()
>>> [(trace.name, trace.used()) for trace in traces]
[('SGD', [0.1])]
"""

from __future__ import annotations

import functools
import os
import sys
import types
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from warmup_lib.hearing import StepHooks, scheduler_steps, skipped_steps
from warmup_lib.lr_trace import Trace
from warmup_lib.recording import Recorder, innermost

# Where schedulers are stepped is looked up during the first few updates only.
_UPDATES = 8


@contextmanager
def record_all() -> Iterator[Sequence[Trace]]:
    """Record every optimizer that makes a step inside the block, and every torch scheduler.

    The traces come in the order in which their optimizers were met, and know the lines of
    code in which optimizers and schedulers were made and stepped. Nothing about the
    training changes. Schedulers are those of torch and classes derived from them; the LRs
    that anything else sets are in the traces as well, but not its steps.
    """
    followed = Followed()
    hooks = StepHooks(followed.stepping)
    handles = (
        register_optimizer_step_pre_hook(hooks.before),
        register_optimizer_step_post_hook(hooks.after),
    )
    try:
        with (
            scheduler_steps(_kinds(LRScheduler), followed.scheduling),
            _kinds_to_come(followed),
            skipped_steps(followed.known),
            _made(followed),
        ):
            yield followed.traces
    finally:
        for handle in handles:
            handle.remove()
        followed.end()


class Followed:
    """The recorders of all optimizers that were met."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []
        self._recorders: dict[int, Recorder] = {}
        self._made: dict[int, str] = {}

    def known(self, optimizer: Any) -> Recorder | None:
        """The recorder of an optimizer, where it was met."""
        recorder = self._recorders.get(id(optimizer))
        # A new one may have the id of one that is gone.
        return recorder if recorder and recorder.optimizer is optimizer else None

    def stepping(self, optimizer: Any) -> Recorder | None:
        """The recorder of an optimizer that makes a step."""
        recorder = self._met(optimizer)
        if recorder.steps == 0 and "optimizer.step" not in recorder.trace.sites:
            if innermost(optimizer) is not optimizer:
                return None
            _note(recorder.trace, "optimizer.step", _site())
            self.traces.append(recorder.trace)
        return recorder

    def scheduling(self, scheduler: Any) -> Recorder | None:
        """The recorder of the optimizer that a scheduler drives."""
        optimizer = innermost(getattr(scheduler, "optimizer", None))
        if not isinstance(optimizer, Optimizer):
            return None
        recorder = self._met(optimizer)
        if getattr(scheduler, "_is_initial", False):
            _note(recorder.trace, "scheduler", _site())
        elif len(recorder.trace) < _UPDATES:
            _note(recorder.trace, "scheduler.step", _site())
            if recorder.steps == 0:
                self._look_for_another(recorder, scheduler)
        return recorder

    def made(self, optimizer: Optimizer) -> None:
        """An optimizer is being made."""
        self._made[id(optimizer)] = _site()

    def end(self) -> None:
        """The last look."""
        for recorder in self._recorders.values():
            recorder.end()

    def _met(self, optimizer: Optimizer) -> Recorder:
        recorder = self.known(optimizer)
        if recorder is None:
            recorder = self._recorders[id(optimizer)] = Recorder(optimizer)
            if id(optimizer) in self._made:
                _note(recorder.trace, "optimizer", self._made.pop(id(optimizer)))
        return recorder

    def _look_for_another(self, idle: Recorder, scheduler: Any) -> None:
        """Tell an optimizer that trains the parameters that an idle one has."""
        for other in self._recorders.values():
            if len(other.trace) > 0 and _parameters(other) & _parameters(idle):
                other.watch(scheduler)
                other.trace.sites |= {
                    name: sites
                    for name, sites in idle.trace.sites.items()
                    if name.startswith("scheduler")
                }


def _kinds(kind: type[Any]) -> list[type[Any]]:
    """The classes that have a ``step`` of their own, from ``kind`` down."""
    below = [each for derived in kind.__subclasses__() for each in _kinds(derived)]
    return ([kind] if "step" in kind.__dict__ else []) + below


@contextmanager
def _kinds_to_come(followed: Followed) -> Iterator[None]:
    """Hear scheduler classes, too, that are defined inside the block."""
    with ExitStack() as stack:

        def init_subclass(kind: Any, /, **kwargs: Any) -> None:
            super(LRScheduler, kind).__init_subclass__(**kwargs)
            if "step" in kind.__dict__:
                stack.enter_context(scheduler_steps([kind], followed.scheduling))

        stack.enter_context(
            mock.patch.object(LRScheduler, "__init_subclass__", classmethod(init_subclass))
        )
        yield


@contextmanager
def _made(followed: Followed) -> Iterator[None]:
    """Hear optimizers being made, for the lines that make them."""
    original = Optimizer.__init__

    @functools.wraps(original)
    def init(self: Optimizer, *args: Any, **kwargs: Any) -> None:
        followed.made(self)
        original(self, *args, **kwargs)

    with mock.patch.object(Optimizer, "__init__", init):
        yield


def _parameters(recorder: Recorder) -> set[int]:
    groups = recorder.optimizer.param_groups if recorder.optimizer else ()
    return {id(parameter) for group in groups for parameter in group["params"]}


def _note(trace: Trace, name: str, site: str) -> None:
    sites = trace.sites.setdefault(name, [])
    if site not in sites:
        sites.append(site)


def _site() -> str:
    """The line of code that is running, outside of torch and of what records."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_back is not None and _is_inside(frame.f_code.co_filename):
        frame = frame.f_back
    assert frame is not None
    return f"{_shown(frame.f_code.co_filename)}:{frame.f_lineno}"


_INSIDE = (str(Path(torch.__file__).parent) + os.sep, str(Path(__file__).parent) + os.sep)


def _is_inside(file: str) -> bool:
    return file.startswith(_INSIDE) or not Path(file).is_absolute()


def _shown(file: str) -> str:
    """A path as one would type it, where it lies below the working directory."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file
