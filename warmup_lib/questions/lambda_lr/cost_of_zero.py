"""What does a ramp from zero cost, stepped per update and per epoch?"""

from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.quiz.variants import Variants
from warmup_lib.trace import dry_run

EPOCHS = 20


def updates_at_zero(warmup: int, batches: int, updates_per_step: int) -> int:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: min(t / warmup, 1.0))
    trace = dry_run(optimizer, scheduler, EPOCHS * batches, updates_per_step=updates_per_step)
    return trace.used().count(0.0)


def question(batches: int = 10, warmup: int = 5) -> Choose:
    def costs(per_update: int, per_epoch: int) -> Callable[[], bool]:
        return lambda: (
            [updates_at_zero(warmup, batches, steps) for steps in (1, batches)]
            == [per_update, per_epoch]
        )

    return Choose(
        title="What zero costs",
        prompt=f"""\
Two runs of {EPOCHS} epochs, {batches} updates each, warm up with
`lambda t: min(t / {warmup}, 1.0)`. The first calls `scheduler.step()` after every update, the
second after every epoch. How many updates does each make with a learning rate of 0?""",
        difficulty="core",
        seen_in="[gpt-neox, issue 1373](https://github.com/EleutherAI/gpt-neox/issues/1373)",
        holds="It is what counting the updates with an LR of 0 gives, in both runs.",
        hints=(
            "For how many values of the counter does the lambda give 0?",
            "How many updates share one value of the counter in each of the runs?",
            "The counter is 0 until the first `scheduler.step()`.",
        ),
        steps=f"""\
Only counter 0 gives 0. Stepped after every update, one update has counter 0; stepped after every
epoch, all {batches} updates of the first epoch have it. That is **{{answer}}**. A ramp that starts
at 1/{warmup} would waste none in either run. The waste is certain; harm to the final accuracy is
not.""",
        quick_check="A factor of 0 costs all the updates before the first `scheduler.step()`.",
        claims=(
            Claim(
                "one-update-or-one-epoch",
                f"1 in the first run, {batches} in the second",
                costs(1, batches),
                "One value of the counter gives 0; it lasts one update or one epoch.",
            ),
            Claim(
                "counts-values-of-the-counter",
                "1 in both",
                costs(1, 1),
                f"You count values of the counter. In the second run {batches} updates share each "
                "of them.",
            ),
            Claim(
                "expects-a-small-start",
                "none in either: the warmup starts at a small learning rate",
                costs(0, 0),
                f"`min(0 / {warmup}, 1.0)` is 0, and the counter starts at 0.",
            ),
            Claim(
                "takes-t-for-the-epoch",
                f"{batches} in both: `t` is the epoch",
                costs(batches, batches),
                "`LambdaLR` does not know what an epoch is: `t` counts calls of "
                "`scheduler.step()`, and the first run makes one after every update.",
            ),
            Claim(
                "whole-warmup-at-zero",
                f"{warmup} in the first run, {warmup * batches} in the second",
                costs(warmup, warmup * batches),
                "You take the whole warmup to run at 0. It rises from 0; only its first value is "
                "0.",
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, batches=(8, 10, 12, 25), warmup=(3, 4, 5))
