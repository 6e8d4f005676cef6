"""Fix: the decay's clock runs during the warmup."""

import math

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix
from warmup_lib.schedules import cosine_decay, join, linear_warmup

WARMUP, DECAY, LAST, END = 5, 10, 4, 15
PART = {2: "a third", 3: "a quarter", 4: "a fifth"}


def hand_over(update: int) -> float:
    """Warm up in updates 0 to LAST; then half a cosine, 1 at update WARMUP and 0 from END on."""
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update - WARMUP, DECAY) / DECAY))


def clock_runs_in_warmup(update: int) -> float:
    """Warm up in updates 0 to LAST; then half a cosine, 1 at update WARMUP and 0 from END on."""
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update, DECAY) / DECAY))


def stretched(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update, END) / END))


def length_counts_the_warmup(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update - WARMUP, END) / END))


def one_late(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update - WARMUP - 1, DECAY) / DECAY))


def comes_back(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * (update - WARMUP) / DECAY))


def cap_first(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * (min(update, DECAY) - WARMUP) / DECAY))


def too_early(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return 0.5 * (1 + math.cos(math.pi * min(update - LAST, DECAY) / DECAY))


def by_parts(update: int) -> float:
    done = min(max(update - WARMUP, 0), DECAY) / DECAY
    return min((update + 1) / WARMUP, 1.0) * (1 + math.cos(math.pi * done)) / 2


def question(warmup: int = WARMUP, times: int = 2) -> Fix:
    """The question where the decay is ``times`` as long as the warmup."""
    decay, last = times * warmup, warmup - 1
    end = warmup + decay
    drop = (1 + math.cos(math.pi / times)) / 2
    return Fix(
        title="The cosine that started without you",
        prompt=f"""\
A warmup over updates 0 to {last}, then half a cosine over {decay}: 1 at update {warmup}, 0 from
update {end} on. In the log the factor is 1 at update {last}, and **drops to {drop:.3g} at update
{warmup}**. Mend the function.""",
        answer=hand_over,
        exercise=Factors(end + 5),
        values={"WARMUP": warmup, "DECAY": decay, "LAST": last, "END": end},
        broken="clock-runs-in-warmup",
        difficulty="hard",
        points=2,
        seen_in="[timm, issue 1242](https://github.com/huggingface/pytorch-image-models/issues/1242)",
        holds=f"The factor is 1 at update {last} and at update {warmup}, falls from there without "
        f"a jump, and is 0 from update {end} on.",
        hints=(
            f"Which part of the cosine is update {warmup} to be, and which part does it get?",
            "A schedule that takes over starts at its own update 0.",
            f"How many updates of the cosine are over at update {warmup}? None: its clock is "
            f"`update - {warmup}`.",
        ),
        steps=f"""\
The cosine's clock must start when it takes over, so it is `update - {warmup}`, and that runs to
{decay} at update {end}, where it must stop, or the cosine would rise again. The factors are
**{{answer}}**. This is what `join` does with any two schedules, and what timm does not do unless
told to.""",
        quick_check="At a hand-over, ask which clock the next schedule reads.",
        misconceptions=(
            Misconception(
                "clock-runs-in-warmup",
                "The cosine has counted the warmup's updates, so part of it is over when it "
                "begins.",
                clock_runs_in_warmup,
            ),
            Misconception(
                "stretched",
                f"You made the cosine longer, so that it ends at update {end}. It still began "
                f"during the warmup: at update {warmup} {PART[times]} of it is over.",
                stretched,
            ),
            Misconception(
                "length-counts-the-warmup",
                f"It starts where it should, but your cosine takes {end} updates, the warmup's "
                f"{warmup} among them. At update {end} it is not at 0 yet.",
                length_counts_the_warmup,
            ),
            Misconception(
                "one-late",
                f"The clock is one behind: at update {warmup} it reads −1, and the whole cosine is "
                "one late.",
                one_late,
            ),
            Misconception(
                "one-early",
                f"The clock is one ahead: update {warmup} is past the top of the cosine already.",
                too_early,
            ),
            Misconception(
                "comes-back",
                f"The hand-over is right, but nothing stops the clock at {decay}: from update "
                f"{end + 1} on the factor rises again.",
                comes_back,
            ),
            Misconception(
                "caps-before-it-shifts",
                f"You stop the count at {decay} and take {warmup} off after that, so the clock "
                f"never gets past {decay - warmup}: the factor stays above 0.",
                cap_first,
            ),
        ),
        alternatives=(by_parts, join(linear_warmup(warmup), cosine_decay(decay), at=warmup)),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 6, 8), times=(2, 3, 4))
