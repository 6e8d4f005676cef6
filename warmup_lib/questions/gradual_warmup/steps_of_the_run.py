"""Write: GradualWarmupScheduler in front of MultiStepLR, from a recipe that counts updates."""

from typing import Any

from torch.optim.lr_scheduler import LambdaLR, MultiStepLR

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Write
from warmup_lib.schedulers import GradualWarmupScheduler, ScheduleLR
from warmup_lib.schedules import hold, join, linear_warmup_from

MULTIPLIER, WARMUP, FIRST, SECOND = 3, 4, 9, 12


def steps_of_the_run(optimizer: Any) -> Any:
    """From the base LR to MULTIPLIER times it; drops to a tenth at updates FIRST and SECOND."""
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - WARMUP], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def clock_runs_in_warmup(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST, SECOND], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def only_the_first_is_shifted(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def distances(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - FIRST], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def adds_the_warmup(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST + WARMUP, SECOND + WARMUP], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def one_late(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP + 1, SECOND - WARMUP + 1], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def one_early(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP - 1, SECOND - WARMUP - 1], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def peak_is_the_base_lr(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - WARMUP], gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP, after)


def starts_at_zero(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - WARMUP], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after, start=0)


def no_decay(optimizer: Any) -> Any:
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP)


def peak_one_early(optimizer: Any) -> Any:
    warmup = WARMUP - 1
    after = MultiStepLR(optimizer, milestones=[FIRST - warmup, SECOND - warmup], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, warmup, after)


def peak_one_late(optimizer: Any) -> Any:
    warmup = WARMUP + 1
    after = MultiStepLR(optimizer, milestones=[FIRST - warmup, SECOND - warmup], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, warmup, after)


def one_update_too_short(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - WARMUP], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP - 1, after)


def one_update_too_long(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - WARMUP], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP + 1, after)


def a_hundredth_each_time(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - WARMUP, SECOND - WARMUP], gamma=0.01)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def takes_off_one(optimizer: Any) -> Any:
    after = MultiStepLR(optimizer, milestones=[FIRST - 1, SECOND - 1], gamma=0.1)
    return GradualWarmupScheduler(optimizer, MULTIPLIER, WARMUP, after)


def no_warmup(optimizer: Any) -> Any:
    return MultiStepLR(optimizer, milestones=[FIRST, SECOND], gamma=0.1)


def with_a_lambda(optimizer: Any) -> Any:
    def factor(t: int) -> float:
        if t < WARMUP:
            return 1 + (MULTIPLIER - 1) * t / WARMUP
        drops = (t >= FIRST) + (t >= SECOND)
        return MULTIPLIER * float(0.1**drops)

    return LambdaLR(optimizer, factor)


def with_a_join(optimizer: Any) -> Any:
    ramp = linear_warmup_from(1 / MULTIPLIER, WARMUP)
    whole = join(ramp, hold(), hold(0.1), hold(0.01), at=[WARMUP, FIRST, SECOND])
    return ScheduleLR(optimizer, lambda t: MULTIPLIER * whole(t))


def question(
    multiplier: int = MULTIPLIER, warmup: int = WARMUP, first: int = FIRST, gap: int = 3
) -> Write:
    second = first + gap
    return Write(
        title="Write it: the steps of the run",
        prompt=f"""\
A recipe counts its updates from the start of the run. The LR rises in equal steps from the base LR
to {multiplier} times as much, where update {warmup} is the first at the peak. From update {first}
on it is a tenth of the peak, from update {second} on a hundredth. Build that scheduler on the
optimizer given: a `GradualWarmupScheduler` in front of a `MultiStepLR`. It is stepped after each
update.""",
        answer=steps_of_the_run,
        exercise=UsedByScheduler(second + 2 * warmup),
        values={"MULTIPLIER": multiplier, "WARMUP": warmup, "FIRST": first, "SECOND": second},
        difficulty="core",
        points=2,
        holds=f"Update 0 uses the base LR, updates {warmup} to {first - 1} the peak, updates "
        f"{first} to {second - 1} a tenth of it, and all later ones a hundredth.",
        hints=(
            "Which multiplier gives this peak, and from where does its ramp start?",
            "`MultiStepLR`'s own update 0 is the one at which it takes over. Which of its updates "
            f"is update {first} of the run?",
            f"Take the warmup off both milestones: {first} − {warmup}, and {second} − {warmup}.",
        ),
        steps=f"""\
Multiplier {multiplier} leads from the base LR to {multiplier} times it. The after-scheduler takes
over at update {warmup}, which is its own update 0, so the drop at update {first} is its milestone
{first - warmup}, and the one at update {second} is {second - warmup}. The updates use
**{{answer}}**.""",
        quick_check="Whatever stands behind a warmup counts from the hand-over.",
        misconceptions=(
            Misconception(
                "clock-runs-in-warmup",
                f"Both drops come {warmup} updates late: you gave the milestones as the run counts "
                "them, and the after-scheduler begins to count at the hand-over.",
                clock_runs_in_warmup,
            ),
            Misconception(
                "only-the-first-is-shifted",
                "The first drop is right. The second is still counted from the start of the run.",
                only_the_first_is_shifted,
            ),
            Misconception(
                "distances-for-milestones",
                "You gave the updates between the drops. `MultiStepLR` counts each milestone from "
                "its own start, not from the one before.",
                distances,
            ),
            Misconception(
                "adds-the-warmup",
                "Your drops come very late: the warmup was added to the milestones, and the recipe "
                "counts it already.",
                adds_the_warmup,
            ),
            Misconception(
                "one-late",
                "Both drops come one update late. A milestone is the first update at the lower LR.",
                one_late,
            ),
            Misconception(
                "one-early",
                "Both drops come one update early. At the hand-over the after-scheduler is at its "
                "update 0, not at 1.",
                one_early,
            ),
            Misconception(
                "peak-is-the-base-lr",
                "With multiplier 1 the ramp leads from 0 to the base LR. This recipe's peak is "
                f"{multiplier} times that.",
                peak_is_the_base_lr,
            ),
            Misconception(
                "starts-at-zero",
                "Your ramp starts at 0. This recipe starts at the base LR.",
                starts_at_zero,
            ),
            Misconception(
                "peak-one-early",
                f"The drops are where they should be, but update {warmup - 1} is at the peak "
                "already.",
                peak_one_early,
            ),
            Misconception(
                "peak-one-late",
                f"The drops are where they should be, but update {warmup} is not at the peak yet: "
                "`total_epoch` is the first update that is.",
                peak_one_late,
            ),
            Misconception(
                "one-update-too-short",
                f"Your warmup takes {warmup - 1} steps, one too few, and all that stands behind it "
                "comes one update early.",
                one_update_too_short,
            ),
            Misconception(
                "one-update-too-long",
                f"Your warmup takes {warmup + 1} steps, one too many, and all that stands behind "
                "it comes one update late.",
                one_update_too_long,
            ),
            Misconception(
                "a-hundredth-each-time",
                "Each of your drops is to a hundredth of what was there. `gamma` is what *one* "
                "drop multiplies by, and the second comes on top of the first.",
                a_hundredth_each_time,
            ),
            Misconception(
                "takes-off-one",
                "You took 1 off the milestones. The after-scheduler does begin to count later than "
                "the run does, but by more than one update.",
                takes_off_one,
            ),
            Misconception(
                "no-decay",
                "Your peak is held for ever. The after-scheduler has to be handed over, too.",
                no_decay,
            ),
            Misconception(
                "no-warmup",
                "The drops are there, and no warmup is. Return the scheduler that warms up, with "
                "the other one inside it.",
                no_warmup,
            ),
        ),
        alternatives=(with_a_lambda, with_a_join),
    )


QUESTION = question()
VARIANTS = Variants(question, multiplier=(2, 3, 4), warmup=(4, 5), first=(9, 10), gap=(3, 4))
