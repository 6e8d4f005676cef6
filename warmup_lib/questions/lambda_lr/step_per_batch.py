"""Fix: a schedule that was meant per batch is stepped per epoch."""

from typing import Any

from warmup_lib.quiz.probes import UsedByLoop
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Fix
from warmup_lib.schedules import linear_warmup


def step_per_batch(model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int) -> None:
    """Train; the scheduler's warmup is counted in updates."""
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()
            scheduler.step()


def stepped_per_epoch(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    """Train; the scheduler's warmup is counted in updates."""
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()
        scheduler.step()


def steps_scheduler_first(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            scheduler.step()
            optimizer.step()


def steps_per_batch_and_epoch(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()
            scheduler.step()
        scheduler.step()


def never_steps(model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int) -> None:  # noqa: ARG001  # the mistake
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()


def with_a_counter(model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int) -> None:
    for update in range(epochs * len(batches)):
        optimizer.zero_grad()
        model(batches[update % len(batches)]).sum().backward()
        optimizer.step()
        scheduler.step()


def steps_before_the_next(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    first = True
    for _ in range(epochs):
        for batch in batches:
            if not first:
                scheduler.step()
            first = False
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()


QUESTION = Fix(
    title="Four thousand epochs of warmup",
    prompt="""\
The scheduler warms up over six **updates**, up to a base LR of 0.1:
`LambdaLR(optimizer, lambda t: min((t + 1) / 6, 1.0))`.
A run has three epochs of four batches, and its warmup never ends. (A real project met the same
mistake: its 4000 updates of warmup [would have taken 4000
epochs](https://github.com/ace-step/ACE-Step/pull/198).) Mend the loop.""",
    answer=step_per_batch,
    exercise=UsedByLoop(factor=linear_warmup(6), epochs=3, batches=4),
    broken="stepped-per-epoch",
    difficulty="hard",
    points=2,
    holds="Update t uses min((t + 1) / 6, 1) of the base LR, through all twelve updates.",
    hints=(
        "Which LRs do the four updates of the first epoch use?",
        "How often is `scheduler.step()` called in the whole run, and how often should it be?",
        "A warmup counted in updates is stepped once an update, right after `optimizer.step()`.",
    ),
    steps="""\
The schedule counts calls of `scheduler.step()`. Outside the inner loop there are three of them, so
the run ends at 3/6 of the base LR. Indented once more, it is called after every update, and the
twelve updates use **{answer}**.""",
    quick_check="A schedule has no unit of its own: it counts your calls of `scheduler.step()`.",
    misconceptions=(
        Misconception(
            "stepped-per-epoch",
            "The scheduler is still stepped once an epoch: all four updates of an epoch share "
            "one learning rate.",
            stepped_per_epoch,
        ),
        Misconception(
            "scheduler-first",
            "You step the scheduler before the optimizer: the first value, 1/6, is skipped, and "
            "every update runs one ahead.",
            steps_scheduler_first,
        ),
        Misconception(
            "stepped-twice",
            "You step it after every batch and once more after every epoch: the second epoch "
            "starts one ahead.",
            steps_per_batch_and_epoch,
        ),
        Misconception(
            "never-stepped",
            "No `scheduler.step()` comes between the updates: every one of them uses 1/6.",
            never_steps,
        ),
    ),
    alternatives=(with_a_counter, steps_before_the_next),
)
