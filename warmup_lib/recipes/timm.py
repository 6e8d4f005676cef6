"""The schedulers of timm, which count epochs unless told otherwise.

``start`` is ``warmup_lr_init`` over the base LR, and ``end`` is ``lr_min`` over it. Cycles,
noise and k-decay are left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from warmup_lib._arguments import whole_number
from warmup_lib.recipes.parts import ahead, one_minus_sqrt_decay
from warmup_lib.schedules import (
    Schedule,
    cosine_decay,
    hold,
    join,
    linear_warmup_from,
    polynomial_decay,
    step_decay,
)


def timm_cosine(warmup_t: int, t_initial: int, start: float = 0.0, end: float = 0.0) -> Schedule:
    """From 0 towards the peak, then a cosine whose clock ran during the warmup.

    The peak is never used: update W−1 uses (W−1)/W of it, and update W is that far
    down the cosine. timm counts epochs by default.

    Source: timm, ``CosineLRScheduler(t_initial, warmup_t=…)``, ``warmup_prefix=False``.

    >>> [round(timm_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 0.5, 0.3455, 0.0245]
    """
    after = ahead(cosine_decay(t_initial, end), by=warmup_t)
    return join(linear_warmup_from(start, warmup_t), after, at=warmup_t)


def timm_cosine_prefix(
    warmup_t: int, t_initial: int, start: float = 0.0, end: float = 0.0
) -> Schedule:
    """From 0 to the peak at W, then the whole cosine. ``t_initial`` excludes W.

    Source: timm, ``CosineLRScheduler(t_initial, warmup_t=…, warmup_prefix=True)``.

    >>> [round(timm_cosine_prefix(5, 5)(t), 4) for t in (0, 4, 5, 6)]
    [0.0, 0.8, 1.0, 0.9045]
    """
    return join(linear_warmup_from(start, warmup_t), cosine_decay(t_initial, end), at=warmup_t)


def timm_poly(warmup_t: int, t_initial: int, power: float = 0.5) -> Schedule:
    """From 0 towards the peak, then a polynomial whose clock ran during the warmup.

    Source: timm, ``PolyLRScheduler(t_initial, warmup_t=…)``, ``warmup_prefix=False``.

    >>> [round(timm_poly(5, 10)(t), 4) for t in (0, 4, 5, 6, 10)]
    [0.0, 0.8, 0.7071, 0.6325, 0.0]
    """
    after = ahead(polynomial_decay(t_initial, power), by=warmup_t)
    return join(linear_warmup_from(0, warmup_t), after, at=warmup_t)


def timm_tanh(warmup_t: int, t_initial: int) -> Schedule:
    r"""A tanh whose clock ran during the warmup; the ramp goes from 0 to where it is by then.

    .. math::
        g(t) = \frac{1 - \tanh(-7 + 10 t / n)}{2} \;\text{for}\; t < n,\quad 0 \;\text{from n on}

    Source: timm, ``TanhLRScheduler(t_initial, warmup_t=…)``, ``warmup_prefix=False``.

    >>> [round(timm_tanh(5, 10)(t), 4) for t in (0, 4, 5, 6, 9, 10)]
    [0.0, 0.7856, 0.982, 0.8808, 0.018, 0.0]
    """
    n = whole_number("t_initial", t_initial, remedy="it counts the epochs of the tanh")

    def decay(t: int) -> float:
        return (1 - math.tanh(-7 + 10 * t / n)) / 2 if t < n else 0.0

    ramp = linear_warmup_from(0, warmup_t)
    return join(lambda t: decay(warmup_t) * ramp(t), ahead(decay, by=warmup_t), at=warmup_t)


def timm_step(warmup_t: int, decay_t: int, decay_rate: float) -> Schedule:
    """From 0 to the peak at W, then a staircase that starts there: here the prefix is the default.

    Source: timm, ``StepLRScheduler(decay_t, decay_rate, warmup_t=…)``.

    >>> [round(timm_step(5, 2, 0.1)(t), 4) for t in (0, 4, 5, 6, 7, 9)]
    [0.0, 0.8, 1.0, 1.0, 0.1, 0.01]
    """
    return join(linear_warmup_from(0, warmup_t), step_decay(decay_t, decay_rate), at=warmup_t)


def timm_multistep(warmup_t: int, decay_t: Sequence[int], decay_rate: float) -> Schedule:
    """From 0 to the peak at W, then a drop *one before* each milestone, counted from W.

    Source: timm, ``MultiStepLRScheduler(decay_t, decay_rate, warmup_t=…)``, whose
    documentation says that it means to be one before PyTorch's ``MultiStepLR``.

    >>> [round(timm_multistep(5, [2, 4], 0.1)(t), 4) for t in (4, 5, 6, 7, 8)]
    [0.8, 1.0, 0.1, 0.1, 0.01]
    """
    stairs = [hold(decay_rate**drops) for drops in range(len(decay_t) + 1)]
    drops_at = [warmup_t + milestone - 1 for milestone in decay_t]
    return join(linear_warmup_from(0, warmup_t), *stairs, at=[warmup_t, *drops_at])


def timm_wsd(warmup_t: int, t_initial: int, decay_t: int) -> Schedule:
    """Warmup, stable, decay: from 0 to the peak at W, held, then 1 − √ at the end.

    ``t_initial`` excludes W and includes the decay.

    Source: timm, ``WSDLRScheduler(t_initial, decay_t, warmup_t=…)``, with its default functions.

    >>> [round(timm_wsd(5, 10, 2)(t), 4) for t in (0, 4, 5, 13, 14, 15)]
    [0.0, 0.8, 1.0, 1.0, 0.2929, 0.0]
    """
    t_initial = whole_number(
        "t_initial", t_initial, at_least=decay_t + 1, remedy="it includes the decay, not the warmup"
    )
    decay_at = warmup_t + t_initial - decay_t
    ramp, decay = linear_warmup_from(0, warmup_t), one_minus_sqrt_decay(decay_t)
    return join(ramp, hold(), decay, at=[warmup_t, decay_at])
