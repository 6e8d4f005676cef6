"""The edge 2/λ: which learning rate is the largest that still goes down?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

SHARPNESS, TRIED = 25, (0.01, 0.03, 0.05, 0.07, 0.09, 0.11)
PRODUCTS = (0.25, 0.75, 1.25, 1.75, 2.25, 2.75)


def loop() -> None:
    shrinks = []
    for lr in TRIED:
        x = 1.0
        for _ in range(200):
            x -= lr * SHARPNESS * x
        if abs(x) < 1:
            shrinks.append(lr)
    print("Largest:", max(shrinks))


TEST = "if abs(x) < 1:"


def question(sharpness: int = SHARPNESS, products: tuple[float, ...] = PRODUCTS) -> Predict:
    """The question where the LRs tried are ``products`` divided by the sharpness."""
    tried = tuple(round(product / sharpness, 6) for product in products)
    program = Program.of(loop, TRIED=tried, SHARPNESS=sharpness)
    above_one = min(lr for lr in tried if lr > 1 / sharpness)
    above_two = min(lr for lr in tried if lr > 2 / sharpness)
    return Predict(
        title="The edge",
        prompt=f"Gradient descent on {sharpness}/2 · x², a valley of sharpness {sharpness}, from "
        "x = 1. Which learning rate is printed?",
        program=program,
        line="Largest",
        difficulty="core",
        holds="It is the largest of those tried under which |x| shrinks.",
        hints=(
            "By which factor does one step multiply x?",
            f"The factor is 1 − {sharpness}·LR. For which LRs is its size below 1?",
            f"The edge is at LR = 2/{sharpness} = {2 / sharpness:g}.",
        ),
        steps=f"""\
One step multiplies x by 1 − {sharpness}·LR. Its size is below 1 as long as {sharpness}·LR < 2, that
is LR < {2 / sharpness:g}. Above 1/{sharpness} = {1 / sharpness:g} the steps overshoot the bottom
and x changes sign at every step, and yet it shrinks. Of the LRs tried the largest below the edge is
**{{answer}}**.""",
        quick_check="Gradient descent stands a sharpness of up to 2/LR.",
        misconceptions=(
            Misconception(
                "no-overshoot-allowed",
                f"{{believed}} is the largest that does not overshoot the bottom, below "
                f"1/{sharpness}. Overshooting by less than it was off before still shrinks x.",
                program.edited(TEST, f"if lr < 1 / {sharpness}:"),
            ),
            Misconception(
                "every-lr-descends",
                "{believed} is the largest tried: you expect every step down the gradient to lower "
                "the loss. A long one lands higher up on the other side.",
                program.edited(TEST, "if True:"),
            ),
            Misconception(
                "exactly-at-the-bottom",
                f"{{believed}} is the first that overshoots, and lands near the bottom in one "
                f"step: 1/{sharpness} is {1 / sharpness:g}. The question is which is the largest "
                "that still shrinks x.",
                program.edited(TEST, f"if lr == {above_one}:"),
            ),
            Misconception(
                "first-above-the-edge",
                "{believed} is beyond the edge, if only just: each step makes x larger.",
                program.edited(TEST, f"if lr == {above_two}:"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    sharpness=(10, 20, 25, 50, 100),
    products=(PRODUCTS, (0.4, 0.8, 1.2, 1.5, 1.8, 2.2, 2.6), (0.3, 0.9, 1.2, 1.6, 2.4, 3.2)),
)
