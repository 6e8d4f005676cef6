"""Where on its ramp is LinearLR at update 3?"""

import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, START, STEPS = 0.1, 0.2, 5


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    scheduler = LinearLR(optimizer, start_factor=START, total_iters=STEPS)

    for update in range(8):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.3f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


PRINT = '    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.3f}")\n'


def question(base_lr: float = BASE_LR, ramp: tuple[float, int] = (START, STEPS)) -> Predict:
    start, steps = ramp
    step, factor = f"{(1 - start) / steps:.4g}", f"{start + 3 * (1 - start) / steps:.4g}"
    program = Program.of(loop, BASE_LR=base_lr, START=start, STEPS=steps)
    with_lambda = Program(program.source, {"torch": torch, "LambdaLR": LambdaLR})
    linear = f"LinearLR(optimizer, start_factor={start}, total_iters={steps})"
    return Predict(
        title="Up the ramp",
        prompt="Which learning rate stands on the line that starts with `Update 3`?",
        program=program,
        line="Update 3",
        difficulty="warm-up",
        holds="It lies on the line from `start_factor` at update 0 to 1 at update `total_iters`.",
        hints=(
            "Which factor does update 0 use, and which update is the first to use 1?",
            "From `start_factor` to 1 it takes `total_iters` steps of equal size. How big is one?",
            f"The way is {1 - start:.4g} long and has {steps} steps; update 3 comes after three of "
            "them.",
        ),
        steps=f"""\
Update 0 uses the factor {start} and update {steps} the factor 1. One step is
(1 − {start}) / {steps} = {step}. Update 3 has three steps behind it: {start} + 3 · {step} =
{factor} of the base LR, which is **{{answer}}**.""",
        quick_check="LinearLR is at the base LR with update `total_iters`: steps, not updates.",
        misconceptions=(
            Misconception(
                "counts-updates",
                f"{{believed}} would be a ramp of {steps} *updates*, at the base LR with the last "
                "of them. `total_iters` counts the steps between updates, and so many steps lead "
                "one update further.",
                program.edited(f"total_iters={steps}", f"total_iters={steps - 1}"),
            ),
            Misconception(
                "starts-at-zero",
                "{believed} would be a ramp that starts at 0. This one starts at `start_factor`.",
                with_lambda.edited(linear, f"LambdaLR(optimizer, lambda t: min(t / {steps}, 1.0))"),
            ),
            Misconception(
                "one-step-ahead",
                "{believed} is the LR of the update after. This loop prints before it steps.",
                program.edited(PRINT, "").edited(
                    "    scheduler.step()", "    scheduler.step()\n" + PRINT.rstrip("\n")
                ),
            ),
            Misconception(
                "start-factor-only",
                "{believed} is what update 0 uses. The factor rises with every `scheduler.step()`.",
                program.edited(f"total_iters={steps}", "total_iters=10**9"),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is the factor. The LR is the base LR times it.",
                program.edited(f"lr={base_lr}", "lr=1.0"),
            ),
            Misconception(
                "counts-from-one",
                "{believed} is the third LR of the ramp. The loop's first update is called 0, not "
                "1.",
                program.edited("range(8)", "range(1, 9)"),
            ),
            Misconception(
                "ramp-over-the-run",
                "{believed} would be a ramp over the loop's 8 updates. `LinearLR` does not know "
                "how long the loop is; its own length is `total_iters`.",
                program.edited(f"total_iters={steps}", "total_iters=8"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    base_lr=(0.1, 0.2, 0.3, 0.4),
    ramp=((0.2, 5), (0.1, 5), (0.4, 5), (0.5, 5), (0.1, 6), (0.4, 6)),
)
