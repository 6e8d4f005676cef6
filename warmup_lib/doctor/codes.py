"""Every finding's code: what it means, how bad it is, and where it is taught.

A code's name is stable: reports, CI settings and SARIF files are keyed by it.

>>> CODES["negative-lr"].severity.value
'error'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warmup_lib.doctor.findings import Severity, Tier

DOCS = "docs/doctor.md"


@dataclass(frozen=True)
class Code:
    """One kind of finding.

    Attributes:
        name: its stable name.
        severity: how bad it is.
        tier: the evidence that its rule needs.
        title: what is wrong, in a few words.
        meaning: what goes on, why it matters, and how to mend it.
        lesson: the stem of the lesson that teaches it.
        question: the question of the bank that asks about it.
        seen_in: real projects that had it, by project and number of the issue or pull request.
        explains: codes that are only consequences of this one, and are not said again.
    """

    name: str
    severity: Severity
    tier: Tier
    title: str
    meaning: str
    lesson: str
    question: str
    seen_in: tuple[str, ...] = ()
    explains: frozenset[str] = frozenset()


_LAMBDA, _LINEAR, _GRADUAL = "02_lambda_lr", "03_linear_lr", "04_gradual_warmup"
_TRAINING, _WHY, _OTHERS = "05_training", "06_why_it_works", "07_other_libraries"
_START = "01_why_warmup"

_LATER_OR_LOWER = frozenset(
    {
        "never-reaches-peak",
        "stuck-at-start",
        "falls-during-warmup",
        "warmup-restarts",
        "warmup-too-long",
        "warmup-too-short",
        "no-warmup",
        "peak-skipped",
        "overshoots-peak",
        "handover-jumps",
        "ramp-not-linear",
        "decay-unfinished",
        "decay-rebounds",
        "falls-after-peak",
        "differs-from-plan",
    }
)
_SOONER = frozenset(
    {
        "warmup-too-short",
        "no-warmup",
        "handover-jumps",
        "ramp-not-linear",
        "decay-ends-early",
        "decay-rebounds",
        "falls-after-peak",
        "stepped-per-update",
        "epoch-length",
        "differs-from-plan",
    }
)

_ALL = (
    Code(
        "negative-lr",
        Severity.ERROR,
        Tier.FACT,
        "An update used a negative learning rate",
        "It climbs the loss. PyTorch accepts it silently. `OneCycleLR` does it in the one step that "
        "it allows beyond `total_steps`; an uncapped linear decay does it past its end. Step the "
        "schedule once per update and no longer than it is, or cap the decay with `max(…, 0)`.",
        _OTHERS,
        "why_warmup/overshoot",
        ("pytorch/pytorch#91765",),
        frozenset({"decay-rebounds", "differs-from-plan"}),
    ),
    Code(
        "lr-not-finite",
        Severity.ERROR,
        Tier.FACT,
        "An update used a learning rate that is NaN or infinite",
        "The weights are lost from this update on. Look for a division by a warmup or a decay of 0 "
        "updates, or the logarithm of 0, in the schedule.",
        _LAMBDA,
        "lambda_lr/off_by_one",
        (),
        _LATER_OR_LOWER | _SOONER,
    ),
    Code(
        "all-zero",
        Severity.ERROR,
        Tier.FACT,
        "Every update used a learning rate of 0",
        "Nothing was trained. The schedule starts at 0 and never moves: it is not stepped, it is "
        "stepped by a method that ignores the call (timm's `step` with `t_in_epochs=False` wants "
        "`step_update`), or its factor is 0 (`ConstantLR(factor=0)`).",
        _LAMBDA,
        "lambda_lr/nothing_trains",
        ("pytorch/pytorch#185006",),
        _LATER_OR_LOWER | _SOONER | {"zero-lr-start", "zero-lr-updates", "zero-lr-moves-state"},
    ),
    Code(
        "no-update",
        Severity.ERROR,
        Tier.FACT,
        "No update was made",
        "Every `optimizer.step()` found all gradients `None`, or was skipped by a GradScaler. Call "
        "`loss.backward()` before it, and give the optimizer the parameters of the model that is "
        "trained.",
        _TRAINING,
        "training/first_to_move",
    ),
    Code(
        "another-optimizer",
        Severity.ERROR,
        Tier.FACT,
        "The scheduler drives another optimizer",
        "The optimizer that trains keeps the learning rate it has. Make the optimizer first, the "
        "scheduler on it, and never make the optimizer anew. The PyPI `GradualWarmupScheduler` pickles "
        "its after-scheduler with a copy of the optimizer, and drives that ghost after "
        "`load_state_dict`.",
        _GRADUAL,
        "gradual_warmup/after_the_resume",
        ("ildoonet/pytorch-gradual-warmup-lr#27", "hpcaitech/ColossalAI#5119"),
        _LATER_OR_LOWER | _SOONER,
    ),
    Code(
        "scheduler-not-resumed",
        Severity.ERROR,
        Tier.FACT,
        "The optimizer was resumed, and the scheduler starts again",
        "The warmup runs a second time in the middle of the training. Save and load "
        "`scheduler.state_dict()` as well; build optimizer and scheduler first, then load both.",
        _TRAINING,
        "training/resume",
        ("joeynmt #127", "lightly-train #301", "metatrain #375"),
        _LATER_OR_LOWER,
    ),
    Code(
        "lr-not-the-schedulers",
        Severity.ERROR,
        Tier.FACT,
        "After resuming, the learning rate is not the one that the scheduler holds",
        "The order was: load the optimizer, make the scheduler, load the scheduler. Its constructor "
        "overwrites the learning rate just loaded; `LinearLR` and `SequentialLR` then stay too low for "
        "ever. Build both first, then load both.",
        _TRAINING,
        "training/resumed_lr",
        ("pytorch/pytorch#65342", "pytorch/pytorch#119168"),
        _LATER_OR_LOWER,
    ),
    Code(
        "lr-edited",
        Severity.NOTE,
        Tier.FACT,
        "Something else than the scheduler changed the learning rate",
        "Schedulers that multiply what they find (`LinearLR`, `StepLR`, `ExponentialLR`) keep such an "
        "edit for ever; those that compute from the base LR (`LambdaLR`) drop it at their next step. "
        "Scale the learning rate before the scheduler is made.",
        _LINEAR,
        "linear_lr/at_the_base_lr",
        ("pytorch/pytorch#29697",),
    ),
    Code(
        "last-lr-differs",
        Severity.WARNING,
        Tier.FACT,
        "`get_last_lr()` is not the learning rate in use",
        "What is logged is not what trains. The PyPI `GradualWarmupScheduler` 0.3 freezes it at the "
        "hand-over. Log `optimizer.param_groups[0]['lr']` instead.",
        _GRADUAL,
        "gradual_warmup/third_epoch",
    ),
    Code(
        "group-without-schedule",
        Severity.ERROR,
        Tier.FACT,
        "A parameter group was added that the scheduler does not know",
        "A scheduler notes the base LRs when it is made. A chainable one (`LinearLR`) compounds the "
        "new group above its base; `LambdaLR` raises. Add all groups first, with an LR of 0 or frozen "
        "parameters if they are to join later, or make a new scheduler.",
        _TRAINING,
        "training/added_later",
        ("pytorch/pytorch#79888",),
        frozenset({"groups-differ", "group-overshoots"}),
    ),
    Code(
        "two-schedulers",
        Severity.WARNING,
        Tier.FACT,
        "Two schedulers take turns on one optimizer, and one overwrites the other",
        "A scheduler that computes from the base LR (`LambdaLR`, `OneCycleLR`, `CyclicLR`, warm "
        "restarts) forgets what the other one did, or the other one what it did. Join them: "
        "`SequentialLR`, or one schedule of `join(warmup, decay, at=n)`.",
        _LINEAR,
        "linear_lr/chained",
        ("Noble-Lab/casanovo#249",),
        _LATER_OR_LOWER | _SOONER,
    ),
    Code(
        "zero-lr-moves-state",
        Severity.NOTE,
        Tier.FACT,
        "An update with a learning rate of 0 moved the optimizer's state",
        "The weights stayed, and Adam's step count and moments did not: its bias correction is one "
        "update ahead. A convention of many libraries, not a bug; it is one update that trains "
        "nothing.",
        _WHY,
        "why_it_works/zero_is_not_free",
        ("EleutherAI/gpt-neox#1373",),
    ),
    Code(
        "scheduler-before-optimizer",
        Severity.WARNING,
        Tier.EVENT,
        "The scheduler was stepped before the first update",
        "The first value of the schedule is never used, and the warmup is one update short. PyTorch "
        "warns of it, once. Call `optimizer.step()` first, then `scheduler.step()`.",
        _LAMBDA,
        "lambda_lr/used_by_updates",
        (),
        _SOONER,
    ),
    Code(
        "stepped-per-micro-batch",
        Severity.ERROR,
        Tier.EVENT,
        "The scheduler is stepped for every micro-batch, and not for every update",
        "With gradients accumulated over k micro-batches the warmup is k times too short. Step the "
        "scheduler where the optimizer is stepped, and count its updates in optimizer steps.",
        _TRAINING,
        "training/under_accumulation",
        ("huggingface/accelerate#963", "huggingface/diffusers#4387"),
        _SOONER,
    ),
    Code(
        "stepped-several-times",
        Severity.ERROR,
        Tier.EVENT,
        "The scheduler is stepped several times after each update",
        "The warmup is as many times too short. Either two places step it (a callback and the loop), "
        "or a wrapper steps it once per process, as accelerate does: then give the schedule's length "
        "times `num_processes`.",
        _TRAINING,
        "lambda_lr/name_the_pace",
        ("huggingface/accelerate#662", "huggingface/diffusers#9633"),
        _SOONER,
    ),
    Code(
        "schedule-outruns-updates",
        Severity.WARNING,
        Tier.EVENT,
        "The scheduler went on although no update was made",
        "A GradScaler skipped the update, or there were no gradients, and `scheduler.step()` was "
        "called all the same; in the first updates, where scalers skip most, these are the warmup's. "
        "Step the scheduler only if the scale did not fall: "
        "`if scaler.get_scale() >= scale_before: scheduler.step()`.",
        _TRAINING,
        "training/first_to_move",
        ("pytorch/pytorch#44511", "Lightning-AI/pytorch-lightning#16228"),
        _SOONER,
    ),
    Code(
        "logged-after-step",
        Severity.WARNING,
        Tier.EVENT,
        "The log shows the learning rate of the next update",
        "It is read after `scheduler.step()`. The training is right, the curve is one update ahead. "
        "Read it before the scheduler is stepped.",
        _LAMBDA,
        "lambda_lr/first_print",
    ),
    Code(
        "logged-lr-differs",
        Severity.WARNING,
        Tier.EVENT,
        "The log shows other learning rates than those in use",
        "It reads another optimizer or parameter group, or a scheduler that does not drive this one. "
        "Log `optimizer.param_groups[g]['lr']` right before `optimizer.step()`.",
        _OTHERS,
        "other_libraries/plotted_not_trained",
    ),
    Code(
        "zero-lr-start",
        Severity.NOTE,
        Tier.PLAN,
        "The first update has a learning rate of 0",
        "It trains nothing. Many libraries do so, and it may be meant: then say `zero_start=yes` in "
        "the plan. Otherwise use (t + 1) / n in place of t / n.",
        _LAMBDA,
        "other_libraries/first_update_zero",
        ("EleutherAI/gpt-neox#1373", "pytorch/torchtitan#1261"),
    ),
    Code(
        "zero-lr-updates",
        Severity.WARNING,
        Tier.PLAN,
        "Several first updates have a learning rate of 0",
        "A schedule that starts at 0 and is stepped once per epoch trains nothing for a whole epoch; "
        "DeepSpeed's `WarmupLR` begins with two zeros. Start at (t + 1) / n, or step per update.",
        _LAMBDA,
        "lambda_lr/cost_of_zero",
        ("volcengine/verl#3674", "deepspeedai/DeepSpeed#5287"),
        frozenset({"warmup-too-long", "stepped-per-epoch", "differs-from-plan"}),
    ),
    Code(
        "no-warmup",
        Severity.ERROR,
        Tier.PLAN,
        "There is no warmup: the first update runs at the peak",
        "The scheduler is not stepped, or drives another optimizer, or was overruled: "
        "`GradualWarmupScheduler(multiplier=1)` of PyPI with a `ReduceLROnPlateau` never warms up.",
        _GRADUAL,
        "gradual_warmup/plateau_warmup",
        ("ildoonet/pytorch-gradual-warmup-lr#19",),
        frozenset({"warmup-too-short", "ramp-not-linear", "falls-after-peak"}),
    ),
    Code(
        "never-reaches-peak",
        Severity.ERROR,
        Tier.PLAN,
        "The peak is never reached",
        "The ramp is divided by one too many, ends too early, or a decay runs during it. Look at the "
        "highest learning rate in the evidence: n/(n+1) of the peak is an off-by-one, a product of two "
        "factors is a decay during the warmup.",
        _START,
        "why_warmup/missed_peak",
        ("Oneflow-Inc/libai#37",),
        frozenset({"ramp-not-linear"}),
    ),
    Code(
        "stuck-at-start",
        Severity.ERROR,
        Tier.PLAN,
        "The learning rate stays where the warmup starts",
        "`LinearLR(total_iters=0)` keeps its start factor for ever, as happens with "
        "`min(1000, len(loader) - 1)` and a loader of one batch; so does a scheduler that is never "
        "stepped.",
        _LINEAR,
        "linear_lr/short_warmup",
        ("pytorch/pytorch#193682",),
    ),
    Code(
        "overshoots-peak",
        Severity.ERROR,
        Tier.PLAN,
        "The learning rate rises above the peak",
        "A factor without a cap goes on rising after the warmup: `min((t + 1) / n, 1.0)`.",
        _LAMBDA,
        "lambda_lr/missing_cap",
        (),
        frozenset({"ramp-not-linear", "falls-after-peak", "decay-rebounds"}),
    ),
    Code(
        "lr-times-base",
        Severity.ERROR,
        Tier.PLAN,
        "The schedule gives learning rates where factors are wanted",
        "`LambdaLR` multiplies the base LR by what the function returns, so the peak becomes the base "
        "LR squared. Return a factor that is 1 at the peak.",
        _LAMBDA,
        "lambda_lr/lr_for_factor",
        ("gao-hongnan/omniverse#82",),
    ),
    Code(
        "handover-overshoots",
        Severity.ERROR,
        Tier.PLAN,
        "At the hand-over the cosine overshoots the peak by 2/(1 + cos(π/T))",
        "`CosineAnnealingLR` multiplies what it finds, and its first step was undone: the PyPI "
        "`GradualWarmupScheduler` hands over like that. Use `SequentialLR`, or this library's "
        "`GradualWarmupScheduler`.",
        _GRADUAL,
        "gradual_warmup/name_the_fault",
        ("deepseek-ai/DeepSpec#32",),
        frozenset({"decay-rebounds", "falls-after-peak"}),
    ),
    Code(
        "handover-dips",
        Severity.ERROR,
        Tier.PLAN,
        "At the hand-over the learning rate dips",
        "Warmup and after-scheduler count from different base LRs: with a multiplier above 1 the "
        "master branch of `GradualWarmupScheduler` falls back to the base LR for one update.",
        _GRADUAL,
        "gradual_warmup/multiplier_two",
        ("ildoonet/pytorch-gradual-warmup-lr#26",),
        frozenset({"falls-after-peak", "decay-rebounds"}),
    ),
    Code(
        "handover-jumps",
        Severity.WARNING,
        Tier.PLAN,
        "At the end of the warmup the learning rate jumps",
        "The hand-over comes before the ramp is done (`milestones` below `total_iters`), or the next "
        "scheduler starts from another base: `OneCycleLR` in a `SequentialLR` overwrites "
        "`initial_lr`. Make milestone and warmup the same number.",
        _LINEAR,
        "linear_lr/name_the_hand_over",
        (),
        frozenset({"never-reaches-peak", "ramp-not-linear", "warmup-too-short"}),
    ),
    Code(
        "peak-skipped",
        Severity.ERROR,
        Tier.PLAN,
        "The schedule falls at the hand-over before the peak was used",
        "The decay's clock ran during the warmup, so it takes over where it would be by then: timm's "
        "default. Say `warmup_prefix=True` and give `t_initial` without the warmup.",
        _OTHERS,
        "other_libraries/highest_lr",
        ("huggingface/pytorch-image-models#1242", "microsoft/Swin-Transformer#278"),
        frozenset({"never-reaches-peak"}),
    ),
    Code(
        "lr-set-after-update",
        Severity.ERROR,
        Tier.PLAN,
        "The first update runs at the peak, and the warmup begins after it",
        "The learning rate is set after the update that it is meant for. In ignite attach the "
        "scheduler to `ITERATION_STARTED`; elsewhere set it before the first `optimizer.step()`.",
        _TRAINING,
        "training/name_the_start",
        ("Lightning-AI/pytorch-lightning#17972", "huggingface/accelerate#2124"),
        frozenset({"no-warmup", "warmup-too-long"}),
    ),
    Code(
        "warmup-restarts",
        Severity.ERROR,
        Tier.PLAN,
        "The warmup begins again",
        "The run was resumed without the scheduler's state. Save and load "
        "`scheduler.state_dict()` beside the optimizer's.",
        _TRAINING,
        "training/name_the_break",
        ("joeynmt #127", "vllm speculators #900"),
        frozenset(
            {"never-reaches-peak", "falls-during-warmup", "falls-after-peak", "decay-rebounds"}
        ),
    ),
    Code(
        "warmup-resets-each-epoch",
        Severity.ERROR,
        Tier.PLAN,
        "The warmup begins again in every epoch",
        "The schedule counts batches within the epoch, so it saws. Count updates over the whole run.",
        _TRAINING,
        "lambda_lr/step_per_batch",
        ("MiniGPT-4 #263",),
        frozenset({"warmup-restarts", "never-reaches-peak", "falls-during-warmup"}),
    ),
    Code(
        "falls-during-warmup",
        Severity.ERROR,
        Tier.PLAN,
        "The learning rate falls during the warmup",
        "Something decays it before the peak: a `ReduceLROnPlateau`, a `StepLR` or another decay that "
        "is stepped beside the warmup. Let the decay begin at the hand-over.",
        _LINEAR,
        "linear_lr/plateau_in_warmup",
        ("Noble-Lab/casanovo#249",),
        frozenset({"never-reaches-peak", "ramp-not-linear", "warmup-too-long"}),
    ),
    Code(
        "warmup-too-short",
        Severity.ERROR,
        Tier.PLAN,
        "The peak is reached too early",
        "The warmup's length is given in another unit than the one it is stepped in, or the "
        "scheduler is stepped more than once per update.",
        _TRAINING,
        "other_libraries/too_fast",
    ),
    Code(
        "warmup-too-long",
        Severity.ERROR,
        Tier.PLAN,
        "The peak is reached too late",
        "The warmup's length is given in another unit than the one it is stepped in.",
        _TRAINING,
        "training/epoch_of_the_peak",
    ),
    Code(
        "stepped-per-epoch",
        Severity.ERROR,
        Tier.PLAN,
        "A schedule that counts updates is stepped once per epoch",
        "The warmup takes as many times too long as an epoch has updates, and mostly never ends. Call "
        "`scheduler.step()` after every update; in Lightning return "
        "`{'scheduler': …, 'interval': 'step'}`.",
        _TRAINING,
        "lambda_lr/name_the_pace",
        ("salesforce/LAVIS#72", "Lightning-Universe/lightning-bolts#716"),
        frozenset({"never-reaches-peak", "warmup-too-long", "ramp-not-linear", "zero-lr-updates"}),
    ),
    Code(
        "stepped-per-update",
        Severity.ERROR,
        Tier.PLAN,
        "A schedule that counts epochs is stepped at every update",
        "The warmup of some epochs is over after as many updates. Step it once per epoch, or give its "
        "lengths in updates.",
        _LAMBDA,
        "lambda_lr/step_per_batch",
        ("Lightning-Universe/lightning-bolts#716",),
        frozenset({"warmup-too-short", "ramp-not-linear"}),
    ),
    Code(
        "epoch-length",
        Severity.WARNING,
        Tier.PLAN,
        "The warmup was counted with another number of updates per epoch",
        "`len(dataset) // batch_size` and `len(loader)` differ by one where the last batch is small "
        "(`drop_last=False`). Take `len(loader)`.",
        _TRAINING,
        "other_libraries/warmup_ratio",
        ("NVIDIA/NeMo#1336",),
        frozenset({"warmup-too-short", "warmup-too-long"}),
    ),
    Code(
        "run-shorter-than-warmup",
        Severity.ERROR,
        Tier.PLAN,
        "The run ends before the warmup does",
        "The peak was never meant to be reached in so few updates. Give the warmup as a share of the "
        "run, and at least one update.",
        _LINEAR,
        "other_libraries/warmup_ratio",
        ("facebookresearch/d2go#19",),
        frozenset({"never-reaches-peak"}),
    ),
    Code(
        "ramp-not-linear",
        Severity.WARNING,
        Tier.PLAN,
        "The ramp is not the line that was meant",
        "The evidence names the first update off the line from the first learning rate to the peak.",
        _LINEAR,
        "linear_lr/as_a_lambda",
    ),
    Code(
        "decay-unfinished",
        Severity.WARNING,
        Tier.PLAN,
        "The run ends before the decay does",
        "The decay was given the length of the whole run, and not what the warmup leaves of it: "
        "`T_max = total - warmup`.",
        _LINEAR,
        "linear_lr/warmup_then_cosine",
        ("UniRL #223",),
    ),
    Code(
        "decay-ends-early",
        Severity.WARNING,
        Tier.PLAN,
        "The decay is over long before the run is",
        "The rest of the run trains at the end LR, mostly 0. Give the decay what the warmup leaves of "
        "the run: `T_max = total - warmup`.",
        _OTHERS,
        "other_libraries/port_total",
    ),
    Code(
        "decay-rebounds",
        Severity.WARNING,
        Tier.PLAN,
        "The learning rate rises again after the decay",
        "`CosineAnnealingLR` goes back up past `T_max`. Give it the updates that the warmup leaves: "
        "`T_max = total - warmup`.",
        _LINEAR,
        "linear_lr/warmup_then_cosine",
        ("UniRL #223",),
    ),
    Code(
        "falls-after-peak",
        Severity.WARNING,
        Tier.PLAN,
        "The learning rate falls where it was to be held",
        "Something decays it after the warmup. Say so in the plan if it is meant.",
        _LINEAR,
        "linear_lr/hand_over",
    ),
    Code(
        "groups-differ",
        Severity.ERROR,
        Tier.PLAN,
        "The parameter groups do not follow one schedule",
        "Each group's LR divided by its own peak should be the same. A list of lambdas, or a warmup "
        "written for `param_groups[0]` alone, leaves the others without.",
        _LAMBDA,
        "lambda_lr/ramp_of_each_group",
        ("deepspeedai/DeepSpeed#7969", "hi-ml #611"),
    ),
    Code(
        "group-overshoots",
        Severity.ERROR,
        Tier.PLAN,
        "A parameter group that joined later rises above the peak",
        "A chainable scheduler multiplies the new group's LR by the rest of the ramp. Add all groups "
        "before the scheduler is made.",
        _TRAINING,
        "training/added_later",
        ("pytorch/pytorch#79888",),
        frozenset({"groups-differ"}),
    ),
    Code(
        "differs-from-plan",
        Severity.WARNING,
        Tier.PLAN,
        "The trace is not the planned schedule",
        "The evidence names the first update that differs, and the shift or the scale that would "
        "explain it.",
        _OTHERS,
        "other_libraries/same_five_numbers",
    ),
)

CODES: Mapping[str, Code] = {code.name: code for code in _ALL}
