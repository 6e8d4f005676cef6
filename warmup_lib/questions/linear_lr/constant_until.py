"""Which epochs does a constant warmup hold down?"""

import torch
from torch.optim.lr_scheduler import ConstantLR, LinearLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = ConstantLR(optimizer, factor=0.1, total_iters=2)

    for epoch in range(5):
        print(f"Epoch {epoch}: lr {optimizer.param_groups[0]['lr']:.3f}")
        # ... the updates of this epoch ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)
linear = Program(program.source, {"torch": torch, "LinearLR": LinearLR})

QUESTION = Predict(
    title="A small factor until epoch N",
    prompt="A form for training settings offers “warmup factor” and “warmup epochs”, and this is "
    "what it runs for 0.1 and 2. Which learning rates do the five epochs train with?",
    program=program,
    difficulty="warm-up",
    holds="The small LR lasts for `total_iters` epochs, and what follows is the base LR.",
    hints=(
        "Which LR is set as `ConstantLR` is built, before any step?",
        "How often must `scheduler.step()` be called for its counter to be `total_iters`?",
        "Its counter is the number of epochs that are over. It lets go when that is 2.",
    ),
    steps="""\
The counter is 0 in epoch 0 and 1 in epoch 1: both use 0.1 of the base LR. At the end of epoch 1 it
becomes 2, which is `total_iters`, and the factor is gone: **{answer}**. A jump, no ramp.""",
    quick_check="Constant warmup holds update 0 to `total_iters` − 1 down; then it jumps.",
    misconceptions=(
        Misconception(
            "one-epoch-longer",
            "You hold epoch 2 down as well. `total_iters` says how many epochs are held, not "
            "which is the last.",
            program.edited("total_iters=2", "total_iters=3"),
        ),
        Misconception(
            "one-epoch-shorter",
            "You hold only epoch 0 down. The counter is still 1 in epoch 1.",
            program.edited("total_iters=2", "total_iters=1"),
        ),
        Misconception(
            "ramps",
            "You raise the LR bit by bit, as `LinearLR` does. `ConstantLR` holds it, then lets go.",
            linear.edited(
                "ConstantLR(optimizer, factor=0.1", "LinearLR(optimizer, start_factor=0.1"
            ),
        ),
        Misconception(
            "never-lets-go",
            "You take the factor to stay for the whole run. It lasts for `total_iters` steps.",
            program.edited("total_iters=2", "total_iters=10**9"),
        ),
    ),
)
