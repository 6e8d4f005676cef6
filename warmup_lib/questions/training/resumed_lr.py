"""Which LR does a run use that is taken up without the scheduler's state?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP = 0.1, 5
WORDS = {5: "five", 8: "eight", 10: "ten", 20: "twenty"}


def program_text() -> None:
    def ramp(update: int) -> float:
        return min((update + 1) / WARMUP, 1.0)

    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=BASE_LR)
    scheduler = LambdaLR(optimizer, ramp)
    for _ in range(3):
        weight.sum().backward()
        optimizer.step()
        scheduler.step()
    checkpoint = optimizer.state_dict()

    # ... a new process: the same weight, a new optimizer and scheduler ...
    optimizer = torch.optim.SGD([weight], lr=BASE_LR)
    optimizer.load_state_dict(checkpoint)
    scheduler = LambdaLR(optimizer, ramp)
    print(f"Update 3 uses {optimizer.param_groups[0]['lr']:.4g}")


BUILD = "optimizer.load_state_dict(checkpoint)\nscheduler = LambdaLR(optimizer, ramp)"
LR = "optimizer.param_groups[0]['lr']"


def question(base_lr: float = BASE_LR, warmup: int = WARMUP) -> Predict:
    program = Program.of(program_text, BASE_LR=base_lr, WARMUP=warmup)
    return Predict(
        title="After the break",
        prompt=f"A warmup over {WORDS[warmup]} updates is interrupted after three. The model and "
        "the optimizer are restored, the scheduler is built anew. Which learning rate does the "
        "next update use?",
        program=program,
        line="Update 3",
        difficulty="core",
        seen_in="[lightly-train, PR 301](https://github.com/lightly-ai/lightly-train/pull/301)",
        holds="It is the LR that stands in the optimizer once the new scheduler is built.",
        hints=(
            "What does `LambdaLR` do at the moment in which it is built?",
            "The checkpoint holds the LR that came next, but something is run after it is loaded.",
            "A new `LambdaLR` starts its counter at 0, and sets the LR to the base LR times "
            "ramp(0).",
        ),
        steps=f"""\
The checkpoint brings back the LR for update 3. Then `LambdaLR` is built, and building sets its
counter to 0 and the LR to base LR · ramp(0): **{{answer}}**. (The base LR is the `initial_lr` in
the checkpoint, {base_lr}.) The warmup starts over. Loading the scheduler's own state after building
it is what was forgotten.""",
        quick_check="A checkpoint needs the scheduler: its counter is nowhere else.",
        misconceptions=(
            Misconception(
                "goes-on",
                "{believed} is what the run needed, and what the checkpoint says. Building the "
                "scheduler overwrites it.",
                program.edited(
                    BUILD,
                    "scheduler = LambdaLR(optimizer, ramp)\noptimizer.load_state_dict(checkpoint)",
                ),
            ),
            Misconception(
                "compounds",
                f"{{believed}} would be the saved LR times 1/{warmup}. `LambdaLR` multiplies the "
                "*base* LR, which the optimizer keeps as `initial_lr`.",
                program.edited(
                    BUILD, f"{BUILD}\n{LR} = checkpoint['param_groups'][0]['lr'] / {warmup}"
                ),
            ),
            Misconception(
                "full-lr",
                "{believed} is the `lr` that the new optimizer was given. The scheduler, once "
                "built, sets another.",
                program.edited(BUILD, ""),
            ),
            Misconception(
                "last-used",
                "{believed} is the LR that update 2 used, the last before the break.",
                program.edited(BUILD, f"{LR} = {base_lr} * ramp(2)"),
            ),
            Misconception(
                "one-step-on",
                "{believed} needs a counter of 1. Building the scheduler sets it to 0, and "
                "`scheduler.step()` has not been called since.",
                program.edited(BUILD, f"{BUILD}\n{LR} = {base_lr} * ramp(1)"),
            ),
            Misconception(
                "starts-at-zero",
                "{believed} would be a ramp that starts at 0. What does `ramp(0)` give?",
                program.edited(f"(update + 1) / {warmup}", f"update / {warmup}"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4, 0.5), warmup=(5, 8, 10, 20))
