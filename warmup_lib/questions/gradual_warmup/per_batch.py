"""Fix: epochs where the scheduler is stepped per batch."""

from typing import Any

from torch.optim.lr_scheduler import LambdaLR, StepLR

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Fix
from warmup_lib.schedulers import GradualWarmupScheduler, ScheduleLR
from warmup_lib.schedules import join, linear_warmup_from, step_decay

BATCHES = 4


def per_batch(optimizer: Any, batches: int) -> Any:
    """Warm up over 2 epochs, then a tenth of the LR every 3 epochs; stepped after each batch."""
    after = StepLR(optimizer, step_size=3 * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, 2 * batches, after)


def both_in_epochs(optimizer: Any, batches: int) -> Any:  # noqa: ARG001  # the mistake
    """Warm up over 2 epochs, then a tenth of the LR every 3 epochs; stepped after each batch."""
    after = StepLR(optimizer, step_size=3, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, 2, after)


def only_the_warmup(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=3, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, 2 * batches, after)


def only_the_decay(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=3 * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, 2, after)


def clock_from_the_start(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=(3 - 2) * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, 1, 2 * batches, after)


def batches_for_the_multiplier(optimizer: Any, batches: int) -> Any:
    after = StepLR(optimizer, step_size=3 * batches, gamma=0.1)
    return GradualWarmupScheduler(optimizer, batches, 2 * batches, after)


def with_a_lambda(optimizer: Any, batches: int) -> Any:
    warmup, every = 2 * batches, 3 * batches

    def factor(t: int) -> float:
        return float(t / warmup if t < warmup else 0.1 ** ((t - warmup) // every))

    return LambdaLR(optimizer, factor)


def with_a_join(optimizer: Any, batches: int) -> Any:
    warmup = linear_warmup_from(0, 2 * batches)
    return ScheduleLR(optimizer, join(warmup, step_decay(3 * batches, 0.1), at=2 * batches))


QUESTION = Fix(
    title="Epochs, stepped per batch",
    prompt=f"""\
A project moves its `scheduler.step()` from the end of each epoch to the end of each batch, for a
smoother warmup. After that the warmup is over before the first epoch is, and after five epochs the
LR is below a ten-thousandth of the peak. The function below builds its scheduler; an epoch has
`batches` updates ({BATCHES}, when it is tried here). Mend it for the new loop.""",
    answer=per_batch,
    exercise=UsedByScheduler(6 * BATCHES, (BATCHES,)),
    broken="both-in-epochs",
    difficulty="hard",
    points=2,
    holds="The ramp leads from 0 to the base LR in two epochs' updates, and the base LR holds for "
    "the three epochs behind it.",
    hints=(
        "How often is `scheduler.step()` called in an epoch now?",
        "Which numbers in the function count steps?",
        "There are two of them, one for the warmup and one for the decay.",
    ),
    steps="""\
Every length counts calls of `step()`: `total_epoch`, in spite of its name, and so does the
after-scheduler's `step_size`. Multiply both by `batches`. The updates use **{answer}**.""",
    quick_check="Move `scheduler.step()`, and every length of every scheduler changes its unit.",
    misconceptions=(
        Misconception(
            "both-in-epochs",
            "Both lengths still count epochs, and the scheduler is stepped per batch.",
            both_in_epochs,
        ),
        Misconception(
            "only-the-warmup",
            "The warmup is right now. The after-scheduler still drops the LR every three batches.",
            only_the_warmup,
        ),
        Misconception(
            "only-the-decay",
            "The decay has its three epochs now. The warmup is still over after two batches.",
            only_the_decay,
        ),
        Misconception(
            "clock-from-the-start",
            "The LR drops one epoch after the warmup. The after-scheduler's clock starts at the "
            "hand-over, so the warmup is not to be taken off.",
            clock_from_the_start,
        ),
        Misconception(
            "batches-for-the-multiplier",
            "The lengths are right, but the peak has become several times the base LR: the "
            "multiplier is no length.",
            batches_for_the_multiplier,
        ),
    ),
    alternatives=(with_a_lambda, with_a_join),
)
