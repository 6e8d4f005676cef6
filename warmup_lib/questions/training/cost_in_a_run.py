"""What do thirty seeds show about a zero first learning rate?"""

from statistics import mean, stdev
from typing import Any

from warmup_lib.experiments.tables import Table, load
from warmup_lib.quiz.choose import Choose, Claim


def arms() -> Table:
    return load("zero_lr")


def column(arm: str, name: str) -> Any:
    return arms().row(arm=arm)[name]


def the_epoch_is_lost_and_the_harm_is_small() -> bool:
    unmoved = column("per epoch e/W", "runs unmoved by epoch 1") == len(arms().seeds)
    gains = gains_of_not_starting_at_zero()
    return bool(unmoved) and bool(0 < mean(gains) < stdev(gains))


def final_accuracy_collapses() -> bool:
    return mean(gains_of_not_starting_at_zero()) > 0.05


def every_seed_ends_lower() -> bool:
    return all(gain > 0 for gain in gains_of_not_starting_at_zero())


def per_batch_loses_as_much() -> bool:
    return bool(column("per batch t/N", "updates at LR 0") > 1)


def statistics_learn_at_zero() -> bool:
    zero = mean(column("per epoch e/W", "loss after epoch 1"))
    useful = mean(column("per epoch (e+1)/W", "loss after epoch 1"))
    return bool(zero < 1.1 * useful)


def gains_of_not_starting_at_zero() -> list[float]:
    useful, zero = column("per epoch (e+1)/W", "accuracy"), column("per epoch e/W", "accuracy")
    return [a - b for a, b in zip(useful, zero, strict=True)]


QUESTION = Choose(
    title="What thirty seeds show",
    prompt="""\
Thirty seeds of six epochs, warmed up over the first three: the stored table `zero_lr` of lesson 5
(`from warmup_lib.experiments.tables import load; load("zero_lr")`; `.rows` holds every seed's
numbers). Which of these claims does it support?""",
    difficulty="core",
    holds="It is the one claim that the numbers of the table bear out.",
    hints=(
        "Look at the column on the runs that epoch 1 left unmoved first.",
        "Compare a difference of two means with the standard deviation over the seeds.",
        "What is certain is so in each run by itself; the final accuracies of single runs overlap.",
    ),
    steps="""\
Under e/W stepped per epoch every run ends epoch 1 with the weights it began with: an epoch's work
is lost, for certain. The final accuracies of e/W and (e+1)/W differ by less than one seed differs
from the next, though on average e/W is a little lower. So the claim is **{answer}**.""",
    quick_check="Wasted work is certain; what it costs in the end needs evidence of its own.",
    claims=(
        Claim(
            "lost-epoch-small-harm",
            "Stepped per epoch, e/W loses the whole first epoch in every run; it ends lower than "
            "(e+1)/W on average, by less than the scatter between seeds.",
            the_epoch_is_lost_and_the_harm_is_small,
            "The weights did not move, and the mean difference is smaller than its standard "
            "deviation.",
        ),
        Claim(
            "every-seed-lower",
            "Stepped per epoch, e/W ends below (e+1)/W with every seed.",
            every_seed_ends_lower,
            "On average it does; put the seeds side by side, and some end higher.",
        ),
        Claim(
            "accuracy-collapses",
            "Stepped per epoch, e/W ends more than 0.05 below (e+1)/W in accuracy.",
            final_accuracy_collapses,
            "Look at the last column: the two means are much closer than that.",
        ),
        Claim(
            "per-batch-as-bad",
            "Stepped per batch, t/N loses a whole epoch as well.",
            per_batch_loses_as_much,
            "Stepped per batch the factor is 0 for one value of the counter, and that is one "
            "update.",
        ),
        Claim(
            "learns-at-zero",
            "Stepped per epoch, e/W has as low a loss after epoch 1 as (e+1)/W: a zero learning "
            "rate does not stop the network from learning.",
            statistics_learn_at_zero,
            "Its loss after epoch 1 is that of the untrained network; a learning rate of 0 "
            "moves nothing.",
        ),
    ),
)
