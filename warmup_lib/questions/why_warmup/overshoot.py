"""One step of gradient descent where the loss is steep."""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def steep() -> None:
    lr = 0.1
    weight = 1.0
    for update in range(3):
        gradient = 30 * weight  # of the loss 15 * weight ** 2
        weight = weight - lr * gradient
        print(f"after update {update}: weight {weight:.2f}")


program = Program.of(steep)

QUESTION = Predict(
    title="Too steep for the step",
    prompt="The loss is `15 * weight ** 2`, lowest at 0. Which weight stands on the line that "
    "starts with `after update 1`, after two updates?",
    program=program,
    line="after update 1",
    difficulty="core",
    holds="It is what two updates along the gradient make of 1.0.",
    hints=(
        "Work out the first update: where does it land?",
        "The gradient at 1.0 is 30. A tenth of it is taken away.",
        "Each update multiplies the weight by 1 − 0.1 · 30, that is by −2.",
    ),
    steps="""\
Each update takes 0.1 · 30 = 3 times the weight away from it, so it multiplies the weight by −2:
1, −2, and then **{answer}**. It steps over the lowest point and lands twice as far away, each time
further. With an LR below 2/30 each update would come nearer. The direction was right; the step was
too long.""",
    quick_check="Where the curvature is h, gradient descent comes nearer only below an LR of 2/h.",
    misconceptions=(
        Misconception(
            "always-downhill",
            "{believed} would be a step that stops at the lowest point. Nothing stops it there: "
            "its length is the LR times the gradient.",
            program.edited(
                "weight = weight - lr * gradient", "weight = max(weight - lr * gradient, 0.0)"
            ),
        ),
        Misconception(
            "keeps-the-first-gradient",
            "You use the gradient at 1.0 for the second update as well. At the place where the "
            "first one landed it points the other way.",
            program.edited("30 * weight", "30"),
        ),
        Misconception(
            "one-update",
            "{believed} is the weight after one update. Update 1 is the second.",
            program.edited("range(3)", "range(1)").edited(
                "after update {update}", "after update 1"
            ),
        ),
        Misconception(
            "shrinks-it",
            "{believed} is what a tenth off each time would give. The gradient is 30 times the "
            "weight, not the weight.",
            program.edited("30 * weight", "weight"),
        ),
    ),
)
