"""The schedules of transformers: all of them count updates, and all but one start at 0."""

from __future__ import annotations

from warmup_lib._arguments import whole_number
from warmup_lib.recipes._counts import rest_of
from warmup_lib.recipes.parts import ahead, cosine_wave
from warmup_lib.schedules import (
    Schedule,
    cosine_decay,
    hold,
    inverse_sqrt_decay,
    join,
    linear_warmup,
    linear_warmup_from,
    polynomial_decay,
)


def transformers_constant(num_warmup_steps: int) -> Schedule:
    """From 0 to the peak at update W, then held.

    Source: transformers, ``get_constant_schedule_with_warmup``.

    >>> [transformers_constant(5)(t) for t in (0, 4, 5, 6)]
    [0.0, 0.8, 1.0, 1.0]
    """
    return linear_warmup_from(0, num_warmup_steps)


def transformers_linear(num_warmup_steps: int, num_training_steps: int) -> Schedule:
    """From 0 to the peak at update W, then down a line to 0 at the total, which includes W.

    Source: transformers, ``get_linear_schedule_with_warmup``.

    >>> [round(transformers_linear(5, 10)(t), 2) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 1.0, 0.8, 0.2]
    """
    return transformers_polynomial(num_warmup_steps, num_training_steps, end=0)


def transformers_polynomial(
    num_warmup_steps: int, num_training_steps: int, end: float, power: float = 1.0
) -> Schedule:
    """From 0 to the peak at update W, then a polynomial down to ``end``. Total includes W.

    ``end`` is ``lr_end`` over the base LR; transformers' default is 1e-7, not 0.

    Source: transformers, ``get_polynomial_decay_schedule_with_warmup``.

    >>> [round(transformers_polynomial(5, 10, end=0.1, power=2)(t), 4) for t in (0, 4, 5, 6, 10)]
    [0.0, 0.8, 1.0, 0.676, 0.1]
    """
    rest = rest_of("num_training_steps", num_training_steps, num_warmup_steps)
    decay = polynomial_decay(rest, power, end)
    return join(linear_warmup_from(0, num_warmup_steps), decay, at=num_warmup_steps)


def transformers_cosine(
    num_warmup_steps: int, num_training_steps: int, min_lr_rate: float = 0.0
) -> Schedule:
    """From 0 to the peak at update W, then half a cosine. Total includes W.

    Behind the total the cosine rises again.

    Source: transformers, ``get_cosine_schedule_with_warmup``, and with ``min_lr_rate``
    ``get_cosine_with_min_lr_schedule_with_warmup``.

    >>> [round(transformers_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9, 10, 11)]
    [0.0, 0.8, 1.0, 0.9045, 0.0955, 0.0, 0.0955]
    """
    rest = rest_of("num_training_steps", num_training_steps, num_warmup_steps)
    decay = cosine_wave(rest, min_lr_rate)
    return join(linear_warmup_from(0, num_warmup_steps), decay, at=num_warmup_steps)


def transformers_cosine_with_restarts(
    num_warmup_steps: int, num_training_steps: int, num_cycles: int
) -> Schedule:
    r"""From 0 to the peak at update W, then half a cosine, ``num_cycles`` times. Total includes W.

    .. math:: f(W + k) = \frac{1 + \cos(\pi (ck \bmod n) / n)}{2},\quad n = T - W

    Source: transformers, ``get_cosine_with_hard_restarts_schedule_with_warmup``.

    >>> [round(transformers_cosine_with_restarts(5, 15, 2)(t), 4) for t in (4, 5, 9, 10, 14, 15)]
    [0.8, 1.0, 0.0955, 1.0, 0.0955, 0.0]
    """
    rest = rest_of("num_training_steps", num_training_steps, num_warmup_steps)
    cycles = whole_number("num_cycles", num_cycles, remedy="1 is no restart")
    half = cosine_decay(rest)
    return join(
        linear_warmup_from(0, num_warmup_steps),
        lambda k: half(cycles * k % rest),
        hold(0),
        at=[num_warmup_steps, num_training_steps],
    )


def transformers_cosine_warmup_with_min_lr(
    num_warmup_steps: int,
    num_training_steps: int,
    min_lr_rate: float,
    warmup_lr_rate: float | None = None,
) -> Schedule:
    """The one that does not start at 0: at the peak at update W−1, and once only.

    From 1/W, or in W−1 steps from ``warmup_lr_rate``; then half a cosine to ``min_lr_rate``,
    which the last update uses. Total includes W.

    Source: transformers, ``get_cosine_with_min_lr_schedule_with_warmup_lr_rate``.

    >>> recipe = transformers_cosine_warmup_with_min_lr(5, 10, 0.1)
    >>> [round(recipe(t), 4) for t in (0, 3, 4, 5, 9)]
    [0.2, 0.8, 1.0, 0.9141, 0.1]
    """
    rest = rest_of("num_training_steps", num_training_steps, num_warmup_steps)
    if warmup_lr_rate is None:
        ramp = linear_warmup(num_warmup_steps)
    else:
        ramp = linear_warmup_from(warmup_lr_rate, max(1, num_warmup_steps - 1))
    return join(ramp, ahead(cosine_wave(rest, min_lr_rate), by=1), at=num_warmup_steps)


def transformers_inverse_sqrt(num_warmup_steps: int, timescale: int | None = None) -> Schedule:
    """From 0 to the peak at update W, then √(s / (s + t − W)), with ``timescale`` s = W.

    Source: transformers, ``get_inverse_sqrt_schedule``.

    >>> [round(transformers_inverse_sqrt(5)(t), 4) for t in (0, 4, 5, 6, 20)]
    [0.0, 0.8, 1.0, 0.9129, 0.5]
    """
    decay = inverse_sqrt_decay(num_warmup_steps if timescale is None else timescale)
    return join(linear_warmup_from(0, num_warmup_steps), decay, at=num_warmup_steps)


def transformers_wsd(
    num_warmup_steps: int, num_decay_steps: int, num_training_steps: int, min_lr_ratio: float = 0.0
) -> Schedule:
    """Warmup, stable, decay: up to the peak at update W, held, then half a cosine at the end.

    It starts at ``min_lr_ratio``, where it also ends, and is held. Total includes W.

    Source: transformers, ``get_wsd_schedule``, with its default types.

    >>> [round(transformers_wsd(5, 2, 10)(t), 4) for t in (0, 4, 5, 7, 8, 9, 10)]
    [0.0, 0.8, 1.0, 1.0, 1.0, 0.5, 0.0]
    """
    total = whole_number(
        "num_training_steps",
        num_training_steps,
        at_least=num_warmup_steps + num_decay_steps + 1,
        remedy="it includes the warmup, the decay, and at least one stable step",
    )
    return join(
        linear_warmup_from(min_lr_ratio, num_warmup_steps),
        hold(),
        cosine_decay(num_decay_steps, min_lr_ratio),
        at=[num_warmup_steps, total - num_decay_steps],
    )
