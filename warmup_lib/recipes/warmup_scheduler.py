"""What ``GradualWarmupScheduler`` of the package warmup-scheduler 0.3 does, under ``step()``.

When its after-scheduler takes over depends on how that computes its LRs; the first recipe is
what its users mean, and what :class:`warmup_lib.schedulers.GradualWarmupScheduler` does.
"""

from __future__ import annotations

from warmup_lib._arguments import whole_number
from warmup_lib.recipes.parts import dampened
from warmup_lib.schedules import Schedule, cosine_decay, hold, join, linear_warmup_from


def gradual_warmup(multiplier: float, total_epoch: int, after: Schedule | None = None) -> Schedule:
    """Up to ``multiplier`` at update W, from 0 if that is 1, else from 1; then m times ``after``.

    Source: warmup-scheduler 0.3, ``GradualWarmupScheduler`` alone, or with ``ExponentialLR``.

    >>> [round(gradual_warmup(1, 5)(t), 2) for t in (0, 1, 4, 5, 6)]
    [0.0, 0.2, 0.8, 1.0, 1.0]
    >>> [round(gradual_warmup(2, 5)(t), 2) for t in (0, 1, 4, 5, 6)]
    [1.0, 1.2, 1.8, 2.0, 2.0]
    """
    start = 0.0 if multiplier == 1 else 1 / multiplier
    ramp = linear_warmup_from(start, total_epoch)
    return dampened(hold(multiplier), join(ramp, after or hold(), at=total_epoch))


def gradual_warmup_late(multiplier: float, total_epoch: int, after: Schedule) -> Schedule:
    """The same with the peak used twice: ``after`` starts at update W+1, one late.

    Source: warmup-scheduler 0.3, ``GradualWarmupScheduler`` with ``StepLR`` or ``LambdaLR``.

    >>> from warmup_lib.schedules import step_decay
    >>> [round(gradual_warmup_late(1, 5, step_decay(2, 0.1))(t), 2) for t in (5, 6, 7, 8)]
    [1.0, 1.0, 1.0, 0.1]
    """
    return gradual_warmup(multiplier, total_epoch, join(hold(), after, at=1))


def gradual_warmup_cosine(multiplier: float, total_epoch: int, t_max: int) -> Schedule:
    r"""One late, and the whole cosine too high: its first value is taken for its second.

    .. math:: f(W + 1 + k) = m \frac{c(k)}{c(1)},\quad \frac{1}{c(1)} = \frac{2}{1 + \cos(\pi / T)}

    So it is up to update W+1+T, where the cosine has come down to 0.

    Source: warmup-scheduler 0.3, ``GradualWarmupScheduler`` with ``CosineAnnealingLR``.

    >>> [round(gradual_warmup_cosine(1, 5, 5)(t), 4) for t in (4, 5, 6, 7, 11)]
    [0.8, 1.0, 1.1056, 1.0, 0.0]
    """
    t_max = whole_number("t_max", t_max, at_least=2, remedy="at 1 the overshoot is infinite")
    cosine = cosine_decay(t_max)
    too_high = dampened(hold(1 / cosine(1)), cosine)
    return gradual_warmup_late(multiplier, total_epoch, too_high)
