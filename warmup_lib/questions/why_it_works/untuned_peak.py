"""When is the untuned warmup of Adam at its peak?"""

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.schedules import linear_warmup

BETAS = (0.9, 0.98)


def loop() -> None:
    betas = BETAS
    n = round(2 / (1 - betas[1]))
    factors = [linear_warmup(n)(update) for update in range(2000)]  # min((update + 1) / n, 1)
    print("First at the peak:", factors.index(1.0))


N = "round(2 / (1 - betas[1]))"


def question(beta1: float = BETAS[0], beta2: float = BETAS[1]) -> Predict:
    program = Program.of(loop, BETAS=(beta1, beta2))
    rest = f"{1 - beta2:g}"
    return Predict(
        title="Without tuning",
        prompt="The untuned warmup of Ma & Yarats for Adam with these β. Which update, counted "
        "from 0, is the first at the peak?",
        program=program,
        line="First at the peak",
        difficulty="core",
        tolerance=1e-4,
        holds="It is the first index whose factor is 1.",
        hints=(
            "How many updates does the ramp take?",
            f"1 − β₂ is {rest}.",
            "A ramp of n updates has the indices 0 to n − 1.",
        ),
        steps=f"""\
The rule gives n = 2 / (1 − {beta2}) = 2 / {rest} updates. (t + 1)/n is 1 for t = n − 1, so the
first update at the peak is **{{answer}}**. β₁ has no part in it.""",
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
                "{believed} would follow from β₁, which averages the gradient. The rule is about "
                "the average of its square.",
                program.edited(N, "round(2 / (1 - betas[0]))"),
            ),
            Misconception(
                "default-beta2",
                "{believed} would follow from Adam's default β₂ of 0.999. Here it is another.",
                program.edited(N, "round(2 / (1 - 0.999))"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, beta1=(0.8, 0.9), beta2=(0.96, 0.98, 0.99, 0.995, 0.998))
