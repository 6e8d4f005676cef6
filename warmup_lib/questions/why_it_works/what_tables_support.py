"""Which reading of the transformer table does the table support?"""

from statistics import mean
from typing import Any

from warmup_lib.experiments.tables import load
from warmup_lib.experiments.transformer import LR, WARMUP
from warmup_lib.quiz.choose import Choose, Claim


def accuracies(layer_norm: str, lr: float, warmup: int) -> Any:
    row = load("transformer").row(**{"layer norm": layer_norm, "base LR": lr, "warmup": warmup})
    return row["accuracy"]


def post_ln_needs_it_at_this_lr() -> bool:
    large = max(accuracies("post-LN", LR, 0)) < min(accuracies("post-LN", LR, WARMUP))
    small = abs(mean(accuracies("post-LN", 0.001, 0)) - mean(accuracies("post-LN", 0.001, WARMUP)))
    return bool(large) and small < 0.05


def every_transformer_needs_it() -> bool:
    return all(mean(accuracies(kind, LR, 0)) < 0.5 for kind in ("post-LN", "pre-LN"))


def post_ln_needs_it_at_every_lr() -> bool:
    return all(
        mean(accuracies("post-LN", lr, WARMUP)) - mean(accuracies("post-LN", lr, 0)) > 0.05
        for lr in (LR, 0.001)
    )


def warmup_beats_every_lower_lr() -> bool:
    without_at_low = mean(accuracies("post-LN", 0.001, 0))
    return bool(mean(accuracies("post-LN", LR, WARMUP)) > without_at_low + 0.02)


QUESTION = Choose(
    title="What the table supports",
    prompt="""\
The stored table `transformer` of lesson 6, ten seeds
(`from warmup_lib.experiments.tables import load; load("transformer")`). Which of these readings
does it support?""",
    difficulty="core",
    holds="It is the one reading that agrees with every row of the table.",
    hints=(
        "For each reading, look for a row that speaks against it.",
        "Look at the rows of pre-LN, and at those of LR 0.001.",
        "Compare post-LN with warmup at the large LR, and without it at 0.001.",
    ),
    steps="""\
Pre-LN learns without warmup, so not every transformer needs it. Post-LN learns without it at LR
0.001, so it does not always need it, and ends there no worse than with warmup at the large LR. What
is left is **{answer}**.""",
    quick_check="Whether warmup is needed is a question of network and learning rate together.",
    claims=(
        Claim(
            "post-ln-at-a-large-lr",
            "This post-LN network needs warmup at the large LR; at LR 0.001 it makes no difference "
            "to speak of.",
            post_ln_needs_it_at_this_lr,
            "At the large LR the worst seed with warmup beats the best one without.",
        ),
        Claim(
            "every-transformer",
            "At a large LR every transformer needs warmup.",
            every_transformer_needs_it,
            "Look at pre-LN without warmup, at the same LR.",
        ),
        Claim(
            "post-ln-always",
            "A post-LN network needs warmup at any LR.",
            post_ln_needs_it_at_every_lr,
            "Look at the two rows of post-LN at LR 0.001.",
        ),
        Claim(
            "better-than-a-lower-lr",
            "Warmup to the large LR ends better than a low LR without warmup.",
            warmup_beats_every_lower_lr,
            "Compare post-LN with warmup at the large LR, and without it at 0.001.",
        ),
    ),
)
