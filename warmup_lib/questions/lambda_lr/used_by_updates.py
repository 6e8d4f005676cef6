"""Which LRs did the updates of a loop really use?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    scheduler = LambdaLR(optimizer, lambda update: min((update + 1) / 3, 1.0))

    for update in range(5):
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")


program = Program.of(loop)
PRINT = '\n    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")'
READ = '    print(optimizer.param_groups[0]["lr"])\n'
used = program.edited(PRINT, "").edited("    optimizer.step()", READ + "    optimizer.step()")

QUESTION = Predict(
    title="What the updates used",
    prompt="Which learning rates did the five `optimizer.step()` calls of this loop use? That is "
    "what trained; the log is only what was printed.",
    program=program,
    truth=used,
    difficulty="core",
    holds="Each value is what `optimizer.param_groups[0]['lr']` was when `optimizer.step()` ran.",
    hints=(
        "The log starts with the line `Update 0`. Had any update been made before the LR on that "
        "line was set? Which LR did it use?",
        "The first update runs before any `scheduler.step()`: the counter is still 0.",
        "Update t uses the lambda's value at t, times the base LR.",
    ),
    steps="""\
Building `LambdaLR` sets the LR for counter 0, and the first `optimizer.step()` uses it. Each
`scheduler.step()` then sets the LR of the next update. So update t uses
`0.3 * min((t + 1) / 3, 1)`: **{answer}**. The log is the same list, one place early.""",
    quick_check="To know what was used, read `optimizer.param_groups` before `optimizer.step()`.",
    misconceptions=(
        Misconception(
            "believes-the-log",
            "{believed} is what the loop prints. Each of those was set after the update it is "
            "printed with; the first update's own LR is never printed.",
            program,
        ),
        Misconception(
            "starts-at-zero",
            "{believed} would be a ramp that starts at 0. This lambda adds one to its counter "
            "before it divides.",
            used.edited("(update + 1) / 3", "update / 3"),
        ),
        Misconception(
            "factor-for-lr",
            "{believed} is what the lambda gives. `LambdaLR` multiplies the base LR by it.",
            used.edited("lr=0.3", "lr=1.0"),
        ),
    ),
)
