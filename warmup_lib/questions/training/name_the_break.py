"""Name the bug: a run was interrupted, and what came after the break is not what came before."""

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LinearLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.quiz.variants import Variants
from warmup_lib.trace import dry_run, record

UPDATES, STEPS, START = 14, 8, 0.2
WORDS = {3: "three", 4: "four", 5: "five"}


class Run:
    """A run of ``UPDATES`` updates, interrupted after ``before``: each bug takes it up its way."""

    def __init__(self, base_lr: float, before: int) -> None:
        self.base_lr, self.before = base_lr, before

    def optimizer(self) -> Optimizer:
        return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=self.base_lr)

    def scheduler(self, optimizer: Optimizer) -> LinearLR:
        return LinearLR(optimizer, start_factor=START, total_iters=STEPS)

    def whole(self) -> list[float]:
        optimizer = self.optimizer()
        return dry_run(optimizer, self.scheduler(optimizer), UPDATES).used()

    def until_the_break(self) -> tuple[Optimizer, LinearLR, list[float]]:
        optimizer = self.optimizer()
        scheduler = self.scheduler(optimizer)
        return optimizer, scheduler, self.go_on(optimizer, scheduler, self.before)

    def go_on(self, optimizer: Optimizer, scheduler: LinearLR, updates: int) -> list[float]:
        (weight,) = optimizer.param_groups[0]["params"]
        with record(optimizer) as trace:
            for _ in range(updates):
                weight.sum().backward()
                optimizer.step()
                scheduler.step()
        return trace.used()

    def rest(self, optimizer: Optimizer, scheduler: LinearLR) -> list[float]:
        return self.go_on(optimizer, scheduler, UPDATES - self.before)

    def scheduler_forgotten(self) -> list[float]:
        old_optimizer, _, used = self.until_the_break()
        optimizer = self.optimizer()
        optimizer.load_state_dict(old_optimizer.state_dict())
        return used + self.rest(optimizer, self.scheduler(optimizer))

    def built_in_between(self) -> list[float]:
        old_optimizer, old_scheduler, used = self.until_the_break()
        optimizer = self.optimizer()
        optimizer.load_state_dict(old_optimizer.state_dict())
        scheduler = self.scheduler(optimizer)
        scheduler.load_state_dict(old_scheduler.state_dict())
        return used + self.rest(optimizer, scheduler)

    def starts_over(self) -> list[float]:
        *_, used = self.until_the_break()
        optimizer = self.optimizer()
        return used + self.rest(optimizer, self.scheduler(optimizer))

    def optimizer_forgotten(self) -> list[float]:
        _, old_scheduler, used = self.until_the_break()
        optimizer = self.optimizer()
        scheduler = self.scheduler(optimizer)
        scheduler.load_state_dict(old_scheduler.state_dict())
        return used + self.rest(optimizer, scheduler)

    def saved_before_the_step(self) -> list[float]:
        """The checkpoint is written between the last optimizer.step() and scheduler.step()."""
        old_optimizer = self.optimizer()
        old_scheduler = self.scheduler(old_optimizer)
        used = self.go_on(old_optimizer, old_scheduler, self.before - 1)
        used.append(float(old_optimizer.param_groups[0]["lr"]))
        optimizer = self.optimizer()
        scheduler = self.scheduler(optimizer)
        optimizer.load_state_dict(old_optimizer.state_dict())
        scheduler.load_state_dict(old_scheduler.state_dict())
        return used + self.rest(optimizer, scheduler)


def question(base_lr: float = 0.1, before: int = 4) -> NameTheBug:
    run = Run(base_lr, before)
    needed, after = (f"{trace[before]:.4g}" for trace in (run.whole(), run.scheduler_forgotten()))
    return NameTheBug(
        title="What the checkpoint lacked",
        prompt=f"""\
A warmup by `LinearLR(optimizer, start_factor={START}, total_iters={STEPS})`, base LR {base_lr}. The
run was interrupted after {WORDS[before]} updates, and taken up from a checkpoint. Which bug made
this trace?""",
        difficulty="hard",
        seen_in="[xmodaler, issue 15](https://github.com/YehLi/xmodaler/issues/15)",
        made_by="scheduler-forgotten",
        meant=run.whole(),
        bugs=(
            Bug(
                "scheduler-forgotten",
                "The checkpoint holds the optimizer's state only. It is loaded, and a new "
                "scheduler is built on it.",
                run.scheduler_forgotten,
                f"The new `LinearLR` finds the restored LR and takes it for the base of a whole "
                f"warmup of its own, from {START} of it up to it.",
            ),
            Bug(
                "builds-in-between",
                "The optimizer's state is loaded, then the scheduler is built, then the "
                "scheduler's state is loaded.",
                run.built_in_between,
                "Then the counter would be right, and only the steps that were left would be "
                "made: the ramp would be over at the update where it should be.",
            ),
            Bug(
                "starts-over",
                "Neither the optimizer's state nor the scheduler's is loaded.",
                run.starts_over,
                "Then the first LR after the break would be that of update 0, and the ramp would "
                "lead up to the base LR.",
            ),
            Bug(
                "forgets-the-optimizer",
                "The scheduler's state is loaded, the optimizer's is not.",
                run.optimizer_forgotten,
                "Then the first LR after the break would be that of update 0, and only the steps "
                "that were left would be made from there.",
            ),
            Bug(
                "saved-before-the-step",
                "Both states are saved and loaded, but the checkpoint was written between "
                "`optimizer.step()` and `scheduler.step()`.",
                run.saved_before_the_step,
                "Then one LR would be used twice, and all later ones come one update late.",
            ),
        ),
        holds="It is the bug that, when it is run, uses each of these LRs.",
        hints=(
            f"Update {before} needed {needed} and used {after}. Which part of it is that?",
            "How many updates does the LR rise after the break? Were as many left?",
            "Building `LinearLR` multiplies the LR that the optimizer holds. Where does the ramp "
            "after the break end?",
        ),
        steps=f"""\
Update {before} uses {after}, which is {START} of the {needed} that it needed: that LR was restored,
and building a `LinearLR` multiplied it. Then the LR rises for {STEPS} updates, as many as a whole
warmup takes, so the counter began at 0. It ends at {needed}, where the break was. That is
**{{answer}}**.""",
        quick_check="After a break look at two things: where the LR goes on, and where it ends.",
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.5), before=(3, 4, 5))
