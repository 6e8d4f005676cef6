"""Quiz: other libraries. Follows the lesson ``07_other_libraries``."""

TITLE = "Reading other people's warmup"

INTRODUCTION = """\
Eleven questions on what the same numbers mean in different libraries, and on moving a warmup from
one to another. None of those libraries needs to be installed: their formulas are in
`warmup_lib.recipes`, and the keys are made by running them.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0, and a
schedule is stepped once after each update."""

SETUP = """\
import math

import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR, SequentialLR

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "first_update_zero",
    "same_five_numbers",
    "highest_lr",
    "warmup_ratio",
    "too_fast",
    "from_deepspeed",
    "from_transformers",
    "plotted_not_trained",
    "times_not_then",
    "port_total",
    "fifth_of_the_peak",
)
