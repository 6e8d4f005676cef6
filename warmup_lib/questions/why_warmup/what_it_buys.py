"""What did warmup change in training runs on the digits?"""

from functools import cache

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.schedules import hold, linear_warmup
from warmup_lib.training import train

SEEDS = (0, 1, 2)
GOOD = 0.85


@cache
def accuracies(init: str, lr: float, warmup: bool) -> tuple[float, ...]:
    schedule = linear_warmup(50) if warmup else hold()
    return tuple(train(seed, schedule, lr=lr, init=init, updates=100).accuracy for seed in SEEDS)


def learned(init: str, lr: float, *, warmup: bool) -> bool:
    return min(accuracies(init, lr, warmup)) > GOOD


def failed(init: str, lr: float, *, warmup: bool) -> bool:
    return max(accuracies(init, lr, warmup)) < GOOD


def widens_the_range() -> bool:
    both_learn = learned("hot", 0.03, warmup=False) and learned("hot", 0.03, warmup=True)
    return both_learn and failed("hot", 0.1, warmup=False) and learned("hot", 0.1, warmup=True)


def needed_at_every_lr() -> bool:
    return failed("hot", 0.03, warmup=False) and failed("hot", 0.1, warmup=False)


def does_nothing_for_sgd() -> bool:
    return all(
        learned("hot", lr, warmup=False) == learned("hot", lr, warmup=True) for lr in (0.03, 0.1)
    )


def makes_any_lr_work() -> bool:
    return learned("hot", 0.1, warmup=True) and learned("hot", 0.5, warmup=True)


QUESTION = Choose(
    title="What warmup buys",
    prompt="""\
The hot network of lesson 1, whose initial weights are too large, is trained with SGD at base LR
0.03, 0.1 and 0.5, without warmup and with a linear warmup over 50 of 100 updates, from three seeds
each. "Learns" means that more than 85% of the test digits are right. Which claim holds?""",
    difficulty="core",
    holds="It is the claim that stands when all those runs are made.",
    hints=(
        "One of these LRs is fine either way, and one is hopeless either way.",
        "In the table of lesson 1, look at the rows of the hot network for 0.03 and for 0.1.",
    ),
    steps="""\
At 0.03 all runs learn, with warmup or without. At 0.1 none learns without it and all learn with it.
At 0.5 it does not help. So warmup widens the range of usable LRs, and ends there: **{answer}**.""",
    quick_check="Warmup lets a larger LR be used; a smaller one may do as well without.",
    claims=(
        Claim(
            "widens-the-range",
            "At 0.03 it learns either way; at 0.1 it learns with warmup only.",
            widens_the_range,
            "There is an LR that only warmup makes usable, and one that needs none.",
        ),
        Claim(
            "needed-at-every-lr",
            "Without warmup it learns neither at 0.03 nor at 0.1.",
            needed_at_every_lr,
            "At 0.03 it learns without warmup, from all three seeds.",
        ),
        Claim(
            "pointless-with-sgd",
            "With SGD warmup makes no difference at 0.03 or at 0.1.",
            does_nothing_for_sgd,
            "This is SGD, and at 0.1 warmup decides whether it learns at all.",
        ),
        Claim(
            "makes-any-lr-work",
            "With warmup it learns at 0.1 and at 0.5.",
            makes_any_lr_work,
            "A ramp leads to its peak, and 0.5 is too high for this network then as well.",
        ),
    ),
)
