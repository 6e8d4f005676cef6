"""What the lessons' experiments claim, on wide margins, and how they behave."""

import math

import pytest
import torch

from warmup_lib.schedules import hold, linear_warmup
from warmup_lib.training import digits, train

SEEDS = (0, 1, 2)
CHANCE, LEARNED = 0.4, 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hot_network_needs_warmup_at_a_large_lr(seed: int) -> None:
    without = train(seed, hold(), lr=0.1, init="hot", updates=130)
    with_warmup = train(seed, linear_warmup(50), lr=0.1, init="hot", updates=130)
    assert without.accuracy < CHANCE
    assert with_warmup.accuracy > LEARNED


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hot_network_learns_without_warmup_at_a_smaller_lr(seed: int) -> None:
    assert train(seed, hold(), lr=0.03, init="hot", updates=130).accuracy > LEARNED


@pytest.mark.parametrize("seed", SEEDS)
def test_a_he_network_learns_as_well_without_warmup(seed: int) -> None:
    without = train(seed, hold(), lr=0.06, updates=130)
    with_warmup = train(seed, linear_warmup(50), lr=0.06, updates=130)
    assert min(without.accuracy, with_warmup.accuracy) > LEARNED
    assert abs(without.accuracy - with_warmup.accuracy) < 0.08


@pytest.mark.parametrize("seed", SEEDS)
def test_warmup_does_not_save_a_peak_that_is_far_too_high(seed: int) -> None:
    run = train(seed, linear_warmup(50), lr=0.5, init="hot", updates=130)
    assert run.accuracy < CHANCE


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hot_network_starts_far_above_the_loss_of_guessing(seed: int) -> None:
    hot, he = (train(seed, hold(), lr=0.01, init=init, updates=1) for init in ("hot", "he"))
    assert hot.losses[0] > 8 * math.log(10)
    assert he.losses[0] < 2 * math.log(10)


def test_same_arguments_give_the_same_run() -> None:
    first, again = (train(3, linear_warmup(5), lr=0.05, updates=20) for _ in range(2))
    assert first == again


def test_number_of_threads_does_not_change_a_run() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = train(3, hold(), lr=0.05, updates=20)
        torch.set_num_threads(2)
        assert train(3, hold(), lr=0.05, updates=20) == one
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_threads_are_restored_when_a_run_fails() -> None:
    def broken(t: int) -> float:
        if t == 2:
            raise RuntimeError("no factor")
        return 1.0

    before = torch.get_num_threads()
    with pytest.raises(RuntimeError, match="no factor"):
        train(0, broken, lr=0.1, updates=5)
    assert torch.get_num_threads() == before


def test_another_seed_gives_another_run() -> None:
    runs = [train(seed, hold(), lr=0.05, updates=2) for seed in SEEDS]
    assert len({run.losses[0] for run in runs}) == len(SEEDS)


def test_schedule_changes_neither_initial_weights_nor_batches() -> None:
    still = [train(0, schedule, lr=1e-30, updates=5) for schedule in (hold(), linear_warmup(4))]
    assert still[0].losses == still[1].losses


def test_global_random_state_is_left_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    train(0, hold(), lr=0.05, updates=2)
    assert torch.equal(torch.rand(3), expected)


def test_update_t_uses_base_lr_times_factor_of_t() -> None:
    schedule = linear_warmup(4)
    run = train(0, schedule, lr=0.08, updates=7)
    assert run.lrs == pytest.approx([0.08 * schedule(t) for t in range(7)])
    assert len(run.losses) == 7


def test_a_diverged_run_ends_with_its_first_loss_that_is_not_finite() -> None:
    run = train(0, hold(), lr=1e6, init="hot", updates=50)
    assert run.diverged
    assert not math.isfinite(run.losses[-1])
    assert all(math.isfinite(loss) for loss in run.losses[:-1])
    assert len(run.lrs) == len(run.losses) < 50


def test_digits_are_standardised_by_the_training_part() -> None:
    data = digits()
    assert data.train_x.mean().item() == pytest.approx(0, abs=1e-5)
    assert data.train_x.std().item() == pytest.approx(1, abs=1e-5)
    assert data.test_x.shape == (360, 64)
    assert sorted(set(data.test_y.tolist())) == list(range(10))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"lr": 0}, "lr must be a finite number above 0, got 0"),
        ({"init": "cold"}, "init must be one of .*, got 'cold'"),
        ({"updates": 0}, "updates must be at least 1, got 0"),
        ({"batch_size": 1.5}, "batch_size must be a whole number, got 1.5"),
    ],
)
def test_errors_name_the_argument_and_its_value(wrong: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"lr": 0.1} | wrong
    with pytest.raises(ValueError, match=message):
        train(0, hold(), **arguments)
