r"""Learning-rate schedules as equations: update index → factor.

A *schedule* is any callable that takes an update index ``t`` (0, 1, 2, …) and
returns the *factor* that **update t uses**: LR(t) = base LR · factor(t). An
update is an ``optimizer.step()`` that moves parameters; the first is update 0.

Each function here returns one equation. Longer schedules are composed:

>>> schedule = join(linear_warmup(5), cosine_decay(10), at=5)
>>> [round(0.1 * schedule(t), 3) for t in range(8)]
[0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.098, 0.09]

No torch in here: :mod:`warmup_lib.schedulers` puts a schedule on an optimizer.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

from warmup_lib._arguments import finite_factor, number_above_zero, whole_number

Schedule: TypeAlias = Callable[[int], float]
"""Update index, counted from 0 → the factor that this update uses."""


def linear_warmup(n: int) -> Schedule:
    r"""Linear warmup over ``n`` updates that does not start at zero.

    .. math:: f(t) = \min\left(\frac{t + 1}{n}, 1\right)

    Update 0 uses 1/n, update n−1 is the first at the peak, and none is wasted
    at a learning rate of 0.

    Args:
        n: updates from the start to the first one at the peak, at least 1.

    Raises:
        ValueError: ``n`` is not a whole number of at least 1.

    Source: Goyal et al. 2017, https://arxiv.org/abs/1706.02677, section 2.2.

    >>> [linear_warmup(5)(t) for t in range(7)]
    [0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0]
    """
    n = whole_number("n", n, remedy="leave the warmup out instead")
    return lambda t: min((t + 1) / n, 1.0)


def linear_warmup_from(start: float, n: int) -> Schedule:
    r"""Linear warmup from a start factor: 0, or any other.

    .. math:: f(t) = s + (1 - s) \min\left(\frac{t}{n}, 1\right)

    Update 0 uses ``start``, update n is the first at the peak. With ``start``
    0 the first update moves nothing: one update is lost, or a whole epoch where
    the schedule is stepped per epoch. ``linear_warmup(n)`` is the same ramp as
    ``linear_warmup_from(1 / n, n - 1)``.

    Args:
        start: factor of update 0, finite and not negative; above 1 it ramps down.
        n: index of the first update at the peak, at least 1.

    Raises:
        ValueError: ``start`` is negative, NaN or infinite; ``n`` is not a whole
            number of at least 1.

    Source: ``torch.optim.lr_scheduler.LinearLR(start_factor, total_iters)``; with
    start 0 the warmup of transformers, fairseq, optax and Keras.

    >>> [linear_warmup_from(0, 5)(t) for t in range(7)]
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.0]
    >>> [round(linear_warmup_from(0.1, 5)(t), 2) for t in range(7)]
    [0.1, 0.28, 0.46, 0.64, 0.82, 1.0, 1.0]
    """
    start = finite_factor("start", start)
    n = whole_number("n", n, remedy="leave the warmup out instead")
    return lambda t: start + (1.0 - start) * min(t / n, 1.0)


def constant_warmup(factor: float, n: int) -> Schedule:
    r"""Constant warmup: one small factor until update ``n``, then 1.

    .. math:: f(t) = c \;\text{if}\; t < n,\quad 1 \;\text{otherwise}

    Updates 0 to n−1 use ``factor``, update n is the first at the peak.

    Args:
        factor: the factor before update n, finite and not negative.
        n: index of the first update at the peak, at least 1.

    Raises:
        ValueError: ``factor`` is negative, NaN or infinite; ``n`` is not a whole
            number of at least 1.

    Source: He et al. 2015, https://arxiv.org/abs/1512.03385, section 4.2;
    ``torch.optim.lr_scheduler.ConstantLR(factor, total_iters)``.

    >>> [constant_warmup(0.1, 3)(t) for t in range(5)]
    [0.1, 0.1, 0.1, 1.0, 1.0]
    """
    factor = finite_factor("factor", factor)
    n = whole_number("n", n, remedy="leave the warmup out instead")
    return lambda t: factor if t < n else 1.0


def exponential_warmup(tau: float) -> Schedule:
    r"""Exponential warmup: nears the peak and never quite reaches it.

    .. math:: f(t) = 1 - e^{-(t + 1) / \tau}

    Update 0 uses 1 − exp(−1/τ); update ⌈τ⌉−1 is the first above 63% of the peak.

    Args:
        tau: time constant in updates, above 0.

    Raises:
        ValueError: ``tau`` is not a finite number above 0.

    Source: Ma & Yarats 2021, https://arxiv.org/abs/1910.04209, section 4.

    >>> [round(exponential_warmup(5)(t), 3) for t in range(5)]
    [0.181, 0.33, 0.451, 0.551, 0.632]
    """
    tau = number_above_zero("tau", tau, remedy="give it in updates")
    return lambda t: 1.0 - math.exp(-(t + 1) / tau)


def exponential_decay(gamma: float) -> Schedule:
    r"""Exponential decay: every update multiplies the learning rate by ``gamma``.

    .. math:: f(t) = \gamma^t

    Update 0 uses 1.

    Args:
        gamma: factor from one update to the next, finite and not negative.

    Raises:
        ValueError: ``gamma`` is negative, NaN or infinite.

    Source: ``torch.optim.lr_scheduler.ExponentialLR``.

    >>> [round(exponential_decay(0.9)(t), 4) for t in range(4)]
    [1.0, 0.9, 0.81, 0.729]
    """
    gamma = finite_factor("gamma", gamma)
    return lambda t: gamma**t


def cosine_decay(n: int, end: float = 0.0) -> Schedule:
    r"""Half a cosine from 1 down to ``end``, then held there.

    .. math:: f(t) = e + (1 - e) \frac{1 + \cos(\pi \min(t, n) / n)}{2}

    Update 0 uses 1, update n is the first at ``end``.

    Args:
        n: updates from 1 down to ``end``, at least 1.
        end: the last factor, finite and not negative.

    Raises:
        ValueError: ``n`` is not a whole number of at least 1; ``end`` is negative,
            NaN or infinite.

    Source: Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983, equation 5,
    without restarts.

    >>> [round(cosine_decay(4)(t), 4) for t in range(6)]
    [1.0, 0.8536, 0.5, 0.1464, 0.0, 0.0]
    """
    n = whole_number("n", n, remedy="give the updates that the decay takes")
    end = finite_factor("end", end)
    return lambda t: end + (1.0 - end) * (1.0 + math.cos(math.pi * min(t, n) / n)) / 2.0


def step_decay(every: int, gamma: float) -> Schedule:
    r"""Step decay: multiplied by ``gamma`` once every so many updates.

    .. math:: f(t) = \gamma^{\lfloor t / k \rfloor}

    Updates 0 to every−1 use 1, update ``every`` is the first that uses ``gamma``.

    Args:
        every: updates on each step (k), at least 1.
        gamma: factor from one step to the next, finite and not negative.

    Raises:
        ValueError: ``every`` is not a whole number of at least 1; ``gamma`` is
            negative, NaN or infinite.

    Source: ``torch.optim.lr_scheduler.StepLR(step_size, gamma)``.

    >>> [round(step_decay(2, 0.1)(t), 3) for t in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """
    every = whole_number("every", every, remedy="give the updates between two drops")
    gamma = finite_factor("gamma", gamma)
    return lambda t: gamma ** (t // every)


def polynomial_decay(n: int, power: float = 1.0, end: float = 0.0) -> Schedule:
    r"""Polynomial decay from 1 to ``end``, then held there; power 1 is a line.

    .. math:: f(t) = e + (1 - e) \left(1 - \frac{\min(t, n)}{n}\right)^p

    Update 0 uses 1, update n is the first at ``end``.

    Args:
        n: updates from 1 down to ``end``, at least 1.
        power: the exponent p, finite and above 0.
        end: the last factor, finite and not negative.

    Raises:
        ValueError: ``n`` is not a whole number of at least 1; ``power`` is not a
            finite number above 0; ``end`` is negative, NaN or infinite.

    Source: ``torch.optim.lr_scheduler.PolynomialLR(total_iters, power)``.

    >>> [polynomial_decay(4, power=2)(t) for t in range(6)]
    [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """
    n = whole_number("n", n, remedy="give the updates that the decay takes")
    power = number_above_zero("power", power, remedy="1 is a line")
    end = finite_factor("end", end)
    return lambda t: end + (1.0 - end) * (1.0 - min(t, n) / n) ** power


def inverse_sqrt_decay(n: int) -> Schedule:
    r"""Inverse square-root decay on the time scale of a warmup of ``n`` updates.

    .. math:: f(t) = \sqrt{\frac{n}{n + t}}

    Update 0 uses 1. Joined behind ``linear_warmup_from(0, n)`` at n it is the
    schedule of transformers' ``get_inverse_sqrt_schedule``.

    Args:
        n: the time scale in updates, at least 1.

    Raises:
        ValueError: ``n`` is not a whole number of at least 1.

    Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 5.3.

    >>> [round(inverse_sqrt_decay(5)(t), 4) for t in (0, 1, 15)]
    [1.0, 0.9129, 0.5]
    """
    n = whole_number("n", n, remedy="give the length of the warmup before it")
    return lambda t: math.sqrt(n / (n + t))


def noam(n: int) -> Schedule:
    r"""The Transformer's schedule: linear warmup, then the inverse square root.

    .. math:: f(t) = \min\left(\frac{t + 1}{n}, \sqrt{\frac{n}{t + 1}}\right)

    Update 0 uses 1/n and update n−1 alone uses 1. The paper's learning rate is
    this factor times 1/√(d_model · n).

    Args:
        n: updates from the start to the peak ("warmup_steps"), at least 1.

    Raises:
        ValueError: ``n`` is not a whole number of at least 1.

    Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, equation 3,
    divided by its value at the peak.

    >>> [round(noam(5)(t), 4) for t in (0, 3, 4, 5, 19)]
    [0.2, 0.8, 1.0, 0.9129, 0.5]
    """
    n = whole_number("n", n, remedy="leave the warmup out instead")
    return lambda t: min((t + 1) / n, math.sqrt(n / (t + 1)))


def hold(factor: float = 1.0) -> Schedule:
    r"""The same factor at every update.

    .. math:: f(t) = c

    Update 0 and all later ones use ``factor``; 1 is a constant learning rate.

    Args:
        factor: the factor, finite and not negative.

    Raises:
        ValueError: ``factor`` is negative, NaN or infinite.

    Source: ``optax.constant_schedule``.

    >>> [hold(0.5)(t) for t in range(3)]
    [0.5, 0.5, 0.5]
    """
    factor = finite_factor("factor", factor)
    return lambda t: factor  # noqa: ARG005  # a schedule is called with the update, needed or not


def join(*schedules: Schedule, at: int | Sequence[int]) -> Schedule:
    r"""Hand over from each schedule to the next, which starts at its own update 0.

    .. math:: f(t) = f_i(t - b_i) \;\text{for}\; b_i \le t < b_{i+1},\quad b_0 = 0

    Update ``at`` is the first that the next schedule decides. No factor is
    rescaled: pieces that do not meet give a jump, and it is yours to see.

    Args:
        schedules: two or more, in order.
        at: the boundary, or one fewer boundaries than schedules, each above the last.

    Raises:
        ValueError: fewer than two schedules, a wrong number of boundaries, or a
            boundary that is not a whole number above the one before it.

    Source: ``optax.join_schedules``.

    >>> schedule = join(linear_warmup(2), hold(), step_decay(1, 0.1), at=[2, 4])
    >>> [round(schedule(t), 3) for t in range(7)]
    [0.5, 1.0, 1.0, 1.0, 1.0, 0.1, 0.01]
    """
    boundaries = list(at) if isinstance(at, Sequence) else [at]
    if len(schedules) < 2:
        raise ValueError(
            f"schedules must be at least 2, got {len(schedules)}; one alone needs no join"
        )
    if len(boundaries) != len(schedules) - 1:
        raise ValueError(
            f"at must have {len(schedules) - 1} boundaries for {len(schedules)} schedules, "
            f"got {len(boundaries)}: {boundaries}; give one between each two schedules"
        )
    boundaries = [
        whole_number("at", b, remedy="give the update that hands over") for b in boundaries
    ]
    for before, after in pairwise(boundaries):
        if after <= before:
            raise ValueError(
                f"at must rise from boundary to boundary, got {after} after {before}; "
                "count every boundary from update 0, not from the one before it"
            )
    for position, schedule in enumerate(schedules):
        if not callable(schedule):
            raise ValueError(
                f"schedules must be functions of the update, got {schedule!r} at {position}; "
                "for one factor throughout use hold(factor)"
            )
    starts = [0, *boundaries]

    def joined(t: int) -> float:
        piece = bisect_right(boundaries, t)
        return schedules[piece](t - starts[piece])

    return joined
