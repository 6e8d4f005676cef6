"""Which LR does a run use that is taken up without the scheduler's state?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def program_text() -> None:
    def ramp(update: int) -> float:
        return min((update + 1) / 5, 1.0)

    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = LambdaLR(optimizer, ramp)
    for _ in range(3):
        weight.sum().backward()
        optimizer.step()
        scheduler.step()
    checkpoint = optimizer.state_dict()

    # ... a new process: the same weight, a new optimizer and scheduler ...
    optimizer = torch.optim.SGD([weight], lr=0.1)
    optimizer.load_state_dict(checkpoint)
    scheduler = LambdaLR(optimizer, ramp)
    print(f"Update 3 uses {optimizer.param_groups[0]['lr']:.4f}")


program = Program.of(program_text)
BUILD = "optimizer.load_state_dict(checkpoint)\nscheduler = LambdaLR(optimizer, ramp)"

QUESTION = Predict(
    title="After the break",
    prompt="A warmup over five updates is interrupted after three. The model and the optimizer are "
    "restored, the scheduler is built anew. Which learning rate does the next update use?",
    program=program,
    line="Update 3",
    difficulty="core",
    holds="It is the LR that stands in the optimizer once the new scheduler is built.",
    hints=(
        "What does `LambdaLR` do at the moment in which it is built?",
        "The checkpoint holds the LR that came next, but something is run after it is loaded.",
        "A new `LambdaLR` starts its counter at 0, and sets the LR to the base LR times ramp(0).",
    ),
    steps="""\
The checkpoint brings back the LR for update 3. Then `LambdaLR` is built, and building sets its
counter to 0 and the LR to base LR · ramp(0): **{answer}**. (The base LR is the `initial_lr` in the
checkpoint, 0.1.) The warmup starts over. Loading the scheduler's own state after building it is
what was forgotten.""",
    quick_check="A checkpoint needs the scheduler: its counter is nowhere else.",
    misconceptions=(
        Misconception(
            "goes-on",
            "{believed} is what the run needed, and what the checkpoint says. Building the "
            "scheduler overwrites it.",
            program.edited(
                BUILD,
                "scheduler = LambdaLR(optimizer, ramp)\noptimizer.load_state_dict(checkpoint)",
            ),
        ),
        Misconception(
            "compounds",
            "{believed} would be the saved LR times 1/5. `LambdaLR` multiplies the *base* LR, "
            "which the optimizer keeps as `initial_lr`.",
            program.edited(
                BUILD,
                BUILD
                + "\noptimizer.param_groups[0]['lr'] = checkpoint['param_groups'][0]['lr'] / 5",
            ),
        ),
        Misconception(
            "full-lr",
            "{believed} is the `lr` that the new optimizer was given. The scheduler, once built, "
            "sets another.",
            program.edited(BUILD, ""),
        ),
        Misconception(
            "last-used",
            "{believed} is the LR that update 2 used, the last before the break.",
            program.edited(BUILD, "optimizer.param_groups[0]['lr'] = 0.1 * ramp(2)"),
        ),
    ),
)
