"""What does warmup change where the steepness stays?"""

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.schedules import Schedule, hold, linear_warmup

STEEPNESS = 30
BASE_LR = 0.1


def distances(schedule: Schedule, updates: int = 200) -> list[float]:
    """How far gradient descent is from the minimum of 15 w², before each update."""
    weight, seen = 1.0, []
    for t in range(updates):
        seen.append(abs(weight))
        weight -= BASE_LR * schedule(t) * STEEPNESS * weight
    return seen


def ends_well(schedule: Schedule) -> bool:
    return distances(schedule)[-1] < 1


def comes_near_first(schedule: Schedule) -> bool:
    return min(distances(schedule)) < 0.01


def later_not_never() -> bool:
    ramp = linear_warmup(50)
    return comes_near_first(ramp) and not ends_well(ramp) and not comes_near_first(hold())


def saves_the_run() -> bool:
    return ends_well(linear_warmup(50))


def longer_would_save_it() -> bool:
    return not ends_well(linear_warmup(50)) and ends_well(linear_warmup(100))


def no_difference() -> bool:
    return comes_near_first(linear_warmup(50)) == comes_near_first(hold())


QUESTION = Choose(
    title="A peak that is too high",
    prompt="""\
Gradient descent on the loss `15 * weight ** 2` from 1.0, 200 updates. Its curvature is 30
everywhere, so it comes nearer to 0 only with an LR below 2/30. The base LR is 0.1. What does a
linear warmup over the first 50 updates change?""",
    difficulty="hard",
    holds="It is the claim that stands when the 200 updates are made.",
    hints=(
        "At which update does the ramp pass 2/30, and what happens until then?",
        "Is there anything in this loss that would make the curvature fall while the LR is low?",
    ),
    steps="""\
Up to update 32 the LR is below 2/30 and the weight comes nearer to 0. Then it is above, and each
update takes the weight further away, for as long as the run goes on. A longer ramp passes 2/30
later, and that is all. So the claim is **{answer}**. On a real network warmup can save a run only
because the steepness falls while the LR is low.""",
    quick_check="Warmup helps where the start is steeper than what follows.",
    claims=(
        Claim(
            "later-not-never",
            "It first comes near 0, and runs away once the ramp has passed 2/30.",
            later_not_never,
            "The ramp only puts it off: the peak is too high for this loss, at any time.",
        ),
        Claim(
            "saves-the-run",
            "It ends nearer to 0 than it began.",
            saves_the_run,
            "The curvature is as large at the peak as at the start, so the peak is too high.",
        ),
        Claim(
            "longer-would-save-it",
            "It runs away, but a ramp over 100 updates would have saved it.",
            longer_would_save_it,
            "That ramp passes 2/30 as well, only later, and the run goes on behind it.",
        ),
        Claim(
            "no-difference",
            "Nothing: it runs away from the first update on, as without warmup.",
            no_difference,
            "While the LR is below 2/30, each update comes nearer to 0.",
        ),
    ),
)
