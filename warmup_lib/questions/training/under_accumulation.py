"""Which LRs are used when the schedule counts accumulated batches?"""

import torch

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP, BATCHES, EVERY = 0.1, 8, 16, 4
UPDATES = 4
WORDS = {3: "three", 4: "four", 5: "five", 8: "eight", 10: "ten"}


def loop() -> None:
    def warmup(update: int) -> float:
        return min((update + 1) / WARMUP, 1.0)

    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)

    for batch in range(BATCHES):
        optimizer.param_groups[0]["lr"] = BASE_LR * warmup(batch)
        model(torch.ones(1, 2)).sum().backward()
        if (batch + 1) % EVERY == 0:
            print(f"update uses {optimizer.param_groups[0]['lr']:.4f}")
            optimizer.step()
            optimizer.zero_grad()


def question(base_lr: float = BASE_LR, warmup: int = WARMUP, every: int = EVERY) -> Predict:
    batches = UPDATES * every
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup, BATCHES=batches, EVERY=every)
    passes = [str(batch) for batch in range(every - 1, batches, every)]
    return Predict(
        title=f"{WORDS[every].capitalize()} batches make an update",
        prompt=f"The gradients of {WORDS[every]} batches are added up to one update, and the "
        f"warmup was to take {WORDS[warmup]} updates. Which four learning rates are printed?",
        program=program,
        difficulty="core",
        seen_in="[accelerate, issue 963](https://github.com/huggingface/accelerate/issues/963)",
        holds="Each value is the LR that one of the four updates uses.",
        hints=(
            "What does `warmup` take its argument for, and what is it given?",
            f"The first update is made in the pass with `batch` {passes[0]}.",
            f"The four updates are made in the passes {', '.join(passes[:-1])} and {passes[-1]}.",
        ),
        steps=f"""\
`warmup` wants the index of the update and is given that of the *batch*. The first update is made in
batch {passes[0]} and uses ({passes[0]} + 1)/{warmup} of the base LR. The second is made in batch
{passes[1]}, for which `warmup` gives {min(2 * every / warmup, 1):.3g}. The updates use
**{{answer}}**. `warmup(batch // {every})` would have taken {WORDS[warmup]} updates, as was
meant.""",
        quick_check="Under accumulation a schedule counts updates, one in k batches.",
        misconceptions=(
            Misconception(
                "counts-updates",
                "{believed} is the warmup that was meant, one step an update. What is `warmup` "
                "given here?",
                program.edited("warmup(batch)", f"warmup(batch // {every})"),
            ),
            Misconception(
                "reads-the-next",
                "{believed} belongs to the pass after each update. The LR is set at the beginning "
                "of the pass.",
                program.edited("warmup(batch)", "warmup(batch + 1)"),
            ),
            Misconception(
                "first-batch-of-the-update",
                "{believed} is what is set when the gradients of an update begin to be added up. "
                "It is set anew in every pass, and `optimizer.step()` uses the last.",
                program.edited("warmup(batch)", f"warmup(batch // {every} * {every})"),
            ),
            Misconception(
                "starts-at-zero",
                "{believed} would be a ramp that starts at 0. `warmup` adds one to its argument.",
                program.edited(f"(update + 1) / {warmup}", f"update / {warmup}"),
            ),
            Misconception(
                "divided-by-the-batches",
                "{believed} divides the LR by the number of batches. Accumulation adds gradients "
                "up and leaves the LR alone.",
                program.edited("['lr']:.4f", f"['lr'] / {every}:.4f"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4), warmup=(8, 10), every=(3, 4, 5))
