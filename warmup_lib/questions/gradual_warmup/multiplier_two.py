"""Where does a ramp with multiplier 2 start, and where does it end?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.schedulers import GradualWarmupScheduler


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = GradualWarmupScheduler(optimizer, multiplier=2, total_epoch=4)

    for update in range(6):
        print(f"Update {update}: lr {optimizer.param_groups[0]['lr']:.3f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)

QUESTION = Predict(
    title="Multiplier 2",
    prompt="Without an `after_scheduler` the peak is held. Which learning rates do the six updates "
    "use?",
    program=program,
    difficulty="core",
    holds="It is a line from the base LR at update 0 to twice the base LR at update 4, held there.",
    hints=(
        "The multiplier is the peak over the base LR. Which LR is the peak?",
        "With a multiplier above 1 the base LR is where the ramp *starts*.",
        "Four equal steps lead from 0.1 to 0.2.",
    ),
    steps="""\
A multiplier above 1 was made for large batches: the base LR is what a small batch would use, and
the ramp leads from there to `multiplier` times as much, in `total_epoch` = 4 steps. The updates use
**{answer}**.""",
    quick_check="Multiplier 1: from 0 to the base LR. Above 1: from the base LR to m times it.",
    misconceptions=(
        Misconception(
            "starts-at-zero",
            "Your ramp starts at 0, which it does with multiplier 1 only.",
            program.edited("total_epoch=4", "total_epoch=4, start=0.0"),
        ),
        Misconception(
            "peak-is-the-base-lr",
            "Your ramp ends at the base LR. That is what multiplier 1 means; this one ends at "
            "twice as much.",
            program.edited("multiplier=2", "multiplier=1"),
        ),
        Misconception(
            "peak-one-early",
            "Your ramp is at the peak at update 3. It takes `total_epoch` steps, and four steps "
            "lead to update 4.",
            program.edited("total_epoch=4", "total_epoch=3"),
        ),
        Misconception(
            "no-ramp",
            "You start at the peak: that is the multiplier without the warmup.",
            program.edited("total_epoch=4", "total_epoch=4, start=2.0"),
        ),
    ),
)
