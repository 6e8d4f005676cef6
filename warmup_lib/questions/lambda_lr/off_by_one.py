"""Fix: a 0-based index used as a count."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Fix


def off_by_one(epoch: int) -> float:
    """Warm up over epochs 0 to 4: 1/5 of the base LR first, all of it in epoch 4 and after."""
    return min((epoch + 1) / 5, 1.0)


def index_as_count(epoch: int) -> float:
    """Warm up over epochs 0 to 4: 1/5 of the base LR first, all of it in epoch 4 and after."""
    return min(epoch / 5, 1.0)


def divides_by_six(epoch: int) -> float:
    return min((epoch + 1) / 6, 1.0)


def loses_the_cap(epoch: int) -> float:
    return (epoch + 1) / 5


def shifts_the_wrong_way(epoch: int) -> float:
    return max(min((epoch - 1) / 5, 1.0), 0.0)


def shifts_below_zero(epoch: int) -> float:
    return min((epoch - 1) / 5, 1.0)


def mends_the_end_only(epoch: int) -> float:
    return min(epoch / 4, 1.0)


def fraction_of_one_only(epoch: int) -> float:
    return min(epoch + 1 / 5, 1.0)


def starts_late(epoch: int) -> float:
    return min((epoch + 2) / 5, 1.0)


def in_other_words(epoch: int) -> float:
    return 1.0 if epoch >= 4 else 0.2 + 0.2 * epoch


QUESTION = Fix(
    title="Five epochs, and never at the peak",
    prompt="""\
A run of five epochs, 0 to 4, was to warm up over all five: the first epoch at 1/5 of the base LR,
the last at the base LR. Its log shows 0 for the first epoch and 0.8 of the base LR for the last.
The function below is its lambda. Mend it.""",
    answer=off_by_one,
    exercise=Factors(9, of="epoch"),
    broken="index-as-count",
    holds="Epoch 0 trains at 1/5 of the base LR, epoch 4 is the first at the base LR, and no "
    "later epoch leaves it.",
    hints=(
        "Write the five factors that were meant beside the five epochs 0 to 4.",
        "`epoch` says how many epochs are over. How many have begun?",
        "In epoch 4 the fraction must be 5/5.",
    ),
    steps="""\
The index of the first epoch is 0, and as a count it is 1. A ramp over five epochs needs the count:
`(epoch + 1) / 5`, capped at 1. The factors of epochs 0 to 8 are **{answer}**.""",
    quick_check="Put the last index of the warmup into the lambda: it must give 1.",
    misconceptions=(
        Misconception(
            "index-as-count",
            "The index, counted from 0, is used as if it were a count: the first epoch gets 0/5 "
            "and the fifth 4/5.",
            index_as_count,
        ),
        Misconception(
            "divides-by-six",
            "The count is right now, but the ramp takes six epochs: the fifth gets 5/6.",
            divides_by_six,
        ),
        Misconception(
            "loses-the-cap",
            "The ramp is right, but nothing stops it: from epoch 5 on it passes the base LR.",
            loses_the_cap,
        ),
        Misconception(
            "shifts-the-wrong-way",
            "The ramp was moved one epoch later; it came too late already.",
            shifts_the_wrong_way,
        ),
        Misconception(
            "shifts-below-zero",
            "The ramp was moved one epoch later, and the first epoch now has a negative factor: "
            "it would train backwards.",
            shifts_below_zero,
        ),
        Misconception(
            "mends-the-end-only",
            "With `epoch / 4` the fifth epoch is at the peak, but the first still gets 0.",
            mends_the_end_only,
        ),
        Misconception(
            "fraction-of-one-only",
            "Without brackets only the 1 is divided: `epoch + 1 / 5` is above 1 from epoch 1 on.",
            fraction_of_one_only,
        ),
        Misconception(
            "starts-too-high",
            "The ramp was moved by two: the first epoch gets 2/5 and the fourth the whole LR.",
            starts_late,
        ),
    ),
    alternatives=(in_other_words, lambda epoch: min(epoch + 1, 5) / 5),
)
