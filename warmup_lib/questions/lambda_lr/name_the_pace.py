"""Name the bug: a warmup that begins rightly and is over far too soon."""

import warnings

import torch
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.quiz.variants import Variants
from warmup_lib.schedules import linear_warmup
from warmup_lib.trace import dry_run, record

UPDATES_AN_EPOCH = 4


def question(first_lr: float = 0.05, run: tuple[int, int] = (4, 10)) -> NameTheBug:
    processes, warmup = run
    base_lr, updates = round(first_lr * warmup, 6), max(warmup + 2, 10)

    def fresh(length: int = warmup) -> tuple[torch.optim.Optimizer, LRScheduler]:
        optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=base_lr)
        return optimizer, LambdaLR(optimizer, linear_warmup(length))

    def for_every_process(scheduler: LRScheduler) -> None:
        for _ in range(processes):
            scheduler.step()

    def per_batch() -> list[float]:
        """The LRs of a loop that makes one update of several batches and steps for each batch."""
        optimizer, scheduler = fresh()
        (weight,) = optimizer.param_groups[0]["params"]
        with record(optimizer) as trace, warnings.catch_warnings():
            # PyTorch remarks on steps before the first update.
            warnings.simplefilter("ignore", UserWarning)
            for batch in range(processes * updates):
                weight.sum().backward()
                if (batch + 1) % processes == 0:
                    optimizer.step()
                    optimizer.zero_grad()
                scheduler.step()
        return trace.used()

    def dry(*, scheduler_first: bool = False, updates_per_step: int = 1) -> list[float]:
        run = dry_run(
            *fresh(), updates, scheduler_first=scheduler_first, updates_per_step=updates_per_step
        )
        return run.used()

    return NameTheBug(
        title="Over too soon",
        prompt=f"""\
A warmup over {warmup} **updates** was meant, from 1/{warmup} of a base LR of {base_lr}:
`LambdaLR(optimizer, lambda t: min((t + 1) / {warmup}, 1))`. Which bug made this trace?""",
        difficulty="core",
        seen_in="[accelerate, issue 1382](https://github.com/huggingface/accelerate/issues/1382), "
        "[diffusers, issue 9633](https://github.com/huggingface/diffusers/issues/9633)",
        made_by="stepped-for-every-process",
        meant=dry(),
        bugs=(
            Bug(
                "stepped-for-every-process",
                f"The run has {processes} processes, which make each update together. The wrapped "
                f"scheduler takes {processes} steps after each, one for every process.",
                lambda: dry_run(*fresh(), updates, step=for_every_process).used(),
                f"The counter is 0 at update 0, {processes} at update 1, {2 * processes} at update "
                "2: the first value is right, and those between are never used.",
            ),
            Bug(
                "stepped-per-batch",
                f"An update adds up the gradients of {processes} batches, and `scheduler.step()` "
                "is called after every batch.",
                per_batch,
                "Then steps would come before the first update, too: it is made in batch "
                f"{processes - 1}, and would not use 1/{warmup}.",
            ),
            Bug(
                "divides-the-length",
                f"The run has {processes} processes, and somebody divided the length by them: the "
                f"lambda is `min((t + 1) / ({warmup} // {processes}), 1)`.",
                lambda: dry_run(*fresh(warmup // processes), updates).used(),
                "Then the ramp would be steeper from its first value on: update 0 would not use "
                f"1/{warmup} any more.",
            ),
            Bug(
                "scheduler-first",
                "`scheduler.step()` is called before `optimizer.step()`.",
                lambda: dry(scheduler_first=True),
                f"Then the first value, 1/{warmup}, would be lost, and the ramp would go on at its "
                "own pace.",
            ),
            Bug(
                "stepped-per-epoch",
                f"`scheduler.step()` is called once an epoch, of {UPDATES_AN_EPOCH} updates.",
                lambda: dry(updates_per_step=UPDATES_AN_EPOCH),
                "Then the warmup would take longer, not shorter: all updates of an epoch share one "
                "LR.",
            ),
        ),
        holds="It is the bug that, when it is run, uses each of these LRs.",
        hints=(
            "Is the LR of update 0 right? By how much does it rise from there, and by how much "
            "should it?",
            "Update 0 is right, so nothing was stepped before it, and the ramp is the one that "
            "was meant. But from update to update it is walked too fast.",
            f"The counter must be 0 at update 0 and {processes} at update 1.",
        ),
        steps=f"""\
Update 0 uses 1/{warmup} of the base LR, as was meant. Update 1 uses {processes + 1}/{warmup}, the
value for counter {processes}. So the counter starts rightly and goes up by {processes} for each
update: that is **{{answer}}**. accelerate's prepared scheduler does so on purpose, since it
takes lengths to be counted on one process: give it the length times the number of processes.""",
        quick_check="Too fast by a whole factor: count the `scheduler.step()` calls per update.",
    )


QUESTION = question()
VARIANTS = Variants(
    question, first_lr=(0.05, 0.02, 0.01, 0.04), run=((4, 10), (4, 6), (3, 8), (3, 10), (4, 7))
)
