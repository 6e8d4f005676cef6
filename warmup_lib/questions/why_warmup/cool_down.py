"""Write a schedule that warms up, holds, and cools down."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Write
from warmup_lib.schedules import hold, join, linear_warmup, polynomial_decay

UP, DOWN, TOTAL = 4, 5, 20
PEAK, HELD, LAST = 3, 15, 19


def cool_down(update: int) -> float:
    """Give the factor: up over updates 0 to PEAK, 1 until HELD, down to 1/DOWN at update LAST."""
    return min((update + 1) / UP, 1.0, (TOTAL - update) / DOWN)


def only_warms_up(update: int) -> float:
    return min((update + 1) / UP, 1.0)


def only_cools_down(update: int) -> float:
    return min(1.0, (TOTAL - update) / DOWN)


def ends_at_zero(update: int) -> float:
    return min((update + 1) / UP, 1.0, (LAST - update) / DOWN)


def reaches_zero_at_the_end(update: int) -> float:
    return min((update + 1) / UP, 1.0, (LAST - update) / (DOWN - 1))


def cools_down_one_late(update: int) -> float:
    return min((update + 1) / UP, 1.0, (TOTAL + 1 - update) / DOWN)


def warms_up_from_zero(update: int) -> float:
    return min(update / UP, 1.0, (TOTAL - update) / DOWN)


def drops_at_once(update: int) -> float:
    return min((update + 1) / UP, 1.0) if update <= HELD else 1 / DOWN


def no_cap(update: int) -> float:
    return min((update + 1) / UP, (TOTAL - update) / DOWN)


def cap_upside_down(update: int) -> float:
    return max((update + 1) / UP, 1.0, (TOTAL - update) / DOWN)


def with_ifs(update: int) -> float:
    if update < UP:
        return (update + 1) / UP
    if update > HELD:
        return (TOTAL - update) / DOWN
    return 1.0


def question(up: int = UP, down: int = DOWN, total: int = TOTAL) -> Write:
    held, last = total - down, total - 1
    return Write(
        title="Write it: up, along, and down",
        prompt=f"""\
A run makes {total} updates, 0 to {last}. Write its factor: a linear **warmup** in which update 0
uses 1/{up} and update {up - 1} is the first at 1; then 1 up to update {held}; then a linear
**cool-down** in which update {held + 1} uses {down - 1}/{down}, each update 1/{down} less, and
update {last}, the last, uses 1/{down}.""",
        answer=cool_down,
        exercise=Factors(total, run_ends=True),
        values={
            "UP": up,
            "DOWN": down,
            "TOTAL": total,
            "PEAK": up - 1,
            "HELD": held,
            "LAST": last,
        },
        holds=f"It rises from 1/{up} to 1 over updates 0 to {up - 1}, is 1 up to update {held}, "
        f"and falls by 1/{down} an update from there, to 1/{down} at update {last}.",
        hints=(
            "Write the way up as in lesson 1. How many updates are left when the last one runs, "
            "itself included?",
            f"The way down is the number of updates left, over {down}: {down - 1}/{down} at update "
            f"{held + 1}, 1/{down} at {last}.",
            "The smallest of the way up, 1, and the way down is the schedule.",
        ),
        steps=f"""\
The way up is (update + 1) / {up}. With update t, {total} − t updates are left, itself included, so
the way down is ({total} − t) / {down}. Each is above 1 where it has nothing to say, so the smallest
of both and 1 is the schedule: **{{answer}}**.""",
        quick_check="A cool-down is a warmup read backwards: count the updates that are left.",
        misconceptions=(
            Misconception(
                "only-warms-up",
                "The way up is right, and then your factor stays at 1: the cool-down is missing.",
                only_warms_up,
            ),
            Misconception(
                "only-cools-down",
                "The way down is right, but update 0 is at 1 already: the warmup is missing.",
                only_cools_down,
            ),
            Misconception(
                "ends-at-zero",
                "Your last update uses 0 and moves nothing, and the way down begins one update "
                "early.",
                ends_at_zero,
            ),
            Misconception(
                "reaches-zero-at-the-end",
                f"Your way down leads from 1 to 0 in {down - 1} steps, so the last update moves "
                f"nothing. It is to end at 1/{down}, and to fall by less in each update.",
                reaches_zero_at_the_end,
            ),
            Misconception(
                "cools-down-one-late",
                f"Your way down begins one update late: update {held + 1} is still at 1, and the "
                f"last uses 2/{down}.",
                cools_down_one_late,
            ),
            Misconception(
                "warms-up-from-zero",
                "The way down is right, but the way up starts at 0, so update 0 moves nothing.",
                warms_up_from_zero,
            ),
            Misconception(
                "drops-at-once",
                f"Your factor drops to 1/{down} at once. A cool-down leads there step by step.",
                drops_at_once,
            ),
            Misconception(
                "no-cap",
                "The two ways are right, but nothing holds the factor at 1 between them: it rises "
                "on until it meets the way down.",
                no_cap,
            ),
            Misconception(
                "cap-upside-down",
                "`max` keeps the largest: the factor is never below 1.",
                cap_upside_down,
            ),
        ),
        alternatives=(
            with_ifs,
            lambda update: max(0.0, min(update + 1, up) / up - max(update - held, 0) / down),
            join(linear_warmup(up), hold(), polynomial_decay(down), at=[up, held]),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, up=(4, 5, 8), down=(4, 5, 8), total=(20, 24))
