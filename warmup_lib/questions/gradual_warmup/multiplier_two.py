"""Where does a ramp with multiplier 2 start, and where does it end?"""

import torch
from torch.optim.lr_scheduler import LambdaLR  # noqa: F401  # a misconception's program uses it

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.schedulers import GradualWarmupScheduler

BASE_LR, WARMUP, UPDATES = 0.1, 4, 6
PRINT = "    print(f\"Update {update}: lr {optimizer.param_groups[0]['lr']:.3f}\")\n"
STEP = "    scheduler.step()"


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    scheduler = GradualWarmupScheduler(optimizer, multiplier=2, total_epoch=WARMUP)

    for update in range(UPDATES):
        print(f"Update {update}: lr {optimizer.param_groups[0]['lr']:.3f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


def question(base_lr: float = BASE_LR, warmup: int = WARMUP) -> Predict:
    updates = warmup + 2
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup, UPDATES=updates)
    length = f"total_epoch={warmup}"
    scheduler = f"GradualWarmupScheduler(optimizer, multiplier=2, {length})"
    return Predict(
        title="Multiplier 2",
        prompt="Without an `after_scheduler` the peak is held. Which learning rates do the "
        f"{updates} updates use?",
        program=program,
        difficulty="core",
        holds=f"{warmup} equal steps lead from where a ramp with this multiplier starts to where "
        "it ends, and the peak is held behind them.",
        hints=(
            "The multiplier is the peak over the base LR. Which LR is the peak?",
            "With a multiplier above 1 the base LR is where the ramp *starts*.",
            f"{warmup} equal steps lead from {base_lr:g} to {2 * base_lr:g}.",
        ),
        steps=f"""\
A multiplier above 1 was made for large batches: the base LR is what a small batch would use, and
the ramp leads from there to `multiplier` times as much, in `total_epoch` = {warmup} steps. The
updates use **{{answer}}**.""",
        quick_check="Multiplier 1: from 0 to the base LR. Above 1: from the base LR to m times it.",
        misconceptions=(
            Misconception(
                "starts-at-zero",
                "Your ramp starts at 0, which it does with multiplier 1 only.",
                program.edited(length, f"{length}, start=0.0"),
            ),
            Misconception(
                "peak-is-the-base-lr",
                "Your ramp ends at the base LR. That is what multiplier 1 means; this one ends at "
                "twice as much.",
                program.edited("multiplier=2", "multiplier=1"),
            ),
            Misconception(
                "peak-one-early",
                f"Your ramp is at the peak at update {warmup - 1}. It takes `total_epoch` steps, "
                f"and {warmup - 1} steps are one too few.",
                program.edited(length, f"total_epoch={warmup - 1}"),
            ),
            Misconception(
                "peak-one-late",
                f"Your ramp is at the peak at update {warmup + 1} only: it takes a step more than "
                "`total_epoch` says.",
                program.edited(length, f"total_epoch={warmup + 1}"),
            ),
            Misconception(
                "no-ramp",
                "You start at the peak: that is the multiplier without the warmup.",
                program.edited(length, f"{length}, start=2.0"),
            ),
            Misconception(
                "waits-then-jumps",
                "Yours stays at the base LR until the warmup is over and then jumps to the peak. "
                "*Gradual* says that it goes there in equal steps.",
                program.edited(
                    scheduler, f"LambdaLR(optimizer, lambda update: 2 if update >= {warmup} else 1)"
                ),
            ),
            Misconception(
                "multiplies-each-time",
                "Yours is multiplied by 2 with every update. The multiplier is the whole way: the "
                "peak over the base LR.",
                program.edited(scheduler, "LambdaLR(optimizer, lambda update: 2**update)"),
            ),
            Misconception(
                "factor-for-lr",
                "Yours are the factors. Learning rates are asked for: multiply by the base LR.",
                program.edited(f"lr={base_lr}", "lr=1.0"),
            ),
            Misconception(
                "reads-after-step",
                "You give each update the LR that is set behind it. This loop prints, and trains, "
                "before it steps.",
                program.edited(PRINT, "").edited(STEP, f"{STEP}\n{PRINT}"),
            ),
            Misconception(
                "climbs-by-the-multiplier",
                "Your ramp climbs *by* twice the base LR. The multiplier says where it ends, not "
                "how far it climbs.",
                program.edited("multiplier=2", "multiplier=3"),
            ),
            Misconception(
                "no-cap",
                "Your ramp goes on behind `total_epoch`. From there on the peak is held.",
                program.edited(
                    scheduler, f"LambdaLR(optimizer, lambda update: 1 + update / {warmup})"
                ),
            ),
            Misconception(
                "falls-back",
                "Yours falls back to the base LR once the peak is reached. Without an "
                "`after_scheduler` there is nothing that would lower it.",
                program.edited(
                    scheduler,
                    "LambdaLR(optimizer, lambda update: "
                    f"1 + update / {warmup} if update <= {warmup} else 1)",
                ),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.3, 0.4), warmup=(4, 5))
