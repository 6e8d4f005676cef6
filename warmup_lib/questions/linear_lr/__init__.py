"""Quiz: LinearLR, ConstantLR and SequentialLR. Follows the lesson ``03_linear_lr``."""

TITLE = "LinearLR, ConstantLR, SequentialLR"

INTRODUCTION = """\
Six questions on PyTorch's ready-made pieces of a warmup. Every key is made by running the code
that you read, so if you doubt one, run it.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0,
and the *base LR* is the `lr` that the optimizer was built with."""

SETUP = """\
import torch
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    SequentialLR,
)

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "ramp_value",
    "constant_until",
    "hand_over",
    "chained",
    "short_warmup",
    "warmup_then_cosine",
)
