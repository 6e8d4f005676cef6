"""Which LR trains the third epoch of the loop that users of this class write?"""

import torch
from torch.optim.lr_scheduler import StepLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.schedulers import GradualWarmupScheduler

BASE_LR, WARMUP = 0.1, 5


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    after = StepLR(optimizer, step_size=10, gamma=0.1)
    scheduler = GradualWarmupScheduler(
        optimizer, multiplier=1, total_epoch=WARMUP, after_scheduler=after
    )

    for epoch in range(1, 20):
        scheduler.step(epoch)
        print(f"Epoch {epoch}: lr {optimizer.param_groups[0]['lr']:.3f}")
        # ... the updates of this epoch ...
        optimizer.step()


def question(base_lr: float = BASE_LR, warmup: int = WARMUP) -> Predict:
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup)
    return Predict(
        title="The third epoch",
        prompt="This loop counts its epochs from 1. Which learning rate stands on the line that "
        "starts with `Epoch 3:`?",
        program=program,
        line="Epoch 3:",
        difficulty="warm-up",
        holds="It is what the optimizer holds once `scheduler.step(3)` has gone to epoch 3 of the "
        "ramp that multiplier 1 stands for.",
        hints=(
            "Where does the ramp start with `multiplier=1`, and where does it end?",
            "`step(epoch)` goes to that epoch. It does not add one.",
            f"Three of the {warmup} steps from 0 to {base_lr} are done.",
        ),
        steps=f"""\
With multiplier 1 the line leads from 0 at epoch 0 to the base LR at epoch {warmup}.
`scheduler.step(3)` goes to epoch 3: `{base_lr} * 3 / {warmup}`, which is **{{answer}}**. Since this
loop calls `step(1)` before it trains for the first time, no epoch is lost at 0.""",
        quick_check="`step(epoch)` before training, from 1: the first epoch trains at 1/W.",
        misconceptions=(
            Misconception(
                "counts-from-zero",
                "{believed} would be the LR of epoch 2. `step(epoch)` goes to the epoch it is "
                "given, and it is given 3.",
                program.edited("scheduler.step(epoch)", "scheduler.step(epoch - 1)"),
            ),
            Misconception(
                "adds-one",
                "{believed} would be the LR of epoch 4. `step(epoch)` does not add one.",
                program.edited("scheduler.step(epoch)", "scheduler.step(epoch + 1)"),
            ),
            Misconception(
                "peak-one-early",
                f"{{believed}} is on a ramp of {warmup - 1} steps. It takes `total_epoch` of them, "
                "counted from epoch 0.",
                program.edited(f"total_epoch={warmup}", f"total_epoch={warmup - 1}"),
            ),
            Misconception(
                "one-means-no-warmup",
                "You take multiplier 1 for “no change”. It is the peak over the base LR; the ramp "
                "to it starts at 0.",
                program.edited("after_scheduler=after", "after_scheduler=after, start=1.0"),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is how much of the base LR epoch 3 gets. An LR is asked for: multiply.",
                program.edited(f"lr={base_lr}", "lr=1.0"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.3, 0.4, 0.5), warmup=(5, 10, 20))
