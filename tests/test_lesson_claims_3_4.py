"""Claims of lessons 3 and 4 that no other test makes, run on the lessons' own cells."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from warmup_lib.schedules import linear_warmup, linear_warmup_from
from warmup_lib.trace import dry_run

TEXTS = Path(__file__).parents[1] / "lessons" / "text"
Build = Callable[[torch.optim.Optimizer], Any]

AFTERS: dict[str, Build] = {
    "StepLR": lambda o: StepLR(o, step_size=2, gamma=0.1),
    "ExponentialLR": lambda o: ExponentialLR(o, gamma=0.9),
    "CosineAnnealingLR": lambda o: CosineAnnealingLR(o, T_max=5),
    "LambdaLR": lambda o: LambdaLR(o, lambda t: 0.9**t),
    "ReduceLROnPlateau": lambda o: ReduceLROnPlateau(o, factor=0.5, patience=1),
}


def optimizer_at(lr: float = 0.1) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.ones(2, requires_grad=True)], lr=lr)


def lrs_used(build: Build, updates: int = 14, **how: Any) -> list[float]:
    optimizer = optimizer_at()
    return dry_run(optimizer, build(optimizer), updates, **how).used()


def naive_class() -> Any:
    """``NaiveGradualWarmup`` as lesson 4 defines it, from the cell that does."""
    jupytext = pytest.importorskip("jupytext")
    notebook = jupytext.read(TEXTS / "04_gradual_warmup.md", fmt="md:myst")
    (source,) = (c.source for c in notebook.cells if c.source.startswith("class NaiveGradual"))
    names = {"LRScheduler": LRScheduler, "ReduceLROnPlateau": ReduceLROnPlateau}
    exec(source, names)
    return names["NaiveGradualWarmup"]


@pytest.fixture
def naive() -> Any:
    return naive_class()


@pytest.fixture
def peer() -> Any:
    return pytest.importorskip("warmup_scheduler").GradualWarmupScheduler


def observed(scheduler_class: Any, name: str, multiplier: float, total_epoch: int) -> Any:
    """The LRs used, and what ``get_last_lr`` said after each step."""
    said: list[float] = []

    def step(scheduler: Any) -> None:
        if name == "ReduceLROnPlateau":
            scheduler.step(metrics=1.0)
        else:
            scheduler.step()
            said.extend(scheduler.get_last_lr())

    def build(optimizer: torch.optim.Optimizer) -> Any:
        return scheduler_class(optimizer, multiplier, total_epoch, AFTERS[name](optimizer))

    return lrs_used(build, step=step), said


def after_resuming(scheduler_class: Any, name: str, stop: int) -> list[float]:
    def run(updates: int) -> Any:
        optimizer = optimizer_at()
        scheduler = scheduler_class(optimizer, 1, 5, AFTERS[name](optimizer))
        for _ in range(updates):
            optimizer.step()
            scheduler.step()
        return optimizer, scheduler

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer asks for get_lr() outside of a step
        states = [thing.state_dict() for thing in run(stop)]
        optimizer, scheduler = run(0)
        optimizer.load_state_dict(states[0])
        scheduler.load_state_dict(states[1])
        return dry_run(optimizer, scheduler, 5).used()


@pytest.mark.parametrize("total_epoch", [1, 4, 5])
@pytest.mark.parametrize("multiplier", [1, 2, 3.5])
@pytest.mark.parametrize("name", AFTERS)
def test_the_naive_class_of_the_lesson_does_what_the_package_does(
    naive: Any, peer: Any, name: str, multiplier: float, total_epoch: int
) -> None:
    expected = observed(peer, name, multiplier, total_epoch)
    used, said = observed(naive, name, multiplier, total_epoch)
    assert used == pytest.approx(expected[0], rel=1e-9)
    assert said == pytest.approx(expected[1], rel=1e-9)


@pytest.mark.parametrize("stop", [3, 8])
@pytest.mark.parametrize("name", ["ExponentialLR", "StepLR", "CosineAnnealingLR"])
def test_the_naive_class_resumes_as_the_package_does(
    naive: Any, peer: Any, name: str, stop: int
) -> None:
    expected = after_resuming(peer, name, stop)
    assert after_resuming(naive, name, stop) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n", [2, 5, 37])
def test_linear_lr_counts_steps(n: int) -> None:
    by_linear = lrs_used(lambda o: LinearLR(o, start_factor=1 / n, total_iters=n - 1), n + 3)
    assert by_linear == pytest.approx([0.1 * linear_warmup(n)(t) for t in range(n + 3)])
    from_start = lrs_used(lambda o: LinearLR(o, start_factor=0.1, total_iters=n), n + 3)
    assert from_start == pytest.approx([0.1 * linear_warmup_from(0.1, n)(t) for t in range(n + 3)])


def test_linear_lr_over_no_steps_stays_at_its_start_for_ever() -> None:
    assert lrs_used(lambda o: LinearLR(o, 0.1, total_iters=0), 1000) == pytest.approx([0.01] * 1000)


@pytest.mark.parametrize("total_iters", [2.5, 4.2])
def test_linear_lr_over_a_broken_number_of_steps_never_reaches_the_peak(
    total_iters: float,
) -> None:
    used = lrs_used(lambda o: LinearLR(o, 0.1, total_iters=total_iters), 1000)
    assert max(used) < 0.098


def test_zero_factors_end_in_an_error() -> None:
    with pytest.raises(ValueError, match="expected to be greater than 0"):
        LinearLR(optimizer_at(), start_factor=0)
    with pytest.raises(ZeroDivisionError):
        lrs_used(lambda o: ConstantLR(o, factor=0, total_iters=3))


def test_a_sequence_refuses_a_plateau() -> None:
    optimizer = optimizer_at()
    pieces: Any = [LinearLR(optimizer), ReduceLROnPlateau(optimizer)]
    with pytest.raises(ValueError, match="ReduceLROnPlateau"):
        SequentialLR(optimizer, pieces, milestones=[5])


def sequence(optimizer: torch.optim.Optimizer) -> SequentialLR:
    pieces = [LinearLR(optimizer, 0.1, total_iters=5), CosineAnnealingLR(optimizer, 10)]
    return SequentialLR(optimizer, pieces, milestones=[5])


@pytest.mark.parametrize("stop", [1, 3, 7])
@pytest.mark.parametrize("build", [lambda o: LinearLR(o, 0.1, total_iters=5), sequence])
def test_the_order_of_resuming_decides(build: Build, stop: int) -> None:
    def resumed(*, load_first: bool) -> list[float]:
        optimizer = optimizer_at()
        scheduler = build(optimizer)
        for _ in range(stop):
            optimizer.step()
            scheduler.step()
        states = optimizer.state_dict(), scheduler.state_dict()
        optimizer = optimizer_at()
        if load_first:
            optimizer.load_state_dict(states[0])
        scheduler = build(optimizer)
        if not load_first:
            optimizer.load_state_dict(states[0])
        scheduler.load_state_dict(states[1])
        return dry_run(optimizer, scheduler, 4).used()

    went_on = lrs_used(build, stop + 4)[stop:]
    assert resumed(load_first=False) == pytest.approx(went_on)
    assert resumed(load_first=True)[0] < 0.5 * went_on[0]
