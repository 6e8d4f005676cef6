"""Which is the highest LR where the decay's clock runs during the warmup?"""

import math

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception


def snippet() -> None:
    def factor(t: int) -> float:
        if t < 5:
            return t / 5
        return 0.5 * (1 + math.cos(math.pi * t / 10))

    lrs = [0.1 * factor(t) for t in range(10)]
    print(f"highest: {max(lrs):.3f}")


program = Program.of(snippet)

QUESTION = Predict(
    title="The highest of ten",
    prompt="This is what timm's `CosineLRScheduler(t_initial=10, warmup_t=5)` does by default, "
    "for a base LR of 0.1. Which learning rate is the highest?",
    program=program,
    line="highest",
    difficulty="core",
    holds="It is the largest of the ten learning rates that the snippet computes.",
    hints=(
        "What does the ramp give for 4, its last?",
        "What does the cosine give for 5, its first? Where is it by then?",
        "cos(π/2) is 0: at 5 the cosine is half over. Compare that with 4/5.",
    ),
    steps="""\
The ramp ends at 4/5. The cosine's clock is `t`, which has run since update 0, so at 5 half of it
is over and it gives 0.5. The highest is the end of the ramp: **{answer}**. The base LR is never
used. With `warmup_prefix=True` the clock is `t - 5`, and update 5 uses all of it.""",
    quick_check="Look for the highest LR that was used. It need not be the one you asked for.",
    misconceptions=(
        Misconception(
            "clock-starts-at-hand-over",
            "You let the cosine start when it takes over. Its clock is `t`, and that has counted "
            "the warmup, too.",
            program.edited("math.pi * t / 10", "math.pi * (t - 5) / 10"),
        ),
        Misconception(
            "where-the-cosine-begins",
            "{believed} is what update 5 uses, where the cosine takes over. Was any LR before it "
            "higher?",
            program.edited("range(10)", "range(5, 10)"),
        ),
        Misconception(
            "one-update-less",
            "{believed} is what update 3 uses. The ramp has one more: `t < 5` holds for 4.",
            program.edited("t < 5", "t < 4").edited("math.pi * t / 10", "math.pi * t / 8"),
        ),
    ),
)
