"""Write the ramp that starts at zero."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import linear_warmup_from

WARMUP = 5


def ramp_from_zero(update: int) -> float:
    """Give the factor that this update uses: 0 for update 0, 1 from update WARMUP on."""
    return min(update / WARMUP, 1.0)


def starts_at_one_nth(update: int) -> float:
    return min((update + 1) / WARMUP, 1.0)


def no_cap(update: int) -> float:
    return update / WARMUP


def peak_one_early(update: int) -> float:
    return min(update / (WARMUP - 1), 1.0)


def zero_twice(update: int) -> float:
    return min(max(update - 1, 0) / WARMUP, 1.0)


def one_update_too_long(update: int) -> float:
    return min(update / (WARMUP + 1), 1.0)


def whole_division(update: int) -> float:
    return min(update // WARMUP, 1.0)


def cap_upside_down(update: int) -> float:
    return max(update / WARMUP, 1.0)


def gives_an_lr(update: int) -> float:
    return min(0.1 * update / WARMUP, 0.1)


def with_an_if(update: int) -> float:
    return 1.0 if update > WARMUP else update / WARMUP


def starts_again(update: int) -> float:
    return (update % (WARMUP + 1)) / WARMUP


def stops_below_the_peak(update: int) -> float:
    return min(update, WARMUP - 1) / WARMUP


def question(warmup: int = WARMUP) -> Write:
    return Write(
        title="Write it: from zero",
        prompt=f"""\
Some libraries warm up from zero, transformers among them. Write their lambda, for a warmup of
{warmup}: update 0 uses 0, update 1 uses 1/{warmup} of the base LR, update {warmup} is the first at
the base LR, and every later one stays there.""",
        answer=ramp_from_zero,
        values={"WARMUP": warmup},
        exercise=Factors(12),
        holds=f"Factors 0 to {warmup} rise by 1/{warmup} each, from 0 to 1, and all later ones "
        "are 1.",
        hints=(
            f"Which fraction does update {warmup} need?",
            f"The index itself says how many times 1/{warmup}.",
            "`min(…, 1.0)` keeps it from rising on.",
        ),
        steps=f"""\
The index counts how many updates were made before this one, and the factor is that many times
1/{warmup}, at most 1. The factors of updates 0 to 11 are **{{answer}}**.""",
        quick_check="From zero, what trains before the first `scheduler.step()` moves nothing.",
        misconceptions=(
            Misconception(
                "starts-at-one-nth",
                f"This is the other convention: yours starts at 1/{warmup} and is at the peak one "
                "update earlier.",
                starts_at_one_nth,
            ),
            Misconception(
                "no-cap",
                f"Your ramp is right until update {warmup}, and then rises on.",
                no_cap,
            ),
            Misconception(
                "peak-one-early",
                f"You divide by {warmup - 1}, so that update {warmup - 1} is at the peak. A warmup "
                f"of {warmup} from zero has {warmup} steps, and its peak at update {warmup}.",
                peak_one_early,
            ),
            Misconception(
                "zero-twice",
                "Your first two updates use 0, and all later ones are one behind.",
                zero_twice,
            ),
            Misconception(
                "one-update-too-long",
                f"You divide by {warmup + 1}, so the peak comes one update late.",
                one_update_too_long,
            ),
            Misconception(
                "whole-division",
                f"`//` drops the fraction: the factor is 0 until update {warmup}, and then 1.",
                whole_division,
            ),
            Misconception(
                "cap-upside-down",
                "`max` keeps the larger: it gives 1 from the start, so there is no warmup, and "
                f"rises after update {warmup}.",
                cap_upside_down,
            ),
            Misconception(
                "gives-an-lr",
                "You give a learning rate. A factor is asked for; `LambdaLR` multiplies the base "
                "LR by it.",
                gives_an_lr,
            ),
            Misconception(
                "starts-again",
                "With `%` your ramp falls back to 0 once it is over, as a counter that is set back "
                "each epoch does.",
                starts_again,
            ),
            Misconception(
                "stops-below-the-peak",
                f"Your ramp stops at {warmup - 1}/{warmup}, so the base LR is never used.",
                stops_below_the_peak,
            ),
        ),
        alternatives=(
            with_an_if,
            linear_warmup_from(0, warmup),
            lambda update: min(update, warmup) / warmup,
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 6, 7, 8, 10))
