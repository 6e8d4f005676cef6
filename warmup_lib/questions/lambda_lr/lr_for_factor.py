"""What does a lambda do that returns a learning rate instead of a factor?"""

import torch
from torch.optim.lr_scheduler import LambdaLR, MultiplicativeLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

PEAK, WARMUP, UPDATES = 0.2, 4, 8


def loop() -> None:
    peak = PEAK
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=peak)
    scheduler = LambdaLR(optimizer, lambda update: min(peak * (update + 1) / WARMUP, peak))

    for update in range(UPDATES):
        print(f"Update {update}: lr {scheduler.get_last_lr()[0]:.4f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


def question(peak: float = PEAK, warmup: int = WARMUP) -> Predict:
    updates = 2 * warmup
    last = updates - 1
    program = Program.of(loop, PEAK=peak, WARMUP=warmup, UPDATES=updates)
    ramp = f"peak * (update + 1) / {warmup}"
    return Predict(
        title="The end of this warmup",
        prompt=f"Which learning rate stands on the line that starts with `Update {last}`, {warmup} "
        "updates after the warmup?",
        program=program,
        line=f"Update {last}",
        difficulty="core",
        seen_in="[omniverse, issue 82](https://github.com/gao-hongnan/omniverse/issues/82)",
        holds=f"It is the base LR times what the lambda gives for {last}.",
        hints=(
            f"What does the lambda give for {last}?",
            "What does `LambdaLR` do with what the lambda gives?",
            f"The base LR, {peak}, is multiplied by the lambda's value, and that value is {peak} "
            "as well.",
        ),
        steps=f"""\
The lambda gives {peak} for every update from update {warmup - 1} on. `LambdaLR` takes that for a
factor and multiplies the base LR by it: `{peak} * {peak}`. The run goes on at **{{answer}}**, which
is {peak} times what was meant, and no error says so. The lambda must give a factor:
`min((update + 1) / {warmup}, 1.0)`.""",
        quick_check="At the peak the lambda must give 1, whatever the learning rate is.",
        misconceptions=(
            Misconception(
                "lambda-gives-the-lr",
                "You take the lambda's value for the learning rate itself. `LambdaLR` multiplies "
                "the base LR by it.",
                program.edited(f"min({ramp}, peak)", f"min((update + 1) / {warmup}, 1.0)"),
            ),
            Misconception(
                "overlooks-the-cap",
                "{believed} would be right if the ramp went on. This one has a cap, at `peak`.",
                program.edited(f"min({ramp}, peak)", ramp),
            ),
            Misconception(
                "compounds",
                "You let every step multiply the LR that it finds, so that next to nothing is "
                "left. `LambdaLR` starts from the base LR each time.",
                Program(
                    program.source.replace("LambdaLR", "MultiplicativeLR"),
                    {"torch": torch, "MultiplicativeLR": MultiplicativeLR},
                ),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, peak=(0.1, 0.2, 0.3, 0.4, 0.6), warmup=(3, 4, 8))
