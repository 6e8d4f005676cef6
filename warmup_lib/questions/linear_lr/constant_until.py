"""Which epochs does a constant warmup hold down?"""

import torch
from torch.optim.lr_scheduler import ConstantLR, LambdaLR, LinearLR

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, FACTOR, HELD, EPOCHS = 0.1, 0.1, 2, 5


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    scheduler = ConstantLR(optimizer, factor=FACTOR, total_iters=HELD)

    for epoch in range(EPOCHS):
        print(f"Epoch {epoch}: lr {optimizer.param_groups[0]['lr']:.4g}")
        # ... the updates of this epoch ...
        optimizer.step()
        scheduler.step()


def question(base_lr: float = BASE_LR, factor: float = FACTOR, held: int = HELD) -> Predict:
    epochs, last = held + 3, held - 1
    program = Program.of(loop, BASE_LR=base_lr, FACTOR=factor, HELD=held, EPOCHS=epochs)
    linear = Program(program.source, {"torch": torch, "LinearLR": LinearLR})

    def believed(function: str) -> Program:
        """The loop as one reads it who takes the scheduler for this function of the epoch."""
        with_lambda = Program(program.source, {"torch": torch, "LambdaLR": LambdaLR})
        return with_lambda.edited(
            f"ConstantLR(optimizer, factor={factor}, total_iters={held})",
            f"LambdaLR(optimizer, lambda epoch: {function})",
        )

    return Predict(
        title="A small factor until epoch N",
        prompt="A form for training settings offers “warmup factor” and “warmup epochs”, and this "
        f"is what it runs for {factor} and {held}. Which learning rates do the {epochs} epochs "
        "train with?",
        program=program,
        difficulty="warm-up",
        holds="The small LR lasts for `total_iters` epochs, and what follows is the base LR.",
        hints=(
            "Which LR is set as `ConstantLR` is built, before any step?",
            "How often must `scheduler.step()` be called for its counter to be `total_iters`?",
            f"Its counter is the number of epochs that are over. It lets go when that is {held}.",
        ),
        steps=f"""\
The counter is 0 in epoch 0 and {last} in epoch {last}: through that epoch {factor} of the base LR
is used. At its end the counter becomes {held}, which is `total_iters`, and the factor is gone:
**{{answer}}**. A jump, no ramp.""",
        quick_check="Constant warmup holds update 0 to `total_iters` − 1 down; then it jumps.",
        misconceptions=(
            Misconception(
                "one-epoch-longer",
                f"You hold epoch {held} down as well. `total_iters` says how many epochs are held, "
                "not which is the last.",
                program.edited(f"total_iters={held}", f"total_iters={held + 1}"),
            ),
            Misconception(
                "one-epoch-shorter",
                f"You let go after epoch {held - 2}. The counter is still {last} in epoch {last}.",
                program.edited(f"total_iters={held}", f"total_iters={last}"),
            ),
            Misconception(
                "ramps",
                "You raise the LR bit by bit, as `LinearLR` does. `ConstantLR` holds it, then lets "
                "go.",
                linear.edited(
                    f"ConstantLR(optimizer, factor={factor}",
                    f"LinearLR(optimizer, start_factor={factor}",
                ),
            ),
            Misconception(
                "never-lets-go",
                "You take the factor to stay for the whole run. It lasts for `total_iters` steps.",
                program.edited(f"total_iters={held}", "total_iters=10**9"),
            ),
            Misconception(
                "factor-is-the-lr",
                "You take the factor for the small LR itself. The small LR is the base LR times "
                "it.",
                program.edited(f"factor={factor}", f"factor={factor / base_lr}"),
            ),
            Misconception(
                "factor-for-lr",
                "{believed} are the factors. The LR is the base LR times them.",
                program.edited(f"lr={base_lr}", "lr=1.0"),
            ),
            Misconception(
                "compounds",
                "You multiply by the factor again in each epoch that is held. `ConstantLR` "
                "multiplies by it once.",
                believed(f"{factor} ** (epoch + 1) if epoch < {held} else 1"),
            ),
            Misconception(
                "base-lr-until-the-first-step",
                "You take epoch 0 to train at the base LR, as if the scheduler did nothing before "
                "its first `step()`. It sets its first LR as it is built.",
                believed(f"{factor} if 1 <= epoch <= {held} else 1"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4), factor=(0.1, 0.05, 0.02), held=(2, 3))
