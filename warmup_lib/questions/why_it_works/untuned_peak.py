"""When is the untuned warmup of Adam at its peak?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.schedules import linear_warmup


def loop() -> None:
    betas = (0.9, 0.98)
    n = round(2 / (1 - betas[1]))
    factors = [linear_warmup(n)(update) for update in range(1000)]  # min((update + 1) / n, 1)
    print("First at the peak:", factors.index(1.0))


program = Program.of(loop)
N = "round(2 / (1 - betas[1]))"

QUESTION = Predict(
    title="Without tuning",
    prompt="The untuned warmup of Ma & Yarats for Adam with these β. Which update, counted from 0, "
    "is the first at the peak?",
    program=program,
    line="First at the peak",
    difficulty="core",
    holds="It is the first index whose factor is 1.",
    hints=(
        "How many updates does the ramp take?",
        "1 − β₂ is 0.02.",
        "A ramp of n updates has the indices 0 to n − 1.",
    ),
    steps="""\
The rule gives n = 2 / (1 − 0.98) = 2 / 0.02 updates. (t + 1)/n is 1 for t = n − 1, so the first
update at the peak is **{answer}**. β₁ has no part in it.""",
    quick_check="Untuned: 2 / (1 − β₂) updates; 2000 for Adam's default of 0.999.",
    misconceptions=(
        Misconception(
            "counts-from-one",
            "{believed} is the length of the ramp. Its last update has an index one lower.",
            program.edited("factors.index(1.0)", "factors.index(1.0) + 1"),
        ),
        Misconception(
            "once-the-memory",
            "{believed} would follow from 1 / (1 − β₂). The rule has a 2.",
            program.edited(N, "round(1 / (1 - betas[1]))"),
        ),
        Misconception(
            "beta1",
            "{believed} would follow from β₁, which averages the gradient. The rule is about the "
            "average of its square.",
            program.edited(N, "round(2 / (1 - betas[0]))"),
        ),
    ),
)
