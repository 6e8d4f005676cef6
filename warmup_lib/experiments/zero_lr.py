r"""What a first learning rate of 0 costs.

Five runs of six epochs that differ in the ramp of the first three alone:

=================  =========================  =============================
none               1                          stepped per update
per batch t/N      min(t / 66, 1)             stepped per update
per batch (t+1)/N  min((t + 1) / 66, 1)       stepped per update
per epoch e/W      min(e / 3, 1)              stepped per epoch
per epoch (e+1)/W  min((e + 1) / 3, 1)        stepped per epoch
=================  =========================  =============================
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from warmup_lib.experiments.classifier import Training
from warmup_lib.schedules import Schedule, hold, linear_warmup, linear_warmup_from
from warmup_lib.training import mlp

LR, BATCH_SIZE, EPOCHS, WARMUP_EPOCHS = 0.05, 64, 6, 3
UPDATES_AN_EPOCH = 1437 // BATCH_SIZE
WARMUP_UPDATES = WARMUP_EPOCHS * UPDATES_AN_EPOCH

ARMS: dict[str, tuple[Schedule, bool]] = {
    "none": (hold(), False),
    "per batch t/N": (linear_warmup_from(0, WARMUP_UPDATES), False),
    "per batch (t+1)/N": (linear_warmup(WARMUP_UPDATES), False),
    "per epoch e/W": (linear_warmup_from(0, WARMUP_EPOCHS), True),
    "per epoch (e+1)/W": (linear_warmup(WARMUP_EPOCHS), True),
}
"""By name: the schedule, and whether it is stepped per epoch."""


@dataclass(frozen=True)
class Cost:
    """What one arm did: ``moved`` of its ``weights`` changed in the first epoch."""

    updates: int
    updates_at_zero: int
    loss_after_epoch_1: float
    moved: int
    weights: int
    accuracy: float


def cost_of_zero(seed: int, arm: str, *, epochs: int = EPOCHS) -> Cost:
    """Train the he network of lesson 1 under one arm of :data:`ARMS`.

    >>> cost = cost_of_zero(0, "per epoch e/W", epochs=1)
    >>> cost.updates, cost.updates_at_zero, cost.moved
    (22, 22, 0)
    """
    if arm not in ARMS:
        raise ValueError(f"arm must be one of {list(ARMS)}, got {arm!r}")
    schedule, per_epoch = ARMS[arm]
    fit = Training(
        seed,
        schedule,
        lr=LR,
        batch_size=BATCH_SIZE,
        per_epoch=per_epoch,
        model=partial(mlp, "he"),
    ).train(epochs)
    return Cost(
        updates=len(fit.run.lrs),
        updates_at_zero=fit.run.lrs.count(0.0),
        loss_after_epoch_1=fit.epochs[0].loss,
        moved=fit.epochs[0].moved,
        weights=fit.weights,
        accuracy=fit.run.accuracy,
    )
