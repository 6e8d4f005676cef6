"""What does SequentialLR do at a milestone before the end of the ramp?"""

import torch
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR, LinearLR, SequentialLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    decay = ExponentialLR(optimizer, gamma=0.5)
    scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[4])

    for update in range(8):
        print(f"Update {update}: lr {optimizer.param_groups[0]['lr']:.6f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


program = Program.of(loop)
SEQUENCE = "SequentialLR(optimizer, [warmup, decay], milestones=[4])"


def believed(factor: str) -> Program:
    """The loop as one reads it who takes the sequence for this function of the update."""
    lines = [line for line in program.source.splitlines() if "optimizer, start_f" not in line]
    source = "\n".join(line for line in lines if not line.startswith("decay = "))
    names = {"torch": torch, "LambdaLR": LambdaLR}
    return Program(source, names).edited(SEQUENCE, f"LambdaLR(optimizer, lambda t: {factor})")


QUESTION = Predict(
    title="The hand-over",
    prompt="The milestone is one less than `total_iters`. Which learning rate stands on the line "
    "that starts with `Update 5`?",
    program=program,
    line="Update 5",
    difficulty="core",
    holds="It is what `decay` alone would use at its own second update.",
    hints=(
        "Which update is the first that `decay` decides?",
        "Does `decay` start from where the ramp stands, or from the base LR?",
        "Update 4 is update 0 of `decay`, and runs at the base LR. Then comes one factor of 0.5.",
    ),
    steps="""\
A milestone is the first update of the next scheduler: update 4. That scheduler starts afresh, from
the base LR, whatever the ramp had reached, so update 4 jumps from 0.064 to 0.1. Update 5 comes one
decay later: **{answer}**.""",
    quick_check="A milestone is the next scheduler's update 0, and it starts at the base LR.",
    misconceptions=(
        Misconception(
            "waits-for-the-ramp",
            "{believed} would be right if `decay` took over once the ramp is done. The milestone "
            "decides, and the ramp is not asked.",
            program.edited("milestones=[4]", "milestones=[5]"),
        ),
        Misconception(
            "decays-from-the-ramp",
            "{believed} is half of where the ramp would stand at update 4. `decay` starts from the "
            "base LR, not from there.",
            believed("0.1 + 0.18 * t if t < 5 else 0.82 * 0.5 ** (t - 4)"),
        ),
        Misconception(
            "clock-from-the-start",
            "{believed} would be `decay` on a clock that has run since update 0. It starts at "
            "the milestone.",
            believed("0.1 + 0.18 * t if t < 4 else 0.5**t"),
        ),
    ),
)
