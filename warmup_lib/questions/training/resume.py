"""Fix: a run is taken up, and its warmup stays a tenth of what it should be."""

from typing import Any

from warmup_lib.quiz.exercises.after_resume import UsedAfterResume
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix


def resume(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    """Give the optimizer and the scheduler, both where the checkpoint left them."""
    optimizer = make_optimizer()
    scheduler = make_scheduler(optimizer)
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler.load_state_dict(checkpoint["scheduler"])
    return optimizer, scheduler


def builds_in_between(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    """Give the optimizer and the scheduler, both where the checkpoint left them."""
    optimizer = make_optimizer()
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler = make_scheduler(optimizer)
    scheduler.load_state_dict(checkpoint["scheduler"])
    return optimizer, scheduler


def forgets_the_scheduler(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    optimizer.load_state_dict(checkpoint["optimizer"])
    return optimizer, make_scheduler(optimizer)


def forgets_the_optimizer(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    scheduler = make_scheduler(optimizer)
    scheduler.load_state_dict(checkpoint["scheduler"])
    return optimizer, scheduler


def starts_over(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:  # noqa: ARG001  # the mistake
    optimizer = make_optimizer()
    return optimizer, make_scheduler(optimizer)


def keeps_the_new_counter(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    scheduler = make_scheduler(optimizer)
    optimizer.load_state_dict(checkpoint["optimizer"])
    return optimizer, scheduler


def replays_the_steps(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler = make_scheduler(optimizer)
    for _ in range(checkpoint["scheduler"]["last_epoch"]):
        scheduler.step()
    return optimizer, scheduler


def scheduler_first(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    scheduler = make_scheduler(optimizer)
    scheduler.load_state_dict(checkpoint["scheduler"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return optimizer, scheduler


def loads_the_optimizer_again(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler = make_scheduler(optimizer)
    scheduler.load_state_dict(checkpoint["scheduler"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return optimizer, scheduler


WORDS = {2: "two", 3: "three", 4: "four"}


def question(base_lr: float = 0.1, before: int = 3) -> Fix:
    """The question where the run is interrupted after ``before`` updates."""
    ramp = [base_lr * min(0.1 + 0.9 * t / 5, 1) for t in range(before, before + 3)]
    first, second, third = (f"{lr:.4g}" for lr in ramp)
    return Fix(
        title="Ten times too low, for ever",
        prompt=f"""\
A warmup by `LinearLR(optimizer, start_factor=0.1, total_iters=5)`, base LR {base_lr}, is
interrupted after {WORDS[before]} updates. The checkpoint holds `optimizer.state_dict()` and
`scheduler.state_dict()`. The function below takes the run up from it, and yet the run goes on at
{ramp[0] / 10:.4g} and never gets above {base_lr / 10:.4g}. Nothing is missing, so what is wrong?
Mend it. `make_optimizer()` and `make_scheduler(optimizer)` build each of them as at the start.""",
        answer=resume,
        exercise=UsedAfterResume(before=before, base_lr=base_lr),
        broken="builds-in-between",
        difficulty="hard",
        points=2,
        seen_in="[PyTorch, issue 119168](https://github.com/pytorch/pytorch/issues/119168)",
        holds=f"Updates {before}, {before + 1} and {before + 2} use {first}, {second} and {third}, "
        "as in the run without a break.",
        hints=(
            "Building a scheduler is not innocent: it sets the optimizer's LR.",
            "`LinearLR` multiplies the LR that it finds. Which does it find when it is built?",
            "Build everything first, then load everything.",
        ),
        steps=f"""\
The optimizer's state brings back the LR of update {before}, {first}. Building `LinearLR` after that
multiplies it by `start_factor`: {ramp[0] / 10:.4g}. The scheduler's state brings back the counter,
not the LR, and each further step multiplies what is there. Build both, then load both: the updates
use **{{answer}}**.""",
        quick_check="Build everything first, then load everything.",
        misconceptions=(
            Misconception(
                "builds-in-between",
                "The scheduler is still built after the optimizer is loaded, and lowers the LR "
                "that was just restored.",
                builds_in_between,
            ),
            Misconception(
                "forgets-the-scheduler",
                "The scheduler's counter is not restored, and building it lowers the LR that was.",
                forgets_the_scheduler,
            ),
            Misconception(
                "forgets-the-optimizer",
                "The counter is restored, but not the LR that it belongs to: `LinearLR` multiplies "
                "the LR that it finds, and it finds that of update 0.",
                forgets_the_optimizer,
            ),
            Misconception(
                "starts-over",
                "Nothing is loaded: the warmup starts from the beginning.",
                starts_over,
            ),
            Misconception(
                "keeps-the-new-counter",
                "The LR is right for one update. The counter is still that of a new scheduler, so "
                "the ramp goes on as if it had just begun.",
                keeps_the_new_counter,
            ),
            Misconception(
                "replays-the-steps",
                "You step the new scheduler up to the counter of the old one. But `LinearLR` "
                "multiplies what it finds, and it finds the LR that was restored.",
                replays_the_steps,
            ),
        ),
        alternatives=(scheduler_first, loads_the_optimizer_again),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.5), before=(2, 3, 4))
