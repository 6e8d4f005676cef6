"""Write Adam's updates for one weight, from its gradients."""

import math

from warmup_lib.quiz.exercises.moves import MovesFor
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Write

BETA1, BETA2 = 0.9, 0.999


def adam_by_hand(gradients: list[float]) -> list[float]:
    """Give how far each update moves the weight, in units of the LR, for its gradients."""
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / (1 - BETA1**t) / math.sqrt(v / (1 - BETA2**t)))
    return moves


def no_correction(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for g in gradients:
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / math.sqrt(v))
    return moves


def corrects_the_mean_only(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / (1 - BETA1**t) / math.sqrt(v))
    return moves


def corrects_the_square_only(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / math.sqrt(v / (1 - BETA2**t)))
    return moves


def without_the_root(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / (1 - BETA1**t) / (v / (1 - BETA2**t)))
    return moves


def corrects_once(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for g in gradients:
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / (1 - BETA1) / math.sqrt(v / (1 - BETA2)))
    return moves


def corrects_in_place(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = (BETA1 * m + (1 - BETA1) * g) / (1 - BETA1**t)
        v = (BETA2 * v + (1 - BETA2) * g**2) / (1 - BETA2**t)
        moves.append(m / math.sqrt(v))
    return moves


def mostly_the_new(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = (1 - BETA1) * m + BETA1 * g
        v = (1 - BETA2) * v + BETA2 * g**2
        moves.append(m / (1 - (1 - BETA1) ** t) / math.sqrt(v / (1 - (1 - BETA2) ** t)))
    return moves


def swaps_the_betas(gradients: list[float]) -> list[float]:
    m = v = 0.0
    moves = []
    for t, g in enumerate(gradients, start=1):
        m = BETA2 * m + (1 - BETA2) * g
        v = BETA1 * v + (1 - BETA1) * g**2
        moves.append(m / (1 - BETA2**t) / math.sqrt(v / (1 - BETA1**t)))
    return moves


def starts_at_the_first(gradients: list[float]) -> list[float]:
    m, v = gradients[0], gradients[0] ** 2
    moves = []
    for g in gradients:
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        moves.append(m / math.sqrt(v))
    return moves


def mean_of_the_last_gradient(gradients: list[float]) -> list[float]:
    return [math.copysign(1.0, g) for g in gradients]


def asks_torch(gradients: list[float]) -> list[float]:
    import torch

    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=1.0, betas=(BETA1, BETA2), eps=0.0)
    moves = []
    for gradient in gradients:
        before = weight.item()
        weight.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        moves.append(before - weight.item())
    return moves


def with_sums(gradients: list[float]) -> list[float]:
    moves = []
    for t in range(1, len(gradients) + 1):
        a = [BETA1 ** (t - 1 - i) for i in range(t)]
        b = [BETA2 ** (t - 1 - i) for i in range(t)]
        m = sum(w * g for w, g in zip(a, gradients, strict=False)) / sum(a)
        v = sum(w * g * g for w, g in zip(b, gradients, strict=False)) / sum(b)
        moves.append(m / v**0.5)
    return moves


def question(beta1: float = BETA1, beta2: float = BETA2) -> Write:
    new = f"{1 - beta1:g}"
    return Write(
        title="Adam by hand",
        prompt=f"""\
Write what Adam does to one weight, with β₁ = {beta1}, β₂ = {beta2} and ε = 0. For a list of
gradients give the moves in units of the LR: m̂/√v̂ after each gradient, positive for a positive
gradient. Both running means start at 0, and both are corrected for it.""",
        answer=adam_by_hand,
        exercise=MovesFor((2.0, 2.0, -1.0, 0.5, -3.0, 0.1)),
        values={"BETA1": beta1, "BETA2": beta2},
        difficulty="hard",
        points=2,
        holds="The first move is 1, and so is the second, since the gradient is the same; then the "
        "gradients change sign, and the moves get shorter.",
        hints=(
            f"Keep m and v from one gradient to the next: m = {beta1}·m + {new}·g, and v likewise "
            "with g².",
            f"After t gradients (t from 1) the weights in m add up to 1 − {beta1}^t, not to 1.",
            f"m̂ = m / (1 − {beta1}^t), v̂ = v / (1 − {beta2}^t), and the move is m̂ / √v̂.",
        ),
        steps=f"""\
After t gradients m is a weighted sum whose weights add up to 1 − {beta1}^t; dividing by that makes
it a mean, and the same holds for v. While the gradient stays the same the move is 1: the whole LR.
As soon as it changes sign, m̂ shrinks and √v̂ does not: **{{answer}}**.""",
        quick_check="Gradients that agree move a weight by the LR, gradients that do not by less.",
        misconceptions=(
            Misconception(
                "no-correction",
                "Neither mean is corrected for having started at 0. The first move is then "
                f"{new}/√{1 - beta2:g} = {(1 - beta1) / math.sqrt(1 - beta2):.2g} in place of 1.",
                no_correction,
            ),
            Misconception(
                "corrects-the-mean-only",
                "v is not corrected: it starts far too small, and the first moves are far too "
                "long.",
                corrects_the_mean_only,
            ),
            Misconception(
                "corrects-the-square-only",
                f"m is not corrected: it starts at {new} times the gradient. That would be a "
                "warmup of a kind, but it is not Adam.",
                corrects_the_square_only,
            ),
            Misconception(
                "without-the-root",
                "You divide by v̂. Its root has the size of a gradient; v̂ has that of its square.",
                without_the_root,
            ),
            Misconception(
                "corrects-as-at-the-first",
                "The correction stays as it is for the first gradient. It is 1 − β to the power "
                "of the number of gradients seen.",
                corrects_once,
            ),
            Misconception(
                "corrects-in-place",
                "You put the corrected means back into m and v, so the next gradient is averaged "
                "with them, and they are corrected again. Keep m̂ and v̂ apart.",
                corrects_in_place,
            ),
            Misconception(
                "mostly-the-new-gradient",
                "You keep 1 − β of the mean and give β to the new gradient. It is the other way "
                "round: a mean remembers.",
                mostly_the_new,
            ),
            Misconception(
                "starts-at-the-first-gradient",
                "You start m and v at the first gradient and its square. Adam starts both at 0, "
                "and that is what the correction is for.",
                starts_at_the_first,
            ),
            Misconception(
                "swaps-the-betas",
                "The two β are swapped: β₁ belongs to the mean of g, β₂ to that of g².",
                swaps_the_betas,
            ),
            Misconception(
                "sign-only",
                "You give the sign of each gradient. That is Adam's first move only; later the "
                "means remember.",
                mean_of_the_last_gradient,
            ),
        ),
        alternatives=(with_sums, asks_torch),
    )


QUESTION = question()
VARIANTS = Variants(question, beta1=(0.8, 0.9, 0.95), beta2=(0.98, 0.995, 0.999))
