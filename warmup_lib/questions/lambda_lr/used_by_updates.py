"""Which LRs did the updates of a loop really use?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

FIRST_LR, WARMUP = 0.1, 3
BASE_LR, UPDATES = 0.3, 5


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    scheduler = LambdaLR(optimizer, lambda update: min((update + 1) / WARMUP, 1.0))

    for update in range(UPDATES):
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")


PRINT = '\n    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")'
READ = '    print(optimizer.param_groups[0]["lr"])\n'
FACTOR = "min((update + 1) / {warmup}, 1.0)"


def question(first_lr: float = FIRST_LR, warmup: int = WARMUP) -> Predict:
    base_lr, updates = round(first_lr * warmup, 6), warmup + 2
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup, UPDATES=updates)
    used = program.edited(PRINT, "").edited("    optimizer.step()", READ + "    optimizer.step()")
    return Predict(
        title="What the updates used",
        prompt=f"Which learning rates did the {updates} `optimizer.step()` calls of this loop use? "
        "That is what trained; the log is only what was printed.",
        program=program,
        truth=used,
        difficulty="core",
        seen_in="[ezpz, PR 128](https://github.com/saforem2/ezpz/pull/128)",
        holds="Each value is what `optimizer.param_groups[0]['lr']` was when `optimizer.step()` "
        "ran.",
        hints=(
            "The log starts with the line `Update 0`. Had any update been made before the LR on "
            "that line was set? Which LR did it use?",
            "The first update runs before any `scheduler.step()`: the counter is still 0.",
            "Update t uses the lambda's value at t, times the base LR.",
        ),
        steps=f"""\
Building `LambdaLR` sets the LR for counter 0, and the first `optimizer.step()` uses it. Each
`scheduler.step()` then sets the LR of the next update. So update t uses
`{base_lr} * min((t + 1) / {warmup}, 1)`: **{{answer}}**. The log is the same list, one place
early.""",
        quick_check="To know what was used, read `optimizer.param_groups` before "
        "`optimizer.step()`.",
        misconceptions=(
            Misconception(
                "believes-the-log",
                "{believed} is what the loop prints. Each of those was set after the update it is "
                "printed with; the first update's own LR is never printed.",
                program,
            ),
            Misconception(
                "starts-at-zero",
                "{believed} would be a ramp that starts at 0. This lambda adds one to its counter "
                "before it divides.",
                used.edited(f"(update + 1) / {warmup}", f"update / {warmup}"),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is what the lambda gives. `LambdaLR` multiplies the base LR by it.",
                used.edited(f"lr={base_lr}", "lr=1.0"),
            ),
            Misconception(
                "base-lr-until-the-first-step",
                "You take the first update to run at the base LR, as if the scheduler did nothing "
                "before its first `step()`. It calls the lambda as it is built, too.",
                used.edited(
                    "\nfor update", f'optimizer.param_groups[0]["lr"] = {base_lr}\n\nfor update'
                ),
            ),
            Misconception(
                "overlooks-the-cap",
                "{believed} would be right if the ramp went on. Look at the `min` once more.",
                used.edited(FACTOR.format(warmup=warmup), f"(update + 1) / {warmup}"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, first_lr=(0.1, 0.02, 0.03, 0.05, 0.2), warmup=(3, 4))
