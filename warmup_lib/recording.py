"""Writing into a trace what one optimizer and its schedulers do."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any
from weakref import ref

from torch.optim import Optimizer

from warmup_lib.facts import Fact, FactKind
from warmup_lib.lr_trace import Event, Trace

# How far two LRs may be apart that one scheduler computed in two ways.
_SAME = 1e-9


class Recorder:
    """Writes a trace of one optimizer; :mod:`warmup_lib.hearing` tells it what happens.

    It changes nothing, and keeps neither the optimizer nor its schedulers alive.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.trace = Trace(type(optimizer).__name__)
        self.steps = 0
        self._optimizer = ref(optimizer)
        self._schedulers: list[ref[Any]] = []
        self._last = 0
        self._stepped: set[int] = set()
        self.stepping = False
        self._groups = 0
        self._heard = 0
        self.doubts: list[dict[str, float]] = []
        # The LRs of the first updates are looked at, and a step may be within another.
        self._careful = True
        self._may_nest = _may_nest(type(optimizer))
        self._at_zero = False
        self._older_steps = 0
        # Set by torch's schedulers: an optimizer that has stepped has no state of an older run.
        self._had_stepped = getattr(optimizer, "_opt_called", False)

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer, while there is one."""
        return self._optimizer()

    def before_step(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """An ``optimizer.step()`` begins: a pre-hook of it.

        Written out, since it runs in every update, and mostly ends here.
        """
        if self._careful or len(args) > 1 or kwargs:
            self._before_step(optimizer, args, kwargs)
            return
        groups = optimizer.param_groups
        for group in groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.steps += 1
                    if len(groups) == 1:
                        self.trace.add_update((float(group["lr"]),))
                    else:
                        self.trace.add_update(held_lrs(optimizer))
                    return
        self._step(optimizer)

    def after_step(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """An ``optimizer.step()`` has ended: a post-hook of it."""
        # Only its end tells whether a closure left gradients, and which LR it set.
        if len(args) == 1 and not kwargs:
            return
        if _has_closure(args, kwargs) and not (self._may_nest and _is_inner(optimizer)):
            self._step(optimizer)

    def _before_step(
        self, optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if self.steps == 0 and not self._had_stepped:
            self._older_steps = _steps(optimizer)
        if not _has_closure(args, kwargs) and not (self._may_nest and _is_inner(optimizer)):
            self._step(optimizer)

    def _step(self, optimizer: Optimizer) -> None:
        """Record what a step is, an update or nothing."""
        self.steps += 1
        if self._at_zero:
            self._see_state(optimizer)
        if not _has_gradient(optimizer):
            self.trace.add(Event.NO_GRADIENT)
        # A GradScaler that finds an overflow lets a fused optimizer skip the update itself.
        elif getattr(optimizer, "found_inf", False):
            self.trace.add(Event.SKIPPED)
        else:
            lrs = held_lrs(optimizer)
            if len(self.trace) == 0:
                self._see_resume(self._alive())
                self._at_zero = not any(lrs)
            self.trace.add_update(lrs)
            self._careful = self._at_zero or self._may_nest or _may_skip(optimizer)

    def begins(self, scheduler: Any, event: Event) -> bool:
        """A scheduler's ``step()`` begins; whether it is one of its own.

        The steps that a scheduler takes inside another's step belong to that one. When
        it ends, ``stepping`` is to be false again, and :meth:`settle` called where
        there are ``doubts``.
        """
        if self.stepping:
            return False
        if self._last != id(scheduler):
            self._turn_to(scheduler)
        optimizer = self._optimizer()
        if optimizer is not None:
            groups = optimizer.param_groups
            for group, lr in zip(groups, getattr(scheduler, "_last_lr", ())):  # noqa: B905
                if group["lr"] != lr:
                    self._doubt(scheduler, optimizer)
                    break
            if len(groups) != self._groups:
                self._count_groups(scheduler, optimizer)
        self.trace.add(event)
        self._heard += 1
        self.stepping = True
        return True

    def watch(self, scheduler: Any) -> None:
        """Look at a scheduler: which optimizer it drives, and those inside it."""
        if not self._knows(scheduler):
            self._schedulers.append(ref(scheduler))
        optimizer = self.optimizer
        for inner in _with_inner(scheduler):
            if innermost(getattr(inner, "optimizer", optimizer)) is not optimizer:
                self._see(FactKind.ANOTHER_OPTIMIZER, scheduler=_name(inner))
                break

    def end(self) -> None:
        """The last look, where recording ends."""
        optimizer = self.optimizer
        if optimizer is None:
            return
        if self._at_zero:
            self._see_state(optimizer)
        for scheduler in self._alive():
            self.watch(scheduler)

    def _turn_to(self, scheduler: Any) -> None:
        if id(scheduler) in self._stepped:
            # It is its turn again: not one that takes over for good, as SWALR does.
            several = self._alive()
            names = ", ".join(map(_name, several))
            self._see(FactKind.SEVERAL_SCHEDULERS, schedulers=names, number=len(several))
        if not self._stepped:
            self._see_resume([scheduler])
        self.watch(scheduler)
        self._stepped.add(id(scheduler))
        self._last = id(scheduler)

    def _alive(self) -> list[Any]:
        return [each for each in (held() for held in self._schedulers) if each is not None]

    def _knows(self, scheduler: Any) -> bool:
        return any(held() is scheduler for held in self._schedulers)

    def _count_groups(self, scheduler: Any, optimizer: Optimizer) -> None:
        self._groups = len(optimizer.param_groups)
        scheduled = len(getattr(scheduler, "base_lrs", optimizer.param_groups))
        if scheduled < self._groups:
            self._see(
                FactKind.GROUP_WITHOUT_SCHEDULE,
                scheduler=_name(scheduler),
                groups=self._groups,
                scheduled=scheduled,
            )

    def _doubt(self, scheduler: Any, optimizer: Optimizer) -> None:
        """The LR is not what the scheduler says; its step will tell which of them is wrong."""
        if len(self._stepped) == 1:
            known = {"heard": self._heard}
            self.doubts = [{**each, **known} for each in _apart(scheduler, optimizer)]

    def settle(self, scheduler: Any) -> None:
        """The LR was not what the scheduler said: see which of them is wrong, after its step."""
        after = list(_apart(scheduler, self.optimizer))
        kind = FactKind.LAST_LR_DIFFERS if after else FactKind.LR_EDITED
        for evidence in after or self.doubts:
            self._see(kind, scheduler=_name(scheduler), **evidence)
        self.doubts = []

    def _see_resume(self, schedulers: Iterable[Any]) -> None:
        for scheduler in schedulers:
            if self._older_steps and getattr(scheduler, "last_epoch", None) == 0:
                self._see(
                    FactKind.SCHEDULER_AT_ITS_START,
                    scheduler=_name(scheduler),
                    steps=self._older_steps,
                )

    def _see_state(self, optimizer: Optimizer) -> None:
        self._at_zero = False
        if _steps(optimizer):
            self._see(FactKind.STATE_ADVANCED_AT_ZERO, optimizer=self.trace.name)

    def _see(self, kind: FactKind, **evidence: float | str) -> None:
        """Note a fact, the first time that it is seen of this scheduler and group."""
        of = (evidence.get("scheduler"), evidence.get("group"))
        for fact in self.trace.facts:
            known = (fact.evidence.get("scheduler"), fact.evidence.get("group"))
            if fact.kind is kind and known == of:
                return
        self.trace.facts.append(Fact(kind, len(self.trace), evidence))


def innermost(optimizer: Any) -> Any:
    """The optimizer that does the work, inside those that wrap it.

    Wrappers of accelerate, Lightning and timm keep it as ``optimizer``, ``_optimizer``
    or ``base_optimizer``.
    """
    seen: set[int] = set()
    while id(optimizer) not in seen:
        seen.add(id(optimizer))
        for name in ("optimizer", "_optimizer", "base_optimizer"):
            inner = getattr(optimizer, name, None)
            if isinstance(inner, Optimizer):
                optimizer = inner
                break
    return optimizer


def _with_inner(scheduler: Any) -> Iterator[Any]:
    yield scheduler
    held = [getattr(scheduler, name, None) for name in ("after_scheduler", "scheduler")]
    for inner in [*held, *(getattr(scheduler, "_schedulers", None) or ())]:
        if hasattr(inner, "step"):
            yield from _with_inner(inner)


def held_lrs(optimizer: Optimizer) -> tuple[float, ...]:
    """The LR of each parameter group, at this moment."""
    return tuple([float(group["lr"]) for group in optimizer.param_groups])


def _apart(scheduler: Any, optimizer: Optimizer | None) -> Iterator[dict[str, float]]:
    """The groups whose LR is another than the scheduler says."""
    groups = optimizer.param_groups if optimizer else ()
    pairs = zip(groups, getattr(scheduler, "_last_lr", ()), strict=False)
    for place, (group, said) in enumerate(pairs):
        held = group["lr"]
        if abs(held - said) > _SAME * abs(said):
            steps = int(getattr(scheduler, "last_epoch", 0))
            yield {"steps": steps, "group": place, "said": float(said), "held": float(held)}


def _has_closure(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return any(map(callable, (*args[1:], *kwargs.values())))


def _is_inner(optimizer: Optimizer) -> bool:
    """Whether this is the step of a parent class, within a step that calls it.

    PyTorch wraps the ``step`` of each class that has one, so both call the hooks.
    """
    frame: FrameType | None = sys._getframe(2)
    steps = 0
    while frame is not None and steps < 2:
        if frame.f_code is _HOOKED and frame.f_locals.get("self") is optimizer:
            steps += 1
        frame = frame.f_back
    return steps == 2


def _may_skip(optimizer: Optimizer) -> bool:
    """Whether a GradScaler leaves it to the optimizer to skip an update, as to a fused one."""
    return bool(getattr(optimizer, "_step_supports_amp_scaling", False))


def _may_nest(kind: type[Any]) -> bool:
    """Whether the class and one that it derives from each define a ``step``."""
    steps = [each.__dict__["step"] for each in kind.__mro__[:-2] if "step" in each.__dict__]
    # PyTorch wraps an inherited one, too.
    return len({inspect.unwrap(step) for step in steps} - {Optimizer.step}) > 1


_HOOKED = Optimizer.profile_hook_step(lambda _: None).__code__
"""What PyTorch makes of each ``step``; all share this code."""


def _name(scheduler: Any) -> str:
    return type(scheduler).__name__


def _steps(optimizer: Optimizer) -> int:
    """How many steps the optimizer's state says it has made; 0 where it does not say."""
    states = (state for state in optimizer.state.values() if isinstance(state, dict))
    return max((int(state.get("step", 0)) for state in states), default=0)


def _has_gradient(optimizer: Optimizer) -> bool:
    return any(
        parameter.grad is not None
        for group in optimizer.param_groups
        for parameter in group["params"]
    )
