"""PyTorch learning-rate schedulers over :mod:`warmup_lib.schedules`.

:class:`ScheduleLR` puts any schedule on an optimizer.
:class:`GradualWarmupScheduler` warms up, then hands over to another scheduler.
"""

from __future__ import annotations

import warnings
from typing import Any, SupportsFloat, TypeAlias

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau, SequentialLR

from warmup_lib._arguments import finite_factor, whole_number
from warmup_lib.schedules import Schedule, hold, linear_warmup_from

LR: TypeAlias = float | Tensor


class ScheduleLR(LRScheduler):
    r"""Sets every group's learning rate to its base LR times a schedule's factor.

    .. math:: \mathrm{LR}_t = \mathrm{LR}_\text{base} \cdot f(t)

    ``t`` is ``last_epoch``: 0 once the scheduler is built, one more with each
    ``step()``. Stepped after each ``optimizer.step()``, update t uses f(t).
    The schedule is code, so a checkpoint does not hold it: build the scheduler
    with the same one, then load.

    Args:
        optimizer: its ``param_groups`` give the base LRs, one a group.
        schedule: update index → factor, as in :mod:`warmup_lib.schedules`.
        last_epoch: as in every ``LRScheduler``; −1 starts afresh.

    >>> import torch
    >>> from warmup_lib.schedules import linear_warmup
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    >>> scheduler = ScheduleLR(optimizer, linear_warmup(5))
    >>> scheduler.get_last_lr()
    [0.02...]
    """

    def __init__(self, optimizer: Optimizer, schedule: Schedule, last_epoch: int = -1) -> None:
        if not callable(schedule):
            raise ValueError(
                f"schedule must be a function of the update, got {schedule!r}; "
                "for one factor throughout use schedules.hold(factor)"
            )
        self.schedule = schedule
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[LR]:
        factor = self.schedule(self.last_epoch)
        return [base_lr * factor for base_lr in self.base_lrs]

    def state_dict(self) -> dict[str, Any]:
        return _without(self.__dict__, "optimizer", "schedule")


class GradualWarmupScheduler(LRScheduler):
    r"""Warms up over ``total_epoch`` epochs, then follows another scheduler.

    Before epoch W = ``total_epoch`` the ramp; from epoch W on,
    ``after_scheduler``'s own value at epoch − W, times ``multiplier``:

    .. math::
        \mathrm{LR}(e) = \begin{cases}
        \mathrm{LR}_\text{base} \left(s + (m - s) \frac{e}{W}\right) & e < W \\
        m \cdot \mathrm{LR}_\text{after}(e - W) & e \ge W
        \end{cases}

    whichever way it is stepped: ``step()`` goes to the next epoch,
    ``step(epoch)`` to that one, forward or back, and ``step(metrics=value)``
    feeds a ``ReduceLROnPlateau``. An *epoch* here is whatever one step stands
    for; to warm up per update, step it per update and count W in updates.

    With multiplier 1 the ramp starts at s = 0, as users of this class expect.
    That costs whatever is trained at epoch 0: nothing moves. Call ``step(1)``
    before training, or give ``start``.

    It sets learning rates and does not chain: beside another scheduler on the same
    optimizer, or behind ``OneCycleLR`` and ``CyclicLR``, which write base LRs of
    their own, it takes what it finds for the base LR.

    Unlike PyTorch's own schedulers this one does not mind being stepped before
    ``optimizer.step()``, and never warns about it.

    Args:
        optimizer: its ``param_groups`` give the base LRs, one a group; a
            learning rate may be a tensor.
        multiplier: m, the peak over the base LR, at least 1.
        total_epoch: W, the first epoch at the peak, a whole number of at least 1.
        after_scheduler: built on the same optimizer; ``None`` holds the peak.
            Step this class alone, never ``after_scheduler``.
        start: s, the first LR over the base LR; 0 with multiplier 1, else 1.

    Raises:
        ValueError: an argument out of range, or an ``after_scheduler`` that
            drives another optimizer.

    Source: Goyal et al. 2017, https://arxiv.org/abs/1706.02677, section 2.2; the
    calling convention is that of the ``warmup-scheduler`` package.

    >>> import torch
    >>> from torch.optim.lr_scheduler import StepLR
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    >>> after = StepLR(optimizer, step_size=2, gamma=0.1)
    >>> scheduler = GradualWarmupScheduler(optimizer, 1, 4, after)
    >>> lrs = []
    >>> for _ in range(8):
    ...     lrs += [round(lr, 4) for lr in scheduler.get_last_lr()]
    ...     scheduler.step()
    >>> lrs
    [0.0, 0.025, 0.05, 0.075, 0.1, 0.1, 0.01, 0.01]
    """

    _after_leads = False

    def __init__(
        self,
        optimizer: Optimizer,
        multiplier: float,
        total_epoch: int,
        after_scheduler: LRScheduler | None = None,
        *,
        start: float | None = None,
    ) -> None:
        if finite_factor("multiplier", multiplier) < 1:
            raise ValueError(
                f"multiplier must be at least 1, got {multiplier!r}; it is the peak over the "
                "base LR, so lower the optimizer's lr instead"
            )
        if start is None:
            start = 0.0 if multiplier == 1 else 1.0
        if after_scheduler is None:
            after_scheduler = ScheduleLR(optimizer, hold())
        if not hasattr(after_scheduler, "optimizer"):
            raise ValueError(
                f"after_scheduler must be a PyTorch scheduler, got {after_scheduler!r}; "
                "put a schedule on the optimizer first, as ScheduleLR(optimizer, schedule)"
            )
        if after_scheduler.optimizer is not optimizer:
            raise ValueError(
                "after_scheduler must drive the same optimizer, got one that drives another "
                f"{type(after_scheduler.optimizer).__name__}; build both on one optimizer"
            )
        self.multiplier = float(multiplier)
        self.total_epoch = whole_number(
            "total_epoch", total_epoch, remedy="leave the warmup out instead"
        )
        self.start = finite_factor("start", start)
        self.after_scheduler = after_scheduler
        self._build_ramp()
        super().__init__(optimizer)

    def step(self, epoch: int | None = None, metrics: SupportsFloat | None = None) -> None:
        """Go to the next epoch, or to ``epoch``, and set the optimizer's LRs.

        Args:
            epoch: the epoch to go to, a whole number of at least 0.
            metrics: what a ``ReduceLROnPlateau`` watches, needed after epoch W;
                the warmup and every other after-scheduler ignore it.

        Raises:
            ValueError: ``epoch`` is no whole number of at least 0; ``metrics`` is
                missing where a plateau scheduler needs it; the optimizer has gained
                a parameter group; an after-scheduler that cannot be restarted, such
                as a plateau one, is asked to go back.
        """
        self._step_count += 1
        if (
            self._after_leads
            and epoch is None
            and len(self.optimizer.param_groups) == len(self.base_lrs)
        ):
            self.last_epoch += 1
            self.after_scheduler.step()
        else:
            self._update_lr(epoch, metrics)

    def _update_lr(self, epoch: int | None = None, metrics: SupportsFloat | None = None) -> None:
        target = self.last_epoch + 1 if epoch is None else self._checked(epoch)
        if target <= self.total_epoch:
            if self.last_epoch > self.total_epoch:
                self._restart_after(target)
        elif target == self.last_epoch + 1:
            self._step_after(metrics)
        else:
            self._move_after(target, metrics)
        self.last_epoch = target
        _write_lrs(self.optimizer, self.get_lr())
        # Then its LR is the LR, and stepping it is all there is to do: half the time of a step.
        self._after_leads = (
            target > self.total_epoch and self.multiplier == 1 and _is_plain(self.after_scheduler)
        )

    def _checked(self, epoch: int) -> int:
        if self._is_plateau and isinstance(epoch, (float, Tensor)):
            raise ValueError(
                f"epoch must be a whole number, got {epoch!r}; if it is the metric that "
                f"ReduceLROnPlateau watches, call step(metrics={epoch!r})"
            )
        return whole_number("epoch", epoch, at_least=0, remedy="epochs count from 0")

    @property
    def _is_plateau(self) -> bool:
        return isinstance(self.after_scheduler, ReduceLROnPlateau)

    def get_lr(self) -> list[LR]:
        """The learning rates of ``last_epoch``, one a group."""
        if self.last_epoch < self.total_epoch:
            factor = self.multiplier * self._ramp(self.last_epoch)
            return [base_lr * factor for base_lr in self.base_lrs]
        return [own_lr * self.multiplier for own_lr in _own_lrs(self.after_scheduler)]

    def get_last_lr(self) -> list[LR]:
        """The learning rates that the optimizer holds, one a group."""
        lrs = [group["lr"] for group in self.optimizer.param_groups]
        return [lr.clone() if isinstance(lr, Tensor) else lr for lr in lrs]

    def state_dict(self) -> dict[str, Any]:
        """Plain values only: ``torch.load(weights_only=True)`` reads them back."""
        state = _without(self.__dict__, "optimizer", "_ramp", "_after_leads")
        state["after_scheduler"] = self.after_scheduler.state_dict()
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where ``state_dict`` was taken; sets the optimizer's LRs as well.

        Build optimizer, after-scheduler and this scheduler as they were first
        built, then load; before or after the optimizer's own state is the same
        (before it, where this scheduler is one of several in a ``SequentialLR``).
        """
        if not {"multiplier", "total_epoch", "after_scheduler"} <= state_dict.keys():
            raise ValueError(
                "state_dict must come from this GradualWarmupScheduler's state_dict(), got one "
                f"with {sorted(state_dict)}; another class's checkpoint cannot be read"
            )
        self.__dict__.update(_without(state_dict, "after_scheduler"))
        self.after_scheduler.load_state_dict(state_dict["after_scheduler"])
        self._build_ramp()
        self._after_leads = False
        _write_lrs(self.optimizer, self.get_lr())

    def __getstate__(self) -> dict[str, Any]:
        return _without(self.__dict__, "_ramp")

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._build_ramp()

    def _build_ramp(self) -> None:
        self._ramp = linear_warmup_from(self.start / self.multiplier, self.total_epoch)

    def _step_after(self, metrics: SupportsFloat | None) -> None:
        """Step the after-scheduler once, showing it its own LRs.

        Chainable schedulers compute the next LR from the one in the optimizer,
        which with a multiplier is not theirs.
        """
        after = self.after_scheduler
        if isinstance(after, ReduceLROnPlateau):
            if metrics is None:
                raise ValueError(
                    "metrics must be given once ReduceLROnPlateau has taken over; "
                    "call step(metrics=validation_loss)"
                )
            _write_lrs(self.optimizer, after.get_last_lr())
            after.step(metrics)
            return
        _write_lrs(self.optimizer, _own_lrs(after))
        optimizer_has_stepped = getattr(self.optimizer, "_opt_called", False)
        if optimizer_has_stepped and self.last_epoch > self.total_epoch:
            after.step()
            return
        with warnings.catch_warnings():
            # A first step may come before the optimizer's here, which is no mistake.
            warnings.filterwarnings("ignore", message=".*optimizer.step", category=UserWarning)
            after.step()

    def _move_after(self, epoch: int, metrics: SupportsFloat | None) -> None:
        """Bring the after-scheduler to where it must be at ``epoch``, behind the ramp."""
        here = max(self.last_epoch, self.total_epoch)
        if epoch < here:
            self._restart_after(epoch)
            here = self.total_epoch
        missing = epoch - here
        for _ in range(min(missing, 1) if self._is_plateau else missing):
            self._step_after(metrics)

    def _restart_after(self, epoch: int) -> None:
        after = self.after_scheduler
        if not _is_restartable(after):
            raise ValueError(
                f"epoch must not go back from {self.last_epoch} to {epoch} once "
                f"{type(after).__name__} has taken over, for it cannot be restarted; "
                "load a checkpoint, or build the schedulers anew"
            )
        _write_lrs(self.optimizer, self.base_lrs)
        _restart(after)


def _own_lrs(scheduler: LRScheduler) -> list[LR]:
    """What it computed last, whatever the optimizer holds by now."""
    if isinstance(scheduler, GradualWarmupScheduler):
        return scheduler.get_lr()
    return scheduler.get_last_lr()


def _is_plain(scheduler: LRScheduler) -> bool:
    """Whether a step of it is PyTorch's own, which can warn only when it is the first."""
    return type(scheduler).step is LRScheduler.step


def _is_restartable(scheduler: LRScheduler) -> bool:
    if type(scheduler) is SequentialLR:
        return all(map(_is_restartable, scheduler._schedulers))
    return _is_plain(scheduler)


def _restart(scheduler: LRScheduler) -> None:
    """Do again what the constructor did, on an optimizer that holds its base LRs again."""
    if isinstance(scheduler, SequentialLR):
        for piece in scheduler._schedulers:
            _restart(piece)
        SequentialLR.__init__(
            scheduler, scheduler.optimizer, scheduler._schedulers, scheduler._milestones
        )
    else:
        scheduler.last_epoch = -1
        scheduler._initial_step()


def _write_lrs(optimizer: Optimizer, lrs: list[LR]) -> None:
    if len(lrs) != len(optimizer.param_groups):
        raise ValueError(
            f"the optimizer has {len(optimizer.param_groups)} parameter groups, but had "
            f"{len(lrs)} when its scheduler was built; add groups before you build it"
        )
    for group, lr in zip(optimizer.param_groups, lrs, strict=True):
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr


def _without(state: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key not in names}
