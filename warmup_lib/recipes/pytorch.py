"""PyTorch's own warmups that are not one equation of :mod:`warmup_lib.schedules`."""

from __future__ import annotations

from warmup_lib.recipes._counts import rest_of, steps_between
from warmup_lib.recipes.parts import rising
from warmup_lib.schedules import Schedule, cosine_decay, join, linear_warmup_from, polynomial_decay


def torch_one_cycle(
    warmup: int, total_steps: int, div_factor: float = 25.0, final_div_factor: float = 1e4
) -> Schedule:
    """Up a cosine from 1/25 of the peak to update W−1, and down one. Total includes W.

    The factor is that of ``max_lr``; ``pct_start`` is W over the total. PyTorch refuses
    to step on behind the total, where this one is held.

    Source: ``torch.optim.lr_scheduler.OneCycleLR(max_lr, total_steps, pct_start=…)``.

    >>> [round(torch_one_cycle(5, 10)(t), 4) for t in (0, 2, 4, 5, 9)]
    [0.04, 0.52, 1.0, 0.9045, 0.0]
    """
    first, last = 1 / div_factor, 1 / div_factor / final_div_factor
    up = steps_between("warmup", warmup)
    down = rest_of("total_steps", total_steps, warmup)
    return join(rising(cosine_decay(up), first), cosine_decay(down, last), at=up)


def torch_one_cycle_linear(
    warmup: int, total_steps: int, div_factor: float = 25.0, final_div_factor: float = 1e4
) -> Schedule:
    """Up a line from 1/25 of the peak to update W−1, and down one. Total includes W.

    Source: ``OneCycleLR(…, anneal_strategy="linear")``.

    >>> [round(torch_one_cycle_linear(5, 10)(t), 4) for t in (0, 2, 4, 5, 9)]
    [0.04, 0.52, 1.0, 0.8, 0.0]
    """
    first, last = 1 / div_factor, 1 / div_factor / final_div_factor
    up = steps_between("warmup", warmup)
    down = rest_of("total_steps", total_steps, warmup)
    return join(linear_warmup_from(first, up), polynomial_decay(down, end=last), at=up)
