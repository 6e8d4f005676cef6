"""What does a lambda do that returns a learning rate instead of a factor?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    peak = 0.2
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=peak)
    scheduler = LambdaLR(optimizer, lambda update: min(peak * (update + 1) / 5, peak))

    for update in range(10):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.4f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)

QUESTION = Predict(
    title="The end of this warmup",
    prompt="Which learning rate stands on the line that starts with `Update 9`, five updates "
    "after the warmup?",
    program=program,
    line="Update 9",
    difficulty="core",
    holds="It is the base LR times what the lambda gives for 9.",
    hints=(
        "What does the lambda give for 9?",
        "What does `LambdaLR` do with what the lambda gives?",
        "The base LR, 0.2, is multiplied by the lambda's value, and that value is 0.2 as well.",
    ),
    steps="""\
The lambda gives 0.2 for every update from the fifth on. `LambdaLR` takes that for a factor and
multiplies the base LR by it: `0.2 * 0.2`. The run goes on at **{answer}**, a fifth of what was
meant, and no error says so. The lambda must give a factor: `min((update + 1) / 5, 1.0)`.""",
    quick_check="At the peak the lambda must give 1, whatever the learning rate is.",
    misconceptions=(
        Misconception(
            "lambda-gives-the-lr",
            "You take the lambda's value for the learning rate itself. `LambdaLR` multiplies "
            "the base LR by it.",
            program.edited("min(peak * (update + 1) / 5, peak)", "min((update + 1) / 5, 1.0)"),
        ),
        Misconception(
            "overlooks-the-cap",
            "{believed} would be right if the ramp went on. This one has a cap, at `peak`.",
            program.edited("min(peak * (update + 1) / 5, peak)", "peak * (update + 1) / 5"),
        ),
    ),
)
