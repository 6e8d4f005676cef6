"""Name the bug: a trace that rises above the peak at the hand-over to a cosine."""

import math
import warnings
from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from warmup_lib.quiz.choose import Choose, Claim

WARMUP, T_MAX, BASE_LR = 5, 5, 0.1


def logged() -> list[float]:
    """Updates 0 to 10 of a scheduler that reads its cosine at the hand-over, and steps it later."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE_LR)
    cosine = CosineAnnealingLR(optimizer, T_MAX)
    lrs = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for update in range(11):
            if update <= WARMUP:
                lr = BASE_LR * update / WARMUP
            elif update == WARMUP + 1:
                lr = float(cosine.get_lr()[0])
            else:
                cosine.step()
                lr = float(optimizer.param_groups[0]["lr"])
            optimizer.param_groups[0]["lr"] = lr
            lrs.append(lr)
    return lrs


def cosine(t: int, length: int = T_MAX) -> float:
    return (1 + math.cos(math.pi * t / length)) / 2


def explained_by(factor: Callable[[int], float]) -> Callable[[], bool]:
    """Whether the fault, as a function of the update, gives all the logged LRs."""
    return lambda: all(abs(BASE_LR * factor(t) - lr) < 1e-9 for t, lr in enumerate(logged()))


def ramp_until(last: int, then: Callable[[int], float]) -> Callable[[int], float]:
    return lambda t: t / WARMUP if t <= last else then(t - last)


SHOWN = ", ".join(f"{lr:.4f}" for lr in logged())

QUESTION = Choose(
    title="Name the fault",
    prompt=f"""\
A warmup of {WARMUP} updates to {BASE_LR}, then `CosineAnnealingLR(optimizer, T_max={T_MAX})`.
The learning rates used by updates 0 to 10 were

`{SHOWN}`

Which fault explains all of them?""",
    difficulty="core",
    holds="It is the fault that gives each of the eleven LRs when it is computed.",
    hints=(
        "Update 5 is at the peak, as it should be. What should update 6 use?",
        "Divide the LR of update 6 by that of update 5, and compare with the cosine's own "
        "values: 1, 0.9045, 0.6545.",
        "1 / 0.9045 is 1.1056: the rule that leads *down* the cosine was used once in the wrong "
        "place.",
    ),
    steps="""\
`CosineAnnealingLR` computes each LR from the one before: times its value now, over its value one
update ago. Read before its first step, “now” is the top, 1, and “one update ago” lies on the other
side of it: 0.9045. So the LR is *raised* by 1/0.9045, and then comes down the cosine one update
late: **{answer}**.""",
    quick_check="An LR above the peak right at the hand-over: 2 / (1 + cos(π/T)) names the fault.",
    claims=(
        Claim(
            "read-before-its-first-step",
            "The cosine is read once before its first step. Its rule, “times my value now over "
            "my value one update ago”, divides by the value before its start, 0.9045.",
            explained_by(ramp_until(WARMUP, lambda t: cosine(t - 1) / cosine(-1))),
            "It raises update 6 by 1/0.9045, and keeps that factor on the way down.",
        ),
        Claim(
            "ramp-one-too-long",
            "The ramp is one update too long: it has no cap, and the cosine comes one late.",
            explained_by(ramp_until(WARMUP + 1, cosine)),
            "An uncapped ramp would use 6/5 of the peak at update 6: 0.12.",
        ),
        Claim(
            "length-counts-the-warmup",
            "The cosine's clock has run since update 0, with a length of 10.",
            explained_by(lambda t: t / WARMUP if t <= WARMUP else cosine(t, WARMUP + T_MAX)),
            "That clock would have the LR fall to about half at the hand-over. It rose.",
        ),
        Claim(
            "one-late",
            "The cosine is one update late, and nothing else is wrong.",
            explained_by(ramp_until(WARMUP, lambda t: cosine(t - 1))),
            "Late it is. But a cosine that is only late never leaves the peak upwards.",
        ),
    ),
)
