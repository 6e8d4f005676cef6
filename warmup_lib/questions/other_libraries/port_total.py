"""Fix: a total that includes the warmup, given to one that does not."""

import math

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix
from warmup_lib.recipes import keras_cosine, optax_cosine

WARMUP, TOTAL = 5, 15


def port_total(update: int) -> float:
    """Give the factor of optax's warmup_steps=WARMUP, decay_steps=TOTAL, by Keras's formula."""
    warmup_steps, decay_steps = WARMUP, TOTAL - WARMUP
    if update < warmup_steps:
        return update / warmup_steps
    done = min(update - warmup_steps, decay_steps) / decay_steps
    return 0.5 * (1 + math.cos(math.pi * done))


def same_number(update: int) -> float:
    """Give the factor of optax's warmup_steps=WARMUP, decay_steps=TOTAL, by Keras's formula."""
    warmup_steps, decay_steps = WARMUP, TOTAL
    if update < warmup_steps:
        return update / warmup_steps
    done = min(update - warmup_steps, decay_steps) / decay_steps
    return 0.5 * (1 + math.cos(math.pi * done))


def adds_the_warmup(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    both = TOTAL + WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update - WARMUP, both) / both))


def moves_the_clock(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update, TOTAL) / TOTAL))


def shortens_the_warmup(update: int) -> float:
    warmup = WARMUP - 1
    if update < warmup:
        return update / warmup
    rest = TOTAL - warmup
    return 0.5 * (1 + math.cos(math.pi * min(update - warmup, rest) / rest))


def one_step_short(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    rest = TOTAL - WARMUP - 1
    return 0.5 * (1 + math.cos(math.pi * min(update - WARMUP, rest) / rest))


def cuts_it_off(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    if update >= TOTAL:
        return 0.0
    return 0.5 * (1 + math.cos(math.pi * (update - WARMUP) / TOTAL))


def loses_the_cap(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    return 0.5 * (1 + math.cos(math.pi * (update - WARMUP) / (TOTAL - WARMUP)))


def only_the_end_of_the_clock(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    done = min(update - WARMUP, TOTAL - WARMUP) / TOTAL
    return 0.5 * (1 + math.cos(math.pi * done))


def one_step_too_many(update: int) -> float:
    if update < WARMUP:
        return update / WARMUP
    rest = TOTAL - WARMUP + 1
    return 0.5 * (1 + math.cos(math.pi * min(update - WARMUP, rest) / rest))


def with_one_total(update: int) -> float:
    if update >= TOTAL:
        return 0.0
    done = max(update - WARMUP, 0) / (TOTAL - WARMUP)
    return min(update / WARMUP, 0.5 * (1 + math.cos(math.pi * done)))


def question(warmup: int = WARMUP) -> Fix:
    total = 3 * warmup
    return Fix(
        title="The same number twice",
        prompt=f"""\
A recipe says `warmup_steps={warmup}, decay_steps={total}`, for **optax**, where `decay_steps` is
the length of the *whole* schedule: LR 0 is reached at update {total}. Somebody wrote the numbers
into **Keras's** formula, where `decay_steps` is the length of the decay alone, and at update
{total} the LR is still a quarter of its peak. Mend the function, so that it gives optax's
factors.""",
        answer=port_total,
        exercise=Factors(total + warmup),
        values={"WARMUP": warmup, "TOTAL": total},
        broken="same-number",
        difficulty="hard",
        points=2,
        holds=f"It rises from 0 to 1 at update {warmup}, falls along half a cosine from there, and "
        f"is 0 from update {total} on.",
        hints=(
            "At which update does the function that you got reach 0?",
            f"Of optax's {total}, how many belong to the warmup, and how many are left to decay?",
            "Keras's `decay_steps` is optax's less `warmup_steps`.",
        ),
        steps=f"""\
In optax {total} includes the warmup, so the decay takes {total} − {warmup} = {total - warmup}
updates, and that is what Keras's formula must be told. The factors are **{{answer}}**.""",
        quick_check="Ask of every total: with the warmup, or without?",
        misconceptions=(
            Misconception(
                "same-number",
                f"The decay still takes {total} updates after the warmup, and ends at update "
                f"{total + warmup}.",
                same_number,
            ),
            Misconception(
                "adds-the-warmup",
                "You added the warmup to the total. It is in there already and has to be taken "
                "out.",
                adds_the_warmup,
            ),
            Misconception(
                "clock-runs-in-warmup",
                f"Yours does end at update {total}, but its cosine runs from update 0, so there is "
                "a drop at the hand-over.",
                moves_the_clock,
            ),
            Misconception(
                "shortens-the-warmup",
                "The end is right. The warmup is one update shorter now, and it was right before.",
                shortens_the_warmup,
            ),
            Misconception(
                "one-step-short",
                f"Yours is at 0 one update too early: with update {total - 1}.",
                one_step_short,
            ),
            Misconception(
                "one-step-too-many",
                f"Yours is at 0 one update too late: with update {total + 1}.",
                one_step_too_many,
            ),
            Misconception(
                "only-the-end-of-the-clock",
                f"Yours stops at update {total}, but far above 0: one of the two lengths in `done` "
                f"is still {total}.",
                only_the_end_of_the_clock,
            ),
            Misconception(
                "cuts-it-off",
                "Yours is the long decay, cut off: at the end the LR falls to 0 at once, from far "
                "above it.",
                cuts_it_off,
            ),
            Misconception(
                "loses-the-cap",
                f"Yours is right up to update {total}. After that its cosine rises again: "
                "something has to hold it at its end.",
                loses_the_cap,
            ),
        ),
        alternatives=(
            with_one_total,
            optax_cosine(warmup, total),
            keras_cosine(warmup, total - warmup),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(3, 4, 5, 6, 8, 10))
