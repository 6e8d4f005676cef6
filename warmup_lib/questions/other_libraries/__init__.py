"""Quiz: other libraries. Follows the lesson ``07_other_libraries``."""

TITLE = "Reading other people's warmup"

INTRODUCTION = """\
Six questions on what the same numbers mean in different libraries, and on moving a warmup from one
to another. None of those libraries needs to be installed: their formulas are in
`warmup_lib.recipes`, and the keys are made by running them.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0, and a
schedule is stepped once after each update."""

SETUP = """\
import math

import torch

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "same_five_numbers",
    "highest_lr",
    "plotted_not_trained",
    "warmup_ratio",
    "from_deepspeed",
    "port_total",
)
