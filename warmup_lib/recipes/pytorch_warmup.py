"""The warmups of pytorch_warmup, which multiply another scheduler's LRs: see ``dampened``."""

from __future__ import annotations

import math

from warmup_lib._arguments import number_above_zero
from warmup_lib.schedules import Schedule, exponential_warmup, linear_warmup


def pytorch_warmup_linear(warmup_period: int) -> Schedule:
    """From 1/N; update N−1 is the first at the peak.

    Source: pytorch_warmup, ``LinearWarmup``.

    >>> [pytorch_warmup_linear(5)(t) for t in (0, 3, 4)]
    [0.2, 0.8, 1.0]
    """
    return linear_warmup(warmup_period)


def pytorch_warmup_exponential(warmup_period: int) -> Schedule:
    """1 − exp(−(t+1)/N): nears the peak and never reaches it.

    Source: pytorch_warmup, ``ExponentialWarmup``.

    >>> [round(pytorch_warmup_exponential(5)(t), 4) for t in (0, 4, 11)]
    [0.1813, 0.6321, 0.9093]
    """
    return exponential_warmup(warmup_period)


def pytorch_warmup_untuned_linear(beta2: float = 0.999) -> Schedule:
    """Linear over int(2/(1−β₂)) updates, of Adam's own β₂; float division makes that 1999.

    Source: pytorch_warmup, ``UntunedLinearWarmup``; Ma & Yarats 2021,
    https://arxiv.org/abs/1910.04209.

    >>> pytorch_warmup_untuned_linear()(1997) < pytorch_warmup_untuned_linear()(1998) == 1
    True
    """
    return linear_warmup(int(2 / _one_minus(beta2)))


def pytorch_warmup_untuned_exponential(beta2: float = 0.999) -> Schedule:
    """Exponential with a period of int(1/(1−β₂)) updates; float division makes that 999.

    Source: pytorch_warmup, ``UntunedExponentialWarmup``; Ma & Yarats 2021.

    >>> round(pytorch_warmup_untuned_exponential()(998), 4)
    0.6321
    """
    return exponential_warmup(int(1 / _one_minus(beta2)))


def pytorch_warmup_radam(beta2: float = 0.999) -> Schedule:
    r"""RAdam's rectification as a warmup: nears the peak within thousands of updates.

    .. math::
        f(t) = \sqrt{\frac{(\rho - 4)(\rho - 2) \, \rho_\infty}
            {(\rho_\infty - 4)(\rho_\infty - 2) \, \rho}},
        \quad \rho_\infty = \frac{2}{1 - \beta_2} - 1,
        \quad \rho = \rho_\infty - \frac{2 s \beta_2^s}{1 - \beta_2^s}

    where s = t + δ, and δ is the first s with ρ above 4, so that the root is of a number above 0.

    Source: pytorch_warmup, ``RAdamWarmup``; Liu et al. 2020, https://arxiv.org/abs/1908.03265.

    >>> [round(pytorch_warmup_radam()(t), 5) for t in (0, 1, 1000)]
    [0.01731, 0.02582, 0.64664]
    """
    limit = 2 / _one_minus(beta2) - 1
    if limit <= 4:
        raise ValueError(f"beta2 must be above 0.6, got {beta2!r}; RAdam has no warmup below that")

    def rho(s: int) -> float:
        return limit - 2 * s * beta2**s / (1 - beta2**s)

    offset = next(s for s in range(1, 100) if rho(s) > 4)

    def factor(t: int) -> float:
        r = rho(t + offset)
        return math.sqrt((r - 4) * (r - 2) * limit / ((limit - 4) * (limit - 2) * r))

    return factor


def _one_minus(beta2: float) -> float:
    if number_above_zero("beta2", beta2, remedy="it is the second of Adam's betas") >= 1:
        raise ValueError(f"beta2 must be below 1, got {beta2!r}; it is the second of Adam's betas")
    return 1.0 - beta2
