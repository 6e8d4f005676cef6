"""Which update is the first that moves a weight?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

EPOCHS, BATCHES, WARMUP = 6, 22, 3


def loop() -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: min(epoch / WARMUP, 1.0))

    moved = []
    for _ in range(EPOCHS):  # epochs
        for _ in range(BATCHES):  # batches
            before = weight.item()
            weight.sum().backward()
            optimizer.step()
            moved.append(weight.item() != before)
        scheduler.step()
    print("First to move:", moved.index(True))


def question(batches: int = BATCHES, warmup: int = WARMUP) -> Predict:
    program = Program.of(loop, EPOCHS=2 * warmup, BATCHES=batches, WARMUP=warmup)
    ramp = f"min(epoch / {warmup}, 1.0)"
    return Predict(
        title="The first update that moves",
        prompt="Which call of `optimizer.step()`, counted from 0, is the first to move the weight?",
        program=program,
        line="First to move",
        difficulty="warm-up",
        seen_in="[gpt-neox, issue 1373](https://github.com/EleutherAI/gpt-neox/issues/1373)",
        holds="It is the index of the first update whose learning rate is not 0.",
        hints=(
            "For which value of the counter does the lambda give 0?",
            "The counter is 0 until the first `scheduler.step()`. How many updates come before it?",
            f"The {batches} updates of the first epoch have the indices 0 to {batches - 1}.",
        ),
        steps=f"""\
The counter is 0 in the whole first epoch, and `min(0 / {warmup}, 1.0)` is 0: updates 0 to
{batches - 1} compute a gradient and multiply it by nothing. The first `scheduler.step()` sets the
LR to 1/{warmup} of the base LR, and the first update that uses it is **{{answer}}**.""",
        quick_check="A factor of 0 lasts until the next `scheduler.step()`, here a whole epoch.",
        misconceptions=(
            Misconception(
                "one-update-only",
                "{believed} would be right if the scheduler were stepped after every update. Here "
                "it stands outside the inner loop.",
                program.edited("    scheduler.step()", "        scheduler.step()"),
            ),
            Misconception(
                "moves-at-once",
                "{believed} would be a ramp that starts above 0. What does this lambda give for 0?",
                program.edited(ramp, f"min((epoch + 1) / {warmup}, 1.0)"),
            ),
            Misconception(
                "counts-from-one",
                "{believed} counts from 1; the first update has the index 0.",
                program.edited("moved.index(True))", "moved.index(True) + 1)"),
            ),
            Misconception(
                "one-early",
                "{believed} is the last update of the first epoch. `scheduler.step()` comes after "
                "it, so it still runs at 0.",
                program.edited("moved.index(True))", "moved.index(True) - 1)"),
            ),
            Misconception(
                "zero-twice",
                "{believed} would take two epochs at 0. The counter is 0 from when `LambdaLR` is "
                "built, and the first `scheduler.step()` makes it 1.",
                program.edited(ramp, f"min(max(epoch - 1, 0) / {warmup}, 1.0)"),
            ),
            Misconception(
                "after-the-warmup",
                "{believed} is the first update at the full base LR. The weight moves before that, "
                "at a smaller one.",
                program.edited(ramp, f"float(epoch >= {warmup})"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, batches=(15, 22, 30, 40, 50), warmup=(3, 4, 5))
