"""Write: the whole scheduler, as a schedule joined to another."""

from collections.abc import Callable
from typing import Any

from warmup_lib.quiz.exercises.made import Made
from warmup_lib.quiz.exercises.of_schedule import FactorsOfSchedule
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import (
    exponential_decay,
    exponential_warmup,
    join,
    linear_warmup_from,
    step_decay,
)


def gradual_schedule(
    multiplier: float, total_epoch: int, after: Callable[[int], float]
) -> Callable[[int], float]:
    """Give GradualWarmupScheduler's schedule: a function of the update.

    Before update `total_epoch` it is a line that would reach `multiplier` there; it starts at 0
    if `multiplier` is 1, else at 1. From update `total_epoch` on it is `after`, a schedule with
    an update 0 of its own, times `multiplier`.
    """
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> float:
        if t < total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def keeps_the_clock(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t)

    return schedule


def forgets_the_multiplier(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return after(t - total_epoch)

    return schedule


def always_from_zero(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    def schedule(t: int) -> Any:
        if t < total_epoch:
            return multiplier * t / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def always_from_one(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    def schedule(t: int) -> Any:
        if t < total_epoch:
            return 1 + (multiplier - 1) * t / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def one_late(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t <= total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t - total_epoch - 1)

    return schedule


def counts_from_one(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * (t + 1) / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def climbs_by_the_multiplier(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + multiplier * t / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def starts_swapped(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 1.0 if multiplier == 1 else 0.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def keeps_the_hand_over(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t <= total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t - total_epoch)

    return schedule


def skips_its_update_0(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t - total_epoch + 1)

    return schedule


def peak_one_early(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * t / (total_epoch - 1)
        return multiplier * after(t - total_epoch)

    return schedule


def clock_one_behind(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        if t < total_epoch:
            return start + (multiplier - start) * t / total_epoch
        return multiplier * after(t - total_epoch - 1)

    return schedule


def dampens_the_decay(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0

    def schedule(t: int) -> Any:
        ramp = start + (multiplier - start) * min(t, total_epoch) / total_epoch
        return ramp * after(t)

    return schedule


def no_decay(multiplier: Any, total_epoch: Any, after: Any) -> Any:  # noqa: ARG001  # the mistake
    start = 0.0 if multiplier == 1 else 1.0
    return lambda t: start + (multiplier - start) * min(t, total_epoch) / total_epoch


def with_join(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = 0.0 if multiplier == 1 else 1.0
    whole = join(linear_warmup_from(start / multiplier, total_epoch), after, at=total_epoch)
    return lambda t: multiplier * whole(t)


def in_one_expression(multiplier: Any, total_epoch: Any, after: Any) -> Any:
    start = int(multiplier > 1)
    return lambda t: (
        multiplier * after(t - total_epoch)
        if t >= total_epoch
        else start + t * (multiplier - start) / total_epoch
    )


QUESTION = Write(
    title="Write it: the scheduler in ten lines",
    prompt="""\
Write `GradualWarmupScheduler` as a schedule: a function that makes a function. `after` is a
schedule, such as `step_decay(2, 0.1)`; `ScheduleLR(optimizer, gradual_schedule(1, 5, after))` will
put yours on an optimizer. With multiplier m, W = `total_epoch` and s = 0 if m is 1, else 1:

- update t < W uses the factor s + (m − s) · t / W,
- update t ≥ W uses m times the factor that `after` gives for t − W.""",
    answer=gradual_schedule,
    exercise=FactorsOfSchedule(
        (
            (1, 4, Made(step_decay, (2, 0.1))),
            (3, 2, Made(exponential_decay, (0.5,))),
            (1.5, 3, Made(exponential_warmup, (2,))),
        )
    ),
    difficulty="hard",
    points=3,
    holds="Every factor before the hand-over lies on the line, and every one from it on is the "
    "multiplier times `after`'s own, from its own update 0.",
    hints=(
        "Define a function `schedule(t)` inside, and return it.",
        "There are two cases in `t`, and two in `multiplier`; the second are settled before "
        "`schedule` is ever called.",
        "At the hand-over `t` is `total_epoch`, and `after` is to be asked for its update 0.",
        "`join(linear_warmup_from(start / multiplier, total_epoch), after, at=total_epoch)` is "
        "all of it but the multiplier.",
    ),
    steps="""\
The start is settled once. Inside, the update decides: before W the line, from W on `after` at
`t - total_epoch`, times the multiplier. There is no flag and nothing to save: the factor depends on
`t` alone. Three schedules were tried, of 8 updates each. One after the other they give
**{answer}**.""",
    quick_check="What depends on the update alone cannot come out of step with itself.",
    misconceptions=(
        Misconception(
            "keeps-the-clock",
            "Your ramp is right. Behind it you ask `after` for update `t`: it has a clock of its "
            "own, which starts at the hand-over.",
            keeps_the_clock,
        ),
        Misconception(
            "forgets-the-multiplier",
            "With multiplier 1 yours is right. With 3 it falls back to the base LR at the "
            "hand-over: what comes after is to be multiplied as well.",
            forgets_the_multiplier,
        ),
        Misconception(
            "always-from-zero",
            "With multiplier 1 yours is right. With 3 the ramp is to start at the base LR, a "
            "factor of 1, and yours starts at 0.",
            always_from_zero,
        ),
        Misconception(
            "always-from-one",
            "With multiplier 1 yours has no warmup at all: from 1 to 1. A well-known "
            "implementation does this under ReduceLROnPlateau.",
            always_from_one,
        ),
        Misconception(
            "one-late",
            "Update `total_epoch` still belongs to your ramp, so `after` comes one update late.",
            one_late,
        ),
        Misconception(
            "counts-from-one",
            "Your ramp adds one to the update: it starts above where it should, and is at the "
            "peak one update early.",
            counts_from_one,
        ),
        Misconception(
            "climbs-by-the-multiplier",
            "With multiplier 1 yours is right. With 3 the ramp climbs past the peak: it starts "
            "at 1 and has only m − 1 to go.",
            climbs_by_the_multiplier,
        ),
        Misconception(
            "starts-swapped",
            "The two starts have changed places: 0 belongs to multiplier 1, and 1 to any other.",
            starts_swapped,
        ),
        Misconception(
            "skips-its-update-0",
            "Your ramp is right. `after` is one update ahead: at the hand-over it is at its "
            "update 0.",
            skips_its_update_0,
        ),
        Misconception(
            "keeps-the-hand-over",
            "Update `total_epoch` is already for `after` to decide. That shows where `after` does "
            "not begin with 1, as in the third schedule tried.",
            keeps_the_hand_over,
        ),
        Misconception(
            "peak-one-early",
            "You divide by `total_epoch - 1`: your ramp is at the peak one update before the "
            "hand-over.",
            peak_one_early,
        ),
        Misconception(
            "clock-one-behind",
            "Your ramp is right. `after` is one update behind: at the hand-over you ask it for "
            "update −1.",
            clock_one_behind,
        ),
        Misconception(
            "dampens-the-decay",
            "You multiply a ramp by an `after` that runs from update 0. Here the one comes behind "
            "the other.",
            dampens_the_decay,
        ),
        Misconception(
            "no-decay",
            "Your ramp is right. Behind it the peak is held for ever: `after` is never asked.",
            no_decay,
        ),
    ),
    alternatives=(with_join, in_one_expression),
)
