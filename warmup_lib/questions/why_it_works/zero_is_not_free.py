"""What does an update with a learning rate of 0 do under Adam?"""

from collections.abc import Sequence
from typing import Any

import torch

from warmup_lib.quiz.choose import Choose, Claim

LR = 0.1


def after(
    lrs: Sequence[float],
    gradients: Sequence[float],
    *,
    kind: Any = torch.optim.Adam,
    **options: Any,
) -> tuple[list[float], dict[str, Any]]:
    """The weight, 1 at first, after each update, and what the optimizer keeps for it."""
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = kind([weight], lr=LR, **options)
    weights = []
    for lr, gradient in zip(lrs, gradients, strict=True):
        optimizer.param_groups[0]["lr"] = lr
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
        weights.append(weight.item())
    return weights, optimizer.state[weight]


def gradient_is_remembered() -> bool:
    (zeroth, first), _ = after([0.0, LR], [1.0, -1.0])
    return zeroth == 1 and abs(first - zeroth) < LR / 10


def as_if_it_were_left_out() -> bool:
    (zeroth, first), _ = after([0.0, LR], [1.0, -1.0])
    (fresh,), _ = after([LR], [-1.0])
    return zeroth == 1 and first == fresh


def moves_all_the_same() -> bool:
    (zeroth,), _ = after([0.0], [1.0])
    return zeroth != 1


def decay_acts() -> bool:
    (zeroth,), _ = after([0.0], [1.0], kind=torch.optim.AdamW, weight_decay=0.1)
    return zeroth < 1


def counts_and_averages_nothing() -> bool:
    _, state = after([0.0], [1.0])
    return bool(state["step"] == 1 and state["exp_avg"] == 0)


QUESTION = Choose(
    title="Zero is not nothing",
    prompt=f"""\
A ramp of t/n gives update 0 a learning rate of 0, and update 1 one of {LR}. What does update 0 do
to a weight under Adam, with its default β?""",
    difficulty="core",
    seen_in="[BERT, issue 1293](https://github.com/google-research/bert/issues/1293)",
    holds="It is the claim that stands when the updates are made.",
    hints=(
        "What does Adam keep from one update to the next, and does the LR go into that?",
        "m, v and the count of updates are brought up to date first; the LR multiplies the "
        "quotient that comes out.",
        "With gradients 1 and −1, what is m after update 1? After an update 0 that was left out?",
    ),
    steps="""\
m, v and the count are brought up to date from the gradient alone; only then is m̂/√v̂ multiplied
by the LR. So the weight stays, and its gradient goes into both means. With gradients 1 and −1
m = 0.9 · 0.1 − 0.1 = −0.01 after update 1, corrected by 1 − 0.9²: −0.05, while v̂ is 1. The weight
moves by a twentieth of the LR, where Adam's first update would have moved it by the whole. So the
claim is **{answer}**. Harm is hard to see in one update; but it is not as if it were left out.""",
    quick_check="The LR multiplies the update; Adam's means and count come before it.",
    claims=(
        Claim(
            "state-advances",
            "It leaves the weight where it is, but its gradient is remembered: with a gradient of "
            "1 and then of −1, update 1 moves the weight by less than a tenth of its LR.",
            gradient_is_remembered,
            "m, v and the count do not know the LR, so they go on as in any update.",
        ),
        Claim(
            "as-if-left-out",
            "Nothing: update 1 then moves the weight as Adam's first update would.",
            as_if_it_were_left_out,
            "The weight stays, but look at what the optimizer keeps: is it as it was?",
        ),
        Claim(
            "moves-anyway",
            "It moves the weight: Adam's first step has the same length for every gradient.",
            moves_all_the_same,
            "That length is the LR.",
        ),
        Claim(
            "decay-acts",
            "Adam leaves the weight where it is, but AdamW with a weight decay of 0.1 shrinks it: "
            "its decay is decoupled.",
            decay_acts,
            "It is decoupled from the gradient. PyTorch multiplies it by the LR.",
        ),
        Claim(
            "counts-only",
            "Adam counts the update, but its means of g and g² stay at 0, since the LR multiplies "
            "the gradient.",
            counts_and_averages_nothing,
            "The LR multiplies what comes out in the end, not the gradient that goes in.",
        ),
    ),
)
