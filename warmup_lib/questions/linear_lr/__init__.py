"""Quiz: LinearLR, ConstantLR and SequentialLR. Follows the lesson ``03_linear_lr``."""

TITLE = "LinearLR, ConstantLR, SequentialLR"

INTRODUCTION = """\
{count} questions on PyTorch's ready-made pieces of a warmup. Every key is made by running the code
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
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "ramp_value",
    "constant_until",
    "as_a_lambda",
    "hand_over",
    "name_the_hand_over",
    "chained",
    "chained_constant",
    "at_the_base_lr",
    "short_warmup",
    "plateau_in_warmup",
    "warmup_then_cosine",
)
