"""Fix: epochs where the scheduler is stepped per batch."""

from typing import Any

from torch.optim.lr_scheduler import LambdaLR, StepLR

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix
from warmup_lib.schedulers import GradualWarmupScheduler, ScheduleLR
from warmup_lib.schedules import join, linear_warmup_from, step_decay

WARMUP, EVERY = 2, 3
BATCHES = 4


def per_batch(optimizer: Any, batches: int) -> Any:
    """Warm up over WARMUP epochs, then a tenth of the LR every EVERY epochs; stepped per batch."""
    after = StepLR(optimizer, step_size=EVERY * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches, after)


def both_in_epochs(optimizer: Any, batches: int) -> Any:  # noqa: ARG001  # the mistake
    """Warm up over WARMUP epochs, then a tenth of the LR every EVERY epochs; stepped per batch."""
    after = StepLR(optimizer, step_size=EVERY, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP, after)


def only_the_warmup(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=EVERY, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches, after)


def only_the_decay(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=EVERY * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP, after)


def clock_from_the_start(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=(EVERY - WARMUP) * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches, after)


def batches_for_the_multiplier(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=EVERY * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, batches, WARMUP * batches, after)


def adds_the_warmup(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=(EVERY + WARMUP) * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches, after)


def counts_on_four_batches(optimizer: Any, batches: int) -> Any:  # noqa: ARG001  # the mistake
    after = StepLR(optimizer, step_size=EVERY * BATCHES, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * BATCHES, after)


def one_update_too_short(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=EVERY * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches - 1, after)


def one_update_too_long(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=EVERY * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches + 1, after)


def spreads_the_drop(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=EVERY, gamma=0.1 ** (1 / batches))
    return GradualWarmupScheduler(optimizer, 1, WARMUP * batches, after)


def stepped_per_epoch(optimizer: Any, batches: int) -> Any:
    def factor(t: int) -> float:
        epoch = t // batches
        return float(epoch / WARMUP if epoch < WARMUP else 0.1 ** ((epoch - WARMUP) // EVERY))

    return LambdaLR(optimizer, factor)


def with_a_lambda(optimizer: Any, batches: int) -> Any:
    warmup, every = WARMUP * batches, EVERY * batches

    def factor(t: int) -> float:
        return float(t / warmup if t < warmup else 0.1 ** ((t - warmup) // every))

    return LambdaLR(optimizer, factor)


def with_a_join(optimizer: Any, batches: int) -> Any:
    warmup = linear_warmup_from(0, WARMUP * batches)
    return ScheduleLR(
        optimizer, join(warmup, step_decay(EVERY * batches, 0.1), at=WARMUP * batches)
    )


def question(lengths: tuple[int, int] = (WARMUP, EVERY)) -> Fix:
    warmup, every = lengths
    updates = (warmup + every + 1) * BATCHES
    return Fix(
        title="Epochs, stepped per batch",
        prompt=f"""\
A project moves its `scheduler.step()` from the end of each epoch to the end of each batch, for a
smoother warmup. The function below builds its scheduler; an epoch has `batches` updates ({BATCHES}
and then 2, when it is tried here). With {BATCHES}, the warmup is now over before the first epoch
is, and after {warmup + every} epochs the LR is below a ten-thousandth of the peak. Mend the
function for the new loop.""",
        answer=per_batch,
        values={"WARMUP": warmup, "EVERY": every, "BATCHES": BATCHES},
        exercise=UsedByScheduler(updates, (BATCHES, 2)),
        broken="both-in-epochs",
        difficulty="hard",
        points=2,
        seen_in="[lightning-bolts, issue 716]"
        "(https://github.com/Lightning-Universe/lightning-bolts/issues/716)",
        holds=f"The ramp leads from 0 to the base LR in {warmup} epochs' updates, and the base LR "
        f"holds for the {every} epochs behind it.",
        hints=(
            "How often is `scheduler.step()` called in an epoch now?",
            "Which numbers in the function count steps?",
            "There are two of them, one for the warmup and one for the decay.",
        ),
        steps=f"""\
Every length counts calls of `step()`: `total_epoch`, in spite of its name, and so does the
after-scheduler's `step_size`. Multiply both by `batches`. First {updates} updates with
{BATCHES} batches an epoch, then as many with 2, use **{{answer}}**.""",
        quick_check="Move `scheduler.step()`, and the lengths of all schedulers change unit.",
        misconceptions=(
            Misconception(
                "both-in-epochs",
                "Both lengths still count epochs, and the scheduler is stepped per batch.",
                both_in_epochs,
            ),
            Misconception(
                "only-the-warmup",
                "The warmup is right now. The after-scheduler still drops the LR after a few "
                "batches.",
                only_the_warmup,
            ),
            Misconception(
                "only-the-decay",
                "The decay is right now. The warmup is still over after a few batches.",
                only_the_decay,
            ),
            Misconception(
                "clock-from-the-start",
                "The LR drops too soon after the warmup. The after-scheduler's clock starts at the "
                "hand-over, so the warmup is not to be taken off.",
                clock_from_the_start,
            ),
            Misconception(
                "batches-for-the-multiplier",
                "The lengths are right, but the peak has become several times the base LR: the "
                "multiplier is no length.",
                batches_for_the_multiplier,
            ),
            Misconception(
                "adds-the-warmup",
                "The warmup is right. The drops are too far apart: the after-scheduler's clock "
                "starts at the hand-over, so the warmup is not to be added.",
                adds_the_warmup,
            ),
            Misconception(
                "counts-on-four-batches",
                f"Yours is right where an epoch has {BATCHES} batches, and only there. The "
                "function is told how many there are.",
                counts_on_four_batches,
            ),
            Misconception(
                "one-update-too-short",
                "You took one off the warmup's updates. All of them are steps of the ramp, so "
                "yours is at the peak one update early.",
                one_update_too_short,
            ),
            Misconception(
                "one-update-too-long",
                "You added one to the warmup's updates. The ramp takes as many steps as it has "
                "updates, so yours is at the peak one update late.",
                one_update_too_long,
            ),
            Misconception(
                "spreads-the-drop",
                "The warmup is right. Each of your drops is made of `batches` small ones. The "
                "recipe is a `StepLR`: it holds the LR and then drops it at once.",
                spreads_the_drop,
            ),
            Misconception(
                "stepped-per-epoch",
                "The drops are right. All updates of an epoch share one LR in yours, as before the "
                "move. The ramp was to rise with every batch.",
                stepped_per_epoch,
            ),
        ),
        alternatives=(with_a_lambda, with_a_join),
    )


QUESTION = question()
VARIANTS = Variants(question, lengths=((2, 3), (2, 4), (2, 5), (2, 6), (3, 4), (3, 5)))
