"""Which of five lambdas is the warmup that was asked for?"""

from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.trace import dry_run


def fresh_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)


def warms_up_as_asked(source: str) -> Callable[[], bool]:
    """Whether the lambda uses the same LRs as LinearLR from 1/5, at the base LR from update 4."""

    def holds() -> bool:
        optimizer = fresh_optimizer()
        used = dry_run(optimizer, LambdaLR(optimizer, eval(source)), updates=12).used()
        optimizer = fresh_optimizer()
        linear = LinearLR(optimizer, start_factor=1 / 5, total_iters=4)
        asked = dry_run(optimizer, linear, updates=12).used()
        return all(abs(a - b) < 1e-9 for a, b in zip(used, asked, strict=True))

    return holds


def option(name: str, source: str, says: str) -> Claim:
    return Claim(name, f"`{source}`", warms_up_as_asked(source), says)


QUESTION = Choose(
    title="The right one of five",
    prompt="""\
The base LR is 0.1. Update 0 is to use 0.02, update 1 0.04, update 2 0.06, update 3 0.08, and
update 4 and all later ones 0.1. The loop calls `optimizer.step()`, then `scheduler.step()`.
Which lambda makes `LambdaLR` do that?""",
    difficulty="warm-up",
    holds="Its factors for 0, 4 and 5 give 0.02, 0.1 and 0.1.",
    hints=(
        "Three numbers tell them apart: what each lambda gives for 0, for 4 and for 5.",
        "The factor for 0 must be 0.02 / 0.1.",
        "The factor for 5 must be the same as for 4.",
    ),
    steps="""\
The factors asked for are 1/5, 2/5, 3/5, 4/5, then 1 for ever. The index counts from 0, so the
count is the index plus one; the cap is a `min` with 1; and 1, not 0.1, since it is a factor.
That is **{answer}**.""",
    quick_check="Try a lambda at its first index, at its last of the warmup, and behind it.",
    claims=(
        option(
            "counts-and-caps",
            "lambda t: min((t + 1) / 5, 1.0)",
            "It starts at 1/5, reaches 1 at update 4 and stays there.",
        ),
        option(
            "starts-at-zero",
            "lambda t: min(t / 5, 1.0)",
            "For 0 it gives 0: the first update moves nothing, and the peak comes one update late.",
        ),
        option(
            "no-cap",
            "lambda t: (t + 1) / 5",
            "It starts as asked, but nothing stops it: update 5 runs above the base LR.",
        ),
        option(
            "lr-for-factor",
            "lambda t: min(0.1 * (t + 1) / 5, 0.1)",
            "It gives learning rates. `LambdaLR` multiplies the base LR by them once more.",
        ),
        option(
            "cap-upside-down",
            "lambda t: max((t + 1) / 5, 1.0)",
            "`max` keeps the larger: it gives 1 through update 4, so there is no warmup, and rises "
            "after that.",
        ),
    ),
)
