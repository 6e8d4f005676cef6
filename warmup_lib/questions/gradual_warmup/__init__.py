"""Quiz: GradualWarmupScheduler. Follows the lesson ``04_gradual_warmup``."""

TITLE = "GradualWarmupScheduler"

INTRODUCTION = """\
Eight questions on `GradualWarmupScheduler`: its arguments, its units, faults to recognise from a
trace, and the scheduler written by yourself. Every key is made by running code.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0,
and the *base LR* is the `lr` that the optimizer was built with."""

SETUP = """\
import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    MultiStepLR,
    StepLR,
)

from warmup_lib import ask, check, hint, solution
from warmup_lib.schedulers import GradualWarmupScheduler, ScheduleLR
from warmup_lib.schedules import exponential_decay, hold, join, linear_warmup_from, step_decay"""

ORDER = (
    "third_epoch",
    "multiplier_two",
    "name_the_fault",
    "steps_of_the_run",
    "plateau_warmup",
    "per_batch",
    "after_the_resume",
    "gradual_schedule",
)
