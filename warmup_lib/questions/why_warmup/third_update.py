"""Which LR does the third update of a ramp use?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP, UPDATES = 0.2, 4, 6


def loop() -> None:
    base_lr = BASE_LR
    for update in range(UPDATES):
        factor = min((update + 1) / WARMUP, 1)
        print(f"update {update}: lr {base_lr * factor:.4g}")


def question(base_lr: float = BASE_LR, warmup: int = WARMUP) -> Predict:
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup, UPDATES=warmup + 2)
    ramp = f"(update + 1) / {warmup}"
    return Predict(
        title="The third update",
        prompt="Which learning rate does the *third* update of this warmup use?",
        program=program,
        line="update 2",
        difficulty="warm-up",
        holds="It is the base LR times the factor of the third update.",
        hints=(
            "Updates are counted from 0. Which number has the third?",
            "Put that number into the factor: which fraction is it?",
            f"The factor is 3/{warmup}. What is that of the base LR?",
        ),
        steps=f"""\
The third update has the index 2, and its factor is (2 + 1) / {warmup} = {3 / warmup:g}. The
learning rate is the base LR times the factor, {base_lr} · {3 / warmup:g} = **{{answer}}**.""",
        quick_check="Index t is the (t + 1)th update; LR = base LR · factor.",
        misconceptions=(
            Misconception(
                "index-as-count",
                f"{{believed}} is 2/{warmup} of the base LR. The factor adds one to the index, so "
                "that the first update does not get 0.",
                program.edited(ramp, f"update / {warmup}"),
            ),
            Misconception(
                "takes-the-update-called-3",
                "{believed} is what update 3 uses, and that is the fourth: they are counted from "
                "0.",
                program.edited(ramp, f"(update + 2) / {warmup}"),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is the factor. It multiplies the base LR.",
                program.edited("base_lr * factor", "factor"),
            ),
            Misconception(
                "one-update-too-long",
                f"{{believed}} divides by {warmup + 1}. The program divides by {warmup}.",
                program.edited(ramp, f"(update + 1) / {warmup + 1}"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4, 0.8), warmup=(4, 5, 8, 10))
