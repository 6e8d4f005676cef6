"""What happens to a ramp without a cap once the warmup is over?"""

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP, UPDATES = 0.4, 8, 12


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    scheduler = LambdaLR(optimizer, lambda update: (update + 1) / WARMUP)

    for update in range(UPDATES):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


PRINT = '    print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.2f}")\n'


def question(first_lr: float = 0.05, warmup: int = WARMUP) -> Predict:
    base_lr, updates = round(first_lr * warmup, 6), warmup + 4
    last = updates - 1
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup, UPDATES=updates)
    ramp = f"(update + 1) / {warmup}"
    return Predict(
        title="After the ramp",
        prompt=f"The warmup was to take {warmup} updates, up to the base LR of {base_lr}. Which "
        f"learning rate stands on the line that starts with `Update {last}`?",
        program=program,
        line=f"Update {last}",
        difficulty="core",
        holds=f"It is the LR that update {last} uses.",
        hints=(
            f"What does the lambda give for {warmup - 1}? And for {warmup}?",
            "`LambdaLR` multiplies the base LR by whatever the lambda gives.",
            f"Update {last} uses the base LR times ({last} + 1) / {warmup}.",
        ),
        steps=f"""\
The print comes before both steps here, so the line shows what update {last} uses. `LambdaLR` only
multiplies: it does not know that 1 was meant to be the end. The lambda gives {last + 1}/{warmup}
for {last}, and the LR is **{{answer}}**, and goes on rising. `min({ramp}, 1.0)` would
have stopped it.""",
        quick_check="Put a number far behind the warmup into the lambda: it must give 1.",
        misconceptions=(
            Misconception(
                "caps-by-itself",
                "You expect {believed}, the base LR, as if it were a ceiling. `LambdaLR` "
                "multiplies it by whatever the lambda gives, and this one does not stop at 1.",
                program.edited(ramp, f"min({ramp}, 1.0)"),
            ),
            Misconception(
                "reads-after-step",
                "{believed} is the LR of the update after. This loop prints before it steps.",
                program.edited(PRINT, "").edited(
                    "    scheduler.step()", "    scheduler.step()\n" + PRINT.rstrip("\n")
                ),
            ),
            Misconception(
                "starts-at-zero",
                f"{{believed}} would be {last}/{warmup} of the base LR. The lambda adds one to its "
                "counter first.",
                program.edited(ramp, f"update / {warmup}"),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is what the lambda gives. `LambdaLR` multiplies the base LR by it.",
                program.edited(f"lr={base_lr}", "lr=1.0"),
            ),
            Misconception(
                "starts-again",
                "{believed} would be right if the ramp began anew once it is over. The counter is "
                "never set back.",
                program.edited(ramp, f"(update % {warmup} + 1) / {warmup}"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, first_lr=(0.05, 0.02, 0.03, 0.04), warmup=(5, 6, 8, 10))
