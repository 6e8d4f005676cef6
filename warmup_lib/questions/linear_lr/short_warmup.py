"""Fix: a warmup of no steps, which stays at its start for ever."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch.optim.lr_scheduler import ConstantLR, LambdaLR, LinearLR

from warmup_lib.quiz.probes import UsedByScheduler
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Fix

UPDATES = 8


@dataclass(frozen=True)
class UsedWithBatches:
    """The LRs under the scheduler that a function builds, for each number of batches in turn."""

    batches: tuple[int, ...]

    @property
    def labels(self) -> Sequence[str]:
        return [f"{label}, batches={n}" for n in self.batches for label in self._probe(n).labels]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        return [lr for n in self.batches for lr in self._probe(n)(function, name)]

    def _probe(self, batches: int) -> UsedByScheduler:
        return UsedByScheduler(UPDATES, (batches,))


def short_warmup(optimizer: Any, batches: int) -> Any:
    """Warm up from 0.001 of the base LR, so that the last of `batches` updates is first at it."""
    if batches == 1:
        return ConstantLR(optimizer, factor=1.0)
    return LinearLR(optimizer, start_factor=0.001, total_iters=min(1000, batches - 1))


def stuck_at_the_start(optimizer: Any, batches: int) -> Any:
    """Warm up from 0.001 of the base LR, so that the last of `batches` updates is first at it."""
    return LinearLR(optimizer, start_factor=0.001, total_iters=min(1000, batches - 1))


def one_step_at_least(optimizer: Any, batches: int) -> Any:
    return LinearLR(optimizer, start_factor=0.001, total_iters=max(1, min(1000, batches - 1)))


def counts_updates(optimizer: Any, batches: int) -> Any:
    return LinearLR(optimizer, start_factor=0.001, total_iters=min(1000, batches))


def no_warmup_at_all(optimizer: Any, batches: int) -> Any:  # noqa: ARG001  # the mistake
    return ConstantLR(optimizer, factor=1.0)


def from_one_nth(optimizer: Any, batches: int) -> Any:
    return LinearLR(optimizer, start_factor=1 / batches, total_iters=batches - 1)


def start_at_the_peak(optimizer: Any, batches: int) -> Any:
    start = 0.001 if batches > 1 else 1.0
    return LinearLR(optimizer, start_factor=start, total_iters=min(1000, batches - 1))


def with_a_lambda(optimizer: Any, batches: int) -> Any:
    steps = min(1000, batches - 1)
    return LambdaLR(optimizer, lambda t: 1.0 if t >= steps else 0.001 + 0.999 * t / steps)


QUESTION = Fix(
    title="A warmup of no steps",
    prompt="""\
A detection script warms up through its first epoch: from 0.001 of the base LR to all of it with the
epoch's last update, in at most 1000 steps. Somebody tries it on a handful of pictures, which make
one batch, and nothing is learned: no error, but the LR is 0.0001 for the whole run. The function
below builds its scheduler. Mend it. (It is tried with 6 batches and with 1. A warmup of one update
is no warmup: that update is to use the base LR.)""",
    answer=short_warmup,
    exercise=UsedWithBatches((6, 1)),
    broken="stuck-at-the-start",
    difficulty="hard",
    points=2,
    holds="With 6 batches update 5 is the first at the base LR; with 1 batch update 0 is.",
    hints=(
        "What is `total_iters` when there is one batch?",
        "After how many steps does `LinearLR` with `total_iters=0` reach the base LR?",
        "One update has no step in which to rise. Which factor must it use, then?",
        "Treat one batch by itself: there `start_factor` must be 1, or no `LinearLR` is needed.",
    ),
    steps="""\
With one batch `total_iters` is 0. `LinearLR` sets `start_factor` as it is built and raises the LR
at steps 1 to `total_iters`, of which there are none: it stays at 0.001 for ever. The remedy for a
warmup without steps is no warmup. With 6 batches, then with 1, the updates use
**{answer}**.""",
    quick_check="Whatever computes a warmup's length can give 0: say what is to happen then.",
    misconceptions=(
        Misconception(
            "stuck-at-the-start",
            "With 6 batches it is right. With 1 it still has no step in which to leave "
            "`start_factor`, and stays there for ever.",
            stuck_at_the_start,
        ),
        Misconception(
            "one-step-at-least",
            "It reaches the base LR now, one update late: with one batch the whole epoch still "
            "trains at 0.001 of it.",
            one_step_at_least,
        ),
        Misconception(
            "counts-updates",
            "Six steps lead to the seventh update: the epoch's last one is not at the base LR.",
            counts_updates,
        ),
        Misconception(
            "no-warmup-at-all",
            "With 1 batch it is right. With 6 you have taken the warmup away.",
            no_warmup_at_all,
        ),
        Misconception(
            "from-one-nth",
            "Your ramp is the one from 1/n. It does without the special case, but this script "
            "starts at 0.001.",
            from_one_nth,
        ),
    ),
    alternatives=(start_at_the_peak, with_a_lambda),
)
