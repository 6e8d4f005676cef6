"""Name the bug: one number of a warmup and its decay is wrong."""

from typing import Any

import torch
from torch.optim.lr_scheduler import ChainedScheduler, LinearLR, SequentialLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.quiz.variants import Variants
from warmup_lib.trace import dry_run

DECAY = 10


def question(base_lr: float = 0.4, ramp: tuple[float, int] = (0.25, 6)) -> NameTheBug:
    start, steps = ramp
    early, rise = steps - 1, base_lr * (1 - start) / steps

    def used(
        total_iters: int = steps,
        length: int = DECAY,
        milestone: int = steps,
        *,
        chain: bool = False,
    ) -> list[float]:
        """The LRs of the run with one thing in it changed."""
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base_lr)
        warmup = LinearLR(optimizer, start_factor=start, total_iters=total_iters)
        decay = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=length)
        scheduler: Any
        if chain:
            scheduler = ChainedScheduler([warmup, decay])
        else:
            scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[milestone])
        return dry_run(optimizer, scheduler, steps + DECAY).used()

    return NameTheBug(
        title="Where the ramp ends",
        prompt=f"""\
Meant, for base LR {base_lr}: a ramp that is at the base LR with update {steps}, and from there a
line down to 0 at update {steps + DECAY}, which is not run any more.

```python
warmup = LinearLR(optimizer, start_factor={start}, total_iters={steps})
decay = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters={DECAY})
scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[{steps}])
```

The run had one thing in it that was different. Which bug made this trace?""",
        difficulty="core",
        made_by="milestone-too-early",
        meant=used(),
        bugs=(
            Bug(
                "milestone-too-early",
                f"`milestones=[{early}]` in the sequence",
                lambda: used(milestone=early),
                f"Update {early} is the decay's own update 0 and runs at the base LR, however far "
                "the ramp has come.",
            ),
            Bug(
                "milestone-too-late",
                f"`milestones=[{steps + 1}]` in the sequence",
                lambda: used(milestone=steps + 1),
                "Then the whole ramp would be there, the base LR twice, and the decay one update "
                "late.",
            ),
            Bug(
                "one-step-short",
                f"`total_iters={early}` in `warmup`",
                lambda: used(total_iters=early),
                f"Then the ramp would be at the base LR with update {early} by itself, in larger "
                "steps, all of one size; and it would wait there for the decay.",
            ),
            Bug(
                "length-counts-the-warmup",
                f"`total_iters={steps + DECAY}` in `decay`, the length of the whole run",
                lambda: used(length=steps + DECAY),
                "Then the ramp would be as it was meant, and the line down too flat: it would end "
                "far above 0.",
            ),
            Bug(
                "chained",
                "`ChainedScheduler([warmup, decay])` in place of the sequence",
                lambda: used(chain=True),
                "Then the decay would be at work during the ramp, and no update would run at the "
                "base LR.",
            ),
        ),
        holds="It is the bug that, when it is run, uses each of these LRs.",
        hints=(
            "Look at the steps from one update to the next. Are all steps of the ramp of one size?",
            f"The ramp rises by {rise:.4g} an update, and the last step up is twice as large. What "
            "is used after it: a value of the ramp, or one of the decay?",
            f"The base LR is used at update {early}, by the decay. When did the decay take over?",
        ),
        steps=f"""\
Through update {early - 1} the ramp is what was meant, and so its `total_iters` is right. Update
{early} jumps by two of its steps to the base LR, and the line down follows at once, with the slope
that was meant, one update early. So the decay began at update {early}: that is **{{answer}}**. A
milestone below `total_iters` cuts the ramp off.""",
        quick_check="A jump before the peak: the milestone is below the ramp's `total_iters`.",
    )


QUESTION = question()
VARIANTS = Variants(
    question, base_lr=(0.4, 0.2, 0.8, 0.1), ramp=((0.25, 6), (0.4, 6), (0.5, 5), (0.1, 5), (0.2, 5))
)
