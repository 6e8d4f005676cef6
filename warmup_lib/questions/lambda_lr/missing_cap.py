"""What happens to a ramp without a cap once the warmup is over?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda update: (update + 1) / 5)

    for update in range(8):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)
PRINT = '    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")\n'

QUESTION = Predict(
    title="After the ramp",
    prompt="The warmup was to take five updates, up to the base LR of 0.1. Which learning rate "
    "stands on the line that starts with `Update 7`?",
    program=program,
    line="Update 7",
    difficulty="core",
    holds="It is the LR that update 7 uses.",
    hints=(
        "What does the lambda give for 4? And for 5?",
        "`LambdaLR` multiplies the base LR by whatever the lambda gives.",
        "Update 7 uses the base LR times (7 + 1) / 5.",
    ),
    steps="""\
The print comes before both steps here, so the line shows what update 7 uses. `LambdaLR` only
multiplies: it does not know that 1 was meant to be the end. The lambda gives 8/5 for 7, and the LR
is **{answer}**, and goes on rising. `min((update + 1) / 5, 1.0)` would have stopped it.""",
    quick_check="Put a number far behind the warmup into the lambda: it must give 1.",
    misconceptions=(
        Misconception(
            "caps-by-itself",
            "You expect {believed}, the base LR, as if it were a ceiling. `LambdaLR` multiplies "
            "it by whatever the lambda gives, and this one does not stop at 1.",
            program.edited("(update + 1) / 5", "min((update + 1) / 5, 1.0)"),
        ),
        Misconception(
            "reads-after-step",
            "{believed} is the LR of the update after. This loop prints before it steps.",
            program.edited(PRINT, "").edited(
                "    scheduler.step()", "    scheduler.step()\n" + PRINT.rstrip("\n")
            ),
        ),
        Misconception(
            "starts-at-zero",
            "{believed} would be 7/5 of the base LR. The lambda adds one to its counter first.",
            program.edited("(update + 1) / 5", "update / 5"),
        ),
    ),
)
