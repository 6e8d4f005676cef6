"""Write the warmup that RAdam has built in."""

import math
from functools import cache

import torch

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Port

BETA2 = 0.99
TINY = 1e-15


def radam_factor(update: int) -> float:
    """Give RAdam's move over Adam's in this update; 0 where RAdam does not adapt."""
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    if rho <= 5:
        return 0.0
    return math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))


def threshold_of_the_paper(update: int) -> float:
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    if rho <= 4:
        return 0.0
    return math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))


def without_the_root(update: int) -> float:
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    if rho <= 5:
        return 0.0
    return (rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho)


def one_before(update: int) -> float:
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    if rho <= 5:
        return 1.0
    return math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))


def on_or_off(update: int) -> float:
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    return 0.0 if rho <= 5 else 1.0


def upside_down(update: int) -> float:
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    if rho <= 5:
        return 0.0
    return math.sqrt((longest - 4) * (longest - 2) * rho / ((rho - 4) * (rho - 2) * longest))


def no_correction(update: int) -> float:
    t = update + 1
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t
    if rho <= 5:
        return 0.0
    return math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))


def index_as_count(update: int) -> float:
    t = update
    if t == 0:
        return 0.0
    longest = 2 / (1 - BETA2) - 1
    rho = longest - 2 * t * BETA2**t / (1 - BETA2**t)
    if rho <= 5:
        return 0.0
    return math.sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))


def rectification(rho: float) -> float:
    return (rho - 4) * (rho - 2) / rho


def as_a_quotient(update: int) -> float:
    longest = 2 / (1 - BETA2) - 1
    power = BETA2 ** (update + 1)
    rho = longest - 2 * (update + 1) * power / (1 - power)
    return (rectification(rho) / rectification(longest)) ** 0.5 if rho > 5 else 0.0


@cache
def moves(kind: type[torch.optim.Optimizer], beta2: float, updates: int) -> list[float]:
    """How far each update moves a weight whose gradient is always the same, and tiny."""
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    # The base class, by which the kind is typed, takes none of these; Adam and RAdam do.
    optimizer = kind([weight], lr=1.0, betas=(0.9, beta2), eps=0.0)  # type: ignore[call-arg]
    weight.grad = torch.full_like(weight, TINY)
    lengths = []
    for _ in range(updates):
        before = weight.item()
        optimizer.step()
        lengths.append(before - weight.item())
    return lengths


def question(beta2: float = BETA2) -> Port:
    def shorter_by(update: int) -> float:
        updates = 100 * (update // 100 + 1)
        adam, radam = (
            moves(kind, beta2, updates)[update] for kind in (torch.optim.Adam, torch.optim.RAdam)
        )
        # A move that is not divided by the root of v is as tiny as the gradient.
        return round(radam / adam, 12)

    return Port(
        title="The warmup inside RAdam",
        prompt=f"""\
RAdam scales each update of Adam by a factor of its own: a warmup that is built in. With β₂ =
{beta2}, t = 1 for update 0, and

ρ∞ = 2/(1 − β₂) − 1,  ρ(t) = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ),

the factor is √( (ρ(t) − 4)·(ρ(t) − 2)·ρ∞ / ((ρ∞ − 4)·(ρ∞ − 2)·ρ(t)) ). `torch.optim.RAdam` uses it
for ρ(t) > 5 only; before that it does not divide by √v̂ at all, which counts as a factor of 0 here.
Write the factor of an update. The key is how far `RAdam` moves a weight, over how far `Adam` moves
it.""",
        answer=radam_factor,
        target=shorter_by,
        exercise=Factors(16),
        values={"BETA2": beta2},
        difficulty="hard",
        points=2,
        holds="It is 0 for updates 0 to 4, jumps to the factor at update 5, and rises from there.",
        hints=(
            "Work out ρ∞ first; it is the same in every update.",
            "`t = update + 1`. Which ρ does update 4 have, and which update 5?",
            "`if rho <= 5: return 0.0`, then the root of the quotient.",
        ),
        steps=f"""\
ρ∞ is {2 / (1 - beta2) - 1:g}, and ρ(t) grows by about one an update: it is below 5 for update 4
(t = 5) and above for update 5. So the factors are **{{answer}}**. They rise slowly: RAdam needs no
ramp because it has one, set by β₂ as the untuned ramp of 2/(1 − β₂) updates is.""",
        quick_check="RAdam is Adam with a warmup that follows from β₂.",
        misconceptions=(
            Misconception(
                "threshold-of-the-paper",
                "You let it adapt from ρ = 4 on, as the paper has it. PyTorch waits until ρ is "
                "above 5, so update 4 is still without.",
                threshold_of_the_paper,
            ),
            Misconception(
                "index-as-count",
                "You put the index of the update in for t, which is 1 for update 0: your factors "
                "come one update late.",
                index_as_count,
            ),
            Misconception(
                "without-the-root",
                "The quotient is right, but its root is missing.",
                without_the_root,
            ),
            Misconception(
                "one-before",
                "You give 1 where RAdam does not adapt. There its move is as small as the "
                "gradient, and 0 is asked for.",
                one_before,
            ),
            Misconception(
                "on-or-off",
                "Your factor goes from 0 to 1 at once. Once it adapts RAdam still holds back.",
                on_or_off,
            ),
            Misconception(
                "upside-down",
                "Your quotient is upside down: a factor above 1 would make RAdam's updates longer "
                "than Adam's.",
                upside_down,
            ),
            Misconception(
                "no-correction",
                "In ρ(t) the division by 1 − β₂ᵗ is missing, so yours is near ρ∞ from the start.",
                no_correction,
            ),
        ),
        alternatives=(as_a_quotient, shorter_by),
    )


QUESTION = question()
VARIANTS = Variants(question, beta2=(0.9, 0.95, 0.98, 0.99, 0.995, 0.999))
