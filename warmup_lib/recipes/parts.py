"""What several libraries' warmups are composed of, beside :mod:`warmup_lib.schedules`."""

from __future__ import annotations

import math

from warmup_lib._arguments import finite_factor, whole_number
from warmup_lib.schedules import Schedule, cosine_decay


def ahead(schedule: Schedule, by: int) -> Schedule:
    """``schedule`` as it is ``by`` updates on: f(t + by).

    Behind a ``join`` it is a schedule whose clock ran during the warmup.

    >>> from warmup_lib.schedules import linear_warmup
    >>> ahead(linear_warmup(5), by=2)(0)
    0.6
    """
    return lambda t: schedule(t + by)


def dampened(warmup: Schedule, schedule: Schedule) -> Schedule:
    """Warmup *times* schedule, both counted from update 0.

    Where a decay runs during the warmup the peak is never reached.

    Source: pytorch_warmup, ``with warmup.dampening(): scheduler.step()``;
    ``torch.optim.lr_scheduler.ChainedScheduler``.

    >>> from warmup_lib.schedules import linear_warmup
    >>> round(max(dampened(linear_warmup(5), cosine_decay(10))(t) for t in range(10)), 4)
    0.6545
    """
    return lambda t: warmup(t) * schedule(t)


def rising(decay: Schedule, start: float = 0.0) -> Schedule:
    r"""A decay from 1 to 0 turned upside down: a warmup from ``start`` to 1.

    .. math:: f(t) = s + (1 - s) (1 - g(t))

    Source: the warmup of ``OneCycleLR``, and of WSD schedules that are not linear.

    >>> [round(rising(cosine_decay(4))(t), 4) for t in range(6)]
    [0.0, 0.1464, 0.5, 0.8536, 1.0, 1.0]
    """
    start = finite_factor("start", start)
    return lambda t: start + (1.0 - start) * (1.0 - decay(t))


def cosine_wave(n: int, end: float = 0.0) -> Schedule:
    r"""A cosine that is not held at its end: down for ``n`` updates, up for ``n``, and so on.

    .. math:: f(t) = e + (1 - e) \frac{1 + \cos(\pi t / n)}{2}

    Source: ``torch.optim.lr_scheduler.CosineAnnealingLR(T_max)``, stepped past ``T_max``.

    >>> [round(cosine_wave(4)(t), 4) for t in range(7)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.1464, 0.5]
    """
    half = cosine_decay(n, end)
    return lambda t: half(n - abs(t % (2 * n) - n))


def one_minus_sqrt_decay(n: int, end: float = 0.0) -> Schedule:
    r"""Down from 1 to ``end``, at first steeply, then held there.

    .. math:: f(t) = e + (1 - e) \left(1 - \sqrt{\min(t, n) / n}\right)

    Source: Hägele et al. 2024, https://arxiv.org/abs/2405.18392, the "1-sqrt" cooldown.

    >>> [round(one_minus_sqrt_decay(4)(t), 4) for t in range(6)]
    [1.0, 0.5, 0.2929, 0.134, 0.0, 0.0]
    """
    n = whole_number("n", n, remedy="give the updates that the decay takes")
    end = finite_factor("end", end)
    return lambda t: end + (1.0 - end) * (1.0 - math.sqrt(min(t, n) / n))
