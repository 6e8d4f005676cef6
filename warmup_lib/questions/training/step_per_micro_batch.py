"""Which LRs are used when the schedule counts accumulated batches?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    def warmup(update: int) -> float:
        return min((update + 1) / 8, 1.0)

    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    for batch in range(16):
        optimizer.param_groups[0]["lr"] = 0.1 * warmup(batch)
        model(torch.ones(1, 2)).sum().backward()
        if (batch + 1) % 4 == 0:
            print(f"update uses {optimizer.param_groups[0]['lr']:.4f}")
            optimizer.step()
            optimizer.zero_grad()


program = Program.of(loop)

QUESTION = Predict(
    title="Four batches make an update",
    prompt="The gradients of four batches are added up to one update, and the warmup was to take "
    "eight updates. Which four learning rates are printed?",
    program=program,
    difficulty="core",
    holds="Each value is the LR that one of the four updates uses.",
    hints=(
        "What does `warmup` take its argument for, and what is it given?",
        "The first update is made in the pass with `batch` 3.",
        "The four updates are made in the passes 3, 7, 11 and 15.",
    ),
    steps="""\
`warmup` wants the index of the update and is given that of the *batch*. The first update is made in
batch 3 and uses (3 + 1)/8 of the base LR. The second is made in batch 7, at the peak already. The
updates use **{answer}**. `warmup(batch // 4)` would have taken eight updates, as was meant.""",
    quick_check="Under accumulation a schedule counts updates, one in k batches.",
    misconceptions=(
        Misconception(
            "counts-updates",
            "{believed} is the warmup that was meant, one step an update. What is `warmup` given "
            "here?",
            program.edited("warmup(batch)", "warmup(batch // 4)"),
        ),
        Misconception(
            "reads-the-next",
            "{believed} belongs to the pass after each update. The LR is set at the beginning of "
            "the pass.",
            program.edited("warmup(batch)", "warmup(batch + 1)"),
        ),
        Misconception(
            "starts-at-zero",
            "{believed} would be a ramp that starts at 0. `warmup` adds one to its argument.",
            program.edited("(update + 1) / 8", "update / 8"),
        ),
        Misconception(
            "divided-by-the-batches",
            "{believed} divides the LR by the number of batches. Accumulation adds gradients up "
            "and leaves the LR alone.",
            program.edited("['lr']:.4f", "['lr'] / 4:.4f"),
        ),
    ),
)
