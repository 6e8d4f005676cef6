"""Write the ramp that starts at 1/n."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import linear_warmup


def ramp_from_one_nth(update: int) -> float:
    """Give the factor that this update uses: 1/5 for update 0, 1 from update 4 on."""
    return min((update + 1) / 5, 1.0)


def starts_at_zero(update: int) -> float:
    return min(update / 5, 1.0)


def no_cap(update: int) -> float:
    return (update + 1) / 5


def one_update_too_long(update: int) -> float:
    return min((update + 1) / 6, 1.0)


def gives_an_lr(update: int) -> float:
    return min(0.1 * (update + 1) / 5, 0.1)


def whole_division(update: int) -> float:
    return min((update + 1) // 5, 1.0)


def stops_below_the_peak(update: int) -> float:
    return min(update + 1, 4) / 5


def cap_upside_down(update: int) -> float:
    return max((update + 1) / 5, 1.0)


def one_update_too_short(update: int) -> float:
    return min((update + 1) / 4, 1.0)


def fraction_of_one_only(update: int) -> float:
    return min(update + 1 / 5, 1.0)


def starts_again(update: int) -> float:
    return (update % 5 + 1) / 5


def from_one_fifth_over_five(update: int) -> float:
    return min(0.2 + 0.8 * update / 5, 1.0)


def with_an_if(update: int) -> float:
    if update < 4:
        return 0.2 * (update + 1)
    return 1.0


QUESTION = Write(
    title="Write it: from 1/n",
    prompt="""\
Write the lambda of a linear warmup over five updates that does not start at zero: update 0 uses
1/5 of the base LR, each update 1/5 more, update 4 is the first at the base LR, and every later one
stays there.""",
    answer=ramp_from_one_nth,
    exercise=Factors(12),
    holds="The first five factors rise by 1/5 each, from 1/5 to 1, and all later ones are 1.",
    hints=(
        "`update` counts from 0. Which fraction does update 0 need, and which update 4?",
        "The count is the index plus one.",
        "`min(…, 1.0)` keeps it from rising on.",
    ),
    steps="""\
Update 0 is the first of five, so its fraction is (0 + 1) / 5; update 4 is the fifth: (4 + 1) / 5,
which is 1. From there on the cap holds. The factors of updates 0 to 11 are
**{answer}**.""",
    quick_check="From 1/n, no update is lost, and the peak comes at update n − 1.",
    misconceptions=(
        Misconception(
            "starts-at-zero",
            "Your ramp starts at 0: it takes the index for the count, so update 0 moves nothing "
            "and update 4 is not at the peak yet.",
            starts_at_zero,
        ),
        Misconception(
            "no-cap",
            "Your ramp is right until update 4, and then rises on.",
            no_cap,
        ),
        Misconception(
            "one-update-too-long",
            "You divide by 6: the fifth update is not at the peak yet.",
            one_update_too_long,
        ),
        Misconception(
            "gives-an-lr",
            "You give a learning rate. A factor is asked for; `LambdaLR` multiplies the base LR "
            "by it.",
            gives_an_lr,
        ),
        Misconception(
            "whole-division",
            "`//` drops the fraction: the factor is 0 until update 4, and then 1.",
            whole_division,
        ),
        Misconception(
            "stops-below-the-peak",
            "Your ramp stops at 4/5, so the base LR is never used.",
            stops_below_the_peak,
        ),
        Misconception(
            "starts-again",
            "With `%` your ramp starts again every five updates, as a counter that is set back "
            "each epoch does.",
            starts_again,
        ),
        Misconception(
            "cap-upside-down",
            "`max` keeps the larger: it gives 1 from the start, so there is no warmup, and rises "
            "after update 4.",
            cap_upside_down,
        ),
        Misconception(
            "one-update-too-short",
            "You divide by 4: update 0 starts at 1/4, and update 3 is at the peak already.",
            one_update_too_short,
        ),
        Misconception(
            "fraction-of-one-only",
            "Without brackets only the 1 is divided: `update + 1 / 5` is above 1 from update 1 on.",
            fraction_of_one_only,
        ),
        Misconception(
            "five-steps-after-the-first",
            "Your ramp takes five steps after the first update, as `LinearLR(1/5, total_iters=5)` "
            "does. Five updates in all have four steps between them.",
            from_one_fifth_over_five,
        ),
    ),
    alternatives=(with_an_if, linear_warmup(5), lambda update: min(update + 1, 5) / 5),
)
