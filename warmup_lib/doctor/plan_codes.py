"""The codes of plans: what was meant, and did not happen."""

from __future__ import annotations

from warmup_lib.doctor.code import Code
from warmup_lib.doctor.findings import Severity, Tier

CODES = (
    Code(
        name="zero-lr-start",
        severity=Severity.NOTE,
        tier=Tier.PLAN,
        title="The first update has a learning rate of 0",
        meaning=(
            "It trains nothing. Many libraries do so, and it may be meant: then say "
            "`zero_start=yes` in the plan. Otherwise use (t + 1) / n in place of t / n."
        ),
        lesson="02_lambda_lr",
        question="other_libraries/first_update_zero",
        seen_in=(
            "EleutherAI/gpt-neox#1373",
            "pytorch/torchtitan#1261",
        ),
    ),
    Code(
        name="zero-lr-updates",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="Several first updates have a learning rate of 0",
        meaning=(
            "A schedule that starts at 0 and is stepped once per epoch trains nothing for a whole"
            " epoch; DeepSpeed's `WarmupLR` begins with two zeros. Start at (t + 1) / n, or step "
            "per update."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/cost_of_zero",
        seen_in=(
            "volcengine/verl#3674",
            "deepspeedai/DeepSpeed#5287",
        ),
        explains=frozenset({"differs-from-plan", "warmup-too-long"}),
    ),
    Code(
        name="no-warmup",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="There is no warmup: the first update runs at the peak",
        meaning=(
            "The scheduler is not stepped, or drives another optimizer, or was overruled: "
            "`GradualWarmupScheduler(multiplier=1)` of PyPI with a `ReduceLROnPlateau` never "
            "warms up."
        ),
        lesson="04_gradual_warmup",
        question="gradual_warmup/plateau_warmup",
        seen_in=("ildoonet/pytorch-gradual-warmup-lr#19",),
        explains=frozenset({"falls-after-peak", "ramp-not-linear", "warmup-too-short"}),
    ),
    Code(
        name="never-reaches-peak",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The peak is never reached",
        meaning=(
            "The ramp is divided by one too many, ends too early, or a decay runs during it. Look"
            " at the highest learning rate in the evidence: n/(n+1) of the peak is an off-by-one,"
            " a product of two factors is a decay during the warmup."
        ),
        lesson="01_why_warmup",
        question="why_warmup/missed_peak",
        seen_in=("Oneflow-Inc/libai#37",),
        explains=frozenset({"ramp-not-linear"}),
    ),
    Code(
        name="stuck-at-start",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The learning rate stays where the warmup starts",
        meaning=(
            "`LinearLR(total_iters=0)` keeps its start factor for ever, as happens with "
            "`min(1000, len(loader) - 1)` and a loader of one batch; so does a scheduler that is "
            "never stepped."
        ),
        lesson="03_linear_lr",
        question="linear_lr/short_warmup",
        seen_in=("pytorch/pytorch#193682",),
    ),
    Code(
        name="overshoots-peak",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The learning rate rises above the peak",
        meaning=(
            "A factor without a cap goes on rising after the warmup: `min((t + 1) / n, 1.0)`."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/missing_cap",
        explains=frozenset({"decay-rebounds", "falls-after-peak", "ramp-not-linear"}),
    ),
    Code(
        name="lr-times-base",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The schedule gives learning rates where factors are wanted",
        meaning=(
            "`LambdaLR` multiplies the base LR by what the function returns, so the peak becomes "
            "the base LR squared. Return a factor that is 1 at the peak."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/lr_for_factor",
        seen_in=("gao-hongnan/omniverse#82",),
    ),
    Code(
        name="handover-overshoots",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="At the hand-over the cosine overshoots the peak by 2/(1 + cos(π/T))",
        meaning=(
            "`CosineAnnealingLR` multiplies what it finds, and its first step was undone: the "
            "PyPI `GradualWarmupScheduler` hands over like that. Use `SequentialLR`, or this "
            "library's `GradualWarmupScheduler`."
        ),
        lesson="04_gradual_warmup",
        question="gradual_warmup/name_the_fault",
        seen_in=("deepseek-ai/DeepSpec#32",),
        explains=frozenset({"decay-rebounds", "falls-after-peak"}),
    ),
    Code(
        name="handover-dips",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="At the hand-over the learning rate dips",
        meaning=(
            "Warmup and after-scheduler count from different base LRs: with a multiplier above 1 "
            "the master branch of `GradualWarmupScheduler` falls back to the base LR for one "
            "update."
        ),
        lesson="04_gradual_warmup",
        question="gradual_warmup/multiplier_two",
        seen_in=("ildoonet/pytorch-gradual-warmup-lr#26",),
        explains=frozenset({"decay-rebounds", "falls-after-peak"}),
    ),
    Code(
        name="handover-jumps",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="At the end of the warmup the learning rate jumps",
        meaning=(
            "The hand-over comes before the ramp is done (`milestones` below `total_iters`), or "
            "the next scheduler starts from another base: `OneCycleLR` in a `SequentialLR` "
            "overwrites `initial_lr`. Make milestone and warmup the same number."
        ),
        lesson="03_linear_lr",
        question="linear_lr/name_the_hand_over",
        explains=frozenset({"never-reaches-peak", "ramp-not-linear", "warmup-too-short"}),
    ),
    Code(
        name="peak-skipped",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The schedule falls at the hand-over before the peak was used",
        meaning=(
            "The decay's clock ran during the warmup, so it takes over where it would be by then:"
            " timm's default. Say `warmup_prefix=True` and give `t_initial` without the warmup."
        ),
        lesson="07_other_libraries",
        question="other_libraries/highest_lr",
        seen_in=(
            "huggingface/pytorch-image-models#1242",
            "microsoft/Swin-Transformer#278",
        ),
        explains=frozenset({"never-reaches-peak"}),
    ),
    Code(
        name="lr-set-after-update",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The first update runs at the peak, and the warmup begins after it",
        meaning=(
            "The learning rate is set after the update that it is meant for. In ignite attach the"
            " scheduler to `ITERATION_STARTED`; elsewhere set it before the first "
            "`optimizer.step()`."
        ),
        lesson="05_training",
        question="training/name_the_start",
        seen_in=(
            "Lightning-AI/pytorch-lightning#17972",
            "huggingface/accelerate#2124",
        ),
        explains=frozenset({"decay-rebounds", "falls-after-peak", "no-warmup", "warmup-too-long"}),
    ),
    Code(
        name="warmup-restarts",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The warmup begins again",
        meaning=(
            "The run was resumed without the scheduler's state. Save and load "
            "`scheduler.state_dict()` beside the optimizer's."
        ),
        lesson="05_training",
        question="training/name_the_break",
        seen_in=(
            "joeynmt #127",
            "vllm speculators #900",
        ),
        explains=frozenset(
            {
                "decay-rebounds",
                "decay-unfinished",
                "falls-after-peak",
                "falls-during-warmup",
                "never-reaches-peak",
            }
        ),
    ),
    Code(
        name="warmup-resets-each-epoch",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The warmup begins again in every epoch",
        meaning=(
            "The schedule counts batches within the epoch, so it saws. Count updates over the "
            "whole run."
        ),
        lesson="05_training",
        question="lambda_lr/step_per_batch",
        seen_in=("MiniGPT-4 #263",),
        explains=frozenset(
            {
                "decay-rebounds",
                "decay-unfinished",
                "falls-after-peak",
                "falls-during-warmup",
                "never-reaches-peak",
                "warmup-restarts",
            }
        ),
    ),
    Code(
        name="falls-during-warmup",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The learning rate falls during the warmup",
        meaning=(
            "Something decays it before the peak: a `ReduceLROnPlateau`, a `StepLR` or another "
            "decay that is stepped beside the warmup. Let the decay begin at the hand-over."
        ),
        lesson="03_linear_lr",
        question="linear_lr/plateau_in_warmup",
        seen_in=("Noble-Lab/casanovo#249",),
        explains=frozenset({"never-reaches-peak", "ramp-not-linear", "warmup-too-long"}),
    ),
    Code(
        name="warmup-too-short",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The peak is reached too early",
        meaning=(
            "The warmup's length is given in another unit than the one it is stepped in, or the "
            "scheduler is stepped more than once per update."
        ),
        lesson="05_training",
        question="other_libraries/too_fast",
    ),
    Code(
        name="warmup-too-long",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The peak is reached too late",
        meaning=("The warmup's length is given in another unit than the one it is stepped in."),
        lesson="05_training",
        question="training/epoch_of_the_peak",
    ),
    Code(
        name="stepped-per-epoch",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="A schedule that counts updates is stepped once per epoch",
        meaning=(
            "The warmup takes as many times too long as an epoch has updates, and mostly never "
            "ends. Call `scheduler.step()` after every update; in Lightning return `{'scheduler':"
            " …, 'interval': 'step'}`."
        ),
        lesson="05_training",
        question="lambda_lr/name_the_pace",
        seen_in=(
            "salesforce/LAVIS#72",
            "Lightning-Universe/lightning-bolts#716",
        ),
        explains=frozenset(
            {
                "decay-unfinished",
                "never-reaches-peak",
                "ramp-not-linear",
                "warmup-too-long",
                "zero-lr-updates",
            }
        ),
    ),
    Code(
        name="stepped-per-update",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="A schedule that counts epochs is stepped at every update",
        meaning=(
            "The warmup of some epochs is over after as many updates. Step it once per epoch, or "
            "give its lengths in updates."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/step_per_batch",
        seen_in=("Lightning-Universe/lightning-bolts#716",),
        explains=frozenset({"decay-ends-early", "ramp-not-linear", "warmup-too-short"}),
    ),
    Code(
        name="epoch-length",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The warmup was counted with another number of updates per epoch",
        meaning=(
            "`len(dataset) // batch_size` and `len(loader)` differ by one where the last batch is"
            " small (`drop_last=False`). Take `len(loader)`."
        ),
        lesson="05_training",
        question="other_libraries/warmup_ratio",
        seen_in=("NVIDIA/NeMo#1336",),
        explains=frozenset({"warmup-too-long", "warmup-too-short"}),
    ),
    Code(
        name="run-shorter-than-warmup",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The run ends before the warmup does",
        meaning=(
            "The peak was never meant to be reached in so few updates. Give the warmup as a share"
            " of the run, and at least one update."
        ),
        lesson="03_linear_lr",
        question="other_libraries/warmup_ratio",
        seen_in=("facebookresearch/d2go#19",),
        explains=frozenset({"never-reaches-peak"}),
    ),
    Code(
        name="ramp-not-linear",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The ramp is not the line that was meant",
        meaning=(
            "The evidence names the first update off the line from the first learning rate to the"
            " peak."
        ),
        lesson="03_linear_lr",
        question="linear_lr/as_a_lambda",
    ),
    Code(
        name="decay-unfinished",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The run ends before the decay does",
        meaning=(
            "The decay was given the length of the whole run, and not what the warmup leaves of "
            "it: `T_max = total - warmup`."
        ),
        lesson="03_linear_lr",
        question="linear_lr/warmup_then_cosine",
        seen_in=("UniRL #223",),
    ),
    Code(
        name="decay-ends-early",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The decay is over long before the run is",
        meaning=(
            "The rest of the run trains at the end LR, mostly 0. Give the decay what the warmup "
            "leaves of the run: `T_max = total - warmup`."
        ),
        lesson="07_other_libraries",
        question="other_libraries/port_total",
    ),
    Code(
        name="decay-rebounds",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The learning rate rises again after the decay",
        meaning=(
            "`CosineAnnealingLR` goes back up past `T_max`. Give it the updates that the warmup "
            "leaves: `T_max = total - warmup`."
        ),
        lesson="03_linear_lr",
        question="linear_lr/warmup_then_cosine",
        seen_in=("UniRL #223",),
    ),
    Code(
        name="falls-after-peak",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The learning rate falls where it was to be held",
        meaning=("Something decays it after the warmup. Say so in the plan if it is meant."),
        lesson="03_linear_lr",
        question="linear_lr/hand_over",
    ),
    Code(
        name="groups-differ",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="The parameter groups do not follow one schedule",
        meaning=(
            "Each group's LR divided by its own peak should be the same. A list of lambdas, or a "
            "warmup written for `param_groups[0]` alone, leaves the others without."
        ),
        lesson="02_lambda_lr",
        question="lambda_lr/ramp_of_each_group",
        seen_in=(
            "deepspeedai/DeepSpeed#7969",
            "hi-ml #611",
        ),
    ),
    Code(
        name="group-overshoots",
        severity=Severity.ERROR,
        tier=Tier.PLAN,
        title="A parameter group that joined later rises above the peak",
        meaning=(
            "A chainable scheduler multiplies the new group's LR by the rest of the ramp. Add all"
            " groups before the scheduler is made."
        ),
        lesson="05_training",
        question="training/added_later",
        seen_in=("pytorch/pytorch#79888",),
        explains=frozenset({"groups-differ"}),
    ),
    Code(
        name="differs-from-plan",
        severity=Severity.WARNING,
        tier=Tier.PLAN,
        title="The trace is not the planned schedule",
        meaning="The evidence names the first update that differs, and the shift that would "
        "explain it.",
        lesson="07_other_libraries",
        question="other_libraries/same_five_numbers",
    ),
)
