"""Name the bug: a mixed-precision run begins in the middle of its warmup."""

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LinearLR, LRScheduler

from warmup_lib.lr_trace import Trace
from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.quiz.variants import Variants
from warmup_lib.schedules import linear_warmup
from warmup_lib.trace import dry_run, record

WARMUP, UPDATES, ACCUMULATED = 10, 12, 4
WORDS = {3: "three", 5: "five", 6: "six"}


def fresh_optimizer(base_lr: float) -> Optimizer:
    return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=base_lr)


def by_lambda(optimizer: Optimizer) -> LRScheduler:
    return LambdaLR(optimizer, linear_warmup(WARMUP))


@contextmanager
def recorded(optimizer: Optimizer) -> Iterator[Trace]:
    """As ``record``, without PyTorch's warning of a scheduler that is stepped first: the bug."""
    with record(optimizer) as trace, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield trace


def dry(
    base_lr: float,
    build: Callable[[Optimizer], LRScheduler] = by_lambda,
    *,
    scheduler_first: bool = False,
    steps: int = 1,
) -> list[float]:
    """The LRs that the updates use where the scheduler is stepped ``steps`` times for each."""
    optimizer = fresh_optimizer(base_lr)

    def step(scheduler: LRScheduler) -> None:
        for _ in range(steps):
            scheduler.step()

    return dry_run(
        optimizer, build(optimizer), UPDATES, scheduler_first=scheduler_first, step=step
    ).used()


def per_micro_batch(base_lr: float) -> list[float]:
    """The LRs of a loop that makes an update of four batches and steps its scheduler for each."""
    optimizer = fresh_optimizer(base_lr)
    scheduler = by_lambda(optimizer)
    (weight,) = optimizer.param_groups[0]["params"]
    with recorded(optimizer) as trace:
        for batch in range(ACCUMULATED * UPDATES):
            weight.sum().backward()
            if (batch + 1) % ACCUMULATED == 0:
                optimizer.step()
            scheduler.step()
    return trace.used()


def steps_on_skipped(base_lr: float, overflows: int) -> list[float]:
    """The LRs of a loop under GradScaler whose first losses overflow."""
    optimizer = fresh_optimizer(base_lr)
    scheduler = by_lambda(optimizer)
    scaler = torch.amp.GradScaler("cpu")
    (weight,) = optimizer.param_groups[0]["params"]
    with recorded(optimizer) as trace:
        for batch in range(overflows + UPDATES):
            optimizer.zero_grad()
            loss = weight.sum() * (math.inf if batch < overflows else 1.0)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
    return trace.used()


def question(base_lr: float = 0.1, overflows: int = 5) -> NameTheBug:
    start = (overflows + 1) / WARMUP
    first = f"{base_lr * start:.4g}"
    return NameTheBug(
        title="A warmup that lost its beginning",
        prompt=f"""\
A warmup over {WARMUP} updates was meant, from 1/{WARMUP} of the base LR of {base_lr}: a
`LambdaLR` with the factor min((t + 1)/{WARMUP}, 1). The LR was recorded in every `optimizer.step()`
that moved the weights. Which bug made this trace?""",
        difficulty="core",
        seen_in="[PyTorch, issue 55585](https://github.com/pytorch/pytorch/issues/55585)",
        made_by="steps-on-skipped-updates",
        meant=dry(base_lr),
        bugs=(
            Bug(
                "steps-on-skipped-updates",
                f"The run is in mixed precision, and its first {WORDS[overflows]} batches "
                "overflow. For each of them `GradScaler` leaves `optimizer.step()` out, and the "
                "loop calls `scheduler.step()`.",
                lambda: steps_on_skipped(base_lr, overflows),
                f"The counter stands at {overflows} when the first update is made. From there on "
                "both go together.",
            ),
            Bug(
                "scheduler-first",
                "`scheduler.step()` is called before `optimizer.step()`.",
                lambda: dry(base_lr, scheduler_first=True),
                "Then one value of the ramp would be lost, the first, and no more.",
            ),
            Bug(
                "stepped-twice",
                "The scheduler is stepped twice for each update, by the loop and by a callback.",
                lambda: dry(base_lr, steps=2),
                "Then the run would begin where it should, and rise by two tenths of the base LR "
                "in each update.",
            ),
            Bug(
                "stepped-per-batch",
                f"An update is made of the gradients of {ACCUMULATED} batches, and the scheduler "
                "is stepped for every batch.",
                lambda: per_micro_batch(base_lr),
                f"Then the first update would use {ACCUMULATED} tenths of the base LR, and each "
                f"later one {ACCUMULATED} tenths more.",
            ),
            Bug(
                "starts-too-high",
                f"The scheduler is `LinearLR(optimizer, start_factor={start}, "
                f"total_iters={WARMUP})`.",
                lambda: dry(base_lr, lambda o: LinearLR(o, start_factor=start, total_iters=WARMUP)),
                f"Then the run would begin there, but take {WARMUP} small steps up to the base LR.",
            ),
        ),
        holds="It is the bug that, when it is run, uses each of these LRs.",
        hints=(
            "By how much does the LR rise from one update to the next? Is that as it should be?",
            f"The first update uses {first}. At which value of the counter does the factor give "
            "that?",
            f"The counter was {overflows} ahead before the first update, and never gained on it "
            "after that.",
        ),
        steps=f"""\
Each update adds 1/{WARMUP} of the base LR, as was meant, so from the first update on the scheduler
is stepped once for each. But it begins at {first}, which is the factor of counter {overflows}: the
scheduler was stepped {WORDS[overflows]} times before anything moved. That is **{{answer}}**.
PyTorch warns of it, in the words that it has for a wrong order of the two steps. The remedy is to
step the scheduler only if the scaler made the update: then `scaler.get_scale()` is not lower after
`scaler.update()` than it was before.""",
        quick_check="The scheduler counts its own steps, not those that moved the weights.",
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.5), overflows=(5, 6, 3))
