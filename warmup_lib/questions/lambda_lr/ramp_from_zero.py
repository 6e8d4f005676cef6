"""Write the ramp that starts at zero."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import linear_warmup_from


def ramp_from_zero(update: int) -> float:
    """Give the factor that this update uses: 0 for update 0, 1 from update 5 on."""
    return min(update / 5, 1.0)


def starts_at_one_fifth(update: int) -> float:
    return min((update + 1) / 5, 1.0)


def no_cap(update: int) -> float:
    return update / 5


def peak_one_early(update: int) -> float:
    return min(update / 4, 1.0)


def zero_twice(update: int) -> float:
    return min(max(update - 1, 0) / 5, 1.0)


def one_update_too_long(update: int) -> float:
    return min(update / 6, 1.0)


def whole_division(update: int) -> float:
    return min(update // 5, 1.0)


def cap_upside_down(update: int) -> float:
    return max(update / 5, 1.0)


def gives_an_lr(update: int) -> float:
    return min(0.1 * update / 5, 0.1)


def with_an_if(update: int) -> float:
    return 1.0 if update > 5 else 0.2 * update


QUESTION = Write(
    title="Write it: from zero",
    prompt="""\
Some libraries warm up from zero, transformers among them. Write their lambda, for a warmup of
five: update 0 uses 0, update 1 uses 1/5 of the base LR, update 5 is the first at the base LR,
and every later one stays there.""",
    answer=ramp_from_zero,
    exercise=Factors(12),
    holds="Factors 0 to 5 rise by 1/5 each, from 0 to 1, and all later ones are 1.",
    hints=(
        "Which fraction does update 5 need?",
        "Here the index itself is the number of fifths.",
        "`min(…, 1.0)` keeps it from rising on.",
    ),
    steps="""\
The index counts how many updates were made before this one, and the factor is that many fifths,
at most 1. The factors of updates 0 to 11 are **{answer}**.""",
    quick_check="From zero, what trains before the first `scheduler.step()` moves nothing.",
    misconceptions=(
        Misconception(
            "starts-at-one-nth",
            "This is the other convention: yours starts at 1/5 and is at the peak one update "
            "earlier.",
            starts_at_one_fifth,
        ),
        Misconception("no-cap", "Your ramp is right until update 5, and then rises on.", no_cap),
        Misconception(
            "peak-one-early",
            "You divide by 4, so that update 4 is at the peak. A warmup of five from zero has "
            "five steps, and its peak at update 5.",
            peak_one_early,
        ),
        Misconception(
            "zero-twice",
            "Your first two updates use 0, and all later ones are one behind.",
            zero_twice,
        ),
        Misconception(
            "one-update-too-long",
            "You divide by 6, so the peak comes one update late.",
            one_update_too_long,
        ),
        Misconception(
            "whole-division",
            "`//` drops the fraction: the factor is 0 until update 5, and then 1.",
            whole_division,
        ),
        Misconception(
            "cap-upside-down",
            "`max` keeps the larger: it gives 1 from the start, so there is no warmup, and rises "
            "after update 5.",
            cap_upside_down,
        ),
        Misconception(
            "gives-an-lr",
            "You give a learning rate. A factor is asked for; `LambdaLR` multiplies the base LR "
            "by it.",
            gives_an_lr,
        ),
    ),
    alternatives=(with_an_if, linear_warmup_from(0, 5), lambda update: min(update, 5) / 5),
)
