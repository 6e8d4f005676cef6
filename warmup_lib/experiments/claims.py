"""What lesson 1 tests: are the first gradients wrong, and does warmup save time?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from warmup_lib._arguments import number_above_zero
from warmup_lib.schedules import Schedule
from warmup_lib.training import batches, digits, mlp, one_thread, train_model

BATCH_SIZE = 128


def agreement(
    seed: int, schedule: Schedule, *, lr: float, init: str = "he", at: Collection[int]
) -> Mapping[int, float]:
    r"""How well a batch's gradient agrees with that of all training digits, during a run of SGD.

    .. math:: \text{mean over 10 batches of}\; \cos(g_\text{batch}, g_\text{all})

    1 is the same direction, 0 a right angle. The run is that of
    :func:`warmup_lib.training.train`; looking does not change it.

    Args:
        seed: of the run.
        schedule: update index → factor.
        lr: base learning rate, finite and above 0.
        init: "he" or "hot".
        at: before which updates to look; 0 is before the first.

    Returns:
        Update → mean cosine, for each of ``at`` that the run lived to see.

    >>> from warmup_lib.schedules import linear_warmup
    >>> seen = agreement(0, linear_warmup(5), lr=0.06, at=[0])
    >>> list(seen), 0 < seen[0] <= 1
    ([0], True)
    """
    lr = number_above_zero("lr", lr, remedy="it is the base learning rate")
    generator = Generator().manual_seed(seed)
    model = mlp(init, generator)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    seen: dict[int, float] = {}

    def look(update: int) -> None:
        if update in at:
            seen[update] = _mean_cosine(model)

    look(0)
    order = batches(len(digits().train_y), BATCH_SIZE, max(1, *at), generator)
    train_model(model, optimizer, schedule, order, after_update=lambda t, _: look(t + 1))
    return seen


def updates_until(losses: Sequence[float], below: float, *, window: int = 5) -> int | None:
    """How many updates it took until the mean loss of the last ``window`` was ``below``, or None.

    >>> updates_until([3, 2, 1, 1, 1], below=1.5, window=2)
    4
    """
    for end in range(window, len(losses) + 1):
        if sum(losses[end - window : end]) / window < below:
            return end
    return None


def _mean_cosine(model: nn.Module, count: int = 10) -> float:
    data = digits()
    with one_thread():
        everything = _gradient(model, data.train_x, data.train_y)
        cosines = [
            torch.cosine_similarity(
                _gradient(model, data.train_x[batch], data.train_y[batch]), everything, dim=0
            )
            for batch in batches(
                len(data.train_y), BATCH_SIZE, count, Generator().manual_seed(count)
            )
        ]
    return torch.stack(cosines).mean().item()


def _gradient(model: nn.Module, pixels: Tensor, labels: Tensor) -> Tensor:
    loss = cross_entropy(model(pixels), labels)
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(model.parameters()))])
