"""What does SequentialLR do at a milestone before the end of the ramp?"""

import torch
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR, LinearLR, SequentialLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, START, STEPS, MILESTONE, GAMMA, UPDATES = 0.1, 0.1, 5, 4, 0.5, 8


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    warmup = LinearLR(optimizer, start_factor=START, total_iters=STEPS)
    decay = ExponentialLR(optimizer, gamma=GAMMA)
    scheduler = SequentialLR(optimizer, [warmup, decay], milestones=[MILESTONE])

    for update in range(UPDATES):
        print(f"Update {update}: lr {optimizer.param_groups[0]['lr']:.6f}")
        # ... forward and backward pass ...
        optimizer.step()
        scheduler.step()


def question(
    base_lr: float = BASE_LR, ramp: tuple[float, int] = (START, STEPS), gamma: float = GAMMA
) -> Predict:
    start, steps = ramp
    milestone, asked = steps - 1, steps
    program = Program.of(
        loop,
        BASE_LR=base_lr,
        START=start,
        STEPS=steps,
        MILESTONE=milestone,
        GAMMA=gamma,
        UPDATES=steps + 3,
    )
    line = f"{start} + {1 - start} * t / {steps}"
    last_of_ramp = line.replace(" t ", f" {milestone - 1} ")
    before = base_lr * (start + (1 - start) * (milestone - 1) / steps)

    def believed(factor: str) -> Program:
        """The loop as one reads it who takes the sequence for this function of the update."""
        lines = [line for line in program.source.splitlines() if "optimizer, start_f" not in line]
        source = "\n".join(line for line in lines if not line.startswith("decay = "))
        sequence = f"SequentialLR(optimizer, [warmup, decay], milestones=[{milestone}])"
        names = {"torch": torch, "LambdaLR": LambdaLR}
        return Program(source, names).edited(sequence, f"LambdaLR(optimizer, lambda t: {factor})")

    return Predict(
        title="The hand-over",
        prompt="The milestone is one less than `total_iters`. Which learning rate stands on the "
        f"line that starts with `Update {asked}`?",
        program=program,
        line=f"Update {asked}",
        difficulty="core",
        holds=f"By update {asked} `decay` alone decides the LR: by where it starts, and by how "
        "many steps of its own it has made.",
        hints=(
            "Which update is the first that `decay` decides?",
            "Does `decay` start from where the ramp stands, or from the base LR?",
            f"Update {milestone} is update 0 of `decay`, and runs at the base LR. Then comes one "
            f"factor of {gamma}.",
        ),
        steps=f"""\
A milestone is the first update of the next scheduler: update {milestone}. That scheduler starts
afresh, from the base LR, whatever the ramp had reached, so update {milestone} jumps from
{before:.4g} to {base_lr}. Update {asked} comes one decay later: **{{answer}}**.""",
        quick_check="A milestone is the next scheduler's update 0, and it starts at the base LR.",
        misconceptions=(
            Misconception(
                "waits-for-the-ramp",
                "{believed} would be right if `decay` took over once the ramp is done. The "
                "milestone decides, and the ramp is not asked.",
                program.edited(f"milestones=[{milestone}]", f"milestones=[{steps}]"),
            ),
            Misconception(
                "decays-from-the-ramp",
                f"{{believed}} is {gamma} of where the ramp would stand at update {milestone}. "
                "`decay` starts from the base LR, not from there.",
                believed(
                    f"{line} if t < {steps} else ({line.replace(' t ', f' {milestone} ')})"
                    f" * {gamma} ** (t - {milestone})"
                ),
            ),
            Misconception(
                "clock-from-the-start",
                "{believed} would be `decay` on a clock that has run since update 0. It starts at "
                "the milestone.",
                believed(f"{line} if t < {milestone} else {gamma}**t"),
            ),
            Misconception(
                "decays-at-once",
                f"You let update {milestone} be decayed already, so that update {asked} is the "
                "second. The first update of a decay is not decayed.",
                # Without its last lines, since line by line it would show the answer one early.
                believed(f"{line} if t < {milestone} else {gamma} ** (t - {milestone} + 1)").edited(
                    f"range({steps + 3})", f"range({asked + 1})"
                ),
            ),
            Misconception(
                "goes-on-from-the-last-lr",
                f"You let `decay` go on from the last LR of the ramp, {before:.4g}. It does not "
                "look at what the ramp has reached.",
                believed(
                    f"{line} if t < {milestone} else "
                    f"({last_of_ramp}) * {gamma} ** (t - {milestone})"
                ),
            ),
            Misconception(
                "goes-on-and-decays-at-once",
                f"You take the last LR of the ramp, {before:.4g}, and decay it at update "
                f"{milestone} and again at update {asked}. `decay` neither goes on "
                "from there nor decays its own first update.",
                believed(
                    f"{line} if t < {milestone} else "
                    f"({last_of_ramp}) * {gamma} ** (t - {milestone} + 1)"
                ),
            ),
            Misconception(
                "base-lr-as-it-is-built",
                f"You take {base_lr * start:.4g} for the base LR of `decay`, since the ramp had "
                "set that when `decay` was built. A scheduler's base LR is not the LR that it "
                "finds.",
                believed(f"{line} if t < {milestone} else {start} * {gamma} ** (t - {milestone})"),
            ),
            Misconception(
                "base-lr-as-it-is-built-decayed-at-once",
                f"You take {base_lr * start:.4g}, which the ramp had set when `decay` was built, "
                f"for the base LR of `decay`, and let update {milestone} be decayed already. "
                "Neither is so.",
                believed(
                    f"{line} if t < {milestone} else {start} * {gamma} ** (t - {milestone} + 1)"
                ),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} is the factor. The LR is the base LR times it.",
                # Without its last lines, since the first of them may show the answer.
                program.edited(f"lr={base_lr}", "lr=1.0").edited(
                    f"range({steps + 3})", f"range({asked + 1})"
                ),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    base_lr=(0.1, 0.2, 0.3, 0.4),
    ramp=((0.1, 5), (0.2, 5), (0.2, 4), (0.25, 6)),
    gamma=(0.5, 0.8),
)
