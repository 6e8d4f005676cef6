"""Fix: a warmup of no steps, which stays at its start for ever."""

from typing import Any

from torch.optim.lr_scheduler import ConstantLR, LambdaLR, LinearLR

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix

START, MOST = 0.001, 1000


def short_warmup(optimizer: Any, batches: int) -> Any:
    """Warm up from START to all of the base LR.

    The last of `batches` updates is the first at it, but no warmup has more than MOST steps.
    """
    if batches == 1:
        return ConstantLR(optimizer, factor=1.0)
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST, batches - 1))


def stuck_at_the_start(optimizer: Any, batches: int) -> Any:
    """Warm up from START to all of the base LR.

    The last of `batches` updates is the first at it, but no warmup has more than MOST steps.
    """
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST, batches - 1))


def one_step_at_least(optimizer: Any, batches: int) -> Any:
    return LinearLR(optimizer, start_factor=START, total_iters=max(1, min(MOST, batches - 1)))


def counts_updates(optimizer: Any, batches: int) -> Any:
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST, batches))


def no_warmup_at_all(optimizer: Any, batches: int) -> Any:  # noqa: ARG001  # the mistake
    return ConstantLR(optimizer, factor=1.0)


def from_one_nth(optimizer: Any, batches: int) -> Any:
    return LinearLR(optimizer, start_factor=1 / batches, total_iters=batches - 1)


def start_at_the_peak(optimizer: Any, batches: int) -> Any:
    start = START if batches > 1 else 1.0
    return LinearLR(optimizer, start_factor=start, total_iters=min(MOST, batches - 1))


def with_a_lambda(optimizer: Any, batches: int) -> Any:
    steps = min(MOST, batches - 1)
    return LambdaLR(optimizer, lambda t: 1.0 if t >= steps else START + (1 - START) * t / steps)


def drops_the_limit(optimizer: Any, batches: int) -> Any:
    if batches == 1:
        return ConstantLR(optimizer, factor=1.0)
    return LinearLR(optimizer, start_factor=START, total_iters=batches - 1)


def default_factor(optimizer: Any, batches: int) -> Any:
    if batches == 1:
        return ConstantLR(optimizer)
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST, batches - 1))


def guards_and_counts_updates(optimizer: Any, batches: int) -> Any:
    if batches == 1:
        return ConstantLR(optimizer, factor=1.0)
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST, batches))


def limit_one_short(optimizer: Any, batches: int) -> Any:
    if batches == 1:
        return ConstantLR(optimizer, factor=1.0)
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST - 1, batches - 1))


def no_warmup_for_two(optimizer: Any, batches: int) -> Any:
    if batches <= 2:
        return ConstantLR(optimizer, factor=1.0)
    return LinearLR(optimizer, start_factor=START, total_iters=min(MOST, batches - 1))


def floor_for_a_line(optimizer: Any, batches: int) -> Any:
    steps = min(MOST, batches - 1)
    return LambdaLR(optimizer, lambda t: 1.0 if t >= steps else max(START, t / steps))


def question(start: float = START, most: int = MOST, batches: int = 6) -> Fix:
    return Fix(
        title="A warmup of no steps",
        prompt=f"""\
A detection script warms up through its first epoch: from {start} of the base LR to all of it with
the epoch's last update, in at most {most} steps. Somebody tries it on a handful of pictures, which
make one batch, and nothing is learned: no error, but the LR is {0.1 * start:.4g} for the whole run.
The function below builds its scheduler. Mend it. (It is tried with {batches} batches, 2, 1, and
1500. A warmup of one update is no warmup: that update is to use the base LR.)""",
        answer=short_warmup,
        values={"START": start, "MOST": most},
        exercise=UsedByScheduler(8, batches=(batches, 2, 1, 1500)),
        broken="stuck-at-the-start",
        difficulty="hard",
        points=2,
        seen_in="[PyTorch, issue 193682](https://github.com/pytorch/pytorch/issues/193682)",
        holds=f"The first update at the base LR is update {batches - 1} with {batches} batches, "
        f"update 1 with 2, update 0 with 1, and update {most} with 1500. Where that is not update "
        f"0, update 0 uses {start} of the base LR, and equal steps lead up from there.",
        hints=(
            "What is `total_iters` when there is one batch?",
            "After how many steps does `LinearLR` with `total_iters=0` reach the base LR?",
            "One update has no step in which to rise. Which factor must it use, then?",
            "Treat one batch by itself: there `start_factor` must be 1, or no `LinearLR` is "
            "needed.",
        ),
        steps=f"""\
With one batch `total_iters` is 0. `LinearLR` sets `start_factor` as it is built and raises the LR
at steps 1 to `total_iters`, of which there are none: it stays at {start} for ever. The remedy for a
warmup without steps is no warmup. Of each number of batches these are the LRs of eight updates: the
first eight are for {batches} batches, then eight for 2, eight for 1, and eight for 1500:
**{{answer}}**.""",
        quick_check="Whatever computes a warmup's length can give 0: say what is to happen then.",
        misconceptions=(
            Misconception(
                "stuck-at-the-start",
                "With more batches it is right. With 1 it still has no step in which to leave "
                "`start_factor`, and stays there for ever.",
                stuck_at_the_start,
            ),
            Misconception(
                "one-step-at-least",
                "It reaches the base LR now, one update late: with one batch the whole epoch still "
                f"trains at {start} of it.",
                one_step_at_least,
            ),
            Misconception(
                "counts-updates",
                f"{batches} steps lead to one update more than the epoch has: its last one is not "
                "at the base LR.",
                counts_updates,
            ),
            Misconception(
                "no-warmup-at-all",
                f"With 1 batch it is right. With {batches} you have taken the warmup away.",
                no_warmup_at_all,
            ),
            Misconception(
                "from-one-nth",
                "Your ramp is the one from 1/n. It does without the special case, but this script "
                f"starts at {start}.",
                from_one_nth,
            ),
            Misconception(
                "drops-the-limit",
                f"One batch is right now, and so is a short epoch. But a ramp of at most {most} "
                "steps was wanted, and with 1500 batches yours takes more.",
                drops_the_limit,
            ),
            Misconception(
                "default-factor",
                "One batch gets a `ConstantLR`, but with its default factor, a third. It should "
                "not change the LR.",
                default_factor,
            ),
            Misconception(
                "guards-and-counts-updates",
                "One batch is right now. But you also made the warmup of a short epoch a step "
                f"longer: {batches} steps lead to one update more than {batches} batches have.",
                guards_and_counts_updates,
            ),
            Misconception(
                "limit-one-short",
                f"One batch is right now, and so is a short epoch. But you took a step off the "
                f"limit as well: {most} is a number of steps, not of updates.",
                limit_one_short,
            ),
            Misconception(
                "no-warmup-for-two",
                "One batch is right now, but you take the warmup away from two batches, too. "
                "Between two updates there is a step in which to rise.",
                no_warmup_for_two,
            ),
            Misconception(
                "floor-for-a-line",
                f"You take {start} for a floor under the ramp from 0. `LinearLR` drew a line from "
                "there, and that was right.",
                floor_for_a_line,
            ),
        ),
        alternatives=(start_at_the_peak, with_a_lambda),
    )


QUESTION = question()
VARIANTS = Variants(question, start=(0.001, 0.01, 0.1), most=(1000, 500), batches=(5, 6, 7))
