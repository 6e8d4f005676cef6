"""What does ChainedScheduler do with a warmup and a decay?"""

from collections.abc import Callable
from typing import Any

import torch
from torch.optim.lr_scheduler import ChainedScheduler, ExponentialLR, LinearLR, SequentialLR

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.trace import dry_run


def lrs_under(build: Callable[[torch.optim.Optimizer], Any]) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    return dry_run(optimizer, build(optimizer), updates=20).used()


def warmup(optimizer: torch.optim.Optimizer) -> LinearLR:
    return LinearLR(optimizer, start_factor=0.1, total_iters=5)


def decay(optimizer: torch.optim.Optimizer) -> ExponentialLR:
    return ExponentialLR(optimizer, gamma=0.9)


def chained() -> list[float]:
    return lrs_under(lambda o: ChainedScheduler([warmup(o), decay(o)]))


def same_as(build: Callable[[torch.optim.Optimizer], Any]) -> Callable[[], bool]:
    return lambda: all(abs(a - b) < 1e-9 for a, b in zip(chained(), lrs_under(build), strict=True))


def never_near_the_base_lr() -> bool:
    product = [a * b / 0.1 for a, b in zip(lrs_under(warmup), lrs_under(decay), strict=True)]
    is_product = all(abs(a - b) < 1e-9 for a, b in zip(chained(), product, strict=True))
    return is_product and max(chained()) < 0.06


QUESTION = Choose(
    title="Chained",
    prompt="""\
Wanted: a warmup of five updates, *then* a decay by 0.9 an update. Written, for base LR 0.1:

```python
scheduler = ChainedScheduler([
    LinearLR(optimizer, start_factor=0.1, total_iters=5),
    ExponentialLR(optimizer, gamma=0.9),
])
```

What do the first twenty updates use?""",
    difficulty="core",
    seen_in="[Casanovo, PR 249](https://github.com/Noble-Lab/casanovo/pull/249)",
    holds="It is what a trace of the twenty updates shows.",
    hints=(
        "Nothing here says when one should stop and the other begin.",
        "At every `scheduler.step()`, which of the two is stepped?",
        "Multiply the two factors of update 5: the ramp's is 1. And the decay's?",
    ),
    steps="""\
`ChainedScheduler` steps *both*, at every step, and each multiplies the LR that it finds. At update
5 the ramp gives 1, but the decay has been at work for five steps: 0.9⁵ = 0.59. No update ever runs
above that share of the base LR. The claim is **{answer}**. What was wanted is a `SequentialLR`.""",
    quick_check="Chained means at the same time; sequential means one after the other.",
    claims=(
        Claim(
            "never-near-the-base-lr",
            "The product of both factors: it decays during the warmup, and no update runs even "
            "at 0.06.",
            never_near_the_base_lr,
            "Both are stepped every time, and their factors are multiplied.",
        ),
        Claim(
            "one-after-the-other",
            "First the warmup, then the decay from 0.1.",
            same_as(lambda o: SequentialLR(o, [warmup(o), decay(o)], milestones=[5])),
            "That is what `SequentialLR` does, with a milestone. Nothing here says when the "
            "decay should begin.",
        ),
        Claim(
            "the-last-wins",
            "The decay alone, from 0.1: it is stepped last and overwrites the warmup.",
            same_as(decay),
            "The decay multiplies the LR that it finds. It does not start from the base LR.",
        ),
        Claim(
            "the-first-wins",
            "The warmup alone, then 0.1 for ever: the decay waits for its turn.",
            same_as(warmup),
            "There are no turns: every scheduler in the chain is stepped at every step.",
        ),
    ),
)
