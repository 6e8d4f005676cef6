"""Fix: a schedule that was meant per batch is stepped per epoch."""

from typing import Any

from warmup_lib.quiz.exercises.made import Made
from warmup_lib.quiz.loop_probe import UsedByLoop
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
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


def steps_once_an_epoch_too_early(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    for _ in range(epochs):
        scheduler.step()
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()


def steps_all_at_once(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            model(batch).sum().backward()
            optimizer.step()
        for _ in batches:
            scheduler.step()


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


def question(warmup: int = 6, batches: int = 4) -> Fix:
    epochs = 3
    return Fix(
        title="Four thousand epochs of warmup",
        prompt=f"""\
The scheduler warms up over {warmup} **updates**, up to a base LR of 0.1:
`LambdaLR(optimizer, lambda t: min((t + 1) / {warmup}, 1.0))`.
A run has {epochs} epochs of {batches} batches, and its warmup never ends. (With the same mistake, a
real project's 4000 updates of warmup would have taken 4000 epochs.) Mend the loop.""",
        answer=step_per_batch,
        exercise=UsedByLoop(Made(linear_warmup, (warmup,)), epochs, batches),
        broken="stepped-per-epoch",
        difficulty="hard",
        points=2,
        seen_in="[ACE-Step, PR 198](https://github.com/ace-step/ACE-Step/pull/198), "
        "[LAVIS, issue 72](https://github.com/salesforce/LAVIS/issues/72)",
        holds=f"Update t uses min((t + 1) / {warmup}, 1) of the base LR, through all "
        f"{epochs * batches} updates.",
        hints=(
            f"Which LRs do the {batches} updates of the first epoch use?",
            "How often is `scheduler.step()` called in the whole run, and how often should it be?",
            "A warmup counted in updates is stepped once an update, right after "
            "`optimizer.step()`.",
        ),
        steps=f"""\
The schedule counts calls of `scheduler.step()`. Outside the inner loop there are {epochs} of them,
so the last epoch trains at {epochs}/{warmup} of the base LR. Indented once more, it is called after
every update, and the {epochs * batches} updates use **{{answer}}**.""",
        quick_check="A schedule has no unit of its own: it counts your calls of "
        "`scheduler.step()`.",
        misconceptions=(
            Misconception(
                "stepped-per-epoch",
                f"The scheduler is still stepped once an epoch: all {batches} updates of an epoch "
                "share one learning rate.",
                stepped_per_epoch,
            ),
            Misconception(
                "scheduler-first",
                f"You step the scheduler before the optimizer: the first value, 1/{warmup}, is "
                "skipped, and every update runs one ahead.",
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
                "No `scheduler.step()` comes between the updates: every one of them uses "
                f"1/{warmup}.",
                never_steps,
            ),
            Misconception(
                "per-epoch-and-first",
                "You moved `scheduler.step()` to the front of the epoch. It is still called once "
                f"an epoch, and the first value, 1/{warmup}, is skipped as well.",
                steps_once_an_epoch_too_early,
            ),
            Misconception(
                "all-at-once",
                "You step the scheduler as often as there are batches, but all at once at the "
                "epoch's end: the updates of an epoch still share one learning rate.",
                steps_all_at_once,
            ),
        ),
        alternatives=(with_a_counter, steps_before_the_next),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(7, 8, 9, 10, 12), batches=(4, 5))
