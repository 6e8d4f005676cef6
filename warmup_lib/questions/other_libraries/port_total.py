"""Fix: a total that includes the warmup, given to one that does not."""

import math

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Fix
from warmup_lib.recipes import keras_cosine, optax_cosine


def port_total(update: int) -> float:
    """Give the factor of optax's warmup_steps=5, decay_steps=15, through Keras's formula."""
    warmup_steps, decay_steps = 5, 10
    if update < warmup_steps:
        return update / warmup_steps
    done = min(update - warmup_steps, decay_steps) / decay_steps
    return 0.5 * (1 + math.cos(math.pi * done))


def same_number(update: int) -> float:
    """Give the factor of optax's warmup_steps=5, decay_steps=15, through Keras's formula."""
    warmup_steps, decay_steps = 5, 15
    if update < warmup_steps:
        return update / warmup_steps
    done = min(update - warmup_steps, decay_steps) / decay_steps
    return 0.5 * (1 + math.cos(math.pi * done))


def adds_the_warmup(update: int) -> float:
    if update < 5:
        return update / 5
    return 0.5 * (1 + math.cos(math.pi * min(update - 5, 20) / 20))


def moves_the_clock(update: int) -> float:
    return update / 5 if update < 5 else 0.5 * (1 + math.cos(math.pi * min(update, 15) / 15))


def shortens_the_warmup(update: int) -> float:
    if update < 4:
        return update / 4
    return 0.5 * (1 + math.cos(math.pi * min(update - 4, 11) / 11))


def with_one_total(update: int) -> float:
    if update >= 15:
        return 0.0
    return min(update / 5, 0.5 * (1 + math.cos(math.pi * max(update - 5, 0) / (15 - 5))))


QUESTION = Fix(
    title="Fifteen and fifteen",
    prompt="""\
A recipe says `warmup_steps=5, decay_steps=15`, for **optax**, where `decay_steps` is the length of
the *whole* schedule: LR 0 is reached at update 15. Somebody wrote the numbers into **Keras's**
formula, where `decay_steps` is the length of the decay alone, and the run ended at a quarter of its
peak. Mend the function, so that it gives optax's LRs.""",
    answer=port_total,
    exercise=Factors(20),
    broken="same-number",
    difficulty="hard",
    points=2,
    holds="It rises from 0 to 1 at update 5, falls along half a cosine from there, and is 0 from "
    "update 15 on.",
    hints=(
        "At which update does the function that you got reach 0?",
        "Of optax's fifteen, how many belong to the warmup, and how many are left to decay?",
        "Keras's `decay_steps` is optax's less `warmup_steps`.",
    ),
    steps="""\
In optax 15 includes the warmup, so the decay takes 15 − 5 = 10 updates, and that is what Keras's
formula must be told. The factors are **{answer}**.""",
    quick_check="Ask of every total: with the warmup, or without?",
    misconceptions=(
        Misconception(
            "same-number",
            "The decay still takes fifteen updates after the warmup, and ends at update 20.",
            same_number,
        ),
        Misconception(
            "adds-the-warmup",
            "You added the warmup to the total. It is in there already and has to be taken out.",
            adds_the_warmup,
        ),
        Misconception(
            "clock-runs-in-warmup",
            "Yours does end at update 15, but its cosine runs from update 0, so there is a drop "
            "at the hand-over.",
            moves_the_clock,
        ),
        Misconception(
            "shortens-the-warmup",
            "The end is right. The warmup is one update shorter now: it was five.",
            shortens_the_warmup,
        ),
    ),
    alternatives=(with_one_total, optax_cosine(5, 15), keras_cosine(5, 10)),
)
