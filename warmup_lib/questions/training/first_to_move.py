"""Which update is the first that moves a weight?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: min(epoch / 3, 1.0))

    moved = []
    for _ in range(6):  # epochs
        for _ in range(22):  # batches
            before = weight.item()
            weight.sum().backward()
            optimizer.step()
            moved.append(weight.item() != before)
        scheduler.step()
    print("First to move:", moved.index(True))


program = Program.of(loop)

QUESTION = Predict(
    title="The first update that moves",
    prompt="Which update, counted from 0, is the first that moves the weight?",
    program=program,
    line="First to move",
    difficulty="warm-up",
    holds="It is the index of the first update whose learning rate is not 0.",
    hints=(
        "For which value of the counter does the lambda give 0?",
        "The counter is 0 until the first `scheduler.step()`. How many updates come before it?",
        "The 22 updates of the first epoch have the indices 0 to 21.",
    ),
    steps="""\
The counter is 0 in the whole first epoch, and `min(0 / 3, 1.0)` is 0: updates 0 to 21 compute a
gradient and multiply it by nothing. The first `scheduler.step()` sets the LR to 1/3 of the base
LR, and the first update that uses it is **{answer}**.""",
    quick_check="A factor of 0 lasts until the next `scheduler.step()`, here a whole epoch.",
    misconceptions=(
        Misconception(
            "one-update-only",
            "{believed} would be right if the scheduler were stepped after every update. Here it "
            "stands outside the inner loop.",
            program.edited("    scheduler.step()", "        scheduler.step()"),
        ),
        Misconception(
            "moves-at-once",
            "{believed} would be a ramp that starts above 0. What does this lambda give for 0?",
            program.edited("epoch / 3", "(epoch + 1) / 3"),
        ),
        Misconception(
            "counts-from-one",
            "{believed} counts from 1; the first update has the index 0.",
            program.edited("moved.index(True))", "moved.index(True) + 1)"),
        ),
        Misconception(
            "after-the-warmup",
            "{believed} is the first update at the full base LR. The weight moves before that, at "
            "a smaller one.",
            program.edited("min(epoch / 3, 1.0)", "float(epoch >= 3)"),
        ),
    ),
)
