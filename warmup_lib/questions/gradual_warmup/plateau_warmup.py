"""Which LRs train, where the copy of the ramp for ReduceLROnPlateau has no case for 1?"""

import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants

BASE_LR, WARMUP, PATIENCE, EPOCHS = 0.1, 4, 1, 8


def loop() -> None:
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=BASE_LR)
    plateau = ReduceLROnPlateau(optimizer, factor=0.5, patience=PATIENCE)
    multiplier, total_epoch, count = 1, WARMUP, 1

    for epoch in range(EPOCHS):
        print(f"Epoch {epoch} trains with {optimizer.param_groups[0]['lr']:.4g}")
        # ... the updates of this epoch, then its validation loss ...
        optimizer.step()
        loss = 1.0
        # ... and now what scheduler.step(metrics=loss) does:
        count += 1
        if count <= total_epoch:
            factor = 1 + (multiplier - 1) * count / total_epoch
            optimizer.param_groups[0]["lr"] = BASE_LR * factor
        else:
            plateau.step(loss)


PRINT = "    print(f\"Epoch {epoch} trains with {optimizer.param_groups[0]['lr']:.4g}\")\n"
FACTOR = "1 + (multiplier - 1) * count / total_epoch"
PLATEAU = "        plateau.step(loss)"
ELSE = f"    else:\n{PLATEAU}"


def question(base_lr: float = BASE_LR, warmup: int = WARMUP, patience: int = PATIENCE) -> Predict:
    epochs = warmup + patience + 3
    program = Program.of(loop, BASE_LR=base_lr, WARMUP=warmup, PATIENCE=patience, EPOCHS=epochs)
    borne = "one epoch" if patience == 1 else f"{patience} epochs"
    usual_ramp = program.edited(FACTOR, "count / total_epoch")
    return Predict(
        title="In front of ReduceLROnPlateau",
        prompt=f"""\
In a well-known implementation, `GradualWarmupScheduler(optimizer, multiplier=1,
total_epoch={warmup}, after_scheduler=plateau)` has a rule of its own for a `ReduceLROnPlateau`.
This loop has it written out; `count` is 1 at first, since a scheduler takes a step as it is built.
The validation loss never changes. Which learning rates do the {epochs} epochs train with?""",
        program=program,
        difficulty="core",
        seen_in="[pytorch-gradual-warmup-lr, issue 19]"
        "(https://github.com/ildoonet/pytorch-gradual-warmup-lr/issues/19)",
        holds="Each is what `optimizer.param_groups[0]['lr']` was when that epoch was trained.",
        hints=(
            "Put 1 for `multiplier` into the line that computes `factor`. What is left of it?",
            "With multiplier 1 `factor` is 1, whatever `count` is. So what is the first thing that "
            "changes the LR?",
            f"The plateau scheduler is first stepped at the end of epoch {warmup - 1}. That loss "
            f"is its best so far; it bears {borne} without progress, and cuts the LR at the next.",
        ),
        steps=f"""\
`1 + (1 - 1) * count / total_epoch` is 1: there is no warmup, and no message. The plateau scheduler
is first stepped at the end of epoch {warmup - 1}, whose loss is the best so far. It bears {borne}
without progress; epoch {warmup + patience} is one too many, and epoch {warmup + patience + 1} is
the first at half the LR: **{{answer}}**.""",
        quick_check="1 + (m − 1) · e / W is 1 throughout for m = 1: no warmup, and no message.",
        misconceptions=(
            Misconception(
                "starts-at-zero",
                "Yours is the ramp from 0 to the base LR that multiplier 1 stands for elsewhere. "
                "This rule computes `factor` in another way: put 1 into it.",
                program.edited(f"lr={base_lr}", "lr=0.0")
                .edited(FACTOR, "(epoch + 1) / total_epoch")
                .edited("count <= total_epoch", "epoch + 1 <= total_epoch"),
            ),
            Misconception(
                "starts-at-zero-cuts-in-time",
                "You read the plateau's part rightly. But yours has a ramp from 0 to the base LR "
                "in front of it: what is `factor` with multiplier 1?",
                program.edited(f"lr={base_lr}", "lr=0.0")
                .edited(FACTOR, "(epoch + 1) / total_epoch")
                .edited("if count <= total_epoch", "if epoch < total_epoch")
                .edited(ELSE, f"    if count > total_epoch:\n{PLATEAU}"),
            ),
            Misconception(
                "starts-too-high",
                f"Yours is a ramp that starts at 2/{warmup} of the base LR, where `count` is once "
                "it has gone up. `factor` is not `count / total_epoch` here.",
                program.edited(f"lr={base_lr}", f"lr={base_lr} * 2 / {warmup}").edited(
                    FACTOR, "min((count + 1) / total_epoch, 1)"
                ),
            ),
            Misconception(
                "from-one-nth",
                f"Yours is a ramp from 1/{warmup} of the base LR. Put 1 for `multiplier` into the "
                "line that computes `factor`: is there a ramp in it?",
                usual_ramp.edited(f"lr={base_lr}", f"lr={base_lr} / {warmup}"),
            ),
            Misconception(
                "usual-ramp-after-one-epoch",
                "You see that the first epoch trains with what the optimizer was built with. But "
                "`factor` is not `count / total_epoch` here.",
                usual_ramp,
            ),
            Misconception(
                "plateau-runs-in-warmup",
                "You let the plateau scheduler see the loss from the first epoch on. It is stepped "
                "only once `count` is past `total_epoch`.",
                program.edited("if count <= total_epoch:", "if False:"),
            ),
            Misconception(
                "patience-one-short",
                f"You cut the LR too early: {borne} without progress may pass, and the cut comes "
                "with the next.",
                program.edited(f"patience={patience}", f"patience={patience - 1}"),
            ),
            Misconception(
                "one-late",
                "Your cut comes one epoch late. Only the first loss that the plateau scheduler "
                "sees is its best so far; all that follow count against its patience.",
                program.edited(f"patience={patience}", f"patience={patience + 1}"),
            ),
            Misconception(
                "reads-the-next",
                "Your cut comes one epoch early. Either you give each epoch the LR that is set at "
                "its end, or you let the plateau scheduler be stepped where `count` is equal to "
                "`total_epoch` already.",
                program.edited(PRINT, "").edited(PLATEAU, f"{PLATEAU}\n{PRINT}"),
            ),
            Misconception(
                "counts-on-after-the-cut",
                "Your first cut is right. But you cut again at the next epoch, as if the epochs "
                "without progress were still counted from before that cut.",
                program.edited(
                    PLATEAU,
                    f"        bad = plateau.num_bad_epochs\n{PLATEAU}\n"
                    "        plateau.num_bad_epochs = max(plateau.num_bad_epochs, bad)",
                ),
            ),
            Misconception(
                "never-cuts",
                "You see that there is no warmup. But the loss never gets better, and in the end "
                "the plateau scheduler loses its patience.",
                program.edited(f"patience={patience}", "patience=100"),
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4, 0.8), warmup=(4, 5), patience=(1, 2))
