"""An image classifier under a schedule: epochs, accumulation, checkpoints.

>>> from warmup_lib.schedules import linear_warmup
>>> fit = train_classifier(0, linear_warmup(4), lr=0.05, batch_size=479, epochs=2)
>>> [round(lr, 4) for lr in fit.run.lrs]
[0.0125, 0.025, 0.0375, 0.05, 0.05, 0.05]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from warmup_lib._arguments import number_above_zero, whole_number
from warmup_lib.schedulers import ScheduleLR
from warmup_lib.schedules import Schedule
from warmup_lib.trace import record
from warmup_lib.training import Run, accuracy, digits, one_thread

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
    "adamw": lambda parameters, lr: torch.optim.AdamW(parameters, lr=lr),
}


@dataclass(frozen=True)
class Epoch:
    """What one epoch did: ``loss`` on all training digits and test accuracy after it.

    ``moved`` counts the weights that differ in any bit from what they were before it.
    """

    loss: float
    accuracy: float
    moved: int


@dataclass(frozen=True)
class Fit:
    """A run, its epochs, and how many weights the model has."""

    run: Run
    epochs: tuple[Epoch, ...]
    weights: int


def cnn(generator: Generator) -> nn.Sequential:
    """Two 3×3 convolutions, a 2×2 maximum and a linear layer; he init, no normalisation.

    >>> cnn(Generator().manual_seed(0))(torch.zeros(3, 64)).shape
    torch.Size([3, 10])
    """
    layers: list[nn.Module] = [
        nn.utils.skip_init(nn.Conv2d, 1, 16, kernel_size=3, padding=1),
        nn.utils.skip_init(nn.Conv2d, 16, 32, kernel_size=3, padding=1),
        nn.utils.skip_init(nn.Linear, 32 * 4 * 4, 10),
    ]
    for layer in layers:
        weight, bias = layer.weight, layer.bias
        assert isinstance(weight, Tensor)
        assert isinstance(bias, Tensor)
        sd = math.sqrt(2 / weight[0].numel())
        nn.init.normal_(weight, std=sd, generator=generator)
        nn.init.zeros_(bias)
    first, second, last = layers
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)), first, nn.ReLU(), second, nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), last,
    )  # fmt: skip


class Training:
    r"""A training run that can be stopped after any epoch and taken up again.

    Update t uses LR(t) = ``lr`` · ``schedule(t)``, or ``schedule(epoch)`` with
    ``per_epoch``. An epoch visits the digits once, in a new order, and drops the
    last batch where it is not full. With ``accumulate`` k, k batches make one
    update, whose gradient is their mean.

    Args:
        seed: of the weights and of the order of the digits.
        schedule: update (or epoch) index → factor, as in :mod:`warmup_lib.schedules`.
        lr: base learning rate, finite and above 0.
        optimizer: "sgd" (momentum 0.9) or "adamw".
        batch_size: digits in a batch, 1 to 1437.
        accumulate: batches for one update; those left over at an epoch's end are dropped.
        per_epoch: step the schedule after every epoch rather than after every update.
        model: makes the model from a generator.

    Raises:
        ValueError: an argument is out of its range.
    """

    def __init__(
        self,
        seed: int,
        schedule: Schedule,
        *,
        lr: float,
        optimizer: str = "sgd",
        batch_size: int = 64,
        accumulate: int = 1,
        per_epoch: bool = False,
        model: Callable[[Generator], nn.Module] = cnn,
    ) -> None:
        if optimizer not in OPTIMIZERS:
            raise ValueError(f"optimizer must be one of {sorted(OPTIMIZERS)}, got {optimizer!r}")
        lr = number_above_zero("lr", lr, remedy="it is the base learning rate")
        self.batch_size = whole_number("batch_size", batch_size, remedy="give the digits a batch")
        self.accumulate = whole_number("accumulate", accumulate, remedy="1 is no accumulation")
        self.updates_an_epoch = len(digits().train_y) // (self.batch_size * self.accumulate)
        if self.updates_an_epoch < 1:
            raise ValueError(
                f"batch_size times accumulate must be at most {len(digits().train_y)}, got "
                f"{self.batch_size} times {self.accumulate}; an epoch would make no update"
            )
        self.per_epoch = per_epoch
        self.generator = Generator().manual_seed(seed)
        self.model = model(self.generator)
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters(), lr=lr)
        self.scheduler = ScheduleLR(self.optimizer, schedule)
        self.losses: list[float] = []
        self.lrs: list[float] = []
        self.epochs: list[Epoch] = []

    @property
    def diverged(self) -> bool:
        """Whether a loss was NaN or infinite; nothing is trained from there on."""
        return bool(self.losses) and not math.isfinite(self.losses[-1])

    def train(self, epochs: int, progress: Callable[[int, float], None] | None = None) -> Fit:
        """Train for some more epochs; gives all that was done since the beginning.

        Args:
            epochs: how many more, at least 1.
            progress: called with the update and the loss on its batches once it is made.
        """
        epochs = whole_number("epochs", epochs, remedy="train for one or more")
        with one_thread(), record(self.optimizer) as trace:
            for _ in range(epochs):
                if not self.diverged:
                    self._epoch(progress)
            self.lrs += trace.used()
            right = accuracy(self.model)
        run = Run(tuple(self.losses), tuple(self.lrs), right, self.diverged)
        return Fit(run, tuple(self.epochs), _weights(self.model).numel())

    def _epoch(self, progress: Callable[[int, float], None] | None) -> None:
        data, before = digits(), _weights(self.model)
        order = torch.randperm(len(data.train_y), generator=self.generator)
        per_update = self.batch_size * self.accumulate
        for chosen in order[: self.updates_an_epoch * per_update].split(per_update):
            self.optimizer.zero_grad()
            total = 0.0
            for batch in chosen.split(self.batch_size):
                loss = cross_entropy(self.model(data.train_x[batch]), data.train_y[batch])
                # Gradients add up; the mean over the batches is what one large batch would give.
                (loss / self.accumulate).backward()
                total += loss.item()
            self.optimizer.step()
            if not self.per_epoch:
                self.scheduler.step()
            self.losses.append(total / self.accumulate)
            if progress is not None:
                progress(len(self.losses) - 1, self.losses[-1])
            if self.diverged:
                break
        if self.per_epoch:
            self.scheduler.step()
        with torch.no_grad():
            loss = cross_entropy(self.model(data.train_x), data.train_y)
        moved = int((_weights(self.model) != before).sum())
        self.epochs.append(Epoch(loss.item(), accuracy(self.model), moved))

    def state_dict(self) -> dict[str, Any]:
        """All that decides how the run goes on, as ``torch.save`` takes it.

        The schedule is code and is not in it: build the run with the same one, then load.
        """
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "order": self.generator.get_state(),
            "losses": list(self.losses),
            "lrs": list(self.lrs),
            "epochs": [(e.loss, e.accuracy, e.moved) for e in self.epochs],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on where the run that gave ``state`` stopped."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.generator.set_state(state["order"])
        self.losses, self.lrs = list(state["losses"]), list(state["lrs"])
        self.epochs = [Epoch(*numbers) for numbers in state["epochs"]]


def train_classifier(
    seed: int,
    schedule: Schedule,
    *,
    epochs: int = 6,
    progress: Callable[[int, float], None] | None = None,
    **setting: Any,
) -> Fit:
    """One run from the beginning; see :class:`Training` for the arguments."""
    return Training(seed, schedule, **setting).train(epochs, progress)


def _weights(model: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])
