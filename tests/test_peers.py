"""Other libraries, trained with: each update uses the LR that the recipe says.

The calls and their recipes are the rows of ``docs/recipes.md``. The numbers below, for a base LR of
0.1, were noted when the libraries were first looked at. What is not installed is skipped.
"""

from __future__ import annotations

import importlib
import io
import math
import pickle
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec, module_from_spec
from typing import Any

import pytest
import torch
from peers import needs
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)

from warmup_lib import recipes
from warmup_lib.builder.peer_calls import LIVE, PYTORCH, Library, Row
from warmup_lib.builder.recipe_table import BASE_LR, schedule_of, updates_of
from warmup_lib.schedules import exponential_decay
from warmup_lib.trace import record

pytestmark = [
    # warmup-scheduler 0.3 asks for get_lr() where PyTorch would rather it did not, and by epoch.
    pytest.mark.filterwarnings("ignore:To get the last learning rate computed:UserWarning"),
    pytest.mark.filterwarnings("ignore:The epoch parameter in `scheduler.step:UserWarning"),
    pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated:FutureWarning"),
]

SIZES = ((1, 4), (2, 10), (5, 10), (5, 17), (17, 40))
Update = Callable[[], None]


# --- The libraries -------------------------------------------------------------------------------


def loaded(package: str) -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == package]


@cache
def timm_scheduler() -> Any:
    """``timm.scheduler``, without what ``import timm`` runs.

    That imports all of timm's models and with them torchvision, which can be imported only where
    its build is the one that goes with torch's. The schedulers need nothing of either, so a
    package that has timm's path and none of its contents stands in while they are imported.
    """
    spec = find_spec("timm")
    if spec is None:
        return needs("timm")
    if loaded("timm"):
        return importlib.import_module("timm.scheduler")
    sys.modules["timm"] = module_from_spec(spec)
    try:
        return importlib.import_module("timm.scheduler")
    finally:
        for name in loaded("timm"):
            del sys.modules[name]


MODULES: dict[str, Callable[[], Any]] = {
    "timm": timm_scheduler,
    "transformers": lambda: needs("transformers.optimization"),
    "pytorch_warmup": lambda: needs("pytorch_warmup"),
    "pytorch-ignite": lambda: needs("ignite.handlers"),
    "warmup-scheduler 0.3": lambda: needs("warmup_scheduler"),
}


def names_of(library: str) -> dict[str, Any]:
    """What a call of the library may name: PyTorch's schedulers, and its own."""
    own = vars(MODULES[library]()) if library in MODULES else {}
    return {**vars(lr_scheduler), **own}


def gradual(*arguments: Any) -> Any:
    return MODULES["warmup-scheduler 0.3"]().GradualWarmupScheduler(*arguments)


# --- Training with them --------------------------------------------------------------------------


def sgd() -> torch.optim.Optimizer:
    weight = torch.zeros((), dtype=torch.float64, requires_grad=True)
    return torch.optim.SGD([weight], lr=BASE_LR)


def train(optimizer: torch.optim.Optimizer, loop: Callable[[Update], None]) -> list[float]:
    """The LRs that the updates used which ``loop`` made."""
    (weight,) = optimizer.param_groups[0]["params"]
    moved: list[float] = []

    def update() -> None:
        before = weight.item()
        optimizer.zero_grad()
        (-weight).backward()
        optimizer.step()
        moved.append(weight.item() - before)

    with record(optimizer) as trace:
        loop(update)
    used = trace.used()
    if isinstance(optimizer, torch.optim.SGD) and not optimizer.param_groups[0]["momentum"]:
        # The gradient is -1, so this is the LR, whatever anything says.
        assert moved == approx(used)
    return used


def stepping(updates: int, step: Callable[[int], object]) -> Callable[[Update], None]:
    """A loop with a step after each update, which is given the update's index."""

    def loop(update: Update) -> None:
        for t in range(updates):
            update()
            step(t)

    return loop


def plain(scheduler: Any, updates: int, warmup: int = 0) -> Callable[[Update], None]:
    return stepping(updates, lambda t: scheduler.step())


def dampening(built: Any, updates: int, warmup: int, start: int = 0) -> Callable[[Update], None]:
    *schedulers, dampener = built if isinstance(built, tuple) else (built,)

    def step(t: int) -> None:
        with dampener.dampening():
            for scheduler in schedulers if t + 1 >= start else ():
                scheduler.step()

    return stepping(updates, step)


def in_an_engine(scheduler: Any, updates: int, warmup: int) -> Callable[[Update], None]:
    from ignite.engine import Engine, Events

    def loop(update: Update) -> None:
        trainer = Engine(lambda engine, batch: update())
        trainer.add_event_handler(Events.ITERATION_STARTED, scheduler)
        trainer.run(range(updates), max_epochs=1)

    return loop


LOOPS: dict[str, Callable[[Any, int, int], Callable[[Update], None]]] = {
    "calls": plain,
    "epochs": lambda s, updates, _: stepping(updates, lambda t: s.step(t + 1)),
    "plateau": lambda s, updates, _: stepping(updates, lambda t: s.step(t + 1, float(t))),
    "updates": lambda s, updates, _: stepping(updates, lambda t: s.step_update(t + 1)),
    "dampening": dampening,
    "delayed": lambda built, updates, warmup: dampening(built, updates, warmup, start=warmup),
    "engine": in_an_engine,
}


def used_by(library: Library, row: Row, warmup: int, total: int) -> list[float]:
    """The LRs of a training with a row's call."""
    names = names_of(library.name)
    # pytorch_warmup's untuned warmups read the betas.
    optimizer = torch.optim.Adam(sgd().param_groups) if library.loop == "dampening" else sgd()
    built = eval(row.call, {**names, "optimizer": optimizer, "W": warmup, "T": total})
    loop = LOOPS[library.loop](built, len(updates_of(row, warmup, total)), warmup)
    return train(optimizer, loop)


def approx(lrs: Iterable[float]) -> Any:
    return pytest.approx(list(lrs), rel=1e-6, abs=1e-12)


def noted(lrs: Iterable[float]) -> Any:
    return pytest.approx(list(lrs), rel=0, abs=6e-7)


# --- The rows ------------------------------------------------------------------------------------

ROWS = [(library, row) for library in LIVE for row in library.rows]
SIZED = [(*each, *size) for each in ROWS for size in SIZES if size[0] >= each[1].shortest]


@pytest.mark.parametrize(
    ("library", "row", "warmup", "total"),
    [pytest.param(*each, id=f"{each[1].call}-{each[2]}-{each[3]}") for each in SIZED],
)
def test_each_update_uses_the_lr_of_the_recipe(
    library: Library, row: Row, warmup: int, total: int
) -> None:
    used = used_by(library, row, warmup, total)
    schedule = schedule_of(row, warmup, total)
    assert used == approx(BASE_LR * schedule(t) for t in updates_of(row, warmup, total))


def test_every_library_of_the_table_is_run() -> None:
    assert {library.name for library, _ in ROWS} >= MODULES.keys() | {PYTORCH.name}


FROM_ZERO = (0, 0.02, 0.04, 0.06, 0.08)
FROM_TENTH = (0.01, 0.028, 0.046, 0.064, 0.082, 0.1)
BY_FIFTHS = (0.02, 0.04, 0.06, 0.08, 0.1)
COSINE = (0.1, 0.090451, 0.065451, 0.034549, 0.009549)

# How a row's call begins, and which of those it is; T, where W is 5; the LRs of updates 0, 1, …;
# the first update at the peak (in the last row twice the base LR), or None where none is.
NOTED: list[tuple[str, int, int, tuple[float, ...], int | None]] = [
    ("LinearLR(optimizer, 0.1,", 0, 10, FROM_TENTH, 5),
    ("LinearLR(optimizer, 1 / W", 0, 10, BY_FIFTHS, 4),
    ("LinearLR(optimizer)", 0, 10, (0.033333,), 5),
    ("ConstantLR(optimizer)", 0, 10, (*[0.033333] * 5, 0.1), 5),
    ("LambdaLR(", 0, 10, BY_FIFTHS, 4),
    ("LambdaLR(", 1, 10, (*FROM_ZERO, 0.1), 5),
    ("SequentialLR(", 0, 10, (*FROM_TENTH[:5], *COSINE, 0, 0.009549), 5),
    ("SequentialLR(", 1, 10, (*BY_FIFTHS, *COSINE[:2]), 4),
    ("SequentialLR(", 2, 10, (*FROM_TENTH[:4], *COSINE[:2]), 4),
    ("ChainedScheduler(", 0, 10, (0.01, 0.0252, 0.03726, 0.046656, 0.0538, 0.059049), None),
    ("OneCycleLR(", 1, 10, (0.004, 0.028, 0.052, 0.076, 0.1), 4),
    ("LinearWarmup(", 0, 10, BY_FIFTHS, 4),
    ("CosineAnnealingLR(optimizer, T), LinearWarmup(", 0, 10, (0.02, 0.039021, 0.054271), None),
    ("ExponentialWarmup(", 0, 10, (0.018127, 0.032968), None),
    ("RAdamWarmup(", 0, 10, (0.001731, 0.002582, 0.003274), None),
    ("CosineLRScheduler(", 0, 10, (*FROM_ZERO, 0.05, 0.034549), None),
    ("CosineLRScheduler(", 1, 5, (*FROM_ZERO, *COSINE[:2]), 5),
    ("get_linear_schedule_with_warmup(", 0, 10, (*FROM_ZERO, 0.1, 0.08), 5),
    ("get_cosine_schedule_with_warmup(", 0, 10, (*FROM_ZERO, *COSINE), 5),
    ("get_constant_schedule_with_warmup(", 0, 10, (*FROM_ZERO, 0.1, 0.1), 5),
    ("get_inverse_sqrt_schedule(", 0, 10, (*FROM_ZERO, 0.1, 0.091287), 5),
    ("create_lr_scheduler_with_warmup(", 0, 10, (0, 0.025, 0.05, 0.075, 0.1, 0.09), 4),
    ("GradualWarmupScheduler(optimizer, 1, W)", 0, 10, (*FROM_ZERO, 0.1), 5),
    ("GradualWarmupScheduler(optimizer, 2, W)", 0, 10, (0.1, 0.12, 0.14, 0.16, 0.18, 0.2), 5),
]


@pytest.mark.parametrize(
    ("begins", "which", "total", "lrs", "peak_at"),
    [pytest.param(*each, id=f"{each[0]}-{each[1]}") for each in NOTED],
)
def test_each_update_uses_the_lr_that_was_noted(
    begins: str, which: int, total: int, lrs: tuple[float, ...], peak_at: int | None
) -> None:
    library, row = [each for each in ROWS if each[1].call.startswith(begins)][which]
    used = used_by(library, row, 5, total)
    assert used[: len(lrs)] == noted(lrs)
    at_peak = [t for t, lr in enumerate(used) if lr == pytest.approx(BASE_LR * row.peak)]
    assert (at_peak[0] if at_peak else None) == peak_at


# --- PyTorch -------------------------------------------------------------------------------------


def test_chained_schedulers_never_reach_the_peak() -> None:
    (row,) = [row for row in PYTORCH.rows if row.call.startswith("ChainedScheduler")]
    assert max(used_by(PYTORCH, row, 5, 10)) == pytest.approx(0.059049)


def test_one_cycle_goes_below_zero_behind_its_total_and_then_refuses() -> None:
    optimizer = sgd()
    scheduler = OneCycleLR(
        optimizer, BASE_LR, total_steps=10, pct_start=0.5, anneal_strategy="linear"
    )
    used = train(optimizer, plain(scheduler, 10))
    assert [used[-1], optimizer.param_groups[0]["lr"]] == noted([0, -0.02])
    with pytest.raises(ValueError, match="Tried to step 11 times"):
        scheduler.step()


# --- pytorch_warmup ------------------------------------------------------------------------------


def adam() -> torch.optim.Optimizer:
    return torch.optim.Adam(sgd().param_groups)


def test_a_decay_that_runs_during_the_dampening_keeps_the_lr_below_the_peak() -> None:
    warmup = needs("pytorch_warmup")
    optimizer = sgd()
    built = CosineAnnealingLR(optimizer, 10), warmup.LinearWarmup(optimizer, 5)
    assert max(train(optimizer, dampening(built, 10, 5))) == pytest.approx(0.065451, abs=6e-7)


def test_exponential_warmup_is_below_the_peak_at_update_11() -> None:
    warmup = needs("pytorch_warmup")
    optimizer = sgd()
    used = train(optimizer, dampening(warmup.ExponentialWarmup(optimizer, 5), 12, 5))
    assert used[11] == pytest.approx(0.090928, abs=6e-7)


@pytest.mark.parametrize(
    ("name", "period"), [("UntunedLinearWarmup", 1999), ("UntunedExponentialWarmup", 999)]
)
def test_untuned_periods_are_truncated_to_one_less(name: str, period: int) -> None:
    scheduler = getattr(needs("pytorch_warmup"), name)(adam())
    assert scheduler.warmup_params[0]["warmup_period"] == period


@pytest.mark.parametrize("beta2", [0.7, 0.95, 0.98, 0.999, 0.9999])
def test_radam_warmup_follows_its_equation_for_other_betas_and_far_out(beta2: float) -> None:
    optimizer = torch.optim.Adam(sgd().param_groups, betas=(0.9, beta2))
    scheduler = needs("pytorch_warmup").RAdamWarmup(optimizer)
    recipe = recipes.pytorch_warmup_radam(beta2)
    far = (0, 1, 2, 10, 100, 1000, 5000, 20_000)
    theirs = [scheduler.warmup_factor(t, **scheduler.warmup_params[0]) for t in far]
    assert [recipe(t) for t in far] == approx(theirs)


def test_radam_warmup_takes_thousands_of_updates() -> None:
    scheduler = needs("pytorch_warmup").RAdamWarmup(adam())
    (params,) = scheduler.warmup_params
    near = [t for t in range(0, 10_000, 10) if scheduler.warmup_factor(t, **params) > 0.99]
    assert 1000 < near[0] < 10_000


# --- timm ----------------------------------------------------------------------------------------


def test_timm_counts_epochs_unless_told_otherwise() -> None:
    optimizer = sgd()
    scheduler = timm_scheduler().CosineLRScheduler(optimizer, t_initial=10, warmup_t=5)

    def step(t: int) -> None:
        scheduler.step_update(t + 1)
        if (t + 1) % 3 == 0:
            scheduler.step((t + 1) // 3)

    recipe = recipes.timm_cosine(5, 10)
    used = train(optimizer, stepping(30, step))
    assert used == approx(BASE_LR * recipe(t // 3) for t in range(30))


def test_importing_timms_schedulers_leaves_timm_alone() -> None:
    before = loaded("timm")
    timm_scheduler.__wrapped__()
    assert loaded("timm") == before


# --- pytorch-ignite ------------------------------------------------------------------------------


def test_ignite_inserts_an_event_where_the_warmup_ends_at_another_lr() -> None:
    create = MODULES["pytorch-ignite"]().create_lr_scheduler_with_warmup
    optimizer = sgd()
    scheduler = create(ExponentialLR(optimizer, 0.9), 0.0, 5, warmup_end_value=0.2)
    used = train(optimizer, in_an_engine(scheduler, 8, 5))
    assert used == noted([0, 0.05, 0.1, 0.15, 0.2, 0.1, 0.09, 0.081])


# --- warmup-scheduler 0.3 ------------------------------------------------------------------------


def decay(optimizer: torch.optim.Optimizer) -> Any:
    return ExponentialLR(optimizer, 0.9)


def by_lambda(optimizer: torch.optim.Optimizer) -> Any:
    return LambdaLR(optimizer, lambda t: 0.9**t)


def staircase(optimizer: torch.optim.Optimizer) -> Any:
    return StepLR(optimizer, 2, 0.1)


def by_epoch(make: Any, epochs: int = 8) -> list[float]:
    """The LRs of a loop that calls ``step(e)`` before the update, for e = 1, 2, …."""
    optimizer = sgd()
    scheduler = gradual(optimizer, 1, 5, make and make(optimizer))

    def loop(update: Update) -> None:
        optimizer.step()  # without a gradient it moves nothing, and PyTorch does not warn
        for epoch in range(1, epochs + 1):
            scheduler.step(epoch)
            update()

    return train(optimizer, loop)


def test_stepped_before_the_update_the_first_lr_is_a_fifth() -> None:
    assert by_epoch(None, 5) == noted(BY_FIFTHS)


def test_cosine_overshoots_by_2_over_1_plus_cos() -> None:
    def highest(t_max: int) -> float:
        optimizer = sgd()
        scheduler = gradual(optimizer, 1, 5, CosineAnnealingLR(optimizer, t_max))
        return max(train(optimizer, plain(scheduler, 8)))

    for t_max in (2, 5, 12):
        assert highest(t_max) == pytest.approx(0.1 * 2 / (1 + math.cos(math.pi / t_max)))
    assert highest(5) == pytest.approx(0.110557, abs=6e-7)


def test_cosine_leaves_the_row_behind_its_end() -> None:
    optimizer = sgd()
    scheduler = gradual(optimizer, 1, 5, CosineAnnealingLR(optimizer, 5))
    used = train(optimizer, plain(scheduler, 13))
    # The wave rises again, as that of a cosine without the overshoot.
    assert used[10:] == noted([0.010557, 0, 0.009549])


@pytest.mark.parametrize(
    ("make", "behind_the_ramp"),
    [
        (decay, (0.1, 0.09, 0.081, 0.0729)),
        (staircase, (0.1, 0.1, 0.1, 0.01)),
        (by_lambda, (0.1, 0.1, 0.09, 0.081)),
    ],
    ids=["ExponentialLR on time", "StepLR one late", "LambdaLR one late"],
)
def test_hand_over_by_step(make: Any, behind_the_ramp: tuple[float, ...]) -> None:
    optimizer = sgd()
    used = train(optimizer, plain(gradual(optimizer, 1, 5, make(optimizer)), 9))
    assert used == noted((*FROM_ZERO, *behind_the_ramp))


@pytest.mark.parametrize(
    ("make", "behind_the_ramp"),
    [(staircase, (0.1, 0.1, 0.01, 0.01)), (by_lambda, (0.1, 0.1, 0.081, 0.0729))],
    ids=["StepLR on time", "LambdaLR skips a value"],
)
def test_hand_over_by_epoch(make: Any, behind_the_ramp: tuple[float, ...]) -> None:
    assert by_epoch(make) == noted((*FROM_ZERO[1:], *behind_the_ramp))


@pytest.mark.parametrize(
    ("multiplier", "lrs"),
    [(1, [0.1] * 7), (2, [0.12, 0.14, 0.16, 0.18, 0.2, 0.2, 0.2])],
    ids=["1: none", "2: as elsewhere, one update on"],
)
def test_warmup_under_plateau(multiplier: int, lrs: list[float]) -> None:
    optimizer = sgd()
    scheduler = gradual(optimizer, multiplier, 5, ReduceLROnPlateau(optimizer))
    used = train(optimizer, stepping(7, lambda t: scheduler.step(metrics=1.0)))
    assert used == noted(lrs)


def test_get_last_lr_freezes_at_the_hand_over() -> None:
    optimizer = sgd()
    scheduler = gradual(optimizer, 1, 5, decay(optimizer))
    train(optimizer, plain(scheduler, 8))
    assert scheduler.get_last_lr() == noted([0.09])
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.0729)


def test_a_restored_after_scheduler_drives_a_ghost_and_the_lr_freezes() -> None:
    def build() -> Any:
        optimizer = sgd()
        return optimizer, gradual(optimizer, 1, 5, decay(optimizer))

    optimizer, scheduler = build()
    train(optimizer, plain(scheduler, 7))
    file = io.BytesIO()
    torch.save((optimizer.state_dict(), scheduler.state_dict()), file)
    went_on = train(optimizer, plain(scheduler, 3))

    with pytest.raises(pickle.UnpicklingError):
        torch.load(io.BytesIO(file.getvalue()))

    optimizer, scheduler = build()
    states = torch.load(io.BytesIO(file.getvalue()), weights_only=False)
    optimizer.load_state_dict(states[0])
    scheduler.load_state_dict(states[1])
    assert scheduler.after_scheduler.optimizer is not optimizer
    resumed = train(optimizer, plain(scheduler, 3))
    assert went_on == approx(BASE_LR * exponential_decay(0.9)(t) for t in (2, 3, 4))
    assert resumed == approx([went_on[0]] * 3)
