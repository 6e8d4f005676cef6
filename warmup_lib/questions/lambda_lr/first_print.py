"""What does the loop print as "Epoch 3"?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: min((epoch + 1) / 5, 1.0))

    for epoch in range(5):
        # ... the forward and backward pass of this epoch ...
        optimizer.step()
        scheduler.step()
        print(f"Epoch {epoch + 1}: lr {scheduler.get_last_lr()[0]:.2f}")


program = Program.of(loop)
STEP = "    scheduler.step()\n"
PRINT = '    print(f"Epoch {epoch + 1}: lr {scheduler.get_last_lr()[0]:.2f}")'

QUESTION = Predict(
    title="What is printed as epoch 3",
    prompt="Which learning rate stands on the line that starts with `Epoch 3`?",
    program=program,
    line="Epoch 3",
    difficulty="warm-up",
    holds="It is the number that the third pass through the loop prints.",
    hints=(
        "The third pass first trains, then steps the scheduler, then prints. Whose learning rate "
        "does it print: its own?",
        "`LambdaLR` calls the lambda with a counter of its own: 0 when it is built, and one more "
        "with every `scheduler.step()`. It has never heard of the loop's `epoch`.",
        "Three steps were taken before the third print, so the lambda was last called with 3.",
    ),
    steps="""\
When `LambdaLR` is built it calls the lambda with 0, so the first update uses 1/5 of the base LR.
Every `scheduler.step()` adds one to the counter. The third pass trains with the LR of counter 2;
then the counter becomes 3, and only then is the LR printed: `0.1 * (3 + 1) / 5`.
The line says **{answer}**, which is the LR that the next pass will use.""",
    quick_check="What is printed after `scheduler.step()` belongs to the next update.",
    misconceptions=(
        Misconception(
            "reads-before-step",
            "{believed} is the LR that the third pass trains with. It was in use until "
            "`scheduler.step()`, and the print comes after that.",
            program.edited(STEP + PRINT, PRINT + "\n" + STEP),
        ),
        Misconception(
            "index-as-count",
            "{believed} is the base LR times the loop's 0-based index over 5. The lambda adds one "
            "to its counter, and the counter is not the loop's index by then.",
            program.edited("(epoch + 1) / 5", "epoch / 5").edited(
                STEP + PRINT, PRINT + "\n" + STEP
            ),
        ),
        Misconception(
            "factor-for-lr",
            "{believed} is what the lambda gives. `LambdaLR` multiplies the base LR by it.",
            program.edited("lr=0.1", "lr=1.0"),
        ),
        Misconception(
            "already-at-the-peak",
            "{believed} is the peak. The counter must reach 4 for that, and three steps have "
            "not led there.",
            program.edited("(epoch + 1) / 5", "(epoch + 1) / 3"),
        ),
    ),
)
