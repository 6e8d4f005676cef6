"""One step of gradient descent where the loss is steep."""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

LR, CURVATURE, HALF = 0.1, 30, 15
FURTHER = {3: "twice", 4: "three times", 5: "four times"}


def steep() -> None:
    lr = LR
    weight = 1.0
    for update in range(3):
        gradient = CURVATURE * weight  # of the loss HALF * weight ** 2
        weight = weight - lr * gradient
        print(f"after update {update}: weight {weight:.2f}")


def question(lr: float = LR, times: int = 3) -> Predict:
    """The question where a step takes the weight away ``times`` times over."""
    curvature = round(times / lr)
    program = Program.of(steep, LR=lr, CURVATURE=curvature, HALF=curvature // 2)
    gradient = f"gradient = {curvature} * weight"
    step = "weight = weight - lr * gradient"
    return Predict(
        title="Too steep for the step",
        prompt=f"The loss is `{curvature // 2} * weight ** 2`, lowest at 0. Which weight stands on "
        "the line that starts with `after update 1`, after two updates?",
        program=program,
        line="after update 1",
        difficulty="core",
        holds="It is what two updates along the gradient make of 1.0.",
        hints=(
            "Work out the first update: where does it land?",
            f"The gradient at 1.0 is {curvature}. The LR times that is taken away.",
            f"Each update multiplies the weight by 1 − {lr} · {curvature}, that is by "
            f"−{times - 1}.",
        ),
        steps=f"""\
Each update takes {lr} · {curvature} = {times} times the weight away from it, so it multiplies the
weight by −{times - 1}: 1, −{times - 1}, and then **{{answer}}**. It steps over the lowest point and
lands {FURTHER[times]} as far away, each time further. With an LR below 2/{curvature} each update
would come nearer. The direction was right; the step was too long.""",
        quick_check="Where the curvature is h, gradient descent comes nearer only below an LR of "
        "2/h.",
        misconceptions=(
            Misconception(
                "always-downhill",
                "{believed} would be a step that stops at the lowest point. Nothing stops it "
                "there: its length is the LR times the gradient.",
                program.edited(step, "weight = max(weight - lr * gradient, 0.0)"),
            ),
            Misconception(
                "keeps-the-first-gradient",
                "You use the gradient at 1.0 for the second update as well. At the place where "
                "the first one landed it points the other way.",
                program.edited(gradient, f"gradient = {curvature}"),
            ),
            Misconception(
                "loses-the-sign",
                "You get {believed} by stepping on in the same direction. Past the lowest point "
                "the weight is negative, and so is the gradient.",
                program.edited(gradient, f"gradient = {curvature} * abs(weight)"),
            ),
            Misconception(
                "climbs",
                "{believed} comes of adding the step. The step is taken away: it goes against "
                "the gradient.",
                # Without the third line: the first of three would be held against what is printed,
                # and can be the key.
                program.edited(step, "weight = weight + lr * gradient").edited(
                    "range(3)", "range(2)"
                ),
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
                f"{{believed}} is what two steps of {lr} times the weight would leave. The "
                f"gradient is {curvature} times the weight, not the weight.",
                program.edited(gradient, "gradient = weight"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, lr=(0.05, 0.1, 0.5), times=(3, 4, 5))
