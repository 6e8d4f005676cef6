"""Quiz: LambdaLR. Follows the lesson ``02_lambda_lr``."""

TITLE = "LambdaLR"

INTRODUCTION = """\
{count} questions on warming up with `LambdaLR`. Every key is made by running the code that
you read, so if you doubt one, run it.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0,
and the *base LR* is the `lr` that the optimizer was built with."""

SETUP = """\
import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "first_print",
    "used_by_updates",
    "nothing_trains",
    "off_by_one",
    "missing_cap",
    "lr_for_factor",
    "right_lambda",
    "ramp_from_one_nth",
    "ramp_from_zero",
    "cost_of_zero",
    "name_the_ramp",
    "name_the_pace",
    "step_per_batch",
    "ramp_of_each_group",
)
