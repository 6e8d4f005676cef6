"""Which LRs train where ReduceLROnPlateau runs during the warmup?"""

import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR, ReduceLROnPlateau

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, START, STEPS, PATIENCE = 0.1, 0.2, 4, 1
LOSSES = [2.3, 2.3, 2.3, 2.1, 1.9, 1.7, 1.5]


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    warmup = LinearLR(optimizer, start_factor=START, total_iters=STEPS)
    plateau = ReduceLROnPlateau(optimizer, factor=0.5, patience=PATIENCE)

    for epoch, loss in enumerate(LOSSES):
        print(f"Epoch {epoch}: lr {optimizer.param_groups[0]['lr']:.4g}")
        # ... the updates of this epoch, then its validation loss ...
        optimizer.step()
        warmup.step()
        plateau.step(loss)


PRINT = "    print(f\"Epoch {epoch}: lr {optimizer.param_groups[0]['lr']:.4g}\")\n"


def question(base_lr: float = BASE_LR, ramp: tuple[float, int] = (START, STEPS)) -> Predict:
    start, steps = ramp
    epochs, cut = steps + 3, PATIENCE + 1

    def still_until(last: int) -> list[float]:
        return [round(2.3 - 0.2 * max(epoch - last, 0), 1) for epoch in range(epochs)]

    losses = still_until(cut)
    program = Program.of(
        loop, BASE_LR=base_lr, START=start, STEPS=steps, PATIENCE=PATIENCE, LOSSES=losses
    )
    from_base = Program(program.source, {**program.names, "LambdaLR": LambdaLR})
    linear = f"LinearLR(optimizer, start_factor={start}, total_iters={steps})"
    equation = f"{start} + {1 - start} * min(t / {steps}, 1)"
    height = f"{base_lr * (1 - start) / steps:.4g}"
    lr = "optimizer.param_groups[0]['lr']"
    return Predict(
        title="A plateau in the warmup",
        prompt=f"""\
In a warmup the LR is small, and so the loss may hardly move. Here it stands still through epoch
{cut} and falls after that. Which learning rates do the {epochs} epochs train with?""",
        program=program,
        difficulty="hard",
        seen_in="[pytorch-lr-scheduler, issue 3]"
        "(https://github.com/sooftware/pytorch-lr-scheduler/issues/3), "
        "[Lightning, issue 10759](https://github.com/Lightning-AI/pytorch-lightning/issues/10759)",
        holds="Each is what `optimizer.param_groups[0]['lr']` was when that epoch was trained.",
        hints=(
            "`plateau` does not know of a warmup. After which epoch has the loss not got better "
            "for more than one epoch?",
            "`LinearLR` computes its next LR from the one that it finds in the optimizer. What "
            "does a halved LR do to the rest of the ramp?",
            f"`plateau` halves the LR at the end of epoch {cut}, after `warmup` has raised it. "
            "From there on every LR is half of what was meant.",
        ),
        steps=f"""\
The loss of epoch 0 is the best so far. `plateau` bears one epoch without progress, and epoch {cut}
is one too many. At its end `warmup` raises the LR as planned, and `plateau` halves it. `LinearLR`
multiplies the LR that it finds, so the ramp goes on at half its height and ends at half the base
LR, for ever: **{{answer}}**. Step `plateau` only once the warmup is over, and do so by hand:
`SequentialLR` refuses a `ReduceLROnPlateau`.""",
        quick_check="Call `plateau.step(loss)` only once the warmup is over.",
        misconceptions=(
            Misconception(
                "waits-for-the-ramp",
                "In your run `plateau` leaves no trace: as if it waited until the warmup is over, "
                "or the warmup wrote over its cut. It counts every loss that it is given, and "
                "`LinearLR` multiplies the LR that it finds.",
                program.edited("plateau.step(loss)", "pass"),
            ),
            Misconception(
                "forgets-the-cut",
                "You let the next step of the warmup undo the cut. That is what a `LambdaLR` does, "
                "which computes from the base LR; `LinearLR` multiplies the LR that it finds.",
                from_base.edited(linear, f"LambdaLR(optimizer, lambda t: {equation})"),
            ),
            Misconception(
                "patience-one-short",
                "You cut the LR with every epoch that brings no progress. One such epoch may "
                "pass, and the cut comes with the next.",
                program.edited(f"patience={PATIENCE}", f"patience={PATIENCE - 1}"),
            ),
            Misconception(
                "cuts-one-early",
                f"You cut the LR once, at the end of epoch {cut - 1}. By then one epoch has "
                "brought no progress, and `patience` bears as many.",
                program.edited(f"patience={PATIENCE}", f"patience={PATIENCE - 1}").edited(
                    f"{losses}", f"{still_until(cut - 1)}"
                ),
            ),
            Misconception(
                "adds-equal-steps",
                f"You let each step of the warmup add {height}, before and after the cut. "
                "`LinearLR` does not add: it multiplies the LR that it finds.",
                program.edited(
                    "    warmup.step()", f"    if epoch < {steps}:\n        {lr} += {height}"
                ),
            ),
            Misconception(
                "adds-until-the-base-lr",
                f"You let the warmup add {height} after each epoch until it is at the base LR. "
                "`LinearLR` multiplies the LR that it finds, and does not ask how far it has come.",
                program.edited("warmup.step()", f"{lr} = min({lr} + {height}, {base_lr})"),
            ),
            Misconception(
                "ends-the-ramp",
                "You let the cut end the warmup. `warmup` is stepped after every epoch, before and "
                "after the cut.",
                program.edited(
                    "    warmup.step()", f"    if epoch <= {cut}:\n        warmup.step()"
                ),
            ),
            Misconception(
                "cut-in-place-of-a-step",
                f"You halve the LR of epoch {cut} itself. At its end `warmup` raises the LR first, "
                "and then `plateau` halves what it finds.",
                program.edited(
                    "    warmup.step()", f"    if epoch != {cut}:\n        warmup.step()"
                ),
            ),
            Misconception(
                "reads-the-next",
                "You give each epoch the LR that is set at its end. It trains with the one that "
                "was set before it.",
                program.edited(PRINT, "").edited(
                    "    plateau.step(loss)", "    plateau.step(loss)\n" + PRINT.rstrip("\n")
                ),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(
    question,
    base_lr=(0.1, 0.2, 0.4, 0.8),
    ramp=((0.2, 4), (0.4, 6), (0.25, 6), (0.5, 5), (0.1, 6)),
)
