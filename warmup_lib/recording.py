"""Writing into a trace what one optimizer and its schedulers do."""

from __future__ import annotations

from collections.abc import Iterator
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
        self._last: ref[Any] | None = None
        self._stepping = False
        self._at_zero = False
        # Set by torch's schedulers: an optimizer that has stepped has no state of an older run.
        self._had_stepped = getattr(optimizer, "_opt_called", False)

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer, while there is one."""
        return self._optimizer()

    def step(self, optimizer: Optimizer, lrs: tuple[float, ...]) -> None:
        """Record what an ``optimizer.step()`` with these LRs was, an update or nothing."""
        self.steps += 1
        if self._at_zero:
            self._see_state(optimizer)
        if not _has_gradient(optimizer):
            self.trace.add(Event.NO_GRADIENT)
        # A GradScaler that finds an overflow lets a fused optimizer skip the update itself.
        elif getattr(optimizer, "found_inf", False):
            self.trace.add(Event.SKIPPED)
        else:
            if len(self.trace) == 0:
                self._see_resume(optimizer)
                self._at_zero = not any(lrs)
            self.trace.add_update(lrs)

    def scheduler_begins(self, scheduler: Any, event: Event) -> bool:
        """A scheduler's ``step()`` begins; whether it is one of its own.

        The steps that a scheduler takes inside another's step belong to that one.
        """
        if self._stepping:
            return False
        if self._last is None or self._last() is not scheduler:
            self._turn_to(scheduler)
        if len(self._schedulers) == 1:
            self._compare(scheduler, FactKind.LR_EDITED)
        self.trace.add(event)
        self._stepping = True
        return True

    def scheduler_ends(self, scheduler: Any, *, failed: bool) -> None:
        """The ``step()`` that began has ended."""
        self._stepping = False
        optimizer = self.optimizer
        if failed or optimizer is None:
            return
        self._compare(scheduler, FactKind.LAST_LR_DIFFERS)
        groups = len(optimizer.param_groups)
        scheduled = len(getattr(scheduler, "base_lrs", optimizer.param_groups))
        if scheduled < groups:
            self._see(
                FactKind.GROUP_WITHOUT_SCHEDULE,
                scheduler=_name(scheduler),
                groups=groups,
                scheduled=scheduled,
            )

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
        if self._last is not None and self._knows(scheduler):
            # It is its turn again: not one that takes over for good, as SWALR does.
            names = ", ".join(dict.fromkeys(map(_name, self._alive())))
            self._see(FactKind.SEVERAL_SCHEDULERS, schedulers=names)
        self.watch(scheduler)
        self._last = ref(scheduler)

    def _alive(self) -> list[Any]:
        return [each for each in (held() for held in self._schedulers) if each is not None]

    def _knows(self, scheduler: Any) -> bool:
        return any(held() is scheduler for held in self._schedulers)

    def _compare(self, scheduler: Any, kind: FactKind) -> None:
        said, optimizer = getattr(scheduler, "_last_lr", None), self.optimizer
        if said is None or optimizer is None:
            return
        for place, (group, lr) in enumerate(zip(optimizer.param_groups, said, strict=False)):
            held = group["lr"]
            if held != lr and abs(held - lr) > _SAME * abs(lr):
                self._see(
                    kind,
                    scheduler=_name(scheduler),
                    steps=int(getattr(scheduler, "last_epoch", 0)),
                    group=place,
                    said=float(lr),
                    held=float(held),
                )

    def _see_resume(self, optimizer: Optimizer) -> None:
        steps = 0 if self._had_stepped else _steps(optimizer)
        for scheduler in self._alive():
            if steps and getattr(scheduler, "last_epoch", None) == 0:
                self._see(FactKind.SCHEDULER_AT_ITS_START, scheduler=_name(scheduler), steps=steps)

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


def _name(scheduler: Any) -> str:
    return type(scheduler).__name__


def _steps(optimizer: Optimizer) -> int:
    """How many steps the optimizer's state says it has made; 0 where it does not say."""
    states = (state for state in optimizer.state.values() if isinstance(state, dict))
    return max((int(state.get("step", 0)) for state in states), default=0)


def _has_gradient(optimizer: Optimizer) -> bool:
    # Written out, since it runs in every update, and mostly ends at the first parameter.
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            if parameter.grad is not None:
                return True
    return False
