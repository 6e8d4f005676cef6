"""Write the ramp that starts at 1/n."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import linear_warmup

WARMUP, LAST = 5, 4


def ramp_from_one_nth(update: int) -> float:
    """Give the factor that this update uses: 1/WARMUP for update 0, 1 from update LAST on."""
    return min((update + 1) / WARMUP, 1.0)


def starts_at_zero(update: int) -> float:
    return min(update / WARMUP, 1.0)


def no_cap(update: int) -> float:
    return (update + 1) / WARMUP


def one_update_too_long(update: int) -> float:
    return min((update + 1) / (WARMUP + 1), 1.0)


def gives_an_lr(update: int) -> float:
    return min(0.1 * (update + 1) / WARMUP, 0.1)


def whole_division(update: int) -> float:
    return min((update + 1) // WARMUP, 1.0)


def stops_below_the_peak(update: int) -> float:
    return min(update + 1, LAST) / WARMUP


def cap_upside_down(update: int) -> float:
    return max((update + 1) / WARMUP, 1.0)


def one_update_too_short(update: int) -> float:
    return min((update + 1) / (WARMUP - 1), 1.0)


def fraction_of_one_only(update: int) -> float:
    return min(update + 1 / WARMUP, 1.0)


def starts_again(update: int) -> float:
    return (update % WARMUP + 1) / WARMUP


def from_one_nth_over_n(update: int) -> float:
    return min(1 / WARMUP + LAST / WARMUP * update / WARMUP, 1.0)


def caps_one_late(update: int) -> float:
    return (update + 1) / WARMUP if update <= WARMUP else 1.0


def with_an_if(update: int) -> float:
    if update < LAST:
        return (update + 1) / WARMUP
    return 1.0


def question(warmup: int = WARMUP) -> Write:
    last = warmup - 1
    return Write(
        title="Write it: from 1/n",
        prompt=f"""\
Write the lambda of a linear warmup over {warmup} updates that does not start at zero: update 0 uses
1/{warmup} of the base LR, each update 1/{warmup} more, update {last} is the first at the base LR,
and every later one stays there.""",
        answer=ramp_from_one_nth,
        exercise=Factors(12),
        values={"WARMUP": warmup, "LAST": last},
        holds=f"The first {warmup} factors rise by 1/{warmup} each, from 1/{warmup} to 1, and all "
        "later ones are 1.",
        hints=(
            f"`update` counts from 0. Which fraction does update 0 need, and which update {last}?",
            "The count is the index plus one.",
            "`min(…, 1.0)` keeps it from rising on.",
        ),
        steps=f"""\
Update 0 is the first of {warmup}, so its fraction is (0 + 1) / {warmup}; update {last} is the last
of them: ({last} + 1) / {warmup}, which is 1. From there on the cap holds. The factors of updates 0
to 11 are **{{answer}}**.""",
        quick_check="From 1/n, no update is lost, and the peak comes at update n − 1.",
        misconceptions=(
            Misconception(
                "starts-at-zero",
                "Your ramp starts at 0: it takes the index for the count, so update 0 moves "
                f"nothing and update {last} is not at the peak yet.",
                starts_at_zero,
            ),
            Misconception(
                "no-cap",
                f"Your ramp is right until update {last}, and then rises on.",
                no_cap,
            ),
            Misconception(
                "one-update-too-long",
                f"You divide by {warmup + 1}: update {last} is not at the peak yet.",
                one_update_too_long,
            ),
            Misconception(
                "gives-an-lr",
                "You give a learning rate. A factor is asked for; `LambdaLR` multiplies the base "
                "LR by it.",
                gives_an_lr,
            ),
            Misconception(
                "whole-division",
                f"`//` drops the fraction: the factor is 0 until update {last}, and then 1.",
                whole_division,
            ),
            Misconception(
                "stops-below-the-peak",
                f"Your ramp stops at {last}/{warmup}, so the base LR is never used.",
                stops_below_the_peak,
            ),
            Misconception(
                "starts-again",
                f"With `%` your ramp starts again every {warmup} updates, as a counter that is set "
                "back each epoch does.",
                starts_again,
            ),
            Misconception(
                "cap-upside-down",
                "`max` keeps the larger: it gives 1 from the start, so there is no warmup, and "
                f"rises after update {last}.",
                cap_upside_down,
            ),
            Misconception(
                "one-update-too-short",
                f"You divide by {last}: update 0 starts at 1/{last}, and update {last - 1} is at "
                "the peak already.",
                one_update_too_short,
            ),
            Misconception(
                "fraction-of-one-only",
                f"Without brackets only the 1 is divided: `update + 1 / {warmup}` is above 1 from "
                "update 1 on.",
                fraction_of_one_only,
            ),
            Misconception(
                "one-step-too-many",
                f"Your ramp takes {warmup} steps after the first update, as `LinearLR(1/{warmup}, "
                f"total_iters={warmup})` does. So many updates in all have {last} steps between "
                "them.",
                from_one_nth_over_n,
            ),
            Misconception(
                "caps-one-late",
                f"Your ramp goes one update too far: update {warmup} runs above the base LR. The "
                f"ramp's last index is {last}.",
                caps_one_late,
            ),
        ),
        alternatives=(
            with_an_if,
            linear_warmup(warmup),
            lambda update: min(update + 1, warmup) / warmup,
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 6, 7, 8))
