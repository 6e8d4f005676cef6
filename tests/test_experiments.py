"""What the experiments of lessons 5 and 6 claim, on wide margins over three seeds."""

import io
import math
from pathlib import Path
from statistics import mean, median, stdev

import pytest
import torch

from warmup_lib.experiments import adam, sharpness, tables, transformer, zero_lr
from warmup_lib.experiments.classifier import Training, train_classifier
from warmup_lib.experiments.full_tables import MAKERS
from warmup_lib.experiments.progress import Progress
from warmup_lib.schedules import hold, linear_warmup
from warmup_lib.training import digits, mlp

SEEDS = (0, 1, 2)
STEADY = linear_warmup(44)


# The classifier


@pytest.mark.parametrize("seed", SEEDS)
def test_classifier_gains_from_warmup_at_a_large_lr(seed: int) -> None:
    without, with_warmup = (
        train_classifier(seed, schedule, lr=0.1, optimizer="adamw", epochs=2).run.accuracy
        for schedule in (hold(), STEADY)
    )
    assert with_warmup > without + 0.1


@pytest.mark.parametrize(("optimizer", "lr"), [("sgd", 0.03), ("adamw", 0.01)])
def test_classifier_does_without_warmup_at_a_moderate_lr(optimizer: str, lr: float) -> None:
    for seed in SEEDS:
        for schedule in (hold(), STEADY):
            fit = train_classifier(seed, schedule, lr=lr, optimizer=optimizer, epochs=2)
            assert fit.run.accuracy > 0.85


@pytest.mark.parametrize("seed", SEEDS)
def test_warmup_keeps_the_loss_of_a_classifier_from_shooting_up(seed: int) -> None:
    without = train_classifier(seed, hold(), lr=0.2, epochs=1).run
    with_warmup = train_classifier(seed, STEADY, lr=0.2, epochs=1).run
    assert max(without.losses) > 2 * without.losses[0]
    assert max(with_warmup.losses) < 1.5 * with_warmup.losses[0]


def test_schedule_is_stepped_after_every_update_or_every_epoch() -> None:
    arguments = {"lr": 0.1, "batch_size": 400, "epochs": 3}
    per_update = train_classifier(0, linear_warmup(4), **arguments).run
    per_epoch = train_classifier(0, linear_warmup(2), per_epoch=True, **arguments).run
    assert per_update.lrs == pytest.approx([0.025, 0.05, 0.075] + [0.1] * 6)
    assert per_epoch.lrs == pytest.approx([0.05] * 3 + [0.1] * 6)


@pytest.mark.parametrize("seed", SEEDS)
def test_accumulated_batches_are_one_large_batch(seed: int) -> None:
    large = train_classifier(seed, STEADY, lr=0.1, batch_size=64, epochs=1).run
    small = train_classifier(seed, STEADY, lr=0.1, batch_size=16, accumulate=4, epochs=1).run
    assert small.lrs == large.lrs
    assert small.losses[:10] == pytest.approx(large.losses[:10], abs=1e-3)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_resumed_run_is_the_run_without_a_break(optimizer: str) -> None:
    def fresh() -> Training:
        return Training(3, STEADY, lr=0.01, optimizer=optimizer, batch_size=128)

    stopped, resumed, file = fresh(), fresh(), io.BytesIO()
    stopped.train(1)
    torch.save(stopped.state_dict(), file)
    file.seek(0)
    resumed.load_state_dict(torch.load(file))
    assert resumed.train(2) == fresh().train(3)


def test_a_diverged_training_stops() -> None:
    fit = train_classifier(0, hold(), lr=1e9, epochs=2)
    assert fit.run.diverged
    assert len(fit.run.losses) < 22
    assert len(fit.epochs) == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"lr": 0}, "lr must be a finite number above 0, got 0"),
        ({"optimizer": "adam"}, "optimizer must be one of .*, got 'adam'"),
        ({"batch_size": 800, "accumulate": 2}, "must be at most 1437, got 800 times 2"),
        ({"accumulate": 0}, "accumulate must be at least 1, got 0"),
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
    ],
)
def test_errors_of_the_classifier_name_the_argument(wrong: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"lr": 0.1} | wrong
    with pytest.raises(ValueError, match=message):
        train_classifier(0, hold(), **arguments)


# A first learning rate of 0


@pytest.mark.parametrize("seed", SEEDS)
def test_an_epoch_at_lr_zero_moves_no_weight_by_a_bit(seed: int) -> None:
    wasted, useful = (
        zero_lr.cost_of_zero(seed, arm, epochs=1) for arm in ("per epoch e/W", "per epoch (e+1)/W")
    )
    assert (wasted.updates_at_zero, wasted.moved) == (22, 0)
    assert useful.updates_at_zero == 0
    assert useful.moved > 50_000
    assert wasted.loss_after_epoch_1 > 3 * useful.loss_after_epoch_1


def test_stepped_per_update_a_ramp_from_zero_wastes_one_update() -> None:
    assert zero_lr.cost_of_zero(0, "per batch t/N", epochs=1).updates_at_zero == 1
    assert zero_lr.cost_of_zero(0, "per batch (t+1)/N", epochs=1).updates_at_zero == 0


def test_an_unknown_arm_is_refused() -> None:
    with pytest.raises(ValueError, match=r"arm must be one of .*, got 'e/W'"):
        zero_lr.cost_of_zero(0, "e/W")


# Adam


@pytest.mark.parametrize("seed", SEEDS)
def test_adams_first_update_moves_every_weight_by_the_lr(seed: int) -> None:
    moved = adam.first_updates(seed, updates=50)
    assert moved.by_lr > 0.99
    assert moved.largest == pytest.approx(1, abs=1e-3)
    assert moved.rms[49] < 0.4 * moved.rms[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_spread_of_adams_scale_falls_as_batches_are_seen(seed: int) -> None:
    spreads = adam.spread(seed, updates=50)
    assert spreads[0] > 2
    assert spreads[49] < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_warmup_removes_the_spike_of_adam_at_a_large_lr(seed: int) -> None:
    without = adam.train_adam(seed, hold(), updates=60)
    for tamed in (
        adam.train_adam(seed, linear_warmup(adam.untuned_warmup(0.98)), updates=60),
        adam.train_adam(seed, hold(), updates=60, rectified=True),
    ):
        assert adam.highest_loss(without) > 3 * adam.highest_loss(tamed)


def test_untuned_warmup_is_rounded_to_the_nearest_update() -> None:
    assert adam.untuned_warmup(0.999) == 2000
    with pytest.raises(ValueError, match="beta2 must be from 0 to below 1, got 1"):
        adam.untuned_warmup(1)


# Layer norm


@pytest.mark.parametrize("seed", SEEDS)
def test_a_post_ln_transformer_needs_warmup_at_a_large_lr_and_its_pre_ln_twin_does_not(
    seed: int,
) -> None:
    warmup = linear_warmup(transformer.WARMUP)
    post = transformer.train_transformer(seed, hold(), pre_ln=False, updates=80)
    post_warm = transformer.train_transformer(seed, warmup, pre_ln=False, updates=110)
    pre = transformer.train_transformer(seed, hold(), pre_ln=True, updates=80)
    assert post_warm.accuracy > post.accuracy + 0.25
    assert pre.accuracy > post.accuracy + 0.15


def test_a_transformer_leaves_the_global_random_state_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    first = transformer.train_transformer(0, hold(), pre_ln=True, updates=1)
    assert torch.equal(torch.rand(3), expected)
    assert transformer.train_transformer(0, hold(), pre_ln=True, updates=1) == first


# Sharpness


def test_sharpness_is_the_largest_eigenvalue_of_the_hessian() -> None:
    data, generator = digits(), torch.Generator().manual_seed(0)
    model = mlp("he", generator, (64, 10))
    pixels, labels = data.train_x[:512], data.train_y[:512]

    def loss(weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        logits = torch.nn.functional.linear(pixels, weight, bias)
        return torch.nn.functional.cross_entropy(logits, labels)

    weights = tuple(p.detach() for p in model.parameters())
    blocks = torch.autograd.functional.hessian(loss, weights)
    sizes = [w.numel() for w in weights]
    hessian = torch.cat(
        [
            torch.cat([blocks[i][j].reshape(sizes[i], sizes[j]) for j in range(2)], dim=1)
            for i in range(2)
        ]
    )
    largest = torch.linalg.eigvalsh(hessian)[-1].item()
    found = sharpness.sharpness(model, generator, iterations=200)
    assert found == pytest.approx(largest, rel=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_sharpness_falls_during_warmup(seed: int) -> None:
    run = sharpness.descend(seed, linear_warmup(100), updates=60, measure_at=(0, 50))
    at_start, later = run.sharpness
    assert at_start > 100
    assert later < 0.2 * at_start


@pytest.mark.parametrize("seed", SEEDS)
def test_longer_warmup_survives_a_larger_lr(seed: int) -> None:
    without = sharpness.descend(seed, hold(), lr=0.7)
    with_warmup = sharpness.descend(seed, linear_warmup(100), lr=0.5)
    assert not without.survived
    assert with_warmup.survived


def test_descent_ends_with_its_first_loss_that_is_not_finite() -> None:
    run = sharpness.descend(0, hold(), lr=1e6, updates=50)
    assert run.diverged
    assert not math.isfinite(run.losses[-1])
    assert len(run.losses) < 50


# Stored tables


def test_every_table_is_stored_with_all_that_it_depends_on() -> None:
    names = {make.__name__.removesuffix("_table") for make in MAKERS}
    stored = {name: tables.load(name) for name in names}
    for name, table in stored.items():
        assert table.name == name
        assert table.configuration
        assert table.torch.count(".") == 2
        assert len(table.seeds) >= 5
        for row in table.rows:
            assert row.keys() == table.rows[0].keys()
            for value in row.values():
                assert not isinstance(value, list) or len(value) == len(table.seeds)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_stored_number_is_what_a_run_gives_now(seed: int) -> None:
    stored = tables.load("classifier").row(optimizer="adamw", warmup=44, **{"base LR": 0.01})
    run = train_classifier(seed, STEADY, lr=0.01, optimizer="adamw", epochs=4).run
    assert run.accuracy == pytest.approx(stored["accuracy"][seed], abs=0.04)


def test_stored_tables_bear_out_what_the_lessons_say() -> None:
    zero = tables.load("zero_lr")
    assert zero.row(arm="per epoch e/W")["runs unmoved by epoch 1"] == len(zero.seeds)
    gains = [
        useful - wasted
        for useful, wasted in zip(
            zero.row(arm="per epoch (e+1)/W")["accuracy"],
            zero.row(arm="per epoch e/W")["accuracy"],
            strict=True,
        )
    ]
    assert 0 < mean(gains) < stdev(gains)
    cnn = tables.load("classifier")
    learned = [
        cnn.row(optimizer="sgd", warmup=warmup, **{"base LR": 0.2})["above 90%"]
        for warmup in (0, 44)
    ]
    assert learned[1] - learned[0] > 5
    spike = tables.load("adam_spike")
    none, untuned = (spike.row(arm=a) for a in ("no warmup", "warmup over 100"))
    assert min(none["highest loss"]) > 2 * mean(untuned["highest loss"])
    assert abs(median(none["accuracy"]) - median(untuned["accuracy"])) < 0.05
    reader = tables.load("transformer")
    post = {n: reader.row(**{"layer norm": "post-LN", "base LR": transformer.LR, "warmup": n})
            for n in (0, transformer.WARMUP)}  # fmt: skip
    assert max(post[0]["accuracy"]) < min(post[transformer.WARMUP]["accuracy"])


def test_a_table_is_written_as_it_is_read(tmp_path: Path) -> None:
    written = [tables.load("zero_lr"), tables.load("largest_lr")]
    tables.write(written, tmp_path / "tables.json")
    stored = tables.PATH.read_text(encoding="utf-8")
    text = (tmp_path / "tables.json").read_text(encoding="utf-8")
    assert text.strip("{}\n").split(' "largest_lr"')[0].rstrip(",\n ") in stored


def test_a_table_shows_its_seeds_and_its_source() -> None:
    said = tables.load("zero_lr").markdown()
    assert "30 seeds" in said
    assert "not by this notebook" in said
    assert "±" in said


def test_an_unknown_table_or_row_is_refused() -> None:
    with pytest.raises(LookupError, match="there is no table 'zero'"):
        tables.load("zero")
    with pytest.raises(LookupError, match="it names 0"):
        tables.load("zero_lr").row(arm="e/W")


# Progress


def test_progress_shows_done_and_to_do_in_text_and_html() -> None:
    bar = Progress(8, "a <run>")
    for update in range(8):
        bar(update, loss=1.5)
    shown = bar._repr_mimebundle_()
    assert shown["text/plain"].endswith("8 of 8 updates, loss 1.500")
    assert '<progress value="8" max="8" aria-label="a &lt;run&gt;">' in shown["text/html"]


def test_progress_is_quiet_outside_a_notebook(capsys: pytest.CaptureFixture[str]) -> None:
    Progress(2)(0, loss=1.0)
    assert capsys.readouterr() == ("", "")
