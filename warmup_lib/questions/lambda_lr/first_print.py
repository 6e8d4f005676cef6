"""What does the loop print as "Epoch 3"?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP = 0.1, 5


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    scheduler = LambdaLR(optimizer, lambda epoch: min((epoch + 1) / WARMUP, 1.0))

    for epoch in range(WARMUP):
        # ... the forward and backward pass of this epoch ...
        optimizer.step()
        scheduler.step()
        print(f"Epoch {epoch + 1}: lr {scheduler.get_last_lr()[0]:.4g}")


STEP = "    scheduler.step()\n"
PRINT = '    print(f"Epoch {epoch + 1}: lr {scheduler.get_last_lr()[0]:.4g}")'


def question(base_lr: float = BASE_LR, warmup: int = WARMUP) -> Predict:
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup)
    prints_first = program.edited(STEP + PRINT, PRINT + "\n" + STEP)
    return Predict(
        title="What is printed as epoch 3",
        prompt="Which learning rate stands on the line that starts with `Epoch 3`?",
        program=program,
        line="Epoch 3",
        difficulty="warm-up",
        seen_in="[ezpz, PR 128](https://github.com/saforem2/ezpz/pull/128)",
        holds="It is the number that the third pass through the loop prints.",
        hints=(
            "The third pass first trains, then steps the scheduler, then prints. Whose learning "
            "rate does it print: its own?",
            "`LambdaLR` calls the lambda with a counter of its own: 0 when it is built, and one "
            "more with every `scheduler.step()`. It has never heard of the loop's `epoch`.",
            "Three steps were taken before the third print, so the lambda was last called with 3.",
        ),
        steps=f"""\
When `LambdaLR` is built it calls the lambda with 0, so the first update uses 1/{warmup} of the base
LR. Every `scheduler.step()` adds one to the counter. The third pass trains with the LR of counter
2; then the counter becomes 3, and only then is the LR printed: `{base_lr} * (3 + 1) / {warmup}`.
The line says **{{answer}}**, which is the LR that the next pass will use.""",
        quick_check="What is printed after `scheduler.step()` belongs to the next update.",
        misconceptions=(
            Misconception(
                "reads-before-step",
                "{believed} is the LR that the third pass trains with. It was in use until "
                "`scheduler.step()`, and the print comes after that.",
                prints_first,
            ),
            Misconception(
                "index-as-count",
                "{believed} is the base LR times the loop's 0-based index over the length. The "
                "lambda adds one to its counter, and the counter is not the loop's index by then.",
                prints_first.edited("(epoch + 1) / ", "epoch / "),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is what the lambda gives. `LambdaLR` multiplies the base LR by it.",
                program.edited(f"lr={base_lr}", "lr=1.0"),
            ),
            Misconception(
                "already-at-the-peak",
                "{believed} is the peak. The counter must come further for that than three steps "
                "have led it.",
                program.edited(f"(epoch + 1) / {warmup}", "(epoch + 1) / 3"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.3, 0.6), warmup=(5, 8, 10))
