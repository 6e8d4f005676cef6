"""Which LRs does a chain of a constant warmup and a step decay use?"""

import torch
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, LambdaLR, SequentialLR, StepLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, FACTOR, HELD, EVERY, UPDATES = 0.8, 0.1, 4, 3, 8


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    warmup = ConstantLR(optimizer, factor=FACTOR, total_iters=HELD)
    decay = StepLR(optimizer, step_size=EVERY, gamma=0.5)
    scheduler = ChainedScheduler([warmup, decay])

    for update in range(UPDATES):
        print(f"Update {update}: lr {optimizer.param_groups[0]['lr']:.4g}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


CHAIN = "ChainedScheduler([warmup, decay])"


def question(
    base_lr: float = BASE_LR, factor: float = FACTOR, lengths: tuple[int, int] = (HELD, EVERY)
) -> Predict:
    held, every = lengths
    small = f"{base_lr * factor:.4g}"
    program = Program.of(
        loop, BASE_LR=base_lr, FACTOR=factor, HELD=held, EVERY=every, UPDATES=2 * held
    )

    in_sequence = Program(program.source, {**program.names, "SequentialLR": SequentialLR})

    def believed(function: str) -> Program:
        """The loop as one reads it who takes the chain for this function of the update."""
        source = program.source.replace(CHAIN, f"LambdaLR(optimizer, lambda t: {function})")
        lines = [line for line in source.splitlines() if not line.startswith(("warmup", "decay"))]
        return Program("\n".join(lines), {"torch": torch, "LambdaLR": LambdaLR})

    return Predict(
        title="A chain of a warmup and a decay",
        prompt=f"""\
Wanted: {factor} of the base LR for {held} updates, *then* the base LR, halved every {every}
updates. This was written. Which learning rates do the {2 * held} updates use?""",
        program=program,
        difficulty="core",
        seen_in="[Composer, PR 99](https://github.com/mosaicml/composer/pull/99)",
        holds="Each is the base LR times what the warmup and the decay have made of it so far.",
        hints=(
            "Which of the two schedulers does the chain step, and when?",
            f"At update {every} the decay takes its first half. Is the warmup over by then?",
            f"Each multiplies the LR that it finds. At update {held} the warmup divides by its "
            f"{factor} again; nothing sets the LR back to the base LR.",
        ),
        steps=f"""\
The chain steps both, every time. Until update {every} the LR is {small}; there the decay halves it,
though the warmup is not over. At update {held} the warmup takes its factor {factor} away and leaves
what the decay has made of the base LR until then. The updates use **{{answer}}**: none runs at the
base LR.""",
        quick_check="In a chain all schedulers run from update 0: the decay does not wait.",
        misconceptions=(
            Misconception(
                "one-after-the-other",
                "You let the decay start once the warmup is over. That takes a `SequentialLR`: in "
                "a chain both run from update 0 on.",
                in_sequence.edited(
                    CHAIN, f"SequentialLR(optimizer, [warmup, decay], milestones=[{held}])"
                ),
            ),
            Misconception(
                "held-means-held",
                f"You keep the LR at {small} until the warmup is over. The decay halves it in the "
                "meantime, since it multiplies whatever LR it finds.",
                believed(f"{factor} if t < {held} else 0.5 ** (t // {every})"),
            ),
            Misconception(
                "release-sets-the-base-lr",
                "You let the end of the warmup set the LR to the base LR. It takes away its own "
                "factor and no more: what the decay has done stays.",
                believed(
                    f"({factor} if t < {held} else 1) * 0.5 ** (t // {every} - "
                    f"({held} // {every} if t >= {held} else 0))"
                ),
            ),
            Misconception(
                "the-last-wins",
                "You take the decay alone: as if it overwrote the warmup, since it comes last. "
                "It multiplies what the warmup has left.",
                believed(f"0.5 ** (t // {every})"),
            ),
            Misconception(
                "the-first-wins",
                "You take the warmup alone. The decay is stepped as often as the warmup is.",
                believed(f"{factor} if t < {held} else 1"),
            ),
            Misconception(
                "never-lets-go",
                "You see both at work, but keep the warmup's factor for the whole run. It ends "
                f"after {held} steps.",
                believed(f"{factor} * 0.5 ** (t // {every})"),
            ),
            Misconception(
                "held-then-the-base-lr",
                f"You keep the LR at {small} until the warmup is over and then set it to the base "
                "LR, with only the decay's clock running on. Each multiplies the LR that it finds, "
                "at every step.",
                believed(f"{factor} if t < {held} else 0.5 ** (t // {every} - {held} // {every})"),
            ),
            Misconception(
                "decays-one-late",
                f"You see both at work, but halve one update late each time: first at update "
                f"{every + 1}. The decay's first {every} updates are 0 to {every - 1}.",
                believed(f"({factor} if t < {held} else 1) * 0.5 ** (max(t - 1, 0) // {every})"),
            ),
            Misconception(
                "one-step-short",
                f"You see both at work, but let the warmup go at update {held - 1}. It has made "
                f"only {held - 1} of its {held} steps by then.",
                believed(f"({factor} if t < {held - 1} else 1) * 0.5 ** (t // {every})"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    base_lr=(0.8, 0.4, 1.6),
    factor=(0.1, 0.2),
    lengths=((4, 3), (3, 2), (5, 3), (5, 4)),
)
