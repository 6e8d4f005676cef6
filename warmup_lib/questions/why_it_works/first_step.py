"""How far does Adam's first update move weights with very different gradients?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

LR, GRADIENTS = 0.1, (0.001, 1.0, 1000.0)


def loop() -> None:
    for gradient in GRADIENTS:
        weight = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.Adam([weight], lr=LR)
        weight.grad = torch.tensor([gradient])
        optimizer.step()
        print(f"moved by {abs(weight.item()):.4f}")


def question(lr: float = LR, gradients: tuple[float, ...] = GRADIENTS) -> Predict:
    program = Program.of(loop, LR=lr, GRADIENTS=gradients)
    step = f"lr={lr})"
    return Predict(
        title="Adam's first step",
        prompt="Three weights, three gradients, one update of Adam each. Which three distances are "
        "printed?",
        program=program,
        difficulty="warm-up",
        holds="Each is how far the first update of Adam moved that weight.",
        hints=(
            "Write down the mean of g and the mean of g² after one gradient, each corrected for "
            "having started at 0.",
            "After one gradient the corrected means are g and g². What is g / √(g²)?",
            f"The quotient is the sign of the gradient, and the LR is {lr}.",
        ),
        steps="""\
After one gradient the corrected means are g and g², so the update is LR · g / √(g²) = LR · sign(g):
the size of the gradient cancels. The three weights move by **{answer}**. (ε, 10⁻⁸, matters only for
gradients that are about as small.)""",
        quick_check="Adam's first update moves every weight that has a gradient by the learning "
        "rate.",
        misconceptions=(
            Misconception(
                "proportional-to-the-gradient",
                "{believed} is LR times gradient, what SGD does. Adam divides by a measure of the "
                "gradient's size.",
                program.edited("optim.Adam(", "optim.SGD("),
            ),
            Misconception(
                "without-the-root",
                "{believed} divides by the mean of g². Adam divides by its root.",
                program.edited("optim.Adam(", "optim.SGD(").edited(
                    "tensor([gradient])", "tensor([1 / gradient])"
                ),
            ),
            Misconception(
                "no-bias-correction",
                "{believed} is 0.1·g / √(0.001·g²) times the LR: both means uncorrected. Adam "
                "divides them by 1 − β for having started at 0.",
                program.edited(step, f"lr={lr} * 0.1 / 0.001**0.5)"),
            ),
            Misconception(
                "damped-by-beta1",
                "{believed} takes the mean of g to be 0.1·g after one gradient. Adam corrects it.",
                program.edited(step, f"lr={lr} * (1 - 0.9))"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    lr=(0.1, 0.2, 0.3, 0.5),
    gradients=((0.001, 1.0, 1000.0), (0.01, 1.0, 100.0), (0.1, 10.0, 1000.0)),
)
