"""Name the bug: a trace that rises above the peak at the hand-over to a cosine."""

import math

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LRScheduler, SequentialLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.schedulers import GradualWarmupScheduler
from warmup_lib.trace import dry_run

WARMUP, T_MAX, BASE_LR = 5, 5, 0.1
UPDATES = WARMUP + T_MAX + 1


class ReadsBeforeItSteps(LRScheduler):
    """At the hand-over it reads the LR of ``after``, and steps it from the next update on."""

    def __init__(self, optimizer: torch.optim.Optimizer, after: LRScheduler) -> None:
        self.after, self.has_handed_over = after, False
        super().__init__(optimizer)

    def get_lr(self) -> list[float | torch.Tensor]:
        if self.last_epoch <= WARMUP:
            return [base_lr * self.last_epoch / WARMUP for base_lr in self.base_lrs]
        self.has_handed_over = True
        return list(self.after.get_lr())

    def step(self, epoch: int | None = None) -> None:
        if self.has_handed_over:
            self.after.step()
        else:
            super().step(epoch)


def fresh_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=BASE_LR)


def gradual(t_max: int = T_MAX) -> list[float]:
    """The LRs under this course's scheduler, with a cosine of the length given behind it."""
    optimizer = fresh_optimizer()
    after = CosineAnnealingLR(optimizer, t_max)
    return dry_run(optimizer, GradualWarmupScheduler(optimizer, 1, WARMUP, after), UPDATES).used()


def reads_before_it_steps() -> list[float]:
    optimizer = fresh_optimizer()
    scheduler = ReadsBeforeItSteps(optimizer, CosineAnnealingLR(optimizer, T_MAX))
    return dry_run(optimizer, scheduler, UPDATES).used()


def hands_over_at(milestone: int, *, cap: float) -> list[float]:
    """The LRs of a ramp up to ``cap``, and of the cosine from ``milestone`` on."""
    optimizer = fresh_optimizer()
    ramp = LambdaLR(optimizer, lambda t: min(t / WARMUP, cap))
    pieces: list[LRScheduler] = [ramp, CosineAnnealingLR(optimizer, T_MAX)]
    return dry_run(optimizer, SequentialLR(optimizer, pieces, [milestone]), UPDATES).used()


def clock_from_the_start() -> list[float]:
    def factor(t: int) -> float:
        if t <= WARMUP:
            return t / WARMUP
        return (1 + math.cos(math.pi * t / (WARMUP + T_MAX))) / 2

    optimizer = fresh_optimizer()
    return dry_run(optimizer, LambdaLR(optimizer, factor), UPDATES).used()


QUESTION = NameTheBug(
    title="Name the fault",
    prompt=f"""\
A warmup of {WARMUP} updates from 0 to {BASE_LR} was meant, then
`CosineAnnealingLR(optimizer, T_max={T_MAX})`. Which fault made this trace?""",
    difficulty="core",
    seen_in="[DeepSpec, issue 32](https://github.com/deepseek-ai/DeepSpec/issues/32)",
    made_by="read-before-its-first-step",
    meant=gradual(),
    bugs=(
        Bug(
            "read-before-its-first-step",
            "At the hand-over the cosine's `get_lr()` is read before its first step; it is stepped "
            "only from the next update on.",
            reads_before_it_steps,
            "Its rule is “the LR that I find, times my value now over my value one update ago”. "
            "Before its first step that divides by 0.9045.",
        ),
        Bug(
            "ramp-one-too-long",
            "The ramp has no cap, and goes on for one update more before the cosine takes over.",
            lambda: hands_over_at(WARMUP + 2, cap=math.inf),
            "An uncapped ramp would use 6/5 of the peak at update 6: 0.12.",
        ),
        Bug(
            "length-counts-the-warmup",
            "The cosine's clock has run since update 0, and it is 10 updates long.",
            clock_from_the_start,
            "That clock would have the LR fall to about a third at update 6. It rose.",
        ),
        Bug(
            "t-max-counts-the-warmup",
            "`T_max` counts the warmup, too: it is 10, the length of the whole run.",
            lambda: gradual(T_MAX + WARMUP),
            "A longer cosine falls more slowly, and is far from 0 at the end. It never rises.",
        ),
        Bug(
            "one-late",
            "The hand-over comes one update late, and nothing else is wrong.",
            lambda: hands_over_at(WARMUP + 1, cap=1.0),
            "Late it is. But a cosine that is only late never leaves the peak upwards.",
        ),
    ),
    holds="It is the fault that, when it is run, uses each of these LRs.",
    hints=(
        "Update 5 is at the peak, as it should be. What should update 6 use?",
        "Divide the LR of update 6 by that of update 5, and compare with the cosine's own "
        "values: 1, 0.9045, 0.6545. And in which options can the LR rise at all after update 5?",
        "1 / 0.9045 is 1.1056: the rule that leads *down* the cosine was used once in the wrong "
        "place.",
    ),
    steps="""\
`CosineAnnealingLR` computes each LR from the one before: times its value now, over its value one
update ago. Read before its first step, “now” is the top, 1, and “one update ago” lies on the other
side of it: 0.9045. So the LR is *raised* by 1/0.9045, and then comes down the cosine one update
late: **{answer}**.""",
    quick_check="An LR above the peak right at the hand-over: 2 / (1 + cos(π/T)) names the fault.",
)
