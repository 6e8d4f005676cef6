r"""Sharpness, the largest eigenvalue of the loss's Hessian, during training.

On a quadratic of sharpness λ, gradient descent with learning rate η shrinks the
error if η < 2/λ and grows it beyond. So 2/η is the sharpness that η can stand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from warmup_lib._arguments import number_above_zero, whole_number
from warmup_lib.schedules import Schedule
from warmup_lib.training import accuracy, digits, mlp, one_thread

WIDTHS = (64, 128, 128, 128, 10)
EXAMPLES = 512
LR, WARMUP, UPDATES = 0.3, 100, 200


@dataclass(frozen=True)
class Descent:
    """A run of full-batch gradient descent.

    ``losses[t]`` is the loss before update t, ``sharpness[i]`` the sharpness before
    update ``measured[i]``. ``diverged`` says that a loss was NaN or infinite: the
    run ends there. It *survived* if it is accurate in the end as well.
    """

    losses: tuple[float, ...]
    lrs: tuple[float, ...]
    measured: tuple[int, ...]
    sharpness: tuple[float, ...]
    accuracy: float
    diverged: bool

    @property
    def survived(self) -> bool:
        return not self.diverged and self.accuracy > 0.8


def descend(
    seed: int,
    schedule: Schedule,
    *,
    lr: float = LR,
    init: str = "hot",
    updates: int = UPDATES,
    measure_at: Sequence[int] = (),
) -> Descent:
    """Gradient descent on 512 digits at once, measuring the sharpness on the way.

    Args:
        seed: of the weights.
        schedule: update index → factor, as in :mod:`warmup_lib.schedules`.
        lr: base learning rate, finite and above 0.
        init: "hot" or "he", see :func:`warmup_lib.training.mlp`.
        updates: how many updates to make, at least 1.
        measure_at: updates before which the sharpness is measured.
    """
    lr = number_above_zero("lr", lr, remedy="it is the base learning rate")
    updates = whole_number("updates", updates, remedy="train for one or more")
    generator = Generator().manual_seed(seed)
    model = mlp(init, generator, WIDTHS)
    weights = list(model.parameters())
    losses: list[float] = []
    lrs: list[float] = []
    measured: list[tuple[int, float]] = []
    with one_thread():
        for t in range(updates):
            loss = _loss(model)
            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                break
            if t in measure_at:
                measured.append((t, sharpness(model, generator)))
            lrs.append(lr * schedule(t))
            with torch.no_grad():
                for weight, gradient in zip(
                    weights, torch.autograd.grad(loss, weights), strict=True
                ):
                    weight.sub_(lrs[-1] * gradient)
        right = accuracy(model)
    return Descent(
        losses=tuple(losses),
        lrs=tuple(lrs),
        measured=tuple(t for t, _ in measured),
        sharpness=tuple(value for _, value in measured),
        accuracy=right,
        diverged=not math.isfinite(losses[-1]),
    )


def sharpness(model: nn.Module, generator: Generator, *, iterations: int = 30) -> float:
    r"""The largest eigenvalue of the Hessian of the loss on the 512 digits.

    Power iteration: :math:`v \leftarrow Hv / |Hv|`, where Hv is the gradient of
    gradient · v; the Hessian itself, of 10^9 entries, is never built. It finds the
    eigenvalue of the largest magnitude, and gives v · Hv, which has its sign.

    Args:
        model: the network, left as it is.
        generator: what the first v is drawn from.
        iterations: of the power iteration.
    """
    weights = list(model.parameters())
    gradients = torch.autograd.grad(_loss(model), weights, create_graph=True)
    v = [torch.empty_like(w).normal_(generator=generator) for w in weights]
    value = 0.0
    # The sums below are of tensors; mypy thinks of the 0 that an empty one would be.
    for _ in range(iterations):
        norm = torch.sqrt(sum((x * x).sum() for x in v))  # type: ignore[arg-type]
        v = [x / norm for x in v]
        product = sum((g * x).sum() for g, x in zip(gradients, v, strict=True))
        hv = torch.autograd.grad(product, weights, retain_graph=True)  # type: ignore[arg-type]
        value = sum((a * b).sum().item() for a, b in zip(v, hv, strict=True))
        v = list(hv)
    return value


def _loss(model: nn.Module) -> Tensor:
    data = digits()
    return cross_entropy(model(data.train_x[:EXAMPLES]), data.train_y[:EXAMPLES])
