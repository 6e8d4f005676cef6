"""Which of these libraries waste their first update?"""

from warmup_lib import recipes
from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.schedules import Schedule, hold


def option(name: str, text: str, says: str, *schedules: Schedule) -> Claim:
    return Claim(name, text, lambda: all(schedule(0) == 0 for schedule in schedules), says)


QUESTION = Choose(
    title="A first update that moves nothing",
    prompt="""\
Each of these was told to warm up over five, with its defaults for what is not named, and is stepped
after every update. In one of the lists **all three** use a learning rate of 0 for update 0: it
moves no weight, and a model saved after it is the model before it. In which one?""",
    difficulty="warm-up",
    seen_in="[gpt-neox, issue 1373](https://github.com/EleutherAI/gpt-neox/issues/1373), "
    "[verl, issue 3674](https://github.com/verl-project/verl/issues/3674)",
    holds="Each of its three schedules gives 0 for update 0.",
    hints=(
        "The formulas to look for are t / n, which is 0 at t = 0, and (t + 1) / n, which is not.",
        "And some ramps begin at a small start of their own, such as 1/100 of the peak.",
        "In each of the other lists one library wastes nothing: pytorch_warmup begins at 1/n, so "
        "does the Noam schedule, and torchvision's script begins at 1/100.",
    ),
    steps="""\
Run each recipe for t = 0. transformers, optax, timm, Keras, fairseq, ignite, lightning-bolts and
DeepSpeed begin at 0. pytorch_warmup and the Noam schedule use (t + 1) / n, and torchvision's
classification script begins at 1/100. The list without these three is **{answer}**.""",
    quick_check="Ask of every warmup which LR update 0 uses: 0 costs an update, or an epoch.",
    claims=(
        option(
            "all-from-zero",
            "transformers' linear schedule, "
            "optax's `warmup_cosine_decay_schedule(init_value=0.0, …)`, timm's `CosineLRScheduler`",
            "All three are t / n.",
            recipes.transformers_linear(5, 15),
            recipes.optax_cosine(5, 15),
            recipes.timm_cosine(5, 15),
        ),
        option(
            "pytorch-warmup-from-zero",
            "Keras's `CosineDecay(0.0, warmup_target=…)`, fairseq's inverse square root, "
            "pytorch_warmup's `LinearWarmup`",
            "The first two do. But pytorch_warmup counts its updates from 1: its first factor is "
            "1/5.",
            recipes.keras_cosine(5, 10),
            recipes.fairseq_inverse_sqrt(5),
            recipes.pytorch_warmup_linear(5),
        ),
        option(
            "torchvision-from-zero",
            "DeepSpeed's `WarmupLR`, torchvision's classification script with "
            "`--lr-warmup-method linear`, lightning-bolts' `LinearWarmupCosineAnnealingLR`",
            "Two of them do, and DeepSpeed even twice. But torchvision's script takes `LinearLR` "
            "then, from 1/100 of the peak.",
            recipes.deepspeed_log(5),
            recipes.torchvision_classification(5, 15),
            recipes.bolts_cosine(5, 15),
        ),
        option(
            "noam-from-zero",
            "transformers' inverse square root, the Noam schedule, ignite's "
            "`create_lr_scheduler_with_warmup`",
            "Two of them do. But Noam's formula counts its steps from 1: with 0 it would divide "
            "by 0.",
            recipes.transformers_inverse_sqrt(5),
            recipes.noam_lr(5, 512),
            recipes.ignite_warmup(hold(), 5),
        ),
    ),
)
