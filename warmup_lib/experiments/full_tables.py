"""What is in the stored tables: each function runs one experiment over many seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from warmup_lib.experiments import adam, classifier, sharpness, transformer, zero_lr
from warmup_lib.experiments.tables import Table
from warmup_lib.schedules import Schedule, hold, linear_warmup

FIVE, SIX, TEN, THIRTY = (tuple(range(n)) for n in (5, 6, 10, 30))


def ramp(updates: int) -> Schedule:
    """Linear warmup over so many updates; 0 is no warmup."""
    return linear_warmup(updates) if updates else hold()


def classifier_table(seeds: Sequence[int] = TEN) -> Table:
    settings = [("sgd", lr) for lr in (0.03, 0.1, 0.2, 0.3)]
    settings += [("adamw", lr) for lr in (0.01, 0.03, 0.1)]
    rows: list[Mapping[str, Any]] = []
    for optimizer, lr in settings:
        for warmup in (0, 44):
            fits = [
                classifier.train_classifier(
                    seed, ramp(warmup), lr=lr, optimizer=optimizer, epochs=4
                )
                for seed in seeds
            ]
            accuracies = [fit.run.accuracy for fit in fits]
            rows.append(
                {
                    "optimizer": optimizer,
                    "base LR": lr,
                    "warmup": warmup,
                    "above 90%": sum(accuracy > 0.9 for accuracy in accuracies),
                    "accuracy": accuracies,
                }
            )
    return _table(
        "classifier",
        "A small CNN on digits, with and without warmup",
        {"epochs": 4, "updates": 88, "batch size": 64, "momentum of sgd": 0.9},
        seeds,
        rows,
    )


def zero_lr_table(seeds: Sequence[int] = THIRTY) -> Table:
    rows: list[Mapping[str, Any]] = []
    for arm in zero_lr.ARMS:
        costs = [zero_lr.cost_of_zero(seed, arm) for seed in seeds]
        rows.append(
            {
                "arm": arm,
                "updates at LR 0": costs[0].updates_at_zero,
                "loss after epoch 1": [cost.loss_after_epoch_1 for cost in costs],
                "runs unmoved by epoch 1": sum(cost.moved == 0 for cost in costs),
                "accuracy": [cost.accuracy for cost in costs],
            }
        )
    return _table(
        "zero_lr",
        "What a first learning rate of 0 costs",
        {
            "model": "he network of lesson 1",
            "optimizer": "SGD, momentum 0.9",
            "base LR": zero_lr.LR,
            "batch size": zero_lr.BATCH_SIZE,
            "epochs": zero_lr.EPOCHS,
            "updates an epoch": zero_lr.UPDATES_AN_EPOCH,
            "epochs of warmup": zero_lr.WARMUP_EPOCHS,
        },
        seeds,
        rows,
    )


def adam_updates_table(seeds: Sequence[int] = FIVE) -> Table:
    moved = [adam.first_updates(seed) for seed in seeds]
    spreads = [adam.spread(seed) for seed in seeds]
    rows = [
        {
            "update": t,
            "RMS of update / LR": [each.rms[t] for each in moved],
            "spread of 1/√v̂": [each[t] for each in spreads],
        }
        for t in (0, 1, 4, 9, 19, 49, 99)
    ]
    return _table(
        "adam_updates",
        "How far Adam moves the weights, and how settled its 1/√v̂ is",
        {"model": "he network of lesson 1", "LR": 1e-3, "betas": adam.BETAS, "batch size": 128},
        seeds,
        rows,
    )


def adam_spike_table(seeds: Sequence[int] = TEN) -> Table:
    arms: dict[str, tuple[int, bool]] = {
        "no warmup": (0, False),
        "warmup over 20": (20, False),
        "warmup over 100": (100, False),
        "RAdam, no warmup": (0, True),
    }
    rows: list[Mapping[str, Any]] = []
    for arm, (warmup, rectified) in arms.items():
        runs = [adam.train_adam(seed, ramp(warmup), rectified=rectified) for seed in seeds]
        rows.append(
            {
                "arm": arm,
                "highest loss": [adam.highest_loss(run) for run in runs],
                "accuracy": [run.accuracy for run in runs],
            }
        )
    return _table(
        "adam_spike",
        "Adam at a large learning rate",
        {"model": "he network of lesson 1", "LR": 0.05, "betas": (0.9, 0.98), "updates": 200},
        seeds,
        rows,
    )


def transformer_table(seeds: Sequence[int] = TEN) -> Table:
    rows: list[Mapping[str, Any]] = []
    for lr, norms in ((transformer.LR, (False, True)), (0.001, (False,))):
        for pre_ln in norms:
            for warmup in (0, transformer.WARMUP):
                accuracies = [
                    transformer.train_transformer(seed, ramp(warmup), pre_ln=pre_ln, lr=lr).accuracy
                    for seed in seeds
                ]
                rows.append(
                    {
                        "layer norm": "pre-LN" if pre_ln else "post-LN",
                        "base LR": lr,
                        "warmup": warmup,
                        "accuracy": accuracies,
                    }
                )
    return _table(
        "transformer",
        "A transformer of six layers that reads digits row by row",
        {
            "width": transformer.WIDTH,
            "heads": transformer.HEADS,
            "optimizer": "Adam(0.9, 0.98), fused",
            "batch size": transformer.BATCH_SIZE,
            "updates": transformer.UPDATES,
        },
        seeds,
        rows,
    )


def sharpness_table(seeds: Sequence[int] = SIX) -> Table:
    at = (0, 5, 10, 20, 30, 50, 75, 99)
    warmup = [
        sharpness.descend(seed, linear_warmup(sharpness.WARMUP), updates=100, measure_at=at)
        for seed in seeds
    ]
    constant = [sharpness.descend(seed, hold(0.1), updates=100, measure_at=at) for seed in seeds]
    rows = [
        {
            "update": t,
            "LR": warmup[0].lrs[t],
            "edge 2/LR": 2 / warmup[0].lrs[t],
            "sharpness under warmup": [run.sharpness[i] for run in warmup],
            "loss under warmup": [run.losses[t] for run in warmup],
            "sharpness at a constant LR of 0.03": [run.sharpness[i] for run in constant],
            "loss at a constant LR of 0.03": [run.losses[t] for run in constant],
        }
        for i, t in enumerate(at)
    ]
    return _table("sharpness", "Sharpness during the warmup", _descent(), seeds, rows)


def survival_table(seeds: Sequence[int] = SIX) -> Table:
    arms = {
        "base LR at once": hold(),
        "warmup over 100": linear_warmup(sharpness.WARMUP),
        "a tenth of the base LR": hold(0.1),
    }
    rows: list[Mapping[str, Any]] = []
    for arm, schedule in arms.items():
        runs = [sharpness.descend(seed, schedule) for seed in seeds]
        rows.append(
            {
                "arm": arm,
                "survived": sum(run.survived for run in runs),
                "accuracy": [run.accuracy for run in runs],
            }
        )
    return _table("survival", "Hot init, base LR 0.3: who survives", _descent(), seeds, rows)


def largest_lr_table(seeds: Sequence[int] = FIVE) -> Table:
    lrs = {"hot": (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4), "he": (0.5, 0.7, 1.0, 1.4)}
    rows: list[Mapping[str, Any]] = []
    for init, candidates in lrs.items():
        for warmup in (0, 20, 50, 100):
            row: dict[str, Any] = {"init": init, "warmup": warmup}
            for lr in sorted({lr for each in lrs.values() for lr in each}):
                row[f"LR {lr:g}"] = (
                    ""
                    if lr not in candidates
                    else sum(
                        sharpness.descend(seed, ramp(warmup), lr=lr, init=init).survived
                        for seed in seeds
                    )
                )
            rows.append(row)
    return _table("largest_lr", "How many seeds survive, of 5", _descent(), seeds, rows)


MAKERS: Sequence[Callable[[], Table]] = (
    classifier_table,
    zero_lr_table,
    adam_updates_table,
    adam_spike_table,
    transformer_table,
    sharpness_table,
    survival_table,
    largest_lr_table,
)


def _descent() -> dict[str, Any]:
    return {
        "model": "ReLU network, three hidden layers of 128",
        "optimizer": "gradient descent on 512 digits at once",
        "updates": sharpness.UPDATES,
    }


def _table(
    name: str,
    about: str,
    configuration: Mapping[str, Any],
    seeds: Sequence[int],
    rows: Sequence[Mapping[str, Any]],
) -> Table:
    return Table(name, about, configuration, list(seeds), torch.__version__.split("+")[0], rows)
