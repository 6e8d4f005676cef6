"""Fix: the decay's clock runs during the warmup."""

import math

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Fix
from warmup_lib.schedules import cosine_decay, join, linear_warmup


def hand_over(update: int) -> float:
    """Warm up over updates 0 to 4, then half a cosine from 1 at update 5 to 0 at update 15."""
    if update < 5:
        return (update + 1) / 5
    return 0.5 * (1 + math.cos(math.pi * min(update - 5, 10) / 10))


def clock_runs_in_warmup(update: int) -> float:
    """Warm up over updates 0 to 4, then half a cosine from 1 at update 5 to 0 at update 15."""
    if update < 5:
        return (update + 1) / 5
    return 0.5 * (1 + math.cos(math.pi * min(update, 10) / 10))


def stretched(update: int) -> float:
    if update < 5:
        return (update + 1) / 5
    return 0.5 * (1 + math.cos(math.pi * min(update, 15) / 15))


def one_late(update: int) -> float:
    if update < 5:
        return (update + 1) / 5
    return 0.5 * (1 + math.cos(math.pi * min(update - 6, 10) / 10))


def comes_back(update: int) -> float:
    if update < 5:
        return (update + 1) / 5
    return 0.5 * (1 + math.cos(math.pi * (update - 5) / 10))


def too_early(update: int) -> float:
    if update < 5:
        return (update + 1) / 5
    return 0.5 * (1 + math.cos(math.pi * min(update - 4, 10) / 10))


def by_parts(update: int) -> float:
    done = min(max(update - 5, 0), 10) / 10
    return min((update + 1) / 5, 1.0) * (1 + math.cos(math.pi * done)) / 2


QUESTION = Fix(
    title="The cosine that started without you",
    prompt="""\
Five updates of warmup, 0 to 4, then half a cosine over ten: 1 at update 5, 0 from update 15 on. In
the log the factor is 1 at update 4, and **drops to 0.5 at update 5**. Mend the function.""",
    answer=hand_over,
    exercise=Factors(20),
    broken="clock-runs-in-warmup",
    difficulty="hard",
    points=2,
    holds="The factor is 1 at update 4 and at update 5, falls from there without a jump, and is 0 "
    "from update 15 on.",
    hints=(
        "Which part of the cosine is update 5 to be, and which part does it get?",
        "A schedule that takes over starts at its own update 0.",
        "How many updates of the cosine are over at update 5? None: its clock is `update - 5`.",
    ),
    steps="""\
The cosine's clock must start when it takes over, so it is `update - 5`, and that runs to 10 at
update 15, where it must stop, or the cosine would rise again. The factors are **{answer}**. This is
what `join` does with any two schedules, and what timm does not do unless told to.""",
    quick_check="At a hand-over, ask which clock the next schedule reads.",
    misconceptions=(
        Misconception(
            "clock-runs-in-warmup",
            "The cosine has counted the warmup's updates, so it is half over when it begins.",
            clock_runs_in_warmup,
        ),
        Misconception(
            "stretched",
            "You made the cosine longer, so that it ends at update 15. It still began during the "
            "warmup: at update 5 a third of it is over.",
            stretched,
        ),
        Misconception(
            "one-late",
            "The clock is one behind: at update 5 it reads −1, and the whole cosine is one late.",
            one_late,
        ),
        Misconception(
            "one-early",
            "The clock is one ahead: update 5 is past the top of the cosine already.",
            too_early,
        ),
        Misconception(
            "comes-back",
            "The hand-over is right, but nothing stops the clock at 10: from update 16 on the "
            "factor rises again.",
            comes_back,
        ),
    ),
    alternatives=(by_parts, join(linear_warmup(5), cosine_decay(10), at=5)),
)
