"""Which LRs does a parameter group use that is added in the middle of a warmup?"""

import torch
from torch.optim.lr_scheduler import LinearLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, ADDED, UPDATES = 0.1, 3, 7


def loop() -> None:
    head = torch.ones(1, requires_grad=True)
    body = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([head], lr=BASE_LR)
    scheduler = LinearLR(optimizer, start_factor=0.1, total_iters=9)

    for update in range(UPDATES):
        if update == ADDED:
            optimizer.add_param_group({"params": [body], "lr": BASE_LR})
        if update >= ADDED:
            print(f"body, update {update}: lr {optimizer.param_groups[1]['lr']:.4g}")
        (head + body).sum().backward()
        optimizer.step()
        scheduler.step()


OF_BODY = "optimizer.param_groups[1]['lr']"
OF_HEAD = "optimizer.param_groups[0]['lr']"


def question(base_lr: float = BASE_LR, added: int = ADDED) -> Predict:
    program = Program.of(loop, BASE_LR=base_lr, ADDED=added, UPDATES=added + 4)
    factor = f"{0.1 * (added + 1):.1g}"
    return Predict(
        title="Added later",
        prompt=f"`head` warms up in steps of a tenth of the base LR: 1/10, 2/10, 3/10, … At update "
        f"{added} the weights of `body` are unfrozen, and added as a second group with the base "
        "LR. Which four learning rates of `body` are printed?",
        program=program,
        difficulty="hard",
        seen_in="[PyTorch, issue 79888](https://github.com/pytorch/pytorch/issues/79888)",
        holds="Each is the LR that stands in the second group when that update is made.",
        hints=(
            "Which LR has `body` at its first update, before any `scheduler.step()` that knows it?",
            "How does `LinearLR` come to the next LR: from the base LR, or from the one that it "
            "finds?",
            f"From update {added} to the next the LR of `head` goes from {added + 1} to "
            f"{added + 2} tenths. By which number was it multiplied?",
        ),
        steps=f"""\
`body` begins at {base_lr}, as it was added. `LinearLR` multiplies the LR of each group that it
finds by factor(t + 1) / factor(t), so that `head` goes from {added + 1}/10 to {added + 2}/10,
{added + 3}/10 and {added + 4}/10. The same quotients take `body` *above* its base LR:
**{{answer}}**. At the end of the ramp it would stand at {base_lr} / {factor}, and stay there.
`StepLR` and `CosineAnnealingLR` do the same; `LambdaLR`, which keeps a base LR for each
group that it was built with, raises a `ValueError` instead.""",
        quick_check="Add every group before the scheduler is built.",
        misconceptions=(
            Misconception(
                "joins-the-ramp",
                "{believed} is the ramp of `head`. Nothing gives `body` the LR of another group.",
                program.edited(OF_BODY, OF_HEAD),
            ),
            Misconception(
                "joins-at-the-next-step",
                "{believed} has the scheduler put `body` on the ramp at its next step. `LinearLR` "
                "does not set an LR, it multiplies the one that it finds.",
                program.edited(OF_BODY, f"({base_lr} if update == {added} else {OF_HEAD})"),
            ),
            Misconception(
                "left-alone",
                "{believed} would be right if the scheduler left the new group alone. `LinearLR` "
                "goes through all groups that the optimizer has.",
                program.edited(OF_BODY, f"{base_lr}"),
            ),
            Misconception(
                "warmup-of-its-own",
                "{believed} would be a warmup that begins when the group is added. The scheduler "
                "has one counter for all groups, and does not go back.",
                program.edited(OF_BODY, f"{base_lr} * (update - {added} + 1) / 10"),
            ),
            Misconception(
                "adds-the-steps",
                "{believed} adds a tenth of the base LR in each step, as `head` gains. `LinearLR` "
                "multiplies.",
                program.edited(OF_BODY, f"{base_lr} * (1 + (update - {added}) / 10)"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4, 0.5), added=(1, 3, 4))
