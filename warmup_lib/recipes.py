r"""The warmups of other libraries, each composed of :mod:`warmup_lib.schedules`.

None of those libraries is imported: these are their formulas, read from their
source, and checked against the rows that the libraries printed where they were run
(``tests/test_recipes.py`` says which were). Each recipe takes that library's own
counts and returns the factor that update t uses, where the schedule is stepped once
after each update. Two recipes with the same numbers are, more often than not, two
schedules:

>>> for recipe in (transformers_cosine(5, 10), timm_cosine(5, 10), keras_cosine(5, 10)):
...     print([round(0.1 * recipe(t), 3) for t in (0, 4, 5, 6, 9)])
[0.0, 0.08, 0.1, 0.09, 0.01]
[0.0, 0.08, 0.05, 0.035, 0.002]
[0.0, 0.08, 0.1, 0.098, 0.065]
"""

from __future__ import annotations

import math

from warmup_lib._arguments import number_above_zero, whole_number
from warmup_lib.schedules import (
    Schedule,
    cosine_decay,
    exponential_warmup,
    hold,
    inverse_sqrt_decay,
    join,
    linear_warmup,
    linear_warmup_from,
    noam,
    polynomial_decay,
)


def ahead(schedule: Schedule, by: int) -> Schedule:
    """``schedule`` as it is ``by`` updates on: f(t + by).

    Behind a ``join`` it is a schedule whose clock ran during the warmup.

    >>> ahead(linear_warmup(5), by=2)(0)
    0.6
    """
    return lambda t: schedule(t + by)


def dampened(warmup: Schedule, schedule: Schedule) -> Schedule:
    """Warmup *times* schedule, both counted from update 0.

    Where a decay runs during the warmup the peak is never reached.

    Source: pytorch_warmup, ``with warmup.dampening(): scheduler.step()``.

    >>> round(max(dampened(linear_warmup(5), cosine_decay(10))(t) for t in range(10)), 4)
    0.6545
    """
    return lambda t: warmup(t) * schedule(t)


def transformers_constant(num_warmup_steps: int) -> Schedule:
    """From 0 to the peak at update W, then held.

    Source: transformers, ``get_constant_schedule_with_warmup``.

    >>> [transformers_constant(5)(t) for t in (0, 4, 5, 6)]
    [0.0, 0.8, 1.0, 1.0]
    """
    return linear_warmup_from(0, num_warmup_steps)


def transformers_linear(num_warmup_steps: int, num_training_steps: int) -> Schedule:
    """From 0 to the peak at update W, then down a line to 0 at the last step. Total includes W.

    Source: transformers, ``get_linear_schedule_with_warmup``.

    >>> [round(transformers_linear(5, 10)(t), 2) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 1.0, 0.8, 0.2]
    """
    rest = _rest("num_training_steps", num_training_steps, num_warmup_steps)
    return join(
        linear_warmup_from(0, num_warmup_steps), polynomial_decay(rest), at=num_warmup_steps
    )


def transformers_cosine(num_warmup_steps: int, num_training_steps: int) -> Schedule:
    """From 0 to the peak at update W, then half a cosine. Total includes W.

    Source: transformers, ``get_cosine_schedule_with_warmup``.

    >>> [round(transformers_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 1.0, 0.9045, 0.0955]
    """
    rest = _rest("num_training_steps", num_training_steps, num_warmup_steps)
    return join(linear_warmup_from(0, num_warmup_steps), cosine_decay(rest), at=num_warmup_steps)


def transformers_inverse_sqrt(num_warmup_steps: int) -> Schedule:
    """From 0 to the peak at update W, then √(W / t).

    Source: transformers, ``get_inverse_sqrt_schedule``, with its default timescale.

    >>> [round(transformers_inverse_sqrt(5)(t), 4) for t in (0, 4, 5, 6, 20)]
    [0.0, 0.8, 1.0, 0.9129, 0.5]
    """
    return join(
        linear_warmup_from(0, num_warmup_steps),
        inverse_sqrt_decay(num_warmup_steps),
        at=num_warmup_steps,
    )


def fairseq_inverse_sqrt(warmup_updates: int) -> Schedule:
    """As transformers' one: from 0, at the peak at update W, then √(W / t).

    Source: fairseq, ``inverse_square_root_schedule.py``, default ``warmup_init_lr``.

    >>> [round(fairseq_inverse_sqrt(5)(t), 4) for t in (0, 4, 5, 6)]
    [0.0, 0.8, 1.0, 0.9129]
    """
    return transformers_inverse_sqrt(warmup_updates)


def optax_cosine(warmup_steps: int, decay_steps: int, init: float = 0.0) -> Schedule:
    """From ``init`` to the peak at update W, then half a cosine. ``decay_steps`` includes W.

    Source: optax, ``warmup_cosine_decay_schedule(init_value, peak_value, …)``.

    >>> [round(optax_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 1.0, 0.9045, 0.0955]
    """
    rest = _rest("decay_steps", decay_steps, warmup_steps)
    return join(linear_warmup_from(init, warmup_steps), cosine_decay(rest), at=warmup_steps)


def keras_cosine(warmup_steps: int, decay_steps: int, init: float = 0.0) -> Schedule:
    """From ``init`` to the peak at update W, then half a cosine. ``decay_steps`` excludes W.

    Source: Keras 3, ``CosineDecay(initial_learning_rate, decay_steps, warmup_target=…)``.

    >>> [round(keras_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 1.0, 0.9755, 0.6545]
    """
    return join(linear_warmup_from(init, warmup_steps), cosine_decay(decay_steps), at=warmup_steps)


def timm_cosine(warmup_t: int, t_initial: int) -> Schedule:
    """From 0 towards the peak, then a cosine whose clock ran during the warmup.

    The peak is never used: update W−1 uses (W−1)/W of it, and update W is that far
    down the cosine. timm counts epochs by default.

    Source: timm, ``CosineLRScheduler(t_initial, warmup_t=…)``, ``warmup_prefix=False``.

    >>> [round(timm_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 0.5, 0.3455, 0.0245]
    """
    after = ahead(cosine_decay(t_initial), by=warmup_t)
    return join(linear_warmup_from(0, warmup_t), after, at=warmup_t)


def timm_cosine_prefix(warmup_t: int, t_initial: int) -> Schedule:
    """From 0 to the peak at W, then the whole cosine. ``t_initial`` excludes W.

    Source: timm, ``CosineLRScheduler(t_initial, warmup_t=…, warmup_prefix=True)``.

    >>> [round(timm_cosine_prefix(5, 5)(t), 4) for t in (0, 4, 5, 6)]
    [0.0, 0.8, 1.0, 0.9045]
    """
    return join(linear_warmup_from(0, warmup_t), cosine_decay(t_initial), at=warmup_t)


def noam_lr(warmup_steps: int, d_model: int) -> Schedule:
    r"""The Transformer's *learning rate*, for a base LR of 1. Its peak is at update W−1.

    .. math:: f(t) = d^{-0.5} \min\left((t + 1)^{-0.5}, (t + 1) \, W^{-1.5}\right)

    Source: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, equation 3.

    >>> round(noam_lr(4000, 512)(3999), 6)
    0.000699
    """
    d_model = whole_number("d_model", d_model, remedy="it is the width of the model")
    peak = 1 / math.sqrt(d_model * warmup_steps)
    shape = noam(warmup_steps)
    return lambda t: peak * shape(t)


def deepspeed_linear(warmup_num_steps: int) -> Schedule:
    """Two updates at 0, then a line; update W+1 is the first at the peak.

    Its counter starts one behind: the first ``step()`` takes it to 0.

    Source: DeepSpeed, ``WarmupLR(warmup_type="linear")``.

    >>> [deepspeed_linear(5)(t) for t in (0, 1, 2, 5, 6)]
    [0.0, 0.0, 0.2, 0.8, 1.0]
    """
    return join(hold(0), linear_warmup_from(0, warmup_num_steps), at=1)


def deepspeed_log(warmup_num_steps: int) -> Schedule:
    r"""Two updates at 0, then a logarithm; update W is the first at the peak.

    .. math:: f(t) = \min\left(\frac{\ln t}{\ln W}, 1\right) \;\text{for}\; t \ge 1

    Source: DeepSpeed, ``WarmupLR``, its default ``warmup_type="log"``.

    >>> [round(deepspeed_log(5)(t), 4) for t in (0, 1, 2, 4, 5)]
    [0.0, 0.0, 0.4307, 0.8614, 1.0]
    """
    n = whole_number("warmup_num_steps", warmup_num_steps, at_least=2, remedy="ln 1 is 0")
    return join(hold(0), lambda t: min(math.log(t + 1) / math.log(n), 1.0), at=1)


def ignite_warmup(after: Schedule, warmup_duration: int, start: float = 0.0) -> Schedule:
    """From ``start`` to ``after``'s first value at update N−1; ``after`` goes on from there.

    Source: pytorch-ignite, ``create_lr_scheduler_with_warmup`` on ``ITERATION_STARTED``.

    >>> from warmup_lib.schedules import exponential_decay
    >>> [round(ignite_warmup(exponential_decay(0.9), 5)(t), 3) for t in (0, 1, 3, 4, 5)]
    [0.0, 0.25, 0.75, 1.0, 0.9]
    """
    steps = _steps("warmup_duration", warmup_duration)
    return join(linear_warmup_from(start, steps), after, at=steps)


def bolts_cosine(warmup_epochs: int, max_epochs: int, start: float = 0.0) -> Schedule:
    """From ``start`` to the peak at step N−1, once more at N, then half a cosine. Total includes N.

    Source: lightning-bolts, ``LinearWarmupCosineAnnealingLR``.

    >>> [round(bolts_cosine(5, 10)(t), 4) for t in (0, 3, 4, 5, 6)]
    [0.0, 0.75, 1.0, 1.0, 0.9045]
    """
    steps = _steps("warmup_epochs", warmup_epochs)
    rest = _rest("max_epochs", max_epochs, warmup_epochs)
    return join(linear_warmup_from(start, steps), cosine_decay(rest), at=warmup_epochs)


def torchvision_classification(
    lr_warmup_epochs: int, epochs: int, lr_warmup_decay: float = 0.01
) -> Schedule:
    """From 1/100 to the peak at epoch W, then half a cosine. Counts epochs; total includes W.

    Source: torchvision, ``references/classification/train.py``, linear and cosine.

    >>> [round(torchvision_classification(5, 10)(t), 4) for t in (0, 1, 4, 5, 6)]
    [0.01, 0.208, 0.802, 1.0, 0.9045]
    """
    rest = _rest("epochs", epochs, lr_warmup_epochs)
    ramp = linear_warmup_from(lr_warmup_decay, lr_warmup_epochs)
    return join(ramp, cosine_decay(rest), at=lr_warmup_epochs)


def torchvision_detection(batches: int) -> Schedule:
    """From 1/1000 to the peak at the last batch of the first epoch, of up to 1001 batches.

    Source: torchvision, ``references/detection/engine.py``: its first epoch. The
    schedule per epoch that goes on from there is not part of it.

    >>> [round(torchvision_detection(5)(t), 5) for t in (0, 1, 3, 4)]
    [0.001, 0.25075, 0.75025, 1.0]
    """
    batches = whole_number("batches", batches, at_least=2, remedy="one batch would never warm up")
    return linear_warmup_from(0.001, min(1000, batches - 1))


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


def _rest(name: str, total: int, warmup: int) -> int:
    total = whole_number(name, total, remedy="it counts the updates of the run")
    if total <= warmup:
        raise ValueError(
            f"{name} must be above the warmup's {warmup}, got {total}; it includes the warmup"
        )
    return total - warmup


def _steps(name: str, updates: int) -> int:
    remedy = "its first and its last update are two"
    return whole_number(name, updates, at_least=2, remedy=remedy) - 1


def _one_minus(beta2: float) -> float:
    if number_above_zero("beta2", beta2, remedy="it is the second of Adam's betas") >= 1:
        raise ValueError(f"beta2 must be below 1, got {beta2!r}; it is the second of Adam's betas")
    return 1.0 - beta2
