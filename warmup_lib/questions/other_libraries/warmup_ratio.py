"""How many updates is a warmup that is given as a ratio?"""

import math

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

EXAMPLES, ACCUMULATE, EPOCHS, RATIO = 4096, 4, 5, 0.06


def snippet() -> None:
    examples, batch_size, accumulate, epochs = EXAMPLES, 32, ACCUMULATE, EPOCHS

    batches = examples // batch_size  # an epoch
    updates = epochs * batches // accumulate
    warmup = math.ceil(RATIO * updates)
    print(f"warmup updates: {warmup}")


def question(
    examples: int = EXAMPLES,
    accumulate: int = ACCUMULATE,
    epochs: int = EPOCHS,
    ratio: float = RATIO,
) -> Predict:
    program = Program.of(
        snippet, EXAMPLES=examples, ACCUMULATE=accumulate, EPOCHS=epochs, RATIO=ratio
    )
    batches = examples // 32
    an_epoch = batches // accumulate
    updates = epochs * an_epoch
    return Predict(
        title="Six percent of what?" if ratio == 0.06 else "Three percent of what?",
        prompt="transformers' `Trainer` takes a `warmup_ratio`, a share of all *updates*, rounded "
        f"up. This run gives {ratio}, and accumulates the gradients of {accumulate} batches for "
        "one update. How many updates does it warm up?",
        program=program,
        line="warmup updates",
        difficulty="core",
        seen_in="[accelerate, issue 963](https://github.com/huggingface/accelerate/issues/963)",
        holds="It is that share of the updates of the whole run, rounded up.",
        hints=(
            "How many batches are there in an epoch, and how many updates do they make?",
            "How many updates do all the epochs make?",
            f"{batches} batches make {an_epoch} updates, and {epochs} epochs {updates}. Of those, "
            f"{ratio} is {ratio * updates:g}.",
        ),
        steps=f"""\
{examples} examples are {batches} batches, and those are {an_epoch} updates, since {accumulate}
batches go into one. {epochs} epochs make {updates} updates, of which {ratio}, rounded up, is
**{{answer}}**. A schedule that is stepped once a batch would be through its warmup {accumulate}
times as early.""",
        quick_check="Ask of every warmup for its unit: batches, updates, epochs or examples.",
        misconceptions=(
            Misconception(
                "batches-for-updates",
                f"{{believed}} is that share of all batches, rounded up. {accumulate} batches make "
                "one update here.",
                program.edited("epochs * batches // accumulate", "epochs * batches"),
            ),
            Misconception(
                "of-one-epoch",
                "{believed} is that share of one epoch's updates, rounded up. The ratio is of the "
                "whole run.",
                program.edited("epochs * batches // accumulate", "batches // accumulate"),
            ),
            Misconception(
                "rounds-down",
                "{believed} is rounded down. The ratio is rounded up, so that a short run has a "
                "warmup at all.",
                program.edited(f"math.ceil({ratio} * updates)", f"math.floor({ratio} * updates)"),
            ),
            Misconception(
                "not-rounded",
                "{believed} is that share before it is rounded to a whole number of updates.",
                program.edited(f"math.ceil({ratio} * updates)", f"{ratio} * updates"),
            ),
            Misconception(
                "batches-rounded-down",
                f"{{believed}} is that share of all batches, and rounded down. {accumulate} "
                "batches make one update here, and the ratio is rounded up.",
                program.edited("epochs * batches // accumulate", "epochs * batches").edited(
                    f"math.ceil({ratio} * updates)", f"math.floor({ratio} * updates)"
                ),
            ),
            Misconception(
                "batches-of-one-epoch",
                "{believed} is that share of the *batches* of *one* epoch. The ratio is of the "
                "updates, and of the whole run.",
                program.edited("epochs * batches // accumulate", "batches"),
            ),
            Misconception(
                "more-updates-than-batches",
                f"{{believed}} would be right if every batch made {accumulate} updates. It is the "
                "other way round.",
                program.edited("epochs * batches // accumulate", "epochs * batches * accumulate"),
            ),
            Misconception(
                "examples-for-updates",
                "{believed} is that share of all the examples that the run sees. An update uses "
                "many of them.",
                program.edited("epochs * batches // accumulate", "epochs * examples"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question, examples=(4096, 8192), accumulate=(2, 4), epochs=(3, 5), ratio=(0.03, 0.06)
)
