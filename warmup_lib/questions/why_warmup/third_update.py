"""Which LR does the third update of a ramp use?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def loop() -> None:
    base_lr = 0.2
    for update in range(6):
        factor = min((update + 1) / 4, 1)
        print(f"update {update}: lr {base_lr * factor:.2f}")


program = Program.of(loop)

QUESTION = Predict(
    title="The third update",
    prompt="Which learning rate does the *third* update of this warmup use?",
    program=program,
    line="update 2",
    difficulty="warm-up",
    holds="It is the base LR times the factor of the third update.",
    hints=(
        "Updates are counted from 0. Which number has the third?",
        "Put that number into the factor: how many fourths is it?",
        "The factor is 3/4. What is that of the base LR?",
    ),
    steps="""\
The third update has the index 2, and its factor is (2 + 1) / 4 = 0.75. The learning rate is the
base LR times the factor, 0.2 · 0.75 = **{answer}**.""",
    quick_check="Index t is the (t + 1)th update; LR = base LR · factor.",
    misconceptions=(
        Misconception(
            "index-as-count",
            "{believed} is 2/4 of the base LR. The factor adds one to the index, so that the first "
            "update does not get 0.",
            program.edited("(update + 1) / 4", "update / 4"),
        ),
        Misconception(
            "takes-the-update-called-3",
            "{believed} is what update 3 uses, and that is the fourth: they are counted from 0.",
            program.edited("(update + 1) / 4", "(update + 2) / 4"),
        ),
        Misconception(
            "factor-for-lr",
            "{believed} is the factor. It multiplies the base LR.",
            program.edited("base_lr * factor", "factor"),
        ),
    ),
)
