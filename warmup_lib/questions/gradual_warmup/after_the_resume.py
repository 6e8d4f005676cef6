"""Name the bug: a run that is taken up again, and whose LR no longer moves."""

import copy
from typing import Any

import torch
from torch.optim.lr_scheduler import ExponentialLR, LRScheduler

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.trace import record

WARMUP, GAMMA, BASE_LR = 4, 0.8, 0.1
BEFORE, AFTER = 7, 7


class Wrapper(LRScheduler):
    """A ramp, then whatever ``after`` does to the optimizer that it is bound to.

    A ``state_dict()`` is, by default, all of a scheduler's attributes but its
    optimizer: here ``after`` is among them, and with it a copy of its optimizer.
    """

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.after = ExponentialLR(optimizer, GAMMA)
        super().__init__(optimizer)

    def get_lr(self) -> list[float | torch.Tensor]:
        return [base_lr * self.last_epoch / WARMUP for base_lr in self.base_lrs]

    def step(self, epoch: int | None = None) -> None:
        if self.last_epoch < WARMUP:
            super().step(epoch)
        else:
            self.last_epoch += 1
            self.after.step()


def build() -> tuple[torch.optim.Optimizer, Wrapper]:
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=BASE_LR)
    return optimizer, Wrapper(optimizer)


def train(optimizer: Any, scheduler: Any, updates: int, *, last_step: bool = True) -> list[float]:
    """The LRs used; the last ``scheduler.step()`` may be left out."""
    (weight,) = optimizer.param_groups[0]["params"]
    with record(optimizer) as trace:
        for update in range(updates):
            weight.sum().backward()
            optimizer.step()
            if last_step or update < updates - 1:
                scheduler.step()
    return trace.used()


def taken_up(*load: str, binds_after: bool = True, saved_before_step: bool = False) -> list[float]:
    """The LRs before and after a resume that loads the states named."""
    optimizer, scheduler = build()
    used = train(optimizer, scheduler, BEFORE, last_step=not saved_before_step)
    optimizer_state, scheduler_state = copy.deepcopy(
        (optimizer.state_dict(), scheduler.state_dict())
    )
    optimizer, scheduler = build()
    if "optimizer" in load:
        optimizer.load_state_dict(optimizer_state)
    if "scheduler" in load:
        scheduler.load_state_dict(scheduler_state)
    if binds_after:
        scheduler.after.optimizer = optimizer
    return used + train(optimizer, scheduler, AFTER)


QUESTION = NameTheBug(
    title="Taken up again",
    prompt=f"""\
A scheduler like `GradualWarmupScheduler(optimizer, multiplier=1, total_epoch={WARMUP},
after_scheduler=ExponentialLR(optimizer, gamma={GAMMA}))`, base LR {BASE_LR}, is stepped after each
update. The run was stopped after update {BEFORE - 1}, a checkpoint was written, and a new process
built optimizer and schedulers anew and went on from it with update {BEFORE}. The LR was meant to go
on falling. Which bug made this trace?""",
    difficulty="hard",
    points=2,
    seen_in="[pytorch-gradual-warmup-lr, issue 27]"
    "(https://github.com/ildoonet/pytorch-gradual-warmup-lr/issues/27)",
    made_by="drives-a-ghost",
    meant=taken_up("optimizer", "scheduler"),
    bugs=(
        Bug(
            "drives-a-ghost",
            "The checkpoint holds `after_scheduler` as an object. Loading puts it in the place of "
            "the new one, with the optimizer that it was saved with.",
            lambda: taken_up("optimizer", "scheduler", binds_after=False),
            "It goes on lowering an LR, that of the optimizer it came with. The new optimizer "
            "keeps what its own state brought along.",
        ),
        Bug(
            "forgets-the-scheduler",
            "The scheduler's state is not loaded, only the optimizer's.",
            lambda: taken_up("optimizer"),
            "Then the scheduler would begin with epoch 0 again, and so with the ramp: the LR "
            "would rise to the base LR once more.",
        ),
        Bug(
            "forgets-the-optimizer",
            "The optimizer's state is not loaded, only the scheduler's.",
            lambda: taken_up("scheduler"),
            "Then the optimizer would hold the 0 that the ramp begins with, and `ExponentialLR` "
            "multiplies what it finds: 0 for ever.",
        ),
        Bug(
            "saved-before-the-step",
            f"The checkpoint was written between `optimizer.step()` and `scheduler.step()` of "
            f"update {BEFORE - 1}.",
            lambda: taken_up("optimizer", "scheduler", saved_before_step=True),
            "Then one step of the scheduler would be missing: one LR would be used twice, and all "
            "later ones come one update late. The LR would go on falling.",
        ),
    ),
    holds="It is the bug that, when it is run, uses each of these LRs.",
    hints=(
        f"Is the LR of update {BEFORE} right? And that of update {BEFORE + 1}?",
        f"Update {BEFORE} uses what the checkpoint said, so the optimizer's state was loaded. "
        "After that the LR stands still, though the scheduler is stepped.",
        "Somebody multiplies an LR by 0.8 each time, and it is not the LR of this optimizer.",
    ),
    steps=f"""\
Update {BEFORE} uses the right LR: the optimizer's state was loaded. It does not begin a new ramp:
so was the scheduler's. But from there on nothing changes. The scheduler is stepped, and what it
steps is bound to another optimizer, the copy that came with the checkpoint: **{{answer}}**. The
remedy is to save `after_scheduler.state_dict()`, and to load it into the scheduler that was built
on the new optimizer.""",
    quick_check="After a resume: `scheduler.after_scheduler.optimizer is optimizer`?",
)
