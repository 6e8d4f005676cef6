"""Fix: a 0-based index used as a count."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix

WARMUP, LAST = 5, 4


def off_by_one(epoch: int) -> float:
    """Warm up over epochs 0 to LAST: from 1/WARMUP of the base LR to all of it; then hold it."""
    return min((epoch + 1) / WARMUP, 1.0)


def index_as_count(epoch: int) -> float:
    """Warm up over epochs 0 to LAST: from 1/WARMUP of the base LR to all of it; then hold it."""
    return min(epoch / WARMUP, 1.0)


def one_update_too_long(epoch: int) -> float:
    return min((epoch + 1) / (WARMUP + 1), 1.0)


def no_cap(epoch: int) -> float:
    return (epoch + 1) / WARMUP


def shifts_the_wrong_way(epoch: int) -> float:
    return max(min((epoch - 1) / WARMUP, 1.0), 0.0)


def shifts_below_zero(epoch: int) -> float:
    return min((epoch - 1) / WARMUP, 1.0)


def mends_the_end_only(epoch: int) -> float:
    return min(epoch / LAST, 1.0)


def fraction_of_one_only(epoch: int) -> float:
    return min(epoch + 1 / WARMUP, 1.0)


def starts_late(epoch: int) -> float:
    return min((epoch + 2) / WARMUP, 1.0)


def in_other_words(epoch: int) -> float:
    return 1.0 if epoch >= LAST else 1 / WARMUP + epoch / WARMUP


def counts_the_first_twice(epoch: int) -> float:
    return min(max(epoch, 1) / WARMUP, 1.0)


def question(warmup: int = WARMUP) -> Fix:
    last = warmup - 1
    return Fix(
        title="Never at the peak",
        prompt=f"""\
A run of {warmup} epochs, 0 to {last}, was to warm up over all of them: the first epoch at
1/{warmup} of the base LR, the last at the base LR (and so any later one, should the run go on). Its
log shows 0 for the first epoch and {last}/{warmup} of the base LR for the last. The function below
is its lambda. Mend it.""",
        answer=off_by_one,
        values={"WARMUP": warmup, "LAST": last},
        exercise=Factors(warmup + 4, of="epoch"),
        broken="index-as-count",
        seen_in="[libai, issue 37](https://github.com/Oneflow-Inc/libai/issues/37)",
        holds=f"Epoch 0 trains at 1/{warmup} of the base LR, epoch {last} is the first at the base "
        "LR, and no later epoch leaves it.",
        hints=(
            f"Write the {warmup} factors that were meant beside the {warmup} epochs 0 to {last}.",
            "`epoch` says how many epochs are over. How many have begun?",
            f"In epoch {last} the fraction must be {warmup}/{warmup}.",
        ),
        steps=f"""\
The index of the first epoch is 0, and as a count it is 1. A ramp over {warmup} epochs needs the
count: `(epoch + 1) / {warmup}`, capped at 1. The factors of epochs 0 to {warmup + 3} are
**{{answer}}**.""",
        quick_check="Put the last index of the warmup into the lambda: it must give 1.",
        misconceptions=(
            Misconception(
                "index-as-count",
                "The index, counted from 0, is used as if it were a count: the first epoch gets "
                f"0/{warmup} and the last {last}/{warmup}.",
                index_as_count,
            ),
            Misconception(
                "one-update-too-long",
                f"The count is right now, but you divide by {warmup + 1}: epoch {last} gets "
                f"{warmup}/{warmup + 1}.",
                one_update_too_long,
            ),
            Misconception(
                "no-cap",
                f"The ramp is right, but nothing stops it: from epoch {warmup} on it passes the "
                "base LR.",
                no_cap,
            ),
            Misconception(
                "shifts-the-wrong-way",
                "The ramp was moved one epoch later; it came too late already.",
                shifts_the_wrong_way,
            ),
            Misconception(
                "shifts-below-zero",
                "The ramp was moved one epoch later, and the first epoch now has a negative "
                "factor: it would train backwards.",
                shifts_below_zero,
            ),
            Misconception(
                "mends-the-end-only",
                f"With `epoch / {last}` the last epoch is at the peak, but the first still gets 0.",
                mends_the_end_only,
            ),
            Misconception(
                "mends-the-start-only",
                "The first epoch has its fraction now, and so has the second: the same one. All "
                "that follow are still one behind.",
                counts_the_first_twice,
            ),
            Misconception(
                "fraction-of-one-only",
                f"Without brackets only the 1 is divided: `epoch + 1 / {warmup}` is above 1 from "
                "epoch 1 on.",
                fraction_of_one_only,
            ),
            Misconception(
                "starts-too-high",
                f"The ramp was moved by two: the first epoch gets 2/{warmup}, and the peak comes "
                "one epoch early.",
                starts_late,
            ),
        ),
        alternatives=(in_other_words, lambda epoch: min(epoch + 1, warmup) / warmup),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 6, 8, 10))
