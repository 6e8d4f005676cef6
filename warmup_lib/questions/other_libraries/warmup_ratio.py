"""How many updates is a warmup that is given as a ratio?"""

import math

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def snippet() -> None:
    examples, batch_size, accumulate, epochs = 4096, 32, 4, 5

    batches = examples // batch_size  # an epoch
    updates = epochs * batches // accumulate
    warmup = math.ceil(0.06 * updates)
    print(f"warmup updates: {warmup}")


program = Program.of(snippet)

QUESTION = Predict(
    title="Six percent of what?",
    prompt="transformers' `Trainer` takes a `warmup_ratio`, a share of all *updates*, rounded up. "
    "This run gives 0.06, and accumulates the gradients of four batches for one update. How many "
    "updates does it warm up?",
    program=program,
    line="warmup updates",
    difficulty="core",
    holds="It is that share of the updates of the whole run, rounded up.",
    hints=(
        "How many batches are there in an epoch, and how many updates do they make?",
        "How many updates do the five epochs make?",
        "128 batches make 32 updates, and five epochs 160. Of those, 0.06 is 9.6.",
    ),
    steps="""\
4096 examples are 128 batches, and those are 32 updates, since four batches go into one. Five epochs
make 160 updates, of which 0.06, rounded up, is **{answer}**. A schedule that is stepped once a
batch would be through its warmup four times as early.""",
    quick_check="Before you read a warmup, ask for its unit: batches, updates, epochs or examples.",
    misconceptions=(
        Misconception(
            "batches-for-updates",
            "{believed} is that share of all batches, rounded up. Four batches make one update "
            "here.",
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
            "{believed} is rounded down. The ratio is rounded up, so that a short run has a warmup "
            "at all.",
            program.edited("math.ceil(0.06 * updates)", "math.floor(0.06 * updates)"),
        ),
    ),
)
