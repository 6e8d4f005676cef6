"""Which is the highest LR where the decay's clock runs during the warmup?"""

import math

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP, TOTAL = 0.1, 5, 10


def snippet() -> None:
    def factor(t: int) -> float:
        if t < WARMUP:
            return t / WARMUP
        return 0.5 * (1 + math.cos(math.pi * t / TOTAL))

    lrs = [BASE_LR * factor(t) for t in range(TOTAL)]
    print(f"highest: {max(lrs):.3f}")


def question(base_lr: float = BASE_LR, warmup: int = WARMUP) -> Predict:
    total = 2 * warmup
    last = warmup - 1
    program = Program.of(snippet, BASE_LR=base_lr, WARMUP=warmup, TOTAL=total)
    clock = f"math.pi * t / {total}"
    return Predict(
        title=f"The highest of {total}",
        prompt=f"This is what timm's `CosineLRScheduler(t_initial={total}, warmup_t={warmup})` "
        f"does by default, for a base LR of {base_lr}. Which learning rate is the highest?",
        program=program,
        line="highest",
        difficulty="core",
        seen_in="[pytorch-image-models, issue 1242]"
        "(https://github.com/huggingface/pytorch-image-models/issues/1242)",
        holds=f"It is the largest of the {total} learning rates that the snippet computes.",
        hints=(
            f"What does the ramp give for {last}, its last?",
            f"What does the cosine give for {warmup}, its first? Where is it by then?",
            f"cos(π/2) is 0: at {warmup} the cosine is half over. Compare that with "
            f"{last}/{warmup}.",
        ),
        steps=f"""\
The ramp ends at {last}/{warmup}. The cosine's clock is `t`, which has run since update 0, so at
{warmup} half of it is over and it gives 0.5. The highest is the end of the ramp: **{{answer}}**.
The base LR is never used. With `warmup_prefix=True` the clock is `t - {warmup}`, and update
{warmup} uses all of it.""",
        quick_check="Look for the highest LR that was used. It need not be the one you asked for.",
        misconceptions=(
            Misconception(
                "clock-starts-at-hand-over",
                "{believed} is the base LR. It would be used if the cosine were at its top when "
                "it takes over; but its clock is `t`, which has counted the warmup, too.",
                program.edited(clock, f"math.pi * (t - {warmup}) / {total}"),
            ),
            Misconception(
                "where-the-cosine-begins",
                f"{{believed}} is what update {warmup} uses, where the cosine takes over. Was any "
                "LR before it higher?",
                program.edited(f"range({total})", f"range({warmup}, {total})"),
            ),
            Misconception(
                "one-update-less",
                f"{{believed}} is what update {last - 1} uses. The ramp has one more: "
                f"`t < {warmup}` holds for {last}.",
                program.edited(f"t < {warmup}", f"t < {last}").edited(
                    clock, f"math.pi * t / {2 * last}"
                ),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is the highest *factor*. The learning rates are the base LR times "
                "these.",
                program.edited(f"[{base_lr} * factor(t)", "[factor(t)"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.3, 0.4), warmup=(5, 10, 20))
