"""The recipes give the learning rates that the libraries do.

The rows are the notes of a run of each library under torch 2.13, base LR 0.1, warmup 5 and total
10; those in ``READ`` were worked out from its source, and not run. PyTorch is run here, and the
other libraries, where they are installed, in ``test_peers.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    SequentialLR,
)

from warmup_lib import recipes
from warmup_lib.builder import recipe_table
from warmup_lib.builder.peer_calls import LIBRARIES
from warmup_lib.schedulers import ScheduleLR
from warmup_lib.schedules import (
    Schedule,
    cosine_decay,
    exponential_decay,
    exponential_warmup,
    linear_warmup,
)
from warmup_lib.trace import dry_run

BASE_LR = 0.1
FROM_ZERO = (0, 0.02, 0.04, 0.06, 0.08)

RUN: dict[str, tuple[Schedule, tuple[float, ...]]] = {
    "transformers linear": (recipes.transformers_linear(5, 10), (*FROM_ZERO, 0.1, 0.08)),
    "transformers cosine": (recipes.transformers_cosine(5, 10), (*FROM_ZERO, 0.1, 0.090451)),
    "transformers constant": (recipes.transformers_constant(5), (*FROM_ZERO, 0.1, 0.1)),
    "transformers inverse sqrt": (
        recipes.transformers_inverse_sqrt(5),
        (*FROM_ZERO, 0.1, 0.091287),
    ),
    "timm": (recipes.timm_cosine(5, 10), (*FROM_ZERO, 0.05, 0.034549)),
    "timm, warmup_prefix": (recipes.timm_cosine_prefix(5, 5), (*FROM_ZERO, 0.1, 0.090451)),
    "ignite": (
        recipes.ignite_warmup(exponential_decay(0.9), 5),
        (0, 0.025, 0.05, 0.075, 0.1, 0.09),
    ),
    "bolts": (recipes.bolts_cosine(5, 10), (0, 0.025, 0.05, 0.075, 0.1, 0.1, 0.090451)),
    "torchvision classification": (
        recipes.torchvision_classification(5, 10),
        (0.001, 0.0208, 0.0406, 0.0604, 0.0802, 0.1, 0.090451),
    ),
    "torchvision detection": (
        recipes.torchvision_detection(5),
        (0.0001, 0.025075, 0.05005, 0.075025, 0.1),
    ),
    "pytorch_warmup linear": (recipes.pytorch_warmup_linear(5), (0.02, 0.04, 0.06, 0.08, 0.1, 0.1)),
    "pytorch_warmup exponential": (recipes.pytorch_warmup_exponential(5), (0.018127, 0.032968)),
}
READ: dict[str, tuple[Schedule, tuple[float, ...]]] = {
    "fairseq": (recipes.fairseq_inverse_sqrt(5), (*FROM_ZERO, 0.1, 0.091287)),
    "optax": (recipes.optax_cosine(5, 10), (*FROM_ZERO, 0.1, 0.090451)),
    "Keras": (recipes.keras_cosine(5, 5), (*FROM_ZERO, 0.1, 0.090451)),
    "Noam": (
        lambda t: recipes.noam_lr(5, 4)(t) * (4 * 5) ** 0.5,
        (0.02, 0.04, 0.06, 0.08, 0.1, 0.091287),
    ),
    "DeepSpeed log": (recipes.deepspeed_log(5), (0, 0, 0.043068, 0.068261, 0.086135, 0.1, 0.1)),
    "DeepSpeed linear": (recipes.deepspeed_linear(5), (0, 0, 0.02, 0.04, 0.06, 0.08, 0.1)),
}
ROWS = RUN | READ

# Index of the first update at the peak; None where there is none.
PEAK_AT = {
    "transformers linear": 5,
    "timm": None,
    "timm, warmup_prefix": 5,
    "ignite": 4,
    "bolts": 4,
    "torchvision classification": 5,
    "torchvision detection": 4,
    "pytorch_warmup linear": 4,
    "pytorch_warmup exponential": None,
    "fairseq": 5,
    "optax": 5,
    "Keras": 5,
    "Noam": 4,
    "DeepSpeed log": 5,
    "DeepSpeed linear": 6,
}


def sgd(lr: float = BASE_LR) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)


def used(build: Callable[[torch.optim.Optimizer], Any], updates: int, **how: Any) -> list[float]:
    optimizer = sgd()
    return dry_run(optimizer, build(optimizer), updates, **how).used()


@pytest.mark.parametrize("name", ROWS)
def test_recipe_gives_the_row_of_its_library(name: str) -> None:
    recipe, row = ROWS[name]
    assert [BASE_LR * recipe(t) for t in range(len(row))] == pytest.approx(row, abs=6e-7)


@pytest.mark.parametrize("name", PEAK_AT)
def test_recipe_reaches_the_peak_at_the_update_of_its_library(name: str) -> None:
    recipe, _ = ROWS[name]
    # A float32-sized margin: 0.001 + 0.999 is 1 up to rounding.
    at_peak = [t for t in range(100) if recipe(t) >= 1 - 1e-9]
    assert (at_peak[0] if at_peak else None) == PEAK_AT[name]


def test_dampening_a_decay_that_runs_never_reaches_the_peak() -> None:
    schedule = recipes.dampened(recipes.pytorch_warmup_linear(5), cosine_decay(10))
    assert max(BASE_LR * schedule(t) for t in range(10)) == pytest.approx(0.065451, abs=6e-7)


def test_exponential_warmup_is_still_below_the_peak_at_update_11() -> None:
    assert BASE_LR * recipes.pytorch_warmup_exponential(5)(11) == pytest.approx(0.090928, abs=6e-7)


@pytest.mark.parametrize(
    ("untuned", "period"),
    [
        (recipes.pytorch_warmup_untuned_linear, linear_warmup(1999)),
        (recipes.pytorch_warmup_untuned_exponential, exponential_warmup(999)),
    ],
    ids=["linear", "exponential"],
)
def test_untuned_periods_are_truncated(
    untuned: Callable[[float], Schedule], period: Schedule
) -> None:
    for t in (0, 500, 998, 1997, 1998, 5000):
        assert untuned(0.999)(t) == period(t)


def test_noam_is_the_papers_equation() -> None:
    recipe = recipes.noam_lr(4000, 512)
    for t in (0, 1, 3998, 3999, 4000, 100_000):
        step = t + 1
        paper = 512**-0.5 * min(step**-0.5, step * 4000**-1.5)
        assert recipe(t) == pytest.approx(paper)


def test_classification_reference_is_sequential_lr() -> None:
    def build(optimizer: torch.optim.Optimizer) -> SequentialLR:
        pieces = [
            LinearLR(optimizer, start_factor=0.01, total_iters=5),
            CosineAnnealingLR(optimizer, T_max=5),
        ]
        return SequentialLR(optimizer, pieces, milestones=[5])

    recipe = recipes.torchvision_classification(5, 10)
    assert used(build, 10) == pytest.approx([BASE_LR * recipe(t) for t in range(10)], abs=1e-12)


def test_detection_reference_is_linear_lr_over_the_first_epoch() -> None:
    for batches in (2, 5, 40, 1500):
        steps = min(1000, batches - 1)
        lrs = used(partial(LinearLR, start_factor=0.001, total_iters=steps), batches)
        recipe = recipes.torchvision_detection(batches)
        assert lrs == pytest.approx([BASE_LR * recipe(t) for t in range(batches)], rel=1e-9)


def test_linear_schedule_of_transformers_is_its_lambda() -> None:
    def its_lambda(step: int) -> float:
        if step < 5:
            return step / max(1, 5)
        return max(0.0, (10 - step) / max(1, 10 - 5))

    recipe = recipes.transformers_linear(5, 10)
    lrs = used(lambda o: LambdaLR(o, its_lambda), 13)
    assert lrs == pytest.approx([BASE_LR * recipe(t) for t in range(13)], abs=1e-12)


def test_ignite_follows_the_scheduler_it_wraps() -> None:
    recipe = recipes.ignite_warmup(exponential_decay(0.9), 5)
    after = used(lambda o: ExponentialLR(o, 0.9), 6)
    assert [BASE_LR * recipe(t) for t in range(4, 10)] == pytest.approx(after)


@pytest.mark.parametrize("name", ROWS)
def test_recipe_runs_on_an_optimizer(name: str) -> None:
    recipe, row = ROWS[name]
    lrs = used(lambda o: ScheduleLR(o, recipe), len(row))
    assert lrs == pytest.approx(row, abs=6e-7)


def test_total_includes_the_warmup_in_some_and_not_in_others() -> None:
    ten = range(10)
    optax, keras = recipes.optax_cosine(5, 10), recipes.keras_cosine(5, 5)
    assert [optax(t) for t in ten] == [keras(t) for t in ten]
    assert recipes.keras_cosine(5, 10)(9) > 6 * optax(9)


def test_what_rises_is_the_decay_upside_down() -> None:
    rising = recipes.rising(cosine_decay(8), start=0.2)
    assert [rising(t) for t in (0, 4, 8, 9)] == pytest.approx([0.2, 0.6, 1, 1])


def test_every_recipe_has_a_row_in_the_docs() -> None:
    # The paper's equation is there as a factor; noam_lr is its learning rate.
    in_the_table = " ".join(row.recipe for library in LIBRARIES for row in library.rows)
    missing = [name for name in recipes.__all__ if f"{name}(" not in in_the_table]
    assert missing == ["noam_lr"]


def test_docs_that_are_not_what_the_recipes_give_are_named_with_the_remedy(tmp_path: Path) -> None:
    remedy = ["docs/recipes.md is not current; run: python -m warmup_lib.builder docs"]
    assert recipe_table.differences(tmp_path) == remedy
    recipe_table.write_docs(tmp_path)
    assert recipe_table.differences(tmp_path) == []
    page = tmp_path / recipe_table.PATH
    page.write_text(page.read_text(encoding="utf-8").replace("0.065", "0.066"), encoding="utf-8")
    assert recipe_table.differences(tmp_path) == remedy


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: recipes.optax_cosine(5, 5), "decay_steps must be above the warmup's 5, got 5"),
        (lambda: recipes.bolts_cosine(1, 10), "warmup_epochs must be at least 2, got 1"),
        (lambda: recipes.deepspeed_log(1), "warmup_num_steps must be at least 2, got 1"),
        (lambda: recipes.torchvision_detection(1), "batches must be at least 2, got 1"),
        (lambda: recipes.pytorch_warmup_untuned_linear(1.0), "beta2 must be below 1, got 1.0"),
        (lambda: recipes.pytorch_warmup_radam(0.6), "beta2 must be above 0.6, got 0.6"),
        (
            lambda: recipes.transformers_wsd(5, 2, 7),
            "num_training_steps must be at least 8, got 7; it includes the warmup, the decay",
        ),
        (lambda: recipes.timm_wsd(5, 2, 2), "t_initial must be at least 3, got 2"),
        (lambda: recipes.torch_one_cycle(1, 10), "warmup must be at least 2, got 1"),
        (lambda: recipes.gradual_warmup_cosine(1, 5, 1), "t_max must be at least 2, got 1"),
    ],
)
def test_errors_name_the_argument_and_its_value(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
