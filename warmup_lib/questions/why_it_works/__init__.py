"""Quiz: why warmup works. Follows the lesson ``06_why_it_works``."""

TITLE = "Why it works"

INTRODUCTION = """\
Eight questions on what warmup does: Adam's first updates, a warmup that needs no tuning, the edge
2/η, and what experiments support. Every key is made by running the code that you read.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0."""

SETUP = """\
import math

import torch

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "first_step",
    "zero_is_not_free",
    "untuned_peak",
    "what_tables_support",
    "largest_that_shrinks",
    "shortest_ramp",
    "adam_by_hand",
    "radam_factor",
)
