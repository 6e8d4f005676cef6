"""Schedulers against PyTorch's own, through the optimizer's LRs.

The oracle of ``GradualWarmupScheduler`` is one sentence: before epoch W the ramp; from epoch W on,
what ``after_scheduler`` alone gives a fresh optimizer at epoch − W, times the multiplier.
"""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from warmup_lib.schedulers import GradualWarmupScheduler, ScheduleLR
from warmup_lib.schedules import (
    constant_warmup,
    cosine_decay,
    join,
    linear_warmup,
    noam,
    step_decay,
)

W = 4
EPOCHS = W + 14
Make = Callable[[torch.optim.Optimizer], Any]


def parameter() -> torch.Tensor:
    return torch.ones(2, 2, requires_grad=True)


def build_optimizer(lrs: str = "one") -> torch.optim.Optimizer:
    """SGD with one group for each LR; new tensors each time, for schedulers write into them."""
    values: dict[str, list[Any]] = {
        "one": [0.1],
        "several": [0.1, 0.03, 2.0],
        "tensor": [torch.tensor(0.1)],
        "several tensors": [torch.tensor(0.1), torch.tensor(0.03)],
    }
    return torch.optim.SGD(
        [{"params": [parameter()], "lr": lr} for lr in values[lrs]], momentum=0.9
    )


def held(optimizer: torch.optim.Optimizer) -> list[float]:
    return [float(group["lr"]) for group in optimizer.param_groups]


def approx(lrs: Any) -> Any:
    return pytest.approx(lrs, rel=1e-6, abs=1e-12)  # LRs may be float32 tensors


def metrics(epoch: int) -> float:
    """A validation loss that improves now and then, so that a plateau scheduler has work to do."""
    return 5.0 - epoch + (epoch % 3) * 2.0 if epoch < W + 6 else 1.0


def advance(scheduler: Any, epoch: int) -> None:
    """``step()``, with metrics where a plateau scheduler needs them."""
    if isinstance(scheduler, ReduceLROnPlateau):
        scheduler.step(metrics(epoch))
    elif isinstance(getattr(scheduler, "after_scheduler", None), ReduceLROnPlateau):
        scheduler.step(metrics=metrics(epoch))
    else:
        scheduler.step()


def run(
    optimizer: torch.optim.Optimizer, scheduler: Any, epochs: int = EPOCHS, at: int = 0
) -> list[list[float]]:
    """LRs by epoch, in the loop that PyTorch documents; no gradients, so nothing is trained."""
    lrs = []
    for epoch in range(at, at + epochs):
        lrs.append(held(optimizer))
        optimizer.step()
        if scheduler is not None:
            advance(scheduler, epoch + 1)
    return lrs


def alone(make: Make, lrs: str, *, first_epoch: int = 0) -> list[list[float]]:
    """PyTorch's own run: this scheduler and nothing else on a fresh optimizer."""
    optimizer = build_optimizer(lrs)
    return run(optimizer, make(optimizer), EPOCHS, first_epoch)


def by_the_rule(
    make: Make, lrs: str, multiplier: float, start: float | None = None
) -> list[list[float]]:
    """The LRs of each epoch that the class promises."""
    if start is None:
        start = 0.0 if multiplier == 1 else 1.0
    base_lrs = held(build_optimizer(lrs))
    ramp = torch.linspace(start, multiplier, W + 1, dtype=torch.float64).tolist()[:W]
    warmup = [[base_lr * factor for base_lr in base_lrs] for factor in ramp]
    after = alone(make, lrs, first_epoch=W)
    return warmup + [[multiplier * lr for lr in own] for own in after]


def warmed_up(
    make: Make, lrs: str = "one", multiplier: float = 1, **options: Any
) -> tuple[torch.optim.Optimizer, GradualWarmupScheduler]:
    """An optimizer, and our scheduler over the after-scheduler that ``make`` builds."""
    optimizer = build_optimizer(lrs)
    return optimizer, GradualWarmupScheduler(optimizer, multiplier, W, make(optimizer), **options)


class Halving:
    """A schedule as an object with state, which LambdaLR saves."""

    def __init__(self) -> None:
        self.factor = 1.0

    def __call__(self, epoch: int) -> float:
        if epoch == 0:
            self.factor = 1.0
        self.factor *= 0.5 if epoch % 3 == 0 and epoch else 1.0
        return self.factor


REWINDABLE: dict[str, Make] = {
    "StepLR": lambda o: StepLR(o, 3, 0.1),
    "ExponentialLR": lambda o: ExponentialLR(o, 0.9),
    "CosineAnnealingLR": lambda o: CosineAnnealingLR(o, 5, eta_min=0.001),
    "LambdaLR": lambda o: LambdaLR(o, lambda t: 0.9**t),
    "LambdaLR of an object": lambda o: LambdaLR(o, Halving()),
    "MultiplicativeLR": lambda o: MultiplicativeLR(o, lambda t: 0.9 - 0.01 * t),
    "MultiStepLR": lambda o: MultiStepLR(o, [2, 7], 0.3),
    "ConstantLR": lambda o: ConstantLR(o, 0.5, 3),
    "SequentialLR": lambda o: SequentialLR(
        o, [ConstantLR(o, 0.5, 2), CosineAnnealingLR(o, 4), ExponentialLR(o, 0.9)], [3, 8]
    ),
    "ScheduleLR": lambda o: ScheduleLR(o, cosine_decay(8, end=0.1)),
    "None": lambda _: None,
}
FORWARD_ONLY: dict[str, Make] = {
    "CosineAnnealingWarmRestarts": lambda o: CosineAnnealingWarmRestarts(o, 3),
    "ChainedScheduler": lambda o: ChainedScheduler([ConstantLR(o, 0.5, 2), ExponentialLR(o, 0.9)]),
    "GradualWarmupScheduler": lambda o: GradualWarmupScheduler(o, 3, 2, ExponentialLR(o, 0.9)),
}
PLATEAU: dict[str, Make] = {
    "ReduceLROnPlateau": lambda o: ReduceLROnPlateau(o, factor=0.5, patience=1),
}
AFTER = REWINDABLE | FORWARD_ONLY | PLATEAU

after_schedulers = pytest.mark.parametrize("make", AFTER.values(), ids=AFTER)
rewindable = pytest.mark.parametrize("make", REWINDABLE.values(), ids=REWINDABLE)
multipliers = pytest.mark.parametrize("multiplier", [1, 2, 3.7])
all_lrs = pytest.mark.parametrize("lrs", ["one", "several", "tensor", "several tensors"])

# --- GradualWarmupScheduler: the rule ---------------------------------------------------------


@all_lrs
@multipliers
@after_schedulers
def test_ramp_then_the_after_scheduler_from_its_own_start(
    make: Make, multiplier: float, lrs: str
) -> None:
    expected = by_the_rule(make, lrs, multiplier)
    assert run(*warmed_up(make, lrs, multiplier)) == [approx(e) for e in expected[:EPOCHS]]


@multipliers
@after_schedulers
def test_step_of_each_epoch_in_turn_is_step(make: Make, multiplier: float) -> None:
    optimizer, scheduler = warmed_up(make, "several", multiplier)
    by_epoch = [held(optimizer)]
    for epoch in range(1, EPOCHS):
        optimizer.step()
        scheduler.step(epoch, metrics(epoch))
        by_epoch.append(held(optimizer))
    assert by_epoch == run(*warmed_up(make, "several", multiplier))


few = settings(max_examples=25, deadline=None)  # of each of many after-schedulers
moves = st.lists(st.one_of(st.none(), st.integers(0, W + 6)), min_size=1, max_size=12)


@pytest.mark.parametrize(("multiplier", "lrs"), [(1, "several"), (2, "one"), (3.7, "tensor")])
@rewindable
def test_lr_depends_on_the_epoch_alone_however_it_was_reached(
    make: Make, multiplier: float, lrs: str
) -> None:
    expected = by_the_rule(make, lrs, multiplier)

    @few
    @given(moves, st.booleans())
    def walk(moves: list[int | None], optimizer_steps: bool) -> None:
        optimizer, scheduler = warmed_up(make, lrs, multiplier)
        epoch = 0
        for move in moves:
            if optimizer_steps:
                optimizer.step()
            scheduler.step(move)
            epoch = epoch + 1 if move is None else move
            assert scheduler.last_epoch == epoch
            assert held(optimizer) == approx(expected[epoch])
            assert scheduler.get_last_lr() == approx(expected[epoch])

    walk()


@multipliers
@pytest.mark.parametrize("make", FORWARD_ONLY.values(), ids=FORWARD_ONLY)
def test_any_way_forward_leads_to_the_same_lr(make: Make, multiplier: float) -> None:
    expected = by_the_rule(make, "one", multiplier)

    @few
    @given(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=1, max_size=12))
    def walk(moves: list[int | None]) -> None:
        optimizer, scheduler = warmed_up(make, "one", multiplier)
        epoch = 0
        for move in moves:
            epoch += 1 if move is None else move
            if epoch >= EPOCHS:
                break
            scheduler.step(None if move is None else epoch)
            assert held(optimizer) == approx(expected[epoch])

    walk()


@multipliers
@few
@given(repeats=st.lists(st.integers(0, 2), min_size=EPOCHS, max_size=EPOCHS), mix=st.booleans())
def test_plateau_counts_each_epoch_once(multiplier: float, repeats: list[int], mix: bool) -> None:
    make = PLATEAU["ReduceLROnPlateau"]
    expected = by_the_rule(make, "several", multiplier)
    optimizer, scheduler = warmed_up(make, "several", multiplier)
    for epoch in range(1, EPOCHS):
        scheduler.step(epoch if mix and epoch % 2 else None, metrics=metrics(epoch))
        for _ in range(repeats[epoch]):
            scheduler.step(epoch, metrics=100.0)
        assert held(optimizer) == approx(expected[epoch])


def test_plateau_takes_a_jump_forward_for_one_validation() -> None:
    optimizer, scheduler = warmed_up(lambda o: ReduceLROnPlateau(o, factor=0.5, patience=1))
    used = []
    for epoch in (W + 3, W + 10, W + 11, W + 12):  # the first sets the best, the third cuts
        scheduler.step(epoch, metrics=1.0)
        used += held(optimizer)
    assert used == [0.1, 0.1, 0.05, 0.05]


def test_plateau_needs_no_metrics_during_warmup() -> None:
    optimizer, scheduler = warmed_up(PLATEAU["ReduceLROnPlateau"])
    for _ in range(W):
        scheduler.step()
    assert held(optimizer) == [0.1]


@pytest.mark.parametrize("multiplier", [1, 2])
def test_plateau_without_metrics_is_told_and_can_go_on(multiplier: float) -> None:
    optimizer, scheduler = warmed_up(PLATEAU["ReduceLROnPlateau"], "one", multiplier)
    scheduler.step(W)
    with pytest.raises(ValueError, match=r"^metrics must be given .*; call step\(metrics="):
        scheduler.step()
    expected = by_the_rule(PLATEAU["ReduceLROnPlateau"], "one", multiplier)
    went_on = run(optimizer, scheduler, EPOCHS - W, at=W)
    assert went_on == [approx(e) for e in expected[W:EPOCHS]]


@pytest.mark.parametrize("name", ["ReduceLROnPlateau", *FORWARD_ONLY])
def test_going_back_is_refused_where_nothing_can_restart(name: str) -> None:
    _, scheduler = warmed_up(AFTER[name])
    scheduler.step(W + 3, metrics=1.0)
    for epoch in (W + 2, W, 0):
        with pytest.raises(ValueError, match=f"from {W + 3} to {epoch} once {name} .*; load a"):
            scheduler.step(epoch, metrics=1.0)


@pytest.mark.parametrize("name", ["ReduceLROnPlateau", *FORWARD_ONLY])
def test_going_back_within_the_warmup_is_always_possible(name: str) -> None:
    optimizer, scheduler = warmed_up(AFTER[name], multiplier=2)
    scheduler.step(W)
    scheduler.step(1)
    assert held(optimizer) == approx(by_the_rule(AFTER[name], "one", 2)[1])
    scheduler.step(W)
    assert held(optimizer) == approx(by_the_rule(AFTER[name], "one", 2)[W])


@pytest.mark.parametrize("multiplier", [1, 2])
def test_one_cycle_keeps_its_lr_and_its_momentum(multiplier: float) -> None:
    def make(optimizer: torch.optim.Optimizer) -> OneCycleLR:
        return OneCycleLR(optimizer, max_lr=0.5, total_steps=30)

    def momenta(skip: int, optimizer: torch.optim.Optimizer, scheduler: LRScheduler) -> Any:
        for _ in range(skip):
            scheduler.step()
        seen = []
        for _ in range(10):
            seen.append((held(optimizer)[0], optimizer.param_groups[0]["momentum"]))
            optimizer.step()
            scheduler.step()
        return seen

    optimizer = build_optimizer()
    expected = momenta(0, optimizer, make(optimizer))
    got = momenta(W, *warmed_up(make, multiplier=multiplier))
    assert got == [approx((lr * multiplier, momentum)) for lr, momentum in expected]


# --- What must not happen: the bugs of the implementations in the wild ---------------------------


@pytest.fixture
def of_peer() -> Callable[..., Any]:
    """What an observation gives of PyPI's ``warmup-scheduler``: shows that the test can fail."""
    peer = pytest.importorskip("warmup_scheduler").GradualWarmupScheduler

    def quietly(observe: Callable[..., Any], *arguments: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return observe(peer, *arguments)

    return quietly


def by_step(
    scheduler_class: Any, make: Make, multiplier: float = 1, epochs: int = 9
) -> list[float]:
    optimizer = build_optimizer()
    scheduler = scheduler_class(optimizer, multiplier, 5, make(optimizer))
    return [lr for (lr,) in run(optimizer, scheduler, epochs)]


def by_epoch(scheduler_class: Any, make: Make, multiplier: float = 1) -> list[float]:
    optimizer = build_optimizer()
    scheduler = scheduler_class(optimizer, multiplier, 5, make(optimizer))
    lrs = []
    for epoch in range(1, 9):
        optimizer.step()
        scheduler.step(epoch)
        lrs += held(optimizer)
    return lrs


def cosine(optimizer: torch.optim.Optimizer) -> LRScheduler:
    return CosineAnnealingLR(optimizer, 5)


def decay(optimizer: torch.optim.Optimizer) -> LRScheduler:
    return LambdaLR(optimizer, lambda t: 0.9**t)


def staircase(optimizer: torch.optim.Optimizer) -> LRScheduler:
    return StepLR(optimizer, 2, 0.1)


def plateau(optimizer: torch.optim.Optimizer) -> ReduceLROnPlateau:
    return ReduceLROnPlateau(optimizer)


def test_cosine_does_not_overshoot_at_the_handover(of_peer: Any) -> None:
    used = by_step(GradualWarmupScheduler, cosine)
    assert used[4:8] == pytest.approx([0.08, 0.1, 0.090451, 0.065451], abs=1e-6)
    assert max(of_peer(by_step, cosine)) == pytest.approx(0.110557, abs=1e-6)


def test_after_scheduler_clock_is_not_one_late(of_peer: Any) -> None:
    used = by_step(GradualWarmupScheduler, staircase)
    assert used[5:] == approx([0.1, 0.1, 0.01, 0.01])
    assert of_peer(by_step, staircase)[5:] == approx([0.1, 0.1, 0.1, 0.01])


def test_lambda_does_not_skip_its_second_value(of_peer: Any) -> None:
    assert by_epoch(GradualWarmupScheduler, decay)[4:] == approx([0.1, 0.09, 0.081, 0.0729])
    assert of_peer(by_epoch, decay)[4:7] == approx([0.1, 0.1, 0.081])


def test_lr_does_not_dip_back_to_base_after_the_warmup() -> None:
    # The later git master does, which is on no index: .18 .2 .1 .2 by epoch, .18 .2 .1 .1 by step.
    def hold(optimizer: torch.optim.Optimizer) -> LRScheduler:
        return StepLR(optimizer, 30)

    assert by_epoch(GradualWarmupScheduler, hold, 2)[3:] == approx([0.18, 0.2, 0.2, 0.2, 0.2])
    assert by_step(GradualWarmupScheduler, hold, 2)[4:] == approx([0.18, 0.2, 0.2, 0.2, 0.2])


def test_warmup_is_not_lost_under_plateau_with_multiplier_1(of_peer: Any) -> None:
    used = by_step(GradualWarmupScheduler, plateau)
    assert used == approx([0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1, 0.1])
    assert of_peer(by_step, plateau)[1:] == approx([0.1] * 8)


def test_get_last_lr_does_not_freeze_after_the_handover(of_peer: Any) -> None:
    def last_and_held(scheduler_class: Any) -> tuple[float, float]:
        optimizer = build_optimizer()
        scheduler = scheduler_class(optimizer, 1, 5, ExponentialLR(optimizer, 0.9))
        run(optimizer, scheduler, 8)
        return scheduler.get_last_lr()[0], held(optimizer)[0]

    last, real = last_and_held(GradualWarmupScheduler)
    assert last == real == approx(0.0729)
    assert of_peer(last_and_held) == approx((0.09, 0.0729))


def after_a_checkpoint(scheduler_class: Any) -> list[float]:
    """Eight epochs of warmup and ExponentialLR, a checkpoint, and three more from fresh objects."""

    def build() -> tuple[torch.optim.Optimizer, Any]:
        optimizer = build_optimizer()
        return optimizer, scheduler_class(optimizer, 1, 5, ExponentialLR(optimizer, 0.9))

    optimizer, scheduler = build()
    run(optimizer, scheduler, 8)
    saved = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
    optimizer, scheduler = build()
    optimizer.load_state_dict(saved[0])
    scheduler.load_state_dict(saved[1])
    return [lr for (lr,) in run(optimizer, scheduler, 3)]


def test_a_checkpoint_does_not_drive_a_ghost_optimizer(of_peer: Any) -> None:
    assert after_a_checkpoint(GradualWarmupScheduler) == approx([0.0729, 0.06561, 0.059049])
    assert of_peer(after_a_checkpoint) == approx([0.0729, 0.0729, 0.0729])


def saved_and_loaded(state: Any) -> Any:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)  # the default since torch 2.6


def test_torch_load_does_not_refuse_the_checkpoint(of_peer: Any) -> None:
    def reloaded(scheduler_class: Any) -> Any:
        optimizer = build_optimizer()
        return saved_and_loaded(scheduler_class(optimizer, 1, 5, cosine(optimizer)).state_dict())

    assert reloaded(GradualWarmupScheduler)["total_epoch"] == 5
    with pytest.raises(pickle.UnpicklingError):
        of_peer(reloaded)


# --- Checkpoints ------------------------------------------------------------------------------

Objects = tuple[torch.optim.Optimizer, Any]


def optimizer_first(build: Callable[[], Objects], saved: tuple[Any, Any]) -> Objects:
    optimizer, scheduler = build()
    optimizer.load_state_dict(saved[0])
    scheduler.load_state_dict(saved[1])
    return optimizer, scheduler


def scheduler_first(build: Callable[[], Objects], saved: tuple[Any, Any]) -> Objects:
    optimizer, scheduler = build()
    scheduler.load_state_dict(saved[1])
    optimizer.load_state_dict(saved[0])
    return optimizer, scheduler


load_orders = pytest.mark.parametrize("load", [optimizer_first, scheduler_first])


def train(optimizer: torch.optim.Optimizer, scheduler: Any, epoch: int) -> list[Any]:
    """One real update and a scheduler step; the LR it used and the parameters it left."""
    used = held(optimizer)
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for p in parameters:
        p.grad = p.detach() + 0.1
    optimizer.step()
    advance(scheduler, epoch + 1)
    return [used, *(p.detach().tolist() for p in parameters)]


def parameters_of(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def assert_every_checkpoint_resumes(
    build: Callable[[], Objects], load: Callable[..., Objects], epochs: int = EPOCHS
) -> None:
    optimizer, scheduler = build()
    uninterrupted, checkpoints = [], []
    for epoch in range(epochs):
        weights = [p.detach().clone() for p in parameters_of(optimizer)]
        states = (optimizer.state_dict(), scheduler.state_dict())
        checkpoints.append((weights, saved_and_loaded(states)))
        uninterrupted.append(train(optimizer, scheduler, epoch))
    for stop, (weights, states) in enumerate(checkpoints):
        optimizer, scheduler = load(build, states)
        with torch.no_grad():
            for p, saved in zip(parameters_of(optimizer), weights, strict=True):
                p.copy_(saved)
        assert scheduler.get_last_lr() == held(optimizer)
        resumed = [train(optimizer, scheduler, epoch) for epoch in range(stop, epochs)]
        assert resumed == uninterrupted[stop:], f"stopped at epoch {stop}"


@load_orders
@pytest.mark.parametrize(("multiplier", "lrs"), [(1, "several"), (2, "several tensors")])
@after_schedulers
def test_a_checkpoint_of_any_epoch_goes_on_as_if_uninterrupted(
    make: Make, multiplier: float, lrs: str, load: Callable[..., Objects]
) -> None:
    assert_every_checkpoint_resumes(lambda: warmed_up(make, lrs, multiplier), load)


@pytest.mark.parametrize(("multiplier", "lrs"), [(1, "several"), (2, "several tensors")])
@after_schedulers
def test_a_checkpoint_goes_on_where_schedulers_are_built_on_the_loaded_optimizer(
    make: Make, multiplier: float, lrs: str
) -> None:
    def load(_: Any, saved: tuple[Any, Any]) -> Objects:
        optimizer = build_optimizer(lrs)
        optimizer.load_state_dict(saved[0])
        scheduler = GradualWarmupScheduler(optimizer, multiplier, W, make(optimizer))
        scheduler.load_state_dict(saved[1])
        return optimizer, scheduler

    assert_every_checkpoint_resumes(lambda: warmed_up(make, lrs, multiplier), load)


def test_that_order_of_loading_does_break_torch_schedulers() -> None:
    def load(_: Any, saved: tuple[Any, Any]) -> Objects:
        optimizer = build_optimizer()
        optimizer.load_state_dict(saved[0])
        scheduler = LinearLR(optimizer)
        scheduler.load_state_dict(saved[1])
        return optimizer, scheduler

    def build() -> Objects:
        optimizer = build_optimizer()
        return optimizer, LinearLR(optimizer)

    with pytest.raises(AssertionError):
        assert_every_checkpoint_resumes(build, load)


@rewindable
def test_a_snapshot_in_memory_is_not_touched_by_later_steps(make: Make) -> None:
    optimizer, scheduler = warmed_up(make, "several", 2)
    run(optimizer, scheduler, W + 2)
    snapshot = scheduler.state_dict()
    once = run(optimizer, scheduler, 6)
    scheduler.load_state_dict(snapshot)
    assert run(optimizer, scheduler, 6) == once


def test_going_back_after_a_checkpoint_restarts_the_after_scheduler() -> None:
    make = REWINDABLE["MultiplicativeLR"]
    optimizer, scheduler = warmed_up(make, "several", 2)
    scheduler.step(W + 4)
    optimizer, fresh = warmed_up(make, "several", 2)
    fresh.load_state_dict(saved_and_loaded(scheduler.state_dict()))
    fresh.step(W)
    assert run(optimizer, fresh)[:8] == [approx(e) for e in by_the_rule(make, "several", 2)[W:][:8]]


def test_numbers_of_other_libraries_do_not_spoil_the_checkpoint() -> None:
    two, five, half, three = (np.float64(2), np.int64(5), np.float64(0.5), torch.tensor(3))
    class_of_any_number: Any = GradualWarmupScheduler
    scheduler = class_of_any_number(build_optimizer(), two, five, start=half)
    scheduler.step(three)
    assert saved_and_loaded(scheduler.state_dict()) == scheduler.state_dict()


@pytest.mark.parametrize("make", [lambda o: ExponentialLR(o, 0.9), lambda o: OneCycleLR(o, 1, 50)])
def test_another_class_of_checkpoint_is_refused(make: Make) -> None:
    foreign = make(build_optimizer()).state_dict()
    _, scheduler = warmed_up(make)
    with pytest.raises(ValueError, match=r"^state_dict must come from .*base_lrs.*; another class"):
        scheduler.load_state_dict(foreign)


# --- In use -----------------------------------------------------------------------------------


def test_seed_program_prints_its_warmup_and_its_decay() -> None:
    program = """
import torch
from torch.optim.lr_scheduler import StepLR
from warmup_lib.schedulers import GradualWarmupScheduler

optimizer = torch.optim.SGD([torch.nn.Parameter(torch.randn(2, 2))], 0.1)
after = StepLR(optimizer, step_size=10, gamma=0.1)
scheduler = GradualWarmupScheduler(optimizer, multiplier=1, total_epoch=5, after_scheduler=after)
optimizer.zero_grad()
optimizer.step()
for epoch in range(1, 20):
    scheduler.step(epoch)
    print(epoch, optimizer.param_groups[0]["lr"])
    optimizer.step()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [int(epoch) for epoch, _ in lines] == list(range(1, 20))
    expected = [0.02, 0.04, 0.06, 0.08, 0.1] + [0.1] * 9 + [0.01] * 5
    assert [float(lr) for _, lr in lines] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("multiplier", [1, 2])
@after_schedulers
def test_nothing_warns_where_the_optimizer_never_steps(make: Make, multiplier: float) -> None:
    # pytest turns any warning into an error
    _, scheduler = warmed_up(make, "one", multiplier)
    for epoch in range(1, EPOCHS):
        advance(scheduler, epoch)


@after_schedulers
def test_nothing_warns_where_a_jump_comes_first(make: Make) -> None:
    _, scheduler = warmed_up(make)
    scheduler.step(EPOCHS - 1, metrics=1.0)


def test_nothing_warns_where_optimizer_step_was_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    optimizer, scheduler = warmed_up(decay)
    monkeypatch.setattr(optimizer, "step", lambda: None)
    run(optimizer, scheduler)


def test_warning_filters_are_left_alone() -> None:
    optimizer, scheduler = warmed_up(decay)
    before = list(warnings.filters)
    run(optimizer, scheduler)
    assert warnings.filters == before


@pytest.mark.parametrize("epoch", range(W + 4))
@multipliers
@pytest.mark.parametrize("name", ["StepLR", "LambdaLR", "SequentialLR", "None"])
def test_a_parameter_group_added_later_is_reported(
    name: str, multiplier: float, epoch: int
) -> None:
    optimizer, scheduler = warmed_up(AFTER[name], "one", multiplier)
    run(optimizer, scheduler, epoch)
    optimizer.add_param_group({"params": [parameter()], "lr": 0.5})
    with pytest.raises(
        ValueError, match=r"has 2 parameter groups, but had 1 .*; add groups before"
    ):
        scheduler.step()


@all_lrs
def test_get_last_lr_is_a_copy_of_what_the_optimizer_holds(lrs: str) -> None:
    optimizer, scheduler = warmed_up(decay, lrs, 2)
    for epoch in range(1, W + 4):
        scheduler.step(epoch)
        last = scheduler.get_last_lr()
        assert last == [group["lr"] for group in optimizer.param_groups]
        assert [type(lr) for lr in last] == [type(g["lr"]) for g in optimizer.param_groups]
        for lr in last:
            lr *= 10  # in place, where it is a tensor
        assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
        assert scheduler.get_last_lr() == approx(by_the_rule(decay, lrs, 2)[epoch])


def test_tensor_lrs_stay_the_same_tensors() -> None:
    optimizer, scheduler = warmed_up(decay, "several tensors")
    before = [group["lr"] for group in optimizer.param_groups]
    for epoch in (1, W, W + 3, 0):
        scheduler.step(epoch)
        assert all(g["lr"] is lr for g, lr in zip(optimizer.param_groups, before, strict=True))


@multipliers
@pytest.mark.parametrize("start", [0, 0.001, 0.5, 1, 2])
def test_start_is_the_first_lr_over_the_base_lr(start: float, multiplier: float) -> None:
    expected = by_the_rule(decay, "several", multiplier, start)
    optimizer, scheduler = warmed_up(decay, "several", multiplier, start=start)
    assert held(optimizer) == approx([start * lr for lr in held(build_optimizer("several"))])
    assert run(optimizer, scheduler) == [approx(e) for e in expected[:EPOCHS]]


def test_start_survives_a_checkpoint() -> None:
    def build(start: float = 0.3) -> Objects:
        return warmed_up(decay, "one", 2, start=start)

    assert_every_checkpoint_resumes(build, optimizer_first)


def test_a_warmup_of_one_epoch_is_over_after_one_step() -> None:
    optimizer = build_optimizer()
    scheduler = GradualWarmupScheduler(optimizer, 2, 1, ExponentialLR(optimizer, 0.5))
    assert run(optimizer, scheduler, 4) == [approx([lr]) for lr in (0.1, 0.2, 0.1, 0.05)]


@pytest.mark.parametrize("multiplier", [1, 2])
def test_it_can_lead_a_sequential_lr(multiplier: float) -> None:
    def build() -> Objects:
        optimizer = build_optimizer("several")
        ours = GradualWarmupScheduler(optimizer, multiplier, W, StepLR(optimizer, 2))
        schedulers = [ours, ExponentialLR(optimizer, 0.9)]
        return optimizer, SequentialLR(optimizer, schedulers, milestones=[W + 5])

    ours = by_the_rule(staircase, "several", multiplier)[: W + 5]
    expected = ours + alone(lambda o: ExponentialLR(o, 0.9), "several")
    assert run(*build()) == [approx(e) for e in expected[:EPOCHS]]
    assert_every_checkpoint_resumes(build, scheduler_first)  # the order that is documented for it


def test_it_can_follow_in_a_sequential_lr_if_it_was_built_first() -> None:
    optimizer = build_optimizer("several")
    ours = GradualWarmupScheduler(optimizer, 2, W, ExponentialLR(optimizer, 0.9))
    constant = ConstantLR(optimizer, 0.5, 10)
    used = run(optimizer, SequentialLR(optimizer, [constant, ours], milestones=[3]))
    assert used[:3] == [approx([0.05, 0.015, 1.0])] * 3
    expected = by_the_rule(lambda o: ExponentialLR(o, 0.9), "several", 2)
    assert used[3:] == [approx(e) for e in expected[: EPOCHS - 3]]


def test_alone_in_a_chained_scheduler_it_is_itself() -> None:
    def build() -> Objects:
        optimizer, ours = warmed_up(decay, "several", 2)
        return optimizer, ChainedScheduler([ours])

    assert run(*build()) == run(*warmed_up(decay, "several", 2))
    assert_every_checkpoint_resumes(build, optimizer_first)


# --- Bad arguments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("multiplier", bad) for bad in (0.5, 0, -1, float("nan"), float("inf"), "2", None, True)),
        *(("total_epoch", bad) for bad in (0, -5, 2.5, 5.0, "5", None, True, float("nan"))),
        *(("start", bad) for bad in (-0.1, float("nan"), float("inf"), "0", False)),
        *(("after_scheduler", bad) for bad in ("cosine", cosine_decay(5), StepLR)),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_bad_argument_is_refused_with_a_remedy(name: str, value: Any) -> None:
    arguments: dict[str, Any] = {"multiplier": 1, "total_epoch": 5, "after_scheduler": None}
    with pytest.raises(ValueError) as error:
        GradualWarmupScheduler(build_optimizer(), **(arguments | {name: value}))
    message = str(error.value)
    assert message.startswith(f"{name} must be ")
    assert f"got {value!r}" in message
    assert message.partition("; ")[2]


def test_an_after_scheduler_of_another_optimizer_is_refused() -> None:
    other = torch.optim.Adam([parameter()])
    with pytest.raises(
        ValueError, match=r"^after_scheduler must drive the same.*another Adam; build"
    ):
        GradualWarmupScheduler(build_optimizer(), 1, 5, StepLR(other, 3))


@pytest.mark.parametrize("epoch", [-1, 2.5, 3.0, "3", True, float("nan"), torch.tensor(0.3)])
def test_a_bad_epoch_is_refused_and_changes_nothing(epoch: Any) -> None:
    optimizer, scheduler = warmed_up(decay)
    scheduler.step(2)
    with pytest.raises(ValueError, match=r"^epoch must be .* got .*; "):
        scheduler.step(epoch)
    assert held(optimizer) == [0.05]
    scheduler.step()
    assert held(optimizer) == approx([0.075])


def test_start_cannot_be_given_by_position() -> None:
    optimizer = build_optimizer()
    with pytest.raises(TypeError):
        GradualWarmupScheduler(optimizer, 1, 5, None, 0.5)


# --- ScheduleLR -------------------------------------------------------------------------------

SCHEDULES = {
    "noam": noam(4),
    "join": join(linear_warmup(4), step_decay(3, 0.1), at=6),
    "constant": constant_warmup(0.25, 3),
    "a plain function": lambda t: 1 / (1 + t),
}
schedules = pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)


@all_lrs
@schedules
def test_schedule_lr_sets_what_lambda_lr_sets(schedule: Any, lrs: str) -> None:
    optimizer, twin = build_optimizer(lrs), build_optimizer(lrs)
    ours, theirs = ScheduleLR(optimizer, schedule), LambdaLR(twin, schedule)
    for _ in range(EPOCHS):
        assert held(optimizer) == held(twin)
        assert ours.get_last_lr() == theirs.get_last_lr() == held(twin)
        for each in (optimizer, twin, ours, theirs):
            each.step()


@load_orders
@pytest.mark.parametrize("lrs", ["several", "several tensors"])
def test_schedule_lr_resumes_at_any_update(lrs: str, load: Callable[..., Objects]) -> None:
    def build() -> Objects:
        optimizer = build_optimizer(lrs)
        return optimizer, ScheduleLR(optimizer, SCHEDULES["join"])

    assert_every_checkpoint_resumes(build, load)


def test_schedule_lr_leaves_the_schedule_out_of_its_checkpoint() -> None:
    state = ScheduleLR(build_optimizer(), noam(4)).state_dict()
    assert not {"schedule", "optimizer"} & set(state)
    assert saved_and_loaded(state) == state


@schedules
def test_schedule_lr_takes_last_epoch_as_lambda_lr_does(schedule: Any) -> None:
    def resumed(scheduler_class: Any) -> list[list[float]]:
        optimizer = build_optimizer("several")
        run(optimizer, scheduler_class(optimizer, schedule), 5)
        return run(optimizer, scheduler_class(optimizer, schedule, last_epoch=4), 5)

    assert resumed(ScheduleLR) == resumed(LambdaLR)
    with pytest.raises(KeyError, match="initial_lr"):
        ScheduleLR(build_optimizer(), schedule, last_epoch=4)


def test_schedule_lr_warns_as_torch_does_where_the_optimizer_has_not_stepped() -> None:
    scheduler = ScheduleLR(build_optimizer(), noam(4))
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        scheduler.step()


def test_schedule_lr_works_inside_sequential_and_chained() -> None:
    def compose(scheduler_class: Any) -> list[list[float]]:
        optimizer = build_optimizer("several")
        ramp = scheduler_class(optimizer, linear_warmup(4))
        after = scheduler_class(optimizer, step_decay(3, 0.1))
        sequence = SequentialLR(optimizer, [ramp, after], milestones=[5])
        return run(optimizer, ChainedScheduler([sequence]))

    assert compose(ScheduleLR) == compose(LambdaLR)


def test_schedule_lr_refuses_a_parameter_group_added_later() -> None:
    optimizer = build_optimizer()
    scheduler = ScheduleLR(optimizer, noam(4))
    run(optimizer, scheduler, 2)
    optimizer.add_param_group({"params": [parameter()], "lr": 0.5})
    with pytest.raises(ValueError):
        scheduler.step()


def test_last_lr_is_what_the_optimizer_holds_even_after_an_edit_by_hand() -> None:
    optimizer = build_optimizer()
    scheduler = GradualWarmupScheduler(optimizer, 2, 3)
    optimizer.param_groups[0]["lr"] = 0.033
    assert scheduler.get_last_lr() == [0.033]


@pytest.mark.parametrize("loss", [0.5, torch.tensor(0.5)])
def test_a_metric_given_as_epoch_is_told_how_to_be_given(loss: Any) -> None:
    optimizer = build_optimizer()
    scheduler = GradualWarmupScheduler(optimizer, 1, 3, ReduceLROnPlateau(optimizer))
    with pytest.raises(ValueError, match=r"epoch must be a whole number.*call step\(metrics="):
        scheduler.step(loss)


def test_it_can_be_pickled_with_its_after_scheduler() -> None:
    optimizer = build_optimizer()
    after = StepLR(optimizer, step_size=2, gamma=0.1)
    scheduler = GradualWarmupScheduler(optimizer, 1, 3, after)
    for _ in range(2):
        scheduler.step()
    twin = pickle.loads(pickle.dumps(scheduler))
    for _ in range(6):
        scheduler.step()
        twin.step()
        assert twin.optimizer.param_groups[0]["lr"] == optimizer.param_groups[0]["lr"]


def test_a_number_in_place_of_a_schedule_is_told_to_use_hold() -> None:
    with pytest.raises(ValueError, match="schedule must be a function of the update, got 5"):
        ScheduleLR(build_optimizer(), 5)
