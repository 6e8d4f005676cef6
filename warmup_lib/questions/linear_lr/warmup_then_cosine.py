"""Write: a linear warmup that hands over to a cosine."""

from typing import Any

from torch.optim.lr_scheduler import (
    ChainedScheduler,
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    SequentialLR,
)

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Write
from warmup_lib.schedulers import ScheduleLR
from warmup_lib.schedules import cosine_decay, join, linear_warmup_from


def warmup_then_cosine(optimizer: Any) -> Any:
    """Build the scheduler: a line from 0.1 to 1 times the base LR at update 5, then a cosine.

    Update 5 is also the first of the cosine, and update 20 the first at 0.
    """
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=15)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[5])


def t_max_with_the_warmup(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=20)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[5])


def milestone_too_early(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=15)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[4])


def milestone_too_late(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=15)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[6])


def one_step_short(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=4)
    cosine = CosineAnnealingLR(optimizer, T_max=15)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[5])


def chained(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=15)
    return ChainedScheduler([warmup, cosine])


def default_start(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, total_iters=5)
    cosine = CosineAnnealingLR(optimizer, T_max=15)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[5])


def only_the_warmup(optimizer: Any) -> Any:
    return LinearLR(optimizer, start_factor=0.1, total_iters=5)


def with_a_lambda(optimizer: Any) -> Any:
    import math

    def factor(t: int) -> float:
        return 0.1 + 0.18 * t if t < 5 else (1 + math.cos(math.pi * (t - 5) / 15)) / 2

    return LambdaLR(optimizer, factor)


def with_a_join(optimizer: Any) -> Any:
    return ScheduleLR(optimizer, join(linear_warmup_from(0.1, 5), cosine_decay(15), at=5))


QUESTION = Write(
    title="Write it: warmup, then a cosine",
    prompt="""\
A run has 20 updates, 0 to 19. Build its scheduler on the optimizer you are given, and return it:

- update 0 uses 0.1 of the base LR, and a straight line leads to the base LR at update 5;
- from update 5 on half a cosine leads down; it would be at 0 with update 20, which is not run.

The loop calls `optimizer.step()`, then `scheduler.step()`.""",
    answer=warmup_then_cosine,
    exercise=UsedByScheduler(20),
    difficulty="hard",
    points=2,
    holds="Update 0 uses 0.1 of the base LR, update 5 alone all of it, and each later one less.",
    hints=(
        "Three objects: one for the line, one for the cosine, one that hands over.",
        "Which update is the cosine's own update 0? That is the milestone.",
        "`T_max` counts the cosine's own updates: how many lead from update 5 to update 20?",
        "`LinearLR(…, start_factor=0.1, total_iters=5)`, `CosineAnnealingLR(…, T_max=15)`, "
        "`SequentialLR(…, milestones=[5])`.",
    ),
    steps="""\
`LinearLR` from 0.1 takes five steps, so update 5 would be its first at the base LR. The cosine
starts there: `milestones=[5]`. Its own clock starts at 0 at the milestone, and 20 − 5 = 15 steps
lead it to 0: `T_max=15`. The updates use **{answer}**.""",
    quick_check="T_max and every other length behind the milestone count from the milestone.",
    misconceptions=(
        Misconception(
            "t-max-counts-the-warmup",
            "Your cosine is on its way to update 25: its length counts the warmup as well, and "
            "the run ends far above 0.",
            t_max_with_the_warmup,
        ),
        Misconception(
            "milestone-too-early",
            "You hand over before the ramp is done: update 4 jumps to the base LR.",
            milestone_too_early,
        ),
        Misconception(
            "milestone-too-late",
            "You hand over one update after the ramp is done: two updates run at the base LR, "
            "and the cosine comes one late.",
            milestone_too_late,
        ),
        Misconception(
            "one-step-short",
            "Your ramp is at the base LR at update 4 already: it takes one step too few.",
            one_step_short,
        ),
        Misconception(
            "chained",
            "You run both at the same time: the cosine decays during the warmup, so the base LR "
            "is never used.",
            chained,
        ),
        Misconception(
            "default-start",
            "Your ramp starts at 1/3, which is what `LinearLR` does unless it is told.",
            default_start,
        ),
        Misconception(
            "no-hand-over",
            "Your ramp is right, and nothing follows it.",
            only_the_warmup,
        ),
    ),
    alternatives=(with_a_lambda, with_a_join),
)
