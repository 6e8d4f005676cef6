"""Where on its ramp is LinearLR at update 3?"""

import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = LinearLR(optimizer, start_factor=0.2, total_iters=5)

    for update in range(8):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.3f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)
with_lambda = Program(program.source, {"torch": torch, "LambdaLR": LambdaLR})
PRINT = '    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.3f}")\n'
RAMP = "LinearLR(optimizer, start_factor=0.2, total_iters=5)"

QUESTION = Predict(
    title="Up the ramp",
    prompt="Which learning rate stands on the line that starts with `Update 3`?",
    program=program,
    line="Update 3",
    difficulty="warm-up",
    holds="It lies on the line from `start_factor` at update 0 to 1 at update `total_iters`.",
    hints=(
        "Which factor does update 0 use, and which update is the first to use 1?",
        "From `start_factor` to 1 it takes `total_iters` steps of equal size. How big is one?",
        "The way is 0.8 long and has five steps; update 3 comes after three of them.",
    ),
    steps="""\
Update 0 uses the factor 0.2 and update 5 the factor 1. One step is (1 − 0.2) / 5 = 0.16. Update 3
has three steps behind it: 0.2 + 3 · 0.16 = 0.68 of the base LR, which is **{answer}**.""",
    quick_check="LinearLR is at the base LR with update `total_iters`: steps, not updates.",
    misconceptions=(
        Misconception(
            "counts-updates",
            "{believed} would be a ramp whose *fifth* update is at the base LR. `total_iters` "
            "counts the steps between updates, and five steps lead to the sixth update.",
            program.edited("total_iters=5", "total_iters=4"),
        ),
        Misconception(
            "starts-at-zero",
            "{believed} would be a ramp that starts at 0. This one starts at `start_factor`.",
            with_lambda.edited(RAMP, "LambdaLR(optimizer, lambda t: min(t / 5, 1.0))"),
        ),
        Misconception(
            "one-step-ahead",
            "{believed} is the LR of the update after. This loop prints before it steps.",
            program.edited(PRINT, "").edited(
                "    scheduler.step()", "    scheduler.step()\n" + PRINT.rstrip("\n")
            ),
        ),
        Misconception(
            "start-factor-only",
            "{believed} is what update 0 uses. The factor rises with every `scheduler.step()`.",
            program.edited("total_iters=5", "total_iters=10**9"),
        ),
    ),
)
