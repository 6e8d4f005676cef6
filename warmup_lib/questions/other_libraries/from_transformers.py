"""Build transformers' linear schedule from PyTorch's own schedulers."""

import math
from typing import Any

from torch.optim.lr_scheduler import LambdaLR, LinearLR, LRScheduler, SequentialLR

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Port
from warmup_lib.recipes import transformers_linear

WARMUP, TOTAL, BOTH, LAST = 5, 15, 20, 14


def from_transformers(optimizer: Any) -> Any:
    """Build the scheduler of get_linear_schedule_with_warmup(optimizer, WARMUP, TOTAL)."""

    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        return max(TOTAL - t, 0) / (TOTAL - WARMUP)

    return LambdaLR(optimizer, factor)


def adds_the_warmup(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        return max(BOTH - t, 0) / TOTAL

    return LambdaLR(optimizer, factor)


def from_one_nth(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return (t + 1) / WARMUP
        return max(TOTAL - t, 0) / (TOTAL - WARMUP)

    return LambdaLR(optimizer, factor)


def clock_runs_in_warmup(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        return max(TOTAL - t, 0) / TOTAL

    return LambdaLR(optimizer, factor)


def dampens_the_decay(optimizer: Any) -> Any:
    return LambdaLR(optimizer, lambda t: min(t / WARMUP, 1.0) * max(TOTAL - t, 0) / TOTAL)


def below_zero(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        return (TOTAL - t) / (TOTAL - WARMUP)

    return LambdaLR(optimizer, factor)


def ends_at_zero(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        return max(LAST - t, 0) / (LAST - WARMUP)

    return LambdaLR(optimizer, factor)


def only_warms_up(optimizer: Any) -> Any:
    return LambdaLR(optimizer, lambda t: min(t / WARMUP, 1.0))


def default_start(optimizer: Any) -> Any:
    pieces: list[LRScheduler] = [
        LinearLR(optimizer, total_iters=WARMUP),
        LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=TOTAL - WARMUP),
    ]
    return SequentialLR(optimizer, pieces, milestones=[WARMUP])


def gives_an_lr(optimizer: Any) -> Any:
    def lr(t: int) -> float:
        if t < WARMUP:
            return 0.1 * t / WARMUP
        return 0.1 * max(TOTAL - t, 0) / (TOTAL - WARMUP)

    return LambdaLR(optimizer, lr)


def cosine_for_a_line(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        done = (min(t, TOTAL) - WARMUP) / (TOTAL - WARMUP)
        return 0.5 * (1 + math.cos(math.pi * done))

    return LambdaLR(optimizer, factor)


def milestone_too_early(optimizer: Any) -> Any:
    pieces: list[LRScheduler] = [
        LambdaLR(optimizer, lambda t: t / WARMUP),
        LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=TOTAL - WARMUP),
    ]
    return SequentialLR(optimizer, pieces, milestones=[WARMUP - 1])


def milestone_is_the_total(optimizer: Any) -> Any:
    pieces: list[LRScheduler] = [
        LambdaLR(optimizer, lambda t: min(t / WARMUP, 1.0)),
        LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=TOTAL - WARMUP),
    ]
    return SequentialLR(optimizer, pieces, milestones=[TOTAL])


def of_two_pieces(optimizer: Any) -> Any:
    pieces: list[LRScheduler] = [
        LambdaLR(optimizer, lambda t: t / WARMUP),
        LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=TOTAL - WARMUP),
    ]
    return SequentialLR(optimizer, pieces, milestones=[WARMUP])


def the_lower_of_two_lines(optimizer: Any) -> Any:
    return LambdaLR(optimizer, lambda t: max(min(t / WARMUP, (TOTAL - t) / (TOTAL - WARMUP)), 0.0))


def question(warmup: int = WARMUP, total: int = TOTAL) -> Port:
    schedule = transformers_linear(warmup, total)
    return Port(
        title="Moving out of transformers",
        prompt=f"""\
A run with transformers' `get_linear_schedule_with_warmup(optimizer, num_warmup_steps={warmup},
num_training_steps={total})` is to be repeated, LR for LR, where transformers is not installed.
Build the scheduler from PyTorch's own on the optimizer given, which holds the base LR. The run may
go on for a few updates after the {total}.""",
        answer=from_transformers,
        target=lambda optimizer: LambdaLR(optimizer, schedule),
        exercise=UsedByScheduler(total + 3),
        values={"WARMUP": warmup, "TOTAL": total, "BOTH": warmup + total, "LAST": total - 1},
        difficulty="core",
        points=2,
        holds=f"It is 0 at update 0, rises on a line to the base LR at update {warmup}, falls on a "
        f"line to 0 at update {total}, and stays there.",
        hints=(
            "Which LR does update 0 use, and which update is the first at the peak? And does the "
            "total include the warmup?",
            "`LinearLR` refuses a start of 0, and `LambdaLR` takes any factor: write one function "
            "of the update with two cases.",
            f"From update {warmup} on, {total} − t of the {total} − {warmup} steps down are left, "
            "and never fewer than 0.",
        ),
        steps=f"""\
transformers begins at 0, is at the peak first with update `num_warmup_steps`, and its total
includes the warmup: from update {warmup} to update {total} there are {total - warmup} steps down.
`LambdaLR` with t / {warmup} and then ({total} − t) / {total - warmup}, at least 0, gives the LRs
**{{answer}}**.""",
        quick_check="transformers: from 0, the peak at update W, and 0 at the total, W included.",
        misconceptions=(
            Misconception(
                "adds-the-warmup",
                "Your decay takes `num_training_steps` updates behind the warmup. That total is "
                "the whole run's, the warmup included.",
                adds_the_warmup,
            ),
            Misconception(
                "from-one-nth",
                f"Yours starts at 1/{warmup} of the base LR, as pytorch_warmup does. transformers "
                "counts from 0 and divides.",
                from_one_nth,
            ),
            Misconception(
                "clock-runs-in-warmup",
                "Yours ends where it should, but the LR drops at the hand-over: your decay is "
                "measured from update 0. It has to begin at the peak.",
                clock_runs_in_warmup,
            ),
            Misconception(
                "dampens-the-decay",
                "You multiply a ramp by a decay that runs from update 0, as pytorch_warmup does. "
                "In transformers the one comes after the other.",
                dampens_the_decay,
            ),
            Misconception(
                "below-zero",
                f"Yours is right up to update {total}. After that the LR is negative, and would "
                "climb the loss.",
                below_zero,
            ),
            Misconception(
                "ends-at-zero",
                f"Your last update, {total - 1}, uses 0. In transformers the 0 comes one update "
                "after it.",
                ends_at_zero,
            ),
            Misconception(
                "only-warms-up",
                "Your peak is held for ever. That is transformers' *constant* schedule with "
                "warmup; this one goes down again.",
                only_warms_up,
            ),
            Misconception(
                "default-start",
                "Yours starts at a third of the base LR: that is `LinearLR`'s default. "
                "transformers starts elsewhere, where `LinearLR` cannot.",
                default_start,
            ),
            Misconception(
                "gives-an-lr",
                "The shape is right, but your lambda gives a learning rate. `LambdaLR` multiplies "
                "the base LR by it.",
                gives_an_lr,
            ),
            Misconception(
                "cosine-for-a-line",
                "Your way down is half a cosine. That is another of transformers' schedules; this "
                "one is called *linear*.",
                cosine_for_a_line,
            ),
            Misconception(
                "milestone-too-early",
                f"You hand over before the ramp is done: update {warmup - 1} jumps to the base LR.",
                milestone_too_early,
            ),
            Misconception(
                "milestone-is-the-total",
                f"Your decay takes over at update {total}. A milestone is the update at which the "
                "next scheduler begins, not the one at which it ends.",
                milestone_is_the_total,
            ),
        ),
        alternatives=(of_two_pieces, the_lower_of_two_lines),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 8), total=(12, 15, 20))
