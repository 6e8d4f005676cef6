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
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Write
from warmup_lib.schedulers import ScheduleLR
from warmup_lib.schedules import cosine_decay, join, linear_warmup_from

START, WARMUP, REST, TOTAL = 0.1, 5, 15, 20


def warmup_then_cosine(optimizer: Any) -> Any:
    """Build the scheduler: a line from START to 1 times the base LR, then a cosine.

    Update WARMUP is at the base LR and the first of the cosine; update TOTAL would be at 0.
    """
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def t_max_with_the_warmup(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=TOTAL)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def milestone_too_early(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP - 1])


def milestone_too_late(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP + 1])


def one_step_short(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP - 1)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def chained(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return ChainedScheduler([warmup, cosine])


def default_start(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def only_the_warmup(optimizer: Any) -> Any:
    return LinearLR(optimizer, start_factor=START, total_iters=WARMUP)


def with_a_lambda(optimizer: Any) -> Any:
    import math

    def factor(t: int) -> float:
        return (
            START + (1 - START) * t / WARMUP
            if t < WARMUP
            else (1 + math.cos(math.pi * (t - WARMUP) / REST)) / 2
        )

    return LambdaLR(optimizer, factor)


def with_a_join(optimizer: Any) -> Any:
    return ScheduleLR(
        optimizer, join(linear_warmup_from(START, WARMUP), cosine_decay(REST), at=WARMUP)
    )


def ends_one_early(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST - 1)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def peak_one_early(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP - 1)
    cosine = CosineAnnealingLR(optimizer, T_max=REST + 1)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP - 1])


def ramp_one_too_long(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP + 1)
    cosine = CosineAnnealingLR(optimizer, T_max=REST - 1)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP + 1])


def from_one_nth(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=1 / WARMUP, total_iters=WARMUP - 1)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def t_max_is_the_last_update(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=TOTAL - 1)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def ends_one_late(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST + 1)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def one_step_too_many(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP + 1)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def lr_for_factor(optimizer: Any) -> Any:
    start = START * optimizer.param_groups[0]["lr"]
    warmup = LinearLR(optimizer, start_factor=start, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=REST)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


def clock_runs_in_warmup(optimizer: Any) -> Any:
    import math

    def factor(t: int) -> float:
        return (
            START + (1 - START) * t / WARMUP
            if t < WARMUP
            else (1 + math.cos(math.pi * t / TOTAL)) / 2
        )

    return LambdaLR(optimizer, factor)


def chained_over_the_run(optimizer: Any) -> Any:
    warmup = LinearLR(optimizer, start_factor=START, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=TOTAL)
    return ChainedScheduler([warmup, cosine])


def question(start: float = START, run: tuple[int, int] = (WARMUP, TOTAL)) -> Write:
    warmup, total = run
    rest, last = total - warmup, total - 1
    end = f"{cosine_decay(rest)(rest - 1):.2g}"
    return Write(
        title="Write it: warmup, then a cosine",
        prompt=f"""\
A run has {total} updates, 0 to {last}. Build its scheduler on the optimizer you are given, and
return it:

- update 0 uses {start} of the base LR, and a straight line leads to the base LR at update {warmup};
- from update {warmup} on half a cosine leads down; it would be at 0 with update {total}, which is
  not run.

The loop calls `optimizer.step()`, then `scheduler.step()`.""",
        answer=warmup_then_cosine,
        values={"START": start, "WARMUP": warmup, "REST": rest, "TOTAL": total},
        exercise=UsedByScheduler(total, run_ends=True),
        difficulty="hard",
        points=2,
        holds=f"Update 0 uses {start} of the base LR, equal steps lead to update {warmup}, which "
        f"alone uses all of it, and each later one uses less, down to {end} of it at update "
        f"{last}.",
        hints=(
            "Three objects: one for the line, one for the cosine, one that hands over.",
            "Which update is the cosine's own update 0? That is the milestone.",
            f"`T_max` counts the cosine's own updates: how many lead from update {warmup} to "
            f"update {total}?",
            f"`LinearLR(…, start_factor={start}, total_iters={warmup})`, `CosineAnnealingLR(…, "
            f"T_max={rest})`, `SequentialLR(…, milestones=[{warmup}])`.",
        ),
        steps=f"""\
`LinearLR` from {start} takes {warmup} steps, so update {warmup} would be its first at the base LR.
The cosine starts there: `milestones=[{warmup}]`. Its own clock starts at 0 at the milestone, and
{total} − {warmup} = {rest} steps lead it to 0: `T_max={rest}`. The updates use **{{answer}}**.""",
        quick_check="T_max and every other length behind the milestone count from the milestone.",
        misconceptions=(
            Misconception(
                "t-max-counts-the-warmup",
                f"Your cosine is on its way to update {total + warmup}: its length counts the "
                "warmup as well, and the run ends above where it should.",
                t_max_with_the_warmup,
            ),
            Misconception(
                "milestone-too-early",
                f"You hand over before the ramp is done: update {warmup - 1} jumps to the base LR.",
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
                f"Your ramp is at the base LR at update {warmup - 1} already: it takes one step "
                "too few.",
                one_step_short,
            ),
            Misconception(
                "chained",
                "You run both at the same time: the cosine decays during the warmup, so the base "
                "LR is never used.",
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
            Misconception(
                "ends-one-early",
                f"Your cosine is at 0 with update {last}, which is run. It was to be there one "
                "update later.",
                ends_one_early,
            ),
            Misconception(
                "peak-one-early",
                f"You hand over rightly, but at update {warmup - 1}: the ramp has {warmup} steps, "
                f"and {warmup} steps lead one update further.",
                peak_one_early,
            ),
            Misconception(
                "ramp-one-too-long",
                f"You hand over rightly, but at update {warmup + 1}: your ramp takes one step too "
                "many.",
                ramp_one_too_long,
            ),
            Misconception(
                "from-one-nth",
                f"Your ramp is the one from 1/{warmup}, at the base LR one update early. Here its "
                "start is said, and the number of its steps.",
                from_one_nth,
            ),
            Misconception(
                "t-max-is-the-last-update",
                f"Your cosine's length is {last}, the index of the run's last update. So it counts "
                "the warmup as well, and the run ends far above 0.",
                t_max_is_the_last_update,
            ),
            Misconception(
                "ends-one-late",
                f"Your cosine would be at 0 with update {total + 1}: it is one step too long.",
                ends_one_late,
            ),
            Misconception(
                "one-step-too-many",
                f"You hand over at the right update, but your ramp takes {warmup + 1} steps, so it "
                "is not done by then and the LR jumps.",
                one_step_too_many,
            ),
            Misconception(
                "lr-for-factor",
                "You give `LinearLR` the first learning rate. `start_factor` is a factor, which it "
                "multiplies the base LR by.",
                lr_for_factor,
            ),
            Misconception(
                "clock-runs-in-warmup",
                "Your cosine has counted the warmup's updates, so part of the way down is over "
                f"when it begins, and update {warmup} uses less than the base LR.",
                clock_runs_in_warmup,
            ),
            Misconception(
                "chained-over-the-run",
                f"You run both at the same time, and the cosine over all {total} updates: it "
                "decays during the warmup, so the base LR is never used.",
                chained_over_the_run,
            ),
        ),
        alternatives=(with_a_lambda, with_a_join),
    )


QUESTION = question()
VARIANTS = Variants(question, start=(0.1, 0.3, 0.4), run=((5, 20), (4, 16), (5, 25), (6, 24)))
