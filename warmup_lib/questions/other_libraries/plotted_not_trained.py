"""Which LRs trained, where a loop sets the LR at the end of each epoch?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

PEAK, WARMUP = 0.3, 5


def textbook() -> None:
    def schedule(epoch: int) -> float:
        return PEAK * min(epoch / WARMUP, 1)

    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=PEAK)

    for epoch in range(4):
        # ... the batches of this epoch, each with ...
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = schedule(epoch)
        print(f"epoch {epoch}: plotted {schedule(epoch):.2f}")


def question(peak: float = PEAK, warmup: int = WARMUP) -> Predict:
    program = Program.of(textbook, PEAK=peak, WARMUP=warmup)
    used = program.edited(
        "    optimizer.step()\n",
        '    print(optimizer.param_groups[0]["lr"])\n    optimizer.step()\n',
    ).edited('    print(f"epoch {epoch}: plotted {schedule(epoch):.2f}")', "    pass")
    return Predict(
        title="Plotted, and trained",
        prompt="The book plots `schedule(0)`, `schedule(1)`, … as the learning rates of this run. "
        "Which learning rates did its four epochs *train* with?",
        program=program,
        truth=used,
        difficulty="core",
        seen_in="[accelerate, issue 2124](https://github.com/huggingface/accelerate/issues/2124)",
        holds="Each is what `optimizer.param_groups[0]['lr']` was while that epoch trained.",
        hints=(
            "Had anything set the LR before epoch 0 was trained?",
            "When is `schedule(0)` put into the optimizer, and which epoch trains next?",
            "Epoch 0 uses the `lr` that the optimizer was built with; epoch e uses "
            "`schedule(e - 1)`.",
        ),
        steps="""\
The LR is set *after* an epoch, so epoch 0 uses what the optimizer was built with, which is the
peak; epoch 1 uses `schedule(0)`, which is 0, and moves nothing; each later one uses the value that
was plotted one epoch before: **{answer}**. The warmup begins after an epoch at full speed.""",
        quick_check="A plot of the schedule shows the schedule. Record what the optimizer used.",
        misconceptions=(
            Misconception(
                "believes-the-plot",
                "{believed} is what is plotted. Each value reaches the optimizer only once the "
                "epoch that it is plotted at is over.",
                program,
            ),
            Misconception(
                "starts-at-zero",
                "You see that all is one late. But what does the first epoch use, before anything "
                "has been set?",
                used.edited(f"lr={peak}", "lr=0.0"),
            ),
            Misconception(
                "only-the-first-is-off",
                "The first epoch is right. The others are one late as well: epoch 1 trains with "
                "what was set at the end of epoch 0.",
                used.edited("schedule(epoch)", "schedule(epoch + 1)"),
            ),
            Misconception(
                "goes-on-from-zero",
                "The first two epochs are right. Epoch 2 trains with what was set at the end of "
                "epoch 1, and that is not the value plotted at 2.",
                used.edited("schedule(epoch)", "schedule(epoch + (epoch > 0))"),
            ),
            Misconception(
                "one-early",
                "Yours are the values that are plotted one epoch later. No epoch trains with an LR "
                "that is computed only after it.",
                program.edited("{schedule(epoch):.2f}", "{schedule(epoch + 1):.2f}"),
            ),
            Misconception(
                "holds-the-first-lr",
                "You let all epochs train with what the optimizer was built with. At the end of "
                "each epoch the loop writes another LR into it.",
                used.edited("schedule(epoch)", f"{peak}"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, peak=(0.1, 0.2, 0.3, 0.4, 0.5), warmup=(5, 10))
