"""Small real experiments: handwritten digits, a plain MLP, SGD under a schedule.

One call of :func:`train` is one run, and depends on its arguments alone: it draws
from its own generator, leaves torch's global one as it was, and runs on one thread.
:func:`train_model` is the loop alone, for other models and optimizers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from warmup_lib._arguments import number_above_zero, whole_number
from warmup_lib.schedulers import ScheduleLR
from warmup_lib.schedules import Schedule
from warmup_lib.trace import record

GAINS = {"he": math.sqrt(2), "hot": 2.5}
"""Standard deviation of the weights at init, times √fan_in, by name."""

WIDTHS = (64, 128, 128, 128, 128, 10)


@dataclass(frozen=True)
class Digits:
    """The 8×8 digits of scikit-learn: pixels in 64 columns, labels 0 to 9."""

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor


@dataclass(frozen=True)
class Run:
    """What one training run did.

    ``losses[t]`` is the loss on the batch of update t before it moved anything,
    ``lrs[t]`` the LR that it used. ``diverged`` says that a loss was NaN or
    infinite: the run ends there, and that loss is the last.
    """

    losses: tuple[float, ...]
    lrs: tuple[float, ...]
    accuracy: float
    diverged: bool


@cache
def digits() -> Digits:
    """1437 digits to train on and 360 to test, standardised by the former's mean and sd.

    >>> digits().train_x.shape, digits().test_x.shape
    (torch.Size([1437, 64]), torch.Size([360, 64]))
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    train_x, test_x, train_y, test_y = train_test_split(
        torch.tensor(pixels, dtype=torch.float32),
        torch.tensor(labels),
        test_size=360,
        random_state=0,
    )
    mean, sd = train_x.mean(), train_x.std()
    return Digits((train_x - mean) / sd, train_y, (test_x - mean) / sd, test_y)


def mlp(init: str, generator: Generator, widths: Sequence[int] = WIDTHS) -> nn.Sequential:
    """A ReLU network, with four hidden layers of 128 by default, and no normalisation.

    Weights are normal with sd gain/√fan_in, biases zero. The gain is √2 for
    "he" and 2.5 for "hot", which starts the network too loud on purpose.

    Args:
        init: "he" or "hot".
        generator: what the weights are drawn from.
        widths: of the input, of each hidden layer and of the output.

    Raises:
        ValueError: ``init`` is neither.

    >>> model = mlp("he", Generator().manual_seed(0))
    >>> model(torch.zeros(3, 64)).shape
    torch.Size([3, 10])
    """
    if init not in GAINS:
        raise ValueError(f"init must be one of {sorted(GAINS)}, got {init!r}")
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        # nn.Linear would draw its own init from the global generator.
        linear = nn.utils.skip_init(nn.Linear, fan_in, fan_out)
        nn.init.normal_(linear.weight, std=GAINS[init] / math.sqrt(fan_in), generator=generator)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def train(
    seed: int,
    schedule: Schedule,
    *,
    lr: float,
    init: str = "he",
    updates: int = 300,
    batch_size: int = 128,
    momentum: float = 0.9,
) -> Run:
    r"""Train the MLP on the digits with SGD, update t at LR(t) = ``lr`` · ``schedule(t)``.

    Args:
        seed: of the weights and of the order of the digits; the same for every
            schedule, so that two runs differ in nothing else.
        schedule: update index → factor, as in :mod:`warmup_lib.schedules`.
        lr: base learning rate, finite and above 0.
        init: "he" or "hot", see :func:`mlp`.
        updates: how many updates to make, at least 1.
        batch_size: digits per update, at least 1.
        momentum: of SGD; 0 is plain gradient descent on batches.

    Raises:
        ValueError: an argument is out of its range.

    >>> from warmup_lib.schedules import linear_warmup
    >>> run = train(0, linear_warmup(5), lr=0.05, updates=6)
    >>> [round(lr, 2) for lr in run.lrs]
    [0.01, 0.02, 0.03, 0.04, 0.05, 0.05]
    >>> run.losses[-1] < run.losses[0], run.diverged
    (True, False)
    """
    lr = number_above_zero("lr", lr, remedy="it is the base learning rate")
    updates = whole_number("updates", updates, remedy="train for one or more")
    batch_size = whole_number("batch_size", batch_size, remedy="give the digits per update")
    generator = Generator().manual_seed(seed)
    model = mlp(init, generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    order = batches(len(digits().train_y), batch_size, updates, generator)
    return train_model(model, optimizer, schedule, order)


def train_model(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    schedule: Schedule,
    order: Iterable[Tensor],
    *,
    after_update: Callable[[int, float], None] | None = None,
) -> Run:
    """Train any classifier of the digits with any optimizer, one update a batch.

    Args:
        model: pixels of shape (batch, 64) → logits of shape (batch, 10).
        optimizer: of its parameters; its ``lr`` is the base learning rate.
        schedule: update index → factor, as in :mod:`warmup_lib.schedules`.
        order: the training digits of each batch, by index, as :func:`batches` gives them.
        after_update: called with the update and the loss on its batch once it is made.
    """
    data = digits()
    scheduler = ScheduleLR(optimizer, schedule)
    losses: list[float] = []
    with one_thread(), record(optimizer) as trace:
        for batch in order:
            loss = cross_entropy(model(data.train_x[batch]), data.train_y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
            losses.append(loss.item())
            if after_update is not None:
                after_update(len(losses) - 1, losses[-1])
            if not math.isfinite(losses[-1]):
                break
        right = accuracy(model)
    return Run(
        losses=tuple(losses),
        lrs=tuple(trace.used()),
        accuracy=right,
        diverged=not math.isfinite(losses[-1]),
    )


def accuracy(model: nn.Module) -> float:
    """The share of the test digits that ``model`` gets right."""
    data = digits()
    with torch.no_grad():
        right = model(data.test_x).argmax(1) == data.test_y
    return float(right.float().mean())


def batches(examples: int, size: int, count: int, generator: Generator) -> Iterator[Tensor]:
    """Indices of ``count`` batches, shuffled anew whenever the examples run out."""
    order = torch.empty(0, dtype=torch.long)
    for _ in range(count):
        while len(order) < size:
            order = torch.cat([order, torch.randperm(examples, generator=generator)])
        yield order[:size]
        order = order[size:]


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums over several threads may round differently, and the runs would differ."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
