"""What does a ramp from zero cost, stepped per update and per epoch?"""

from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.trace import dry_run

UPDATES_AN_EPOCH = 10


def updates_at_zero(updates_per_step: int) -> int:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: min(t / 5, 1.0))
    trace = dry_run(optimizer, scheduler, 20 * UPDATES_AN_EPOCH, updates_per_step=updates_per_step)
    return trace.used().count(0.0)


def costs(per_update: int, per_epoch: int) -> Callable[[], bool]:
    return lambda: (
        (updates_at_zero(1), updates_at_zero(UPDATES_AN_EPOCH))
        == (
            per_update,
            per_epoch,
        )
    )


QUESTION = Choose(
    title="What zero costs",
    prompt="""\
Two runs of twenty epochs, ten updates each, warm up with `lambda t: min(t / 5, 1.0)`. The first
calls `scheduler.step()` after every update, the second after every epoch. How many updates does
each make with a learning rate of 0?""",
    difficulty="core",
    holds="It is what counting the updates with an LR of 0 gives, in both runs.",
    hints=(
        "For how many values of the counter does the lambda give 0?",
        "How many updates share one value of the counter in each of the runs?",
        "The counter is 0 until the first `scheduler.step()`.",
    ),
    steps="""\
Only counter 0 gives 0. Stepped after every update, one update has counter 0; stepped after every
epoch, all ten updates of the first epoch have it. That is **{answer}**. A ramp that starts at 1/5
would waste none in either run. The waste is certain; harm to the final accuracy is not.""",
    quick_check="A factor of 0 costs all the updates before the first `scheduler.step()`.",
    claims=(
        Claim(
            "one-update-or-one-epoch",
            "1 in the first run, 10 in the second",
            costs(1, UPDATES_AN_EPOCH),
            "One value of the counter gives 0; it lasts one update or one epoch.",
        ),
        Claim(
            "counts-values-of-the-counter",
            "1 in both",
            costs(1, 1),
            "You count values of the counter. In the second run ten updates share each of them.",
        ),
        Claim(
            "expects-a-small-start",
            "none in either: the warmup starts at a small learning rate",
            costs(0, 0),
            "`min(0 / 5, 1.0)` is 0, and the counter starts at 0.",
        ),
        Claim(
            "takes-t-for-the-epoch",
            "10 in both: `t` is the epoch",
            costs(UPDATES_AN_EPOCH, UPDATES_AN_EPOCH),
            "`LambdaLR` does not know what an epoch is: `t` counts calls of `scheduler.step()`, "
            "and the first run makes one after every update.",
        ),
        Claim(
            "whole-warmup-at-zero",
            "5 in the first run, 50 in the second",
            costs(5, 5 * UPDATES_AN_EPOCH),
            "You take the whole warmup to run at 0. It rises from 0; only its first value is 0.",
        ),
    ),
)
