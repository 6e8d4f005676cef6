"""Which LRs trained, where a loop sets the LR at the end of each epoch?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def textbook() -> None:
    def schedule(epoch: int) -> float:
        return 0.3 * min(epoch / 5, 1)

    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)

    for epoch in range(4):
        # ... the batches of this epoch, each with ...
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = schedule(epoch)
        print(f"epoch {epoch}: plotted {schedule(epoch):.2f}")


program = Program.of(textbook)
used = program.edited(
    "    optimizer.step()\n", '    print(optimizer.param_groups[0]["lr"])\n    optimizer.step()\n'
).edited('    print(f"epoch {epoch}: plotted {schedule(epoch):.2f}")', "    pass")

QUESTION = Predict(
    title="Plotted, and trained",
    prompt="The book plots `schedule(0)`, `schedule(1)`, … as the learning rates of this run. "
    "Which learning rates did its four epochs *train* with?",
    program=program,
    truth=used,
    difficulty="core",
    holds="Each is what `optimizer.param_groups[0]['lr']` was while that epoch trained.",
    hints=(
        "Had anything set the LR before epoch 0 was trained?",
        "When is `schedule(0)` put into the optimizer, and which epoch trains next?",
        "Epoch 0 uses the `lr` that the optimizer was built with; epoch e uses `schedule(e - 1)`.",
    ),
    steps="""\
The LR is set *after* an epoch, so epoch 0 uses what the optimizer was built with, which is the
peak; epoch 1 uses `schedule(0)`, which is 0, and moves nothing; each later one uses the value that
was plotted one epoch before: **{answer}**. The warmup begins after an epoch at full speed.""",
    quick_check="A plot of the schedule shows the schedule. Record what the optimizer used.",
    misconceptions=(
        Misconception(
            "believes-the-plot",
            "{believed} is what is plotted. Each value reaches the optimizer only once the epoch "
            "that it is plotted at is over.",
            program,
        ),
        Misconception(
            "starts-at-zero",
            "You see that all is one late. But what does the first epoch use, before anything has "
            "been set?",
            used.edited("lr=0.3", "lr=0.0"),
        ),
        Misconception(
            "only-the-first-is-off",
            "The first epoch is right. The others are one late as well: epoch 1 trains with what "
            "was set at the end of epoch 0.",
            used.edited("schedule(epoch)", "schedule(epoch + 1)"),
        ),
    ),
)
