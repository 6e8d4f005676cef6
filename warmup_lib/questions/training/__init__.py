"""Quiz: training with warmup. Follows the lesson ``05_training``."""

TITLE = "Training with warmup"

INTRODUCTION = """\
Ten questions on warmup inside a training loop: epochs, accumulated gradients, skipped updates,
checkpoints, late parameter groups, and what a zero first learning rate costs. Every key is made by
running the code that you read.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0,
and the *base LR* is the `lr` that the optimizer was built with."""

SETUP = """\
import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "first_to_move",
    "epoch_of_the_peak",
    "under_accumulation",
    "name_the_start",
    "resumed_lr",
    "cost_in_a_run",
    "accumulate",
    "name_the_break",
    "added_later",
    "resume",
)
