"""The edge 2/λ: which learning rate is the largest that still goes down?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    shrinks = []
    for lr in (0.01, 0.03, 0.05, 0.07, 0.09, 0.11):
        x = 1.0
        for _ in range(200):
            x -= lr * 25 * x
        if abs(x) < 1:
            shrinks.append(lr)
    print("Largest:", max(shrinks))


program = Program.of(loop)
TEST = "if abs(x) < 1:"

QUESTION = Predict(
    title="The edge",
    prompt="Gradient descent on 25/2 · x², a valley of sharpness 25, from x = 1. Which learning "
    "rate is printed?",
    program=program,
    line="Largest",
    difficulty="core",
    holds="It is the largest of the six under which |x| shrinks.",
    hints=(
        "By which factor does one step multiply x?",
        "The factor is 1 − 25·LR. For which LRs is its size below 1?",
        "The edge is at LR = 2/25 = 0.08.",
    ),
    steps="""\
One step multiplies x by 1 − 25·LR. Its size is below 1 as long as 25·LR < 2, that is LR < 0.08.
Above 1/25 = 0.04 the steps overshoot the bottom and x changes sign at every step, and yet it
shrinks. Of the LRs tried the largest below the edge is **{answer}**.""",
    quick_check="Gradient descent stands a sharpness of up to 2/LR.",
    misconceptions=(
        Misconception(
            "no-overshoot-allowed",
            "{believed} is the largest that does not overshoot the bottom, below 1/25. "
            "Overshooting by less than it was off before still shrinks x.",
            program.edited(TEST, "if lr < 1 / 25:"),
        ),
        Misconception(
            "every-lr-descends",
            "{believed} is the largest tried: you expect every step down the gradient to lower "
            "the loss. A long one lands higher up on the other side.",
            program.edited(TEST, "if True:"),
        ),
        Misconception(
            "exactly-at-the-bottom",
            "{believed} is the one that comes nearest to landing on the bottom in one step. The "
            "question is which is the largest that still shrinks x.",
            program.edited(TEST, "if abs(1 - lr * 25) < 0.3 and lr > 0.04:"),
        ),
        Misconception(
            "first-above-the-edge",
            "{believed} is beyond the edge, if only just: each step makes x larger.",
            program.edited(TEST, "if abs(1 - lr * 25) < 1.3:"),
        ),
    ),
)
