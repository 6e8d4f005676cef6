"""Warmups of optax, Keras, fairseq, DeepSpeed, lightning-bolts, torchvision, and of a paper."""

from __future__ import annotations

import math

from warmup_lib._arguments import whole_number
from warmup_lib.recipes._counts import rest_of, steps_between
from warmup_lib.recipes.transformers import transformers_inverse_sqrt
from warmup_lib.schedules import Schedule, cosine_decay, hold, join, linear_warmup_from, noam


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
    rest = rest_of("decay_steps", decay_steps, warmup_steps)
    return join(linear_warmup_from(init, warmup_steps), cosine_decay(rest), at=warmup_steps)


def keras_cosine(warmup_steps: int, decay_steps: int, init: float = 0.0) -> Schedule:
    """From ``init`` to the peak at update W, then half a cosine. ``decay_steps`` excludes W.

    Source: Keras 3, ``CosineDecay(initial_learning_rate, decay_steps, warmup_target=…)``.

    >>> [round(keras_cosine(5, 10)(t), 4) for t in (0, 4, 5, 6, 9)]
    [0.0, 0.8, 1.0, 0.9755, 0.6545]
    """
    return join(linear_warmup_from(init, warmup_steps), cosine_decay(decay_steps), at=warmup_steps)


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


def bolts_cosine(warmup_epochs: int, max_epochs: int, start: float = 0.0) -> Schedule:
    """From ``start`` to the peak at step N−1, once more at N, then half a cosine. Total includes N.

    Source: lightning-bolts, ``LinearWarmupCosineAnnealingLR``.

    >>> [round(bolts_cosine(5, 10)(t), 4) for t in (0, 3, 4, 5, 6)]
    [0.0, 0.75, 1.0, 1.0, 0.9045]
    """
    steps = steps_between("warmup_epochs", warmup_epochs)
    rest = rest_of("max_epochs", max_epochs, warmup_epochs)
    return join(linear_warmup_from(start, steps), cosine_decay(rest), at=warmup_epochs)


def torchvision_classification(
    lr_warmup_epochs: int, epochs: int, lr_warmup_decay: float = 0.01
) -> Schedule:
    """From 1/100 to the peak at epoch W, then half a cosine. Counts epochs; total includes W.

    Source: torchvision, ``references/classification/train.py``, linear and cosine.

    >>> [round(torchvision_classification(5, 10)(t), 4) for t in (0, 1, 4, 5, 6)]
    [0.01, 0.208, 0.802, 1.0, 0.9045]
    """
    rest = rest_of("epochs", epochs, lr_warmup_epochs)
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
