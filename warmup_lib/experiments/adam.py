r"""Adam's first updates: how far they move the weights, and why.

.. math:: \Delta\theta = -\text{LR} \cdot \frac{\hat m}{\sqrt{\hat v} + \epsilon}

At the first update :math:`\hat m = g` and :math:`\hat v = g^2`, so every weight
with a gradient moves by the LR, however small its gradient is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from warmup_lib._arguments import number_above_zero, whole_number
from warmup_lib.schedules import Schedule, hold
from warmup_lib.training import Run, batches, digits, mlp, one_thread, train_model

BATCH_SIZE = 128
BETAS = (0.9, 0.999)
SETTLED_AFTER = 200


@dataclass(frozen=True)
class FirstUpdates:
    """How far Adam moved the weights, in units of the learning rate.

    ``by_lr`` is the share of the weights with a gradient that the first update
    moved by the LR, to 1%; ``largest`` the furthest that it moved any, and
    ``rms[t]`` the root mean square over all weights at update t.
    """

    by_lr: float
    largest: float
    rms: tuple[float, ...]


def untuned_warmup(beta2: float) -> int:
    r"""The length of warmup that needs no tuning, in updates.

    .. math:: n = \left\lfloor \frac{2}{1 - \beta_2} \right\rceil

    Source: Ma & Yarats 2021, https://arxiv.org/abs/1910.04209.

    >>> untuned_warmup(0.999), untuned_warmup(0.98)
    (2000, 100)
    """
    if not 0 <= beta2 < 1:
        raise ValueError(f"beta2 must be from 0 to below 1, got {beta2!r}; Adam's default is 0.999")
    return round(2 / (1 - beta2))


def first_updates(seed: int, *, lr: float = 1e-3, updates: int = 100) -> FirstUpdates:
    """Train the he network with Adam and measure what each update moved.

    >>> moved = first_updates(0, updates=2)
    >>> f"{moved.largest:.3f}"
    '1.000'
    """
    lr = number_above_zero("lr", lr, remedy="it is the base learning rate")
    updates = whole_number("updates", updates, remedy="measure one or more")
    model, order = _network(seed, updates)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=BETAS)
    before = _flat(model)
    steps: list[Tensor] = []
    gradients: list[Tensor] = []

    def measure(update: int, _: float) -> None:
        nonlocal before
        after = _flat(model)
        steps.append((after - before).abs() / lr)
        before = after
        if update == 0:
            gradients.append(_flat_gradient(model))

    train_model(model, optimizer, hold(), order, after_update=measure)
    has_gradient = steps[0][gradients[0] != 0]
    return FirstUpdates(
        by_lr=((has_gradient - 1).abs() < 0.01).float().mean().item(),
        largest=has_gradient.max().item(),
        rms=tuple(step.pow(2).mean().sqrt().item() for step in steps),
    )


def spread(seed: int, *, updates: int = 100) -> tuple[float, ...]:
    r"""How far Adam's :math:`1/\sqrt{\hat v}` is from settled after so many batches.

    The weights stay as they are at init, so only the average over batches changes.
    For each weight that every batch gives a gradient, 1/√v̂ after t+1 random batches
    is divided by 1/√E[g²], where the mean is over 200 others. Position t is the
    spread of this ratio over the weights: (90% quantile − 10% quantile) / median.

    >>> spreads = spread(0, updates=5)
    >>> spreads[0] > spreads[4]
    True
    """
    updates = whole_number("updates", updates, remedy="measure one or more")
    generator = Generator().manual_seed(seed)
    model, beta2 = mlp("he", generator), BETAS[1]
    with one_thread():
        settled = torch.zeros_like(_flat(model), dtype=torch.float64)
        seen = torch.ones_like(settled, dtype=torch.bool)
        for _ in range(SETTLED_AFTER):
            square = _squared_gradient(model, generator)
            settled += square / SETTLED_AFTER
            seen &= square > 0
        squares = [_squared_gradient(model, generator) for _ in range(updates)]
        for square in squares:
            seen &= square > 0
        v = torch.zeros_like(settled[seen])
        spreads = []
        for t, square in enumerate(squares, start=1):
            v = beta2 * v + (1 - beta2) * square[seen]
            ratio = (settled[seen] / (v / (1 - beta2**t))).sqrt()
            low, middle, high = torch.quantile(ratio, ratio.new_tensor([0.1, 0.5, 0.9])).tolist()
            spreads.append((high - low) / middle)
    return tuple(spreads)


def train_adam(
    seed: int,
    schedule: Schedule,
    *,
    lr: float = 0.05,
    beta2: float = 0.98,
    updates: int = 200,
    rectified: bool = False,
) -> Run:
    """Train the he network with Adam, or with RAdam where ``rectified``.

    Args:
        seed: of the weights and of the order of the digits.
        schedule: update index → factor.
        lr: base learning rate, finite and above 0; large for Adam by default.
        beta2: how long the squared gradients are remembered; Adam's default is 0.999.
        updates: how many updates to make, at least 1.
        rectified: RAdam in place of Adam.

    Raises:
        ValueError: ``lr`` or ``updates`` is out of its range.

    >>> from warmup_lib.schedules import linear_warmup
    >>> run = train_adam(0, linear_warmup(2), lr=0.001, updates=3)
    >>> [round(lr, 4) for lr in run.lrs]
    [0.0005, 0.001, 0.001]
    """
    lr = number_above_zero("lr", lr, remedy="it is the base learning rate")
    updates = whole_number("updates", updates, remedy="train for one or more")
    model, order = _network(seed, updates)
    kind = torch.optim.RAdam if rectified else torch.optim.Adam
    optimizer = kind(model.parameters(), lr=lr, betas=(BETAS[0], beta2))
    return train_model(model, optimizer, schedule, order)


def highest_loss(run: Run) -> float:
    """The highest loss of a run; infinite where it diverged."""
    return math.inf if run.diverged else max(run.losses)


def _network(seed: int, updates: int) -> tuple[nn.Module, list[Tensor]]:
    generator = Generator().manual_seed(seed)
    model = mlp("he", generator)
    return model, list(batches(len(digits().train_y), BATCH_SIZE, updates, generator))


def _flat(model: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def _flat_gradient(model: nn.Module) -> Tensor:
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def _squared_gradient(model: nn.Module, generator: Generator) -> Tensor:
    data = digits()
    batch = torch.randint(len(data.train_y), (BATCH_SIZE,), generator=generator)
    model.zero_grad()
    cross_entropy(model(data.train_x[batch]), data.train_y[batch]).backward()
    return _flat_gradient(model).double() ** 2
