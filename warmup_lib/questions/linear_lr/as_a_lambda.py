"""Write the lambda with which LambdaLR repeats LinearLR."""

from functools import cache

import torch
from torch.optim.lr_scheduler import LinearLR

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Port
from warmup_lib.schedules import Schedule, linear_warmup_from
from warmup_lib.trace import dry_run

START, STEPS = 0.25, 6


@cache
def factors_of_linear_lr(start: float, steps: int, updates: int = 200) -> list[float]:
    """The LRs under LinearLR for a base LR of 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = LinearLR(optimizer, start_factor=start, total_iters=steps)
    return dry_run(optimizer, scheduler, updates).used()


def linear_lr(start: float, steps: int) -> Schedule:
    return lambda update: factors_of_linear_lr(start, steps)[update]


def as_a_lambda(update: int) -> float:
    """Give the factor that LinearLR(start_factor=START, total_iters=STEPS) uses for this update."""
    return START + (1 - START) * min(update / STEPS, 1.0)


def from_one_nth(update: int) -> float:
    return min((update + 1) / STEPS, 1.0)


def starts_at_zero(update: int) -> float:
    return min(update / STEPS, 1.0)


def floor_for_a_line(update: int) -> float:
    return max(START, min(update / STEPS, 1.0))


def adds_the_whole(update: int) -> float:
    return min(START + update / STEPS, 1.0)


def adds_the_whole_then_caps(update: int) -> float:
    return START + update / STEPS if update < STEPS else 1.0


def one_step_too_many(update: int) -> float:
    return START + (1 - START) * min(update / (STEPS + 1), 1.0)


def counts_updates(update: int) -> float:
    return START + (1 - START) * min(update / (STEPS - 1), 1.0)


def one_early(update: int) -> float:
    return START + (1 - START) * min((update + 1) / STEPS, 1.0)


def no_cap(update: int) -> float:
    return START + (1 - START) * update / STEPS


def above_the_peak(update: int) -> float:
    return START + min(update / STEPS, 1.0)


def steps_of_the_start(update: int) -> float:
    return min(START * (update + 1), 1.0)


def multiplies_each_time(update: int) -> float:
    return float(START ** (1 - min(update / STEPS, 1.0)))


def gives_an_lr(update: int) -> float:
    return 0.1 * (START + (1 - START) * min(update / STEPS, 1.0))


def forgets_the_start(update: int) -> float:
    return (1 - START) * min(update / STEPS, 1.0)


def holds_then_jumps(update: int) -> float:
    return START if update < STEPS else 1.0


def with_an_if(update: int) -> float:
    if update >= STEPS:
        return 1.0
    return ((STEPS - update) * START + update) / STEPS


def question(start: float = START, steps: int = STEPS) -> Port:
    way, step = f"{1 - start:.4g}", f"{(1 - start) / steps:.4g}"
    second = f"{start + (1 - start) / steps:.4g}"
    return Port(
        title="LinearLR as a lambda",
        prompt=f"""\
A run was trained under `LinearLR(optimizer, start_factor={start}, total_iters={steps})`, stepped
after every update, with base LR 0.1. It is to be repeated, LR for LR, by a trainer that builds a
`LambdaLR` from a function of yours. Write that function.""",
        answer=as_a_lambda,
        target=linear_lr(start, steps),
        values={"START": start, "STEPS": steps},
        exercise=Factors(12),
        difficulty="core",
        holds=f"It is {start} for update 0 and {second} for update 1, rises on in equal steps to 1 "
        f"at update {steps}, and stays there.",
        hints=(
            f"Which factor does update 0 use, and which update {steps}?",
            f"From {start} to 1 the factor has {way} to rise. How much of that in each of {steps} "
            "steps?",
            f"The factor is {start} and, for each update before this one, {step} more, up to 1.",
        ),
        steps=f"""\
`LinearLR` starts at {start} and rises to 1 in {steps} equal steps, so update t has t/{steps} of the
way of {way} behind it, at most the whole: {start} + {way} · min(t / {steps}, 1). The factors of
updates 0 to 11 are **{{answer}}**.""",
        quick_check="A line from s: s + (1 − s) · min(t / N, 1). Only the rest, 1 − s, is ramped.",
        misconceptions=(
            Misconception(
                "from-one-nth",
                f"Yours is the ramp from 1/{steps}. `LinearLR` starts at `start_factor`.",
                from_one_nth,
            ),
            Misconception(
                "starts-at-zero",
                "Yours is the ramp from 0. `LinearLR` starts at `start_factor`.",
                starts_at_zero,
            ),
            Misconception(
                "floor-for-a-line",
                "You take `start_factor` for a floor under the ramp from 0. Yours lies flat at "
                f"first; `LinearLR` leaves {start} with its first step.",
                floor_for_a_line,
            ),
            Misconception(
                "adds-the-whole",
                f"You start rightly, and then add 1/{steps} with each step. So yours is at 1 too "
                "soon: there is less than 1 left to rise.",
                adds_the_whole,
            ),
            Misconception(
                "adds-the-whole-then-caps",
                f"You start rightly, add 1/{steps} with each step, and set 1 from update {steps} "
                "on. So yours passes 1 before that: there is less than 1 left to rise.",
                adds_the_whole_then_caps,
            ),
            Misconception(
                "above-the-peak",
                f"You add `start_factor` to a whole ramp from 0 to 1: yours ends at {1 + start}.",
                above_the_peak,
            ),
            Misconception(
                "steps-of-the-start",
                f"You take `start_factor` for the size of a step as well: yours rises by {start} "
                "each time. `total_iters` says how many steps there are.",
                steps_of_the_start,
            ),
            Misconception(
                "counts-updates",
                f"Yours is at 1 with update {steps - 1}: one step too few. `total_iters` counts "
                "the steps between updates.",
                counts_updates,
            ),
            Misconception(
                "one-step-too-many",
                f"Yours takes {steps + 1} steps to 1. Update 0 uses the start, which is no step.",
                one_step_too_many,
            ),
            Misconception(
                "one-early",
                "You add 1 to the index, so yours has a step behind it at update 0 already. There "
                "`LinearLR` has made none.",
                one_early,
            ),
            Misconception(
                "no-cap",
                f"Your line is right until update {steps}, and then rises on.",
                no_cap,
            ),
            Misconception(
                "multiplies-each-time",
                "Yours rises by the same *factor* in every step. `LinearLR` computes with factors "
                "inside, but what comes out is a straight line.",
                multiplies_each_time,
            ),
            Misconception(
                "gives-an-lr",
                "You give a learning rate. A factor is asked for; `LambdaLR` multiplies the base "
                "LR by it.",
                gives_an_lr,
            ),
            Misconception(
                "forgets-the-start",
                f"You ramp what is left to rise, and it ends at {way}. The line does not begin at "
                "0: something has to be added.",
                forgets_the_start,
            ),
            Misconception(
                "holds-then-jumps",
                "You hold the start, then jump: that is `ConstantLR`. `LinearLR` rises with every "
                "step.",
                holds_then_jumps,
            ),
        ),
        alternatives=(
            with_an_if,
            linear_warmup_from(start, steps),
            lambda update: 1 - (1 - start) * max(steps - update, 0) / steps,
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, start=(0.25, 0.3, 0.4, 0.5), steps=(5, 6, 8))
