"""Write a schedule that warms up, holds, and cools down."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import hold, join, linear_warmup, polynomial_decay


def cool_down(update: int) -> float:
    """Give the factor: up over updates 0 to 3, 1 until update 15, down to 1/5 at update 19."""
    return min((update + 1) / 4, 1.0, (20 - update) / 5)


def only_warms_up(update: int) -> float:
    return min((update + 1) / 4, 1.0)


def ends_at_zero(update: int) -> float:
    return min((update + 1) / 4, 1.0, (19 - update) / 5)


def cools_down_one_late(update: int) -> float:
    return min((update + 1) / 4, 1.0, (21 - update) / 5)


def warms_up_from_zero(update: int) -> float:
    return min(update / 4, 1.0, (20 - update) / 5)


def drops_at_once(update: int) -> float:
    return min((update + 1) / 4, 1.0) if update < 16 else 0.2


def with_ifs(update: int) -> float:
    if update < 4:
        return 0.25 * (update + 1)
    if update > 15:
        return 0.2 * (20 - update)
    return 1.0


QUESTION = Write(
    title="Write it: up, along, and down",
    prompt="""\
A run makes 20 updates, 0 to 19. Write its factor: a linear **warmup** in which update 0 uses 1/4
and update 3 is the first at 1; then 1 up to update 15; then a linear **cool-down** in which update
16 uses 4/5, each update 1/5 less, and update 19, the last, uses 1/5.""",
    answer=cool_down,
    exercise=Factors(20),
    holds="It rises from 1/4 to 1 over updates 0 to 3, is 1 up to update 15, and falls by 1/5 an "
    "update from there, to 1/5 at update 19.",
    hints=(
        "Write the way up as in lesson 1. How many updates are left when the last one runs, "
        "itself included?",
        "The way down is the number of updates left, in fifths: 4/5 at update 16, 1/5 at 19.",
        "The smallest of the way up, 1, and the way down is the schedule.",
    ),
    steps="""\
The way up is (update + 1) / 4. With update t, 20 − t updates are left, itself included, so the way
down is (20 − t) / 5. Each is above 1 where it has nothing to say, so the smallest of both and 1 is
the schedule: **{answer}**.""",
    quick_check="A cool-down is a warmup read backwards: count the updates that are left.",
    misconceptions=(
        Misconception(
            "only-warms-up",
            "The way up is right, and then your factor stays at 1: the cool-down is missing.",
            only_warms_up,
        ),
        Misconception(
            "ends-at-zero",
            "Your last update uses 0 and moves nothing, and the way down begins one update early.",
            ends_at_zero,
        ),
        Misconception(
            "cools-down-one-late",
            "Your way down begins one update late: update 16 is still at 1, and the last uses 2/5.",
            cools_down_one_late,
        ),
        Misconception(
            "warms-up-from-zero",
            "The way down is right, but the way up starts at 0, so update 0 moves nothing.",
            warms_up_from_zero,
        ),
        Misconception(
            "drops-at-once",
            "Your factor drops to 1/5 at once. A cool-down leads there step by step.",
            drops_at_once,
        ),
    ),
    alternatives=(
        with_ifs,
        lambda update: max(0.0, min(update + 1, 4) / 4 - max(update - 15, 0) / 5),
        join(linear_warmup(4), hold(), polynomial_decay(5), at=[4, 15]),
    ),
)
