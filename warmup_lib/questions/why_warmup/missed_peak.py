"""Name the bug: the run ends, and the peak was never used."""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.quiz.variants import Variants
from warmup_lib.recipes import dampened
from warmup_lib.schedules import Schedule, cosine_decay, linear_warmup
from warmup_lib.trace import dry_run

BATCHES, UPDATES, WARMUP = 4, 12, 5


def used(schedule: Schedule, base_lr: float, *, updates_per_step: int = 1) -> list[float]:
    """The LRs of the run's updates under LambdaLR."""
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=base_lr)
    scheduler = LambdaLR(optimizer, schedule)
    return dry_run(optimizer, scheduler, UPDATES, updates_per_step=updates_per_step).used()


def question(base_lr: float = 0.2, long: int = 20) -> NameTheBug:
    """The question where the warmup was made for a longer run, and takes ``long`` updates."""
    low, slope = base_lr * WARMUP / long, base_lr / long
    return NameTheBug(
        title="The peak that never came",
        prompt=f"""\
A linear warmup over {WARMUP} updates was meant, from 1/{WARMUP} of the base LR of {base_lr}, and
the base LR from there on. The run makes {UPDATES} updates, and none of them used {base_lr}. Which
bug made this trace?""",
        difficulty="core",
        seen_in="[d2go, issue 19](https://github.com/facebookresearch/d2go/issues/19)",
        made_by="warmup-outlasts-the-run",
        meant=used(linear_warmup(WARMUP), base_lr),
        bugs=(
            Bug(
                "warmup-outlasts-the-run",
                f"The settings come from a longer run: the warmup takes {long} updates.",
                lambda: used(linear_warmup(long), base_lr),
                f"Every update adds 1/{long} of the base LR, and after {UPDATES} of them the run "
                "is over.",
            ),
            Bug(
                "base-lr-too-low",
                f"The base LR was set to {low:g}.",
                lambda: used(linear_warmup(WARMUP), low),
                f"Then the ramp would end after {WARMUP} updates, and the LR would stay where it "
                "is from there on.",
            ),
            Bug(
                "stepped-per-epoch",
                f"The schedule counts epochs, of {BATCHES} updates each, where it should count "
                "updates.",
                lambda: used(linear_warmup(WARMUP), base_lr, updates_per_step=BATCHES),
                f"Then {BATCHES} updates in a row would share one LR: a staircase.",
            ),
            Bug(
                "index-as-count",
                f"The factor is `min(t / {WARMUP}, 1)`: the index of the update is taken for a "
                "count.",
                lambda: used(lambda t: min(t / WARMUP, 1), base_lr),
                "Then update 0 would use 0, and the peak would come, one update late.",
            ),
            Bug(
                "decays-during-warmup",
                f"A cosine over all {UPDATES} updates, down to 0, multiplies the ramp from update "
                "0 on.",
                lambda: used(dampened(linear_warmup(WARMUP), cosine_decay(UPDATES)), base_lr),
                "Then the peak would be missed as well, but the LR would fall in the second half "
                "of the run.",
            ),
        ),
        holds="It is the bug that, when it is run, uses each of these LRs.",
        hints=(
            "Does the LR ever stop rising? Does it rise by the same amount in every update?",
            f"It rises by {slope:g} in every update. How many such steps lead to {base_lr}?",
            f"{base_lr} / {slope:g} is {long}: the ramp is still on its way when the run ends.",
        ),
        steps=f"""\
The LR rises by {slope:g} in every update up to the last, so the ramp is not over when the run is.
At this rate the peak needs {base_lr} / {slope:g} = {long} updates. That is **{{answer}}**. Nothing
fails and nothing warns: a run that was shortened needs a warmup that is shortened with it.""",
        quick_check="Compare the length of the warmup with that of the run, both in updates.",
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4), long=(15, 20, 25))
