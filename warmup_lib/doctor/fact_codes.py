"""The codes of facts: true of the run whatever was meant."""

from __future__ import annotations

from warmup_lib.doctor.code import LATER_OR_LOWER, SOONER, Code
from warmup_lib.doctor.findings import Severity, Tier

CODES = (
    Code(
        name="negative-lr",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="An update used a negative learning rate",
        meaning=(
            "It climbs the loss. PyTorch accepts it silently. `OneCycleLR` does it in the one "
            "step that it allows beyond `total_steps`; an uncapped linear decay does it past its "
            "end. Step the schedule once per update and no longer than it is, or cap the decay "
            "with `max(…, 0)`."
        ),
        lesson="07_other_libraries",
        question="why_warmup/overshoot",
        seen_in=("pytorch/pytorch#91765",),
        explains=frozenset({"decay-rebounds", "differs-from-plan"}),
    ),
    Code(
        name="lr-not-finite",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="An update used a learning rate that is NaN or infinite",
        meaning=(
            "The weights are lost from this update on. Look for a division by a warmup or a decay"
            " of 0 updates, or the logarithm of 0, in the schedule."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/off_by_one",
        explains=LATER_OR_LOWER | SOONER,
    ),
    Code(
        name="all-zero",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="Every update used a learning rate of 0",
        meaning=(
            "Nothing was trained. The schedule starts at 0 and never moves: it is not stepped, it"
            " is stepped by a method that ignores the call (timm's `step` with "
            "`t_in_epochs=False` wants `step_update`), or its factor is 0 "
            "(`ConstantLR(factor=0)`)."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/nothing_trains",
        seen_in=("pytorch/pytorch#185006",),
        explains=LATER_OR_LOWER
        | SOONER
        | {"zero-lr-moves-state", "zero-lr-start", "zero-lr-updates"},
    ),
    Code(
        name="no-update",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="No update was made",
        meaning=(
            "Every `optimizer.step()` found all gradients `None`, or was skipped by a GradScaler."
            " Call `loss.backward()` before it, and give the optimizer the parameters of the "
            "model that is trained."
        ),
        lesson="05_training",
        question="training/first_to_move",
        explains=frozenset({"schedule-outruns-updates", "scheduler-before-optimizer"}),
    ),
    Code(
        name="another-optimizer",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="The scheduler drives another optimizer",
        meaning=(
            "The optimizer that trains keeps the learning rate it has. Make the optimizer first, "
            "the scheduler on it, and never make the optimizer anew. The PyPI "
            "`GradualWarmupScheduler` pickles its after-scheduler with a copy of the optimizer, "
            "and drives that ghost after `load_state_dict`."
        ),
        lesson="04_gradual_warmup",
        question="gradual_warmup/after_the_resume",
        seen_in=(
            "ildoonet/pytorch-gradual-warmup-lr#27",
            "hpcaitech/ColossalAI#5119",
        ),
        explains=LATER_OR_LOWER | SOONER | {"last-lr-differs", "lr-edited"},
    ),
    Code(
        name="scheduler-not-resumed",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="The optimizer was resumed, and the scheduler starts again",
        meaning=(
            "The warmup runs a second time in the middle of the training. Save and load "
            "`scheduler.state_dict()` as well; build optimizer and scheduler first, then load "
            "both."
        ),
        lesson="05_training",
        question="training/resume",
        seen_in=(
            "joeynmt #127",
            "lightly-train #301",
            "metatrain #375",
        ),
        explains=LATER_OR_LOWER | {"lr-edited", "lr-not-the-schedulers"},
    ),
    Code(
        name="lr-not-the-schedulers",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="After resuming, the learning rate is not the one that the scheduler holds",
        meaning=(
            "The order was: load the optimizer, make the scheduler, load the scheduler. Its "
            "constructor overwrites the learning rate just loaded; `LinearLR` and `SequentialLR` "
            "then stay too low for ever. Build both first, then load both."
        ),
        lesson="05_training",
        question="training/resumed_lr",
        seen_in=(
            "pytorch/pytorch#65342",
            "pytorch/pytorch#119168",
        ),
        explains=LATER_OR_LOWER,
    ),
    Code(
        name="lr-edited",
        severity=Severity.NOTE,
        tier=Tier.FACT,
        title="Something else than the scheduler changed the learning rate",
        meaning=(
            "Schedulers that multiply what they find (`LinearLR`, `StepLR`, `ExponentialLR`) keep"
            " such an edit for ever; those that compute from the base LR (`LambdaLR`) drop it at "
            "their next step. Scale the learning rate before the scheduler is made."
        ),
        lesson="03_linear_lr",
        question="linear_lr/at_the_base_lr",
        seen_in=("pytorch/pytorch#29697",),
    ),
    Code(
        name="last-lr-differs",
        severity=Severity.WARNING,
        tier=Tier.FACT,
        title="`get_last_lr()` is not the learning rate in use",
        meaning=(
            "What is logged is not what trains. The PyPI `GradualWarmupScheduler` 0.3 freezes it "
            "at the hand-over. Log `optimizer.param_groups[0]['lr']` instead."
        ),
        lesson="04_gradual_warmup",
        question="gradual_warmup/third_epoch",
    ),
    Code(
        name="group-without-schedule",
        severity=Severity.ERROR,
        tier=Tier.FACT,
        title="A parameter group was added that the scheduler does not know",
        meaning=(
            "A scheduler notes the base LRs when it is made. A chainable one (`LinearLR`) "
            "compounds the new group above its base; `LambdaLR` raises. Add all groups first, "
            "with an LR of 0 or frozen parameters if they are to join later, or make a new "
            "scheduler."
        ),
        lesson="05_training",
        question="training/added_later",
        seen_in=("pytorch/pytorch#79888",),
        explains=frozenset({"group-overshoots", "groups-differ"}),
    ),
    Code(
        name="two-schedulers",
        severity=Severity.WARNING,
        tier=Tier.FACT,
        title="Two schedulers take turns on one optimizer, and one overwrites the other",
        meaning=(
            "A scheduler that computes from the base LR (`LambdaLR`, `OneCycleLR`, `CyclicLR`, "
            "warm restarts) forgets what the other one did, or the other one what it did. Join "
            "them: `SequentialLR`, or one schedule of `join(warmup, decay, at=n)`."
        ),
        lesson="03_linear_lr",
        question="linear_lr/chained",
        seen_in=("Noble-Lab/casanovo#249",),
        explains=LATER_OR_LOWER | SOONER,
    ),
    Code(
        name="zero-lr-moves-state",
        severity=Severity.NOTE,
        tier=Tier.FACT,
        title="An update with a learning rate of 0 moved the optimizer's state",
        meaning=(
            "The weights stayed, and Adam's step count and moments did not: its bias correction "
            "is one update ahead. A convention of many libraries, not a bug; it is one update "
            "that trains nothing."
        ),
        lesson="06_why_it_works",
        question="why_it_works/zero_is_not_free",
        seen_in=("EleutherAI/gpt-neox#1373",),
    ),
)
