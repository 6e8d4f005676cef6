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
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from warmup_lib.hearing import Find, scheduler_steps, skipped_steps
from warmup_lib.lr_trace import Trace
from warmup_lib.recording import Recorder, innermost
from warmup_lib.tapping import tapped

# Where schedulers are stepped is looked up during the first few steps only.
_STEPS = 3


@contextmanager
def record_all() -> Iterator[Sequence[Trace]]:
    """Record every optimizer that makes a step inside the block, and every torch scheduler.

    The traces come in the order in which their optimizers were met, and know the lines of
    code in which optimizers and schedulers were made and stepped. Nothing about the
    training changes. Schedulers are those of torch and classes derived from them; the LRs
    that anything else sets are in the traces as well, but not its steps.
    """
    followed = Followed()
    handles = (
        register_optimizer_step_pre_hook(followed.before_step),
        register_optimizer_step_post_hook(followed.after_step),
    )
    try:
        with (
            scheduler_steps(_kinds(LRScheduler), followed.scheduling),
            _kinds_to_come(followed.scheduling),
            skipped_steps(followed.known),
            tapped(Optimizer, "__init__", _telling_of_made, followed.made),
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
        self._made: dict[int, tuple[str, int]] = {}

    def known(self, optimizer: Any) -> Recorder | None:
        """The recorder of an optimizer, where it was met."""
        recorder = self._recorders.get(id(optimizer))
        # A new one may have the id of one that is gone.
        return recorder if recorder and recorder.optimizer is optimizer else None

    def before_step(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """An ``optimizer.step()`` begins: a pre-hook of every optimizer."""
        recorder = self.known(optimizer)
        if recorder is None or recorder.steps == 0:
            if innermost(optimizer) is not optimizer:
                return
            recorder = self._met(optimizer)
            if "optimizer.step" not in recorder.trace.sites:
                _note(recorder.trace, "optimizer.step", _line())
                self.traces.append(recorder.trace)
        recorder.before_step(optimizer, args, kwargs)

    def after_step(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """An ``optimizer.step()`` has ended: a post-hook of every optimizer."""
        recorder = self.known(optimizer)
        if recorder is not None:
            recorder.after_step(optimizer, args, kwargs)

    def scheduling(self, scheduler: Any) -> Recorder | None:
        """The recorder of the optimizer that a scheduler drives."""
        optimizer = innermost(getattr(scheduler, "optimizer", None))
        if not isinstance(optimizer, Optimizer):
            return None
        recorder = self._met(optimizer)
        if recorder.stepping or recorder.steps > _STEPS:
            return recorder
        if getattr(scheduler, "_is_initial", False):
            _note(recorder.trace, "scheduler", _line())
        else:
            _note(recorder.trace, "scheduler.step", _line())
            if recorder.steps == 0:
                self._look_for_another(recorder, scheduler)
        return recorder

    def made(self, optimizer: Optimizer) -> None:
        """An optimizer is being made."""
        self._made[id(optimizer)] = _line()

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
def _kinds_to_come(find: Find) -> Iterator[None]:
    """Hear scheduler classes, too, that are defined inside the block."""
    with ExitStack() as stack:

        def hear(kind: type[Any]) -> None:
            if "step" in kind.__dict__:
                stack.enter_context(scheduler_steps([kind], find))

        stack.enter_context(tapped(LRScheduler, "__init_subclass__", _telling_of_kinds, hear))
        yield


def _telling_of_kinds(_: Any, listeners: list[Callable[[type[Any]], None]]) -> Any:
    @classmethod  # type: ignore[misc]  # it becomes one of a class
    def init_subclass(kind: type[Any], **kwargs: Any) -> None:
        super(LRScheduler, kind).__init_subclass__(**kwargs)
        for hear in listeners:
            hear(kind)

    return init_subclass


def _telling_of_made(
    original: Callable[..., None], listeners: list[Callable[[Optimizer], None]]
) -> Any:
    @functools.wraps(original)
    def init(optimizer: Optimizer, *args: Any, **kwargs: Any) -> None:
        for made in listeners:
            made(optimizer)
        original(optimizer, *args, **kwargs)

    return init


def _parameters(recorder: Recorder) -> set[int]:
    groups = recorder.optimizer.param_groups if recorder.optimizer else ()
    return {id(parameter) for group in groups for parameter in group["params"]}


def _note(trace: Trace, name: str, line: tuple[str, int]) -> None:
    sites = trace.sites.setdefault(name, [])
    site = f"{_shown(line[0])}:{line[1]}"
    if site not in sites:
        sites.append(site)


def _line() -> tuple[str, int]:
    """The line of code that is running, outside of torch and of what records."""
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_back is not None and _is_inside(frame.f_code.co_filename):
        frame = frame.f_back
    assert frame is not None
    return frame.f_code.co_filename, frame.f_lineno


_INSIDE = (str(Path(torch.__file__).parent) + os.sep, str(Path(__file__).parent) + os.sep)


def _is_inside(file: str) -> bool:
    return file.startswith(_INSIDE) or not os.path.isabs(file)  # noqa: PTH117  # it is fast


@functools.cache
def _shown(file: str) -> str:
    """A path as one would type it, where it lies below the working directory."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file
