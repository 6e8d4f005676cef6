"""Fix: a loop that accumulates gradients and steps its warmup for every batch."""

import math
from typing import Any

from warmup_lib.quiz.exercises.by_accumulation import UsedByAccumulation
from warmup_lib.quiz.exercises.made import Made
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix
from warmup_lib.schedules import linear_warmup


def accumulate(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    """Add up the gradients of `every` batches to one update; warm up over updates."""
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                optimizer.step()
                optimizer.zero_grad()
                scheduler.step()


def stepped_per_batch(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    """Add up the gradients of `every` batches to one update; warm up over updates."""
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                optimizer.step()
                optimizer.zero_grad()
            scheduler.step()


def stepped_per_epoch(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                optimizer.step()
                optimizer.zero_grad()
        scheduler.step()


def never_stepped(
    model: Any,
    optimizer: Any,
    scheduler: Any,  # noqa: ARG001  # the mistake
    batches: Any,
    every: int,
    epochs: int,
) -> None:
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                optimizer.step()
                optimizer.zero_grad()


def scheduler_first(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                scheduler.step()
                optimizer.step()
                optimizer.zero_grad()


def catches_up(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                optimizer.step()
                optimizer.zero_grad()
                for _ in range(every):
                    scheduler.step()


def between_the_updates(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            loss = model(batch).mean() / every
            loss.backward()
            if (index + 1) % every == 0:
                optimizer.step()
                optimizer.zero_grad()
            else:
                scheduler.step()


def in_groups(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    for _ in range(epochs):
        for first in range(0, len(batches), every):
            optimizer.zero_grad()
            for batch in batches[first : first + every]:
                (model(batch).mean() / every).backward()
            optimizer.step()
            scheduler.step()


def cleared_before(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, every: int, epochs: int
) -> None:
    for _ in range(epochs):
        for index, batch in enumerate(batches):
            if index % every == 0:
                optimizer.zero_grad()
            loss = model(batch).mean() / every
            loss.backward()
            if index % every == every - 1:
                optimizer.step()
                scheduler.step()


def question(warmup: int = 8, every: int = 4) -> Fix:
    used = [0.1 * linear_warmup(warmup)(every * (update + 1) - 1) for update in range(2)]
    over = math.ceil(warmup / every) - 1
    return Fix(
        title="A warmup that is over too soon",
        prompt=f"""\
The loop adds up the gradients of `every` batches to one update. Base LR 0.1, `every={every}`, and a
`LambdaLR` that was to warm up over {warmup} updates, from 1/{warmup}. But update 0 uses
{used[0]:.4g}, update 1 uses {used[1]:.4g}, and the warmup is over at update {over} in place of
{warmup - 1}. Mend the loop.""",
        answer=accumulate,
        exercise=UsedByAccumulation(Made(linear_warmup, (warmup,)), every, updates=warmup // 2 + 1),
        broken="stepped-per-batch",
        difficulty="hard",
        points=2,
        seen_in="[diffusers, issue 4387](https://github.com/huggingface/diffusers/issues/4387)",
        holds=f"Update 0 uses 1/{warmup} of the base LR, each update 1/{warmup} more, and update "
        f"{warmup - 1} is the first at the base LR.",
        hints=(
            "How many times is `scheduler.step()` called before the first update?",
            "The schedule counts updates. Where in this loop does an update happen?",
            "`scheduler.step()` belongs under the `if`, after `optimizer.step()`.",
        ),
        steps="""\
An update happens under the `if`, once in `every` batches, and the schedule counts updates. So
`scheduler.step()` goes there, after `optimizer.step()`. The updates then use **{answer}**.""",
        quick_check="Step the scheduler where `optimizer.step()` stands, and as often.",
        misconceptions=(
            Misconception(
                "stepped-per-batch",
                "The scheduler is still stepped for every batch, and an update is made of several.",
                stepped_per_batch,
            ),
            Misconception(
                "stepped-per-epoch",
                "You step the scheduler once an epoch: all updates of an epoch share one LR.",
                stepped_per_epoch,
            ),
            Misconception(
                "never-stepped",
                "Nothing steps the scheduler, so every update uses the LR of update 0.",
                never_stepped,
            ),
            Misconception(
                "scheduler-first",
                "The scheduler is stepped as often as it should be, but before the update: update "
                "0 uses the LR of update 1, and its own is never used.",
                scheduler_first,
            ),
            Misconception(
                "catches-up",
                "You step the scheduler under the `if`, but once for each batch still: after "
                "update 0 its counter stands at `every` in place of 1.",
                catches_up,
            ),
            Misconception(
                "steps-where-no-update-is",
                "You step the scheduler for the batches that make no update. What does the "
                "schedule count?",
                between_the_updates,
            ),
        ),
        alternatives=(in_groups, cleared_before),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(8, 10, 12, 16), every=(3, 4))
