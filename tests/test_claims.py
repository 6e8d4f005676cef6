"""The claims that lesson 1 tests one by one, on wide margins over three seeds."""

import pytest

from warmup_lib.experiments.adam import train_adam
from warmup_lib.experiments.claims import agreement, updates_until
from warmup_lib.schedules import Schedule, hold, join, linear_warmup, polynomial_decay
from warmup_lib.training import Run, train

SEEDS = (0, 1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_adam_needs_no_warmup_at_its_usual_lr(seed: int) -> None:
    without = train_adam(seed, hold(), lr=0.001, beta2=0.999, updates=130)
    with_warmup = train_adam(seed, linear_warmup(50), lr=0.001, beta2=0.999, updates=130)
    assert min(without.accuracy, with_warmup.accuracy) > 0.9
    assert abs(without.accuracy - with_warmup.accuracy) < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_warmup_removes_adams_spike_at_a_large_lr_and_both_learn(seed: int) -> None:
    without = train_adam(seed, hold(), lr=0.03, beta2=0.999, updates=130)
    with_warmup = train_adam(seed, linear_warmup(50), lr=0.03, beta2=0.999, updates=130)
    assert max(without.losses) > 2 * without.losses[0]
    assert max(with_warmup.losses) < 1.5 * with_warmup.losses[0]
    assert min(without.accuracy, with_warmup.accuracy) > 0.8


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("init", ["he", "hot"])
def test_gradients_agree_best_at_first(init: str, seed: int) -> None:
    seen = agreement(seed, linear_warmup(50), lr=0.06, init=init, at=[0, 130])
    assert seen[0] > 0.85
    assert seen[130] < seen[0] - 0.1


def test_looking_does_not_change_the_run() -> None:
    at = range(20)
    often = agreement(0, hold(), lr=0.03, at=at)
    assert often[19] == agreement(0, hold(), lr=0.03, at=[19])[19]
    assert list(often) == list(at)


@pytest.mark.parametrize("seed", SEEDS)
def test_warmup_saves_no_updates_on_a_he_network(seed: int) -> None:
    def took(schedule: Schedule) -> int:
        reached = updates_until(train(seed, schedule, lr=0.03, updates=130).losses, 0.3)
        assert reached is not None
        return reached

    assert took(linear_warmup(50)) > took(hold())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_of_a_ramp_to_a_far_too_high_peak_is_trouble(seed: int) -> None:
    run = train(seed, linear_warmup(50), lr=0.3, init="hot", updates=130)
    assert run.accuracy < 0.4
    # It learned while the LR was low: trouble came later than it does without warmup.
    assert min(run.losses) < run.losses[0] / 5
    assert len(run.losses) > 20


def late_loss(run: Run) -> float:
    return sum(run.losses[-20:]) / 20


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cool_down_lowers_the_loss_at_the_end(seed: int) -> None:
    cool_down = join(hold(), polynomial_decay(50), at=150)
    held, cooled = (
        train(seed, schedule, lr=0.03, updates=200, batch_size=16)
        for schedule in (hold(), cool_down)
    )
    assert late_loss(cooled) < 0.85 * late_loss(held)


def test_updates_are_counted_until_a_mean_is_below() -> None:
    assert updates_until([5, 1, 5, 1, 1, 1], below=2, window=2) == 5
    assert updates_until([5, 5], below=2, window=1) is None
    assert updates_until([1], below=2, window=2) is None


@pytest.mark.parametrize("wrong", [{"lr": 0}, {"updates": 0}])
def test_errors_name_the_argument(wrong: dict[str, float]) -> None:
    arguments: dict[str, float] = {"lr": 0.1} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        train_adam(0, hold(), **arguments)
