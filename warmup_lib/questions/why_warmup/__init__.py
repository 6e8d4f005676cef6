"""Quiz: why warm up. Follows the lesson ``01_why_warmup``."""

TITLE = "Why warm up?"

INTRODUCTION = """\
Seven questions on what warmup is, what it does to a run, and what it does not. Every key is made by
running code: the snippets that you read, and training runs on the digits of lesson 1.

Throughout, **update** means an `optimizer.step()` that moves parameters, counted from 0, and the
learning rate (LR) of update t is the base LR times the *factor* of t."""

SETUP = """\
import math

from warmup_lib import ask, check, hint, solution"""

ORDER = (
    "third_update",
    "overshoot",
    "what_it_buys",
    "missed_peak",
    "cool_down",
    "peak_too_high",
    "hand_over",
)
