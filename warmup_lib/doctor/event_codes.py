"""The codes of events: of their order and number."""

from __future__ import annotations

from warmup_lib.doctor.code import LATER_OR_LOWER, SOONER, Code
from warmup_lib.doctor.findings import Severity, Tier

CODES = (
    Code(
        name="scheduler-before-optimizer",
        severity=Severity.WARNING,
        tier=Tier.EVENT,
        title="The scheduler was stepped before the first update",
        meaning=(
            "The first value of the schedule is never used, and the warmup is one update short. "
            "PyTorch warns of it, once. Call `optimizer.step()` first, then `scheduler.step()`."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/used_by_updates",
        explains=SOONER,
    ),
    Code(
        name="stepped-per-micro-batch",
        severity=Severity.ERROR,
        tier=Tier.EVENT,
        title="The scheduler is stepped for every micro-batch, and not for every update",
        meaning=(
            "With gradients accumulated over k micro-batches the warmup is k times too short. "
            "Step the scheduler where the optimizer is stepped, and count its updates in "
            "optimizer steps."
        ),
        lesson="05_training",
        question="training/under_accumulation",
        seen_in=(
            "huggingface/accelerate#963",
            "huggingface/diffusers#4387",
        ),
        explains=LATER_OR_LOWER | SOONER,
    ),
    Code(
        name="stepped-several-times",
        severity=Severity.ERROR,
        tier=Tier.EVENT,
        title="The scheduler is stepped several times after each update",
        meaning=(
            "The warmup is as many times too short. Either two places step it (a callback and the"
            " loop), or a wrapper steps it once per process, as accelerate does: then give the "
            "schedule's length times `num_processes`."
        ),
        lesson="05_training",
        question="lambda_lr/name_the_pace",
        seen_in=(
            "huggingface/accelerate#662",
            "huggingface/diffusers#9633",
        ),
        explains=LATER_OR_LOWER | SOONER,
    ),
    Code(
        name="schedule-outruns-updates",
        severity=Severity.WARNING,
        tier=Tier.EVENT,
        title="The scheduler went on although no update was made",
        meaning=(
            "A GradScaler skipped the update, or there were no gradients, and `scheduler.step()` "
            "was called all the same; in the first updates, where scalers skip most, these are "
            "the warmup's. Step the scheduler only if the scale did not fall: `if "
            "scaler.get_scale() >= scale_before: scheduler.step()`."
        ),
        lesson="05_training",
        question="training/first_to_move",
        seen_in=(
            "pytorch/pytorch#44511",
            "Lightning-AI/pytorch-lightning#16228",
        ),
        explains=LATER_OR_LOWER | SOONER,
    ),
    Code(
        name="logged-after-step",
        severity=Severity.WARNING,
        tier=Tier.EVENT,
        title="The log shows the learning rate of the next update",
        meaning=(
            "It is read after `scheduler.step()`. The training is right, the curve is one update "
            "ahead. Read it before the scheduler is stepped."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/first_print",
    ),
    Code(
        name="logged-lr-differs",
        severity=Severity.WARNING,
        tier=Tier.EVENT,
        title="The log shows other learning rates than those in use",
        meaning=(
            "It reads another optimizer or parameter group, or a scheduler that does not drive "
            "this one. Log `optimizer.param_groups[g]['lr']` right before `optimizer.step()`."
        ),
        lesson="07_other_libraries",
        question="other_libraries/plotted_not_trained",
    ),
)
