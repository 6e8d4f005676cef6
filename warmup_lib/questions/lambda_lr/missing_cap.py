"""What happens to a ramp without a cap once the warmup is over?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.4)
    scheduler = LambdaLR(optimizer, lambda update: (update + 1) / 8)

    for update in range(12):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)
PRINT = '    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")\n'

QUESTION = Predict(
    title="After the ramp",
    prompt="The warmup was to take eight updates, up to the base LR of 0.4. Which learning rate "
    "stands on the line that starts with `Update 11`?",
    program=program,
    line="Update 11",
    difficulty="core",
    holds="It is the LR that update 11 uses.",
    hints=(
        "What does the lambda give for 7? And for 8?",
        "`LambdaLR` multiplies the base LR by whatever the lambda gives.",
        "Update 11 uses the base LR times (11 + 1) / 8.",
    ),
    steps="""\
The print comes before both steps here, so the line shows what update 11 uses. `LambdaLR` only
multiplies: it does not know that 1 was meant to be the end. The lambda gives 12/8 for 11, and the
LR is **{answer}**, and goes on rising. `min((update + 1) / 8, 1.0)` would have stopped it.""",
    quick_check="Put a number far behind the warmup into the lambda: it must give 1.",
    misconceptions=(
        Misconception(
            "caps-by-itself",
            "You expect {believed}, the base LR, as if it were a ceiling. `LambdaLR` multiplies "
            "it by whatever the lambda gives, and this one does not stop at 1.",
            program.edited("(update + 1) / 8", "min((update + 1) / 8, 1.0)"),
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
            "{believed} would be 11/8 of the base LR. The lambda adds one to its counter first.",
            program.edited("(update + 1) / 8", "update / 8"),
        ),
        Misconception(
            "factor-for-lr",
            "{believed} is what the lambda gives. `LambdaLR` multiplies the base LR by it.",
            program.edited("lr=0.4", "lr=1.0"),
        ),
    ),
)
