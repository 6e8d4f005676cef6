"""What other libraries are called with, and which recipe that is: the rows of ``docs/recipes.md``.

A row holds two pieces of code in W (warmup) and T (total): the call, as a user writes it, and the
recipe. ``tests/test_peers.py`` runs both and compares the LR of every update.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOPS = {
    "calls": "`optimizer.step()`, then `scheduler.step()`",
    "epochs": "after each epoch `scheduler.step(epoch + 1)`",
    "plateau": "with `PlateauLRScheduler` after each epoch `scheduler.step(epoch + 1, metric)`",
    "updates": "with `t_in_epochs=False` after each update `scheduler.step_update(t + 1)`",
    "dampening": "`optimizer.step()`, then `with warmup.dampening(): scheduler.step()`",
    "delayed": "in its last row the same, but for `if t + 1 >= W: scheduler.step()`",
    "engine": "`trainer.add_event_handler(Events.ITERATION_STARTED, scheduler)`",
}
"""How a scheduler is stepped; the recipe's t counts the times."""


@dataclass(frozen=True)
class Row:
    """One call, and the same as a recipe."""

    call: str
    recipe: str
    total: str = ""
    """The argument that is a total, and whether W is in it."""
    peak: float = 1.0
    """The factor of the peak that is meant."""
    shortest: int = 1
    """The least W for which there is this schedule."""
    follows: str = "2 * T + 3"
    """For how many updates the call follows the recipe."""


@dataclass(frozen=True)
class Library:
    """Calls of one library that are stepped in the same way."""

    name: str
    counts: str
    loop: str
    rows: tuple[Row, ...]
    checked: str = "live"


PYTORCH = Library(
    "PyTorch",
    "calls",
    "calls",
    (
        Row("LinearLR(optimizer, 0.1, total_iters=W)", "linear_warmup_from(0.1, W)"),
        Row("LinearLR(optimizer, 1 / W, total_iters=W - 1)", "linear_warmup(W)", shortest=2),
        Row("LinearLR(optimizer)", "linear_warmup_from(1 / 3, 5)"),
        Row("ConstantLR(optimizer)", "constant_warmup(1 / 3, 5)"),
        Row("ConstantLR(optimizer, 0.1, total_iters=W)", "constant_warmup(0.1, W)"),
        Row("LambdaLR(optimizer, lambda t: min((t + 1) / W, 1))", "linear_warmup(W)"),
        Row("LambdaLR(optimizer, lambda t: min(t / W, 1))", "linear_warmup_from(0, W)"),
        Row(
            "SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=W), "
            "CosineAnnealingLR(optimizer, T - W)], [W])",
            "join(linear_warmup_from(0.1, W), cosine_wave(T - W), at=W)",
            "T_max without W",
        ),
        Row(
            "SequentialLR(optimizer, [LinearLR(optimizer, 1 / W, total_iters=W - 1), "
            "CosineAnnealingLR(optimizer, T - W)], [W])",
            "join(linear_warmup(W), cosine_wave(T - W), at=W)",
            "T_max without W",
            shortest=2,
        ),
        Row(
            "SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=W), "
            "CosineAnnealingLR(optimizer, T - W)], [W - 1])",
            "join(linear_warmup_from(0.1, W), cosine_wave(T - W), at=W - 1)",
            "T_max without W",
            shortest=2,
        ),
        Row(
            "ChainedScheduler([LinearLR(optimizer, 0.1, total_iters=W), "
            "ExponentialLR(optimizer, 0.9)])",
            "dampened(linear_warmup_from(0.1, W), exponential_decay(0.9))",
        ),
        Row(
            "OneCycleLR(optimizer, 0.1, total_steps=T, pct_start=W / T)",
            "torch_one_cycle(W, T)",
            "total_steps with W",
            shortest=2,
            follows="T",
        ),
        Row(
            'OneCycleLR(optimizer, 0.1, total_steps=T, pct_start=W / T, anneal_strategy="linear")',
            "torch_one_cycle_linear(W, T)",
            "total_steps with W",
            shortest=2,
            follows="T",
        ),
    ),
)

TRANSFORMERS = Library(
    "transformers",
    "updates",
    "calls",
    (
        Row("get_constant_schedule_with_warmup(optimizer, W)", "transformers_constant(W)"),
        Row(
            "get_linear_schedule_with_warmup(optimizer, W, T)",
            "transformers_linear(W, T)",
            "num_training_steps with W",
        ),
        Row(
            "get_cosine_schedule_with_warmup(optimizer, W, T)",
            "transformers_cosine(W, T)",
            "num_training_steps with W",
        ),
        Row(
            "get_cosine_with_min_lr_schedule_with_warmup(optimizer, W, T, min_lr_rate=0.1)",
            "transformers_cosine(W, T, min_lr_rate=0.1)",
            "num_training_steps with W",
        ),
        Row(
            "get_cosine_with_min_lr_schedule_with_warmup_lr_rate(optimizer, W, T, min_lr_rate=0.1)",
            "transformers_cosine_warmup_with_min_lr(W, T, 0.1)",
            "num_training_steps with W",
        ),
        Row(
            "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
            "(optimizer, W, T, min_lr_rate=0.1, warmup_lr_rate=0.2)",
            "transformers_cosine_warmup_with_min_lr(W, T, 0.1, warmup_lr_rate=0.2)",
            "num_training_steps with W",
            # Of one update of warmup none is at the peak.
            shortest=2,
        ),
        Row(
            "get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, W, T, num_cycles=2)",
            "transformers_cosine_with_restarts(W, T, 2)",
            "num_training_steps with W",
        ),
        Row(
            "get_polynomial_decay_schedule_with_warmup(optimizer, W, T, lr_end=0.01, power=2)",
            "transformers_polynomial(W, T, end=0.01 / 0.1, power=2)",
            "num_training_steps with W",
        ),
        Row("get_inverse_sqrt_schedule(optimizer, W)", "transformers_inverse_sqrt(W)"),
        Row(
            "get_inverse_sqrt_schedule(optimizer, W, timescale=20)",
            "transformers_inverse_sqrt(W, timescale=20)",
        ),
        Row(
            "get_wsd_schedule(optimizer, W, 2, num_training_steps=T)",
            "transformers_wsd(W, 2, T)",
            "num_training_steps with W",
        ),
        Row(
            "get_wsd_schedule(optimizer, W, 2, num_training_steps=T, "
            'warmup_type="cosine", decay_type="linear", min_lr_ratio=0.1)',
            "join(rising(cosine_decay(W), 0.1), hold(), polynomial_decay(2, end=0.1), "
            "at=[W, T - 2])",
            "num_training_steps with W",
        ),
        Row(
            "get_wsd_schedule(optimizer, W, 2, num_training_steps=T, "
            'warmup_type="1-sqrt", decay_type="1-sqrt")',
            "join(rising(polynomial_decay(W, 0.5)), hold(), one_minus_sqrt_decay(2), "
            "at=[W, T - 2])",
            "num_training_steps with W",
        ),
    ),
)

TIMM = Library(
    "timm",
    "epochs",
    "epochs",
    (
        Row(
            "CosineLRScheduler(optimizer, t_initial=T, warmup_t=W)",
            "timm_cosine(W, T)",
            "t_initial with W",
        ),
        Row(
            "CosineLRScheduler(optimizer, t_initial=T, warmup_t=W, warmup_prefix=True)",
            "timm_cosine_prefix(W, T)",
            "t_initial without W",
        ),
        Row(
            "CosineLRScheduler(optimizer, t_initial=T, lr_min=0.01, warmup_t=W, "
            "warmup_lr_init=0.001, warmup_prefix=True)",
            "timm_cosine_prefix(W, T, start=0.001 / 0.1, end=0.01 / 0.1)",
            "t_initial without W",
        ),
        Row(
            "PolyLRScheduler(optimizer, t_initial=T, warmup_t=W)",
            "timm_poly(W, T)",
            "t_initial with W",
        ),
        Row(
            "TanhLRScheduler(optimizer, t_initial=T, warmup_t=W)",
            "timm_tanh(W, T)",
            "t_initial with W",
        ),
        Row(
            "StepLRScheduler(optimizer, decay_t=2, decay_rate=0.1, warmup_t=W)",
            "timm_step(W, 2, 0.1)",
        ),
        Row(
            "MultiStepLRScheduler(optimizer, decay_t=[2, 4], decay_rate=0.1, warmup_t=W)",
            "timm_multistep(W, [2, 4], 0.1)",
        ),
        Row(
            "WSDLRScheduler(optimizer, t_initial=T, decay_t=2, warmup_t=W)",
            "timm_wsd(W, T, 2)",
            "t_initial without W",
        ),
    ),
)

TIMM_PLATEAU = Library(
    "timm",
    "epochs",
    "plateau",
    (Row("PlateauLRScheduler(optimizer, warmup_t=W)", "linear_warmup_from(0, W)"),),
)

TIMM_UPDATES = Library(
    "timm",
    "updates",
    "updates",
    (
        Row(
            "CosineLRScheduler(optimizer, t_initial=T, warmup_t=W, t_in_epochs=False)",
            "timm_cosine(W, T)",
            "t_initial with W",
        ),
    ),
)

PYTORCH_WARMUP = Library(
    "pytorch_warmup",
    "updates",
    "dampening",
    (
        Row("LinearWarmup(optimizer, W)", "pytorch_warmup_linear(W)"),
        Row("ExponentialWarmup(optimizer, W)", "pytorch_warmup_exponential(W)"),
        Row(
            "UntunedLinearWarmup(optimizer)", "pytorch_warmup_untuned_linear(0.999)", follows="2010"
        ),
        Row(
            "UntunedExponentialWarmup(optimizer)",
            "pytorch_warmup_untuned_exponential(0.999)",
        ),
        Row("RAdamWarmup(optimizer)", "pytorch_warmup_radam(0.999)"),
        Row(
            "CosineAnnealingLR(optimizer, T), LinearWarmup(optimizer, W)",
            "dampened(linear_warmup(W), cosine_wave(T))",
            "T_max with W",
            follows="T",
        ),
    ),
)

PYTORCH_WARMUP_DELAYED = Library(
    "pytorch_warmup",
    "updates",
    "delayed",
    (
        Row(
            "CosineAnnealingLR(optimizer, T), LinearWarmup(optimizer, W)",
            "join(linear_warmup(W), ahead(cosine_wave(T), by=1), at=W)",
            "T_max without W",
        ),
    ),
)

IGNITE = Library(
    "pytorch-ignite",
    "iterations",
    "engine",
    (
        Row(
            "create_lr_scheduler_with_warmup(ExponentialLR(optimizer, 0.9), 0.0, W)",
            "ignite_warmup(exponential_decay(0.9), W)",
            shortest=2,
        ),
        Row(
            "create_lr_scheduler_with_warmup(CosineAnnealingLR(optimizer, T - W), 0.01, W)",
            "ignite_warmup(cosine_wave(T - W), W, start=0.01 / 0.1)",
            "T_max without W",
            shortest=2,
        ),
        Row(
            'PiecewiseLinear(optimizer, "lr", [(0, 0.0), (W, 0.1), (T, 0.0)])',
            "transformers_linear(W, T)",
        ),
        Row(
            'LinearCyclicalScheduler(optimizer, "lr", 0.0, 0.1, 2 * W)',
            "lambda t: transformers_linear(W, 2 * W)(t % (2 * W))",
        ),
    ),
)

WARMUP_SCHEDULER = Library(
    "warmup-scheduler 0.3",
    "calls",
    "calls",
    (
        Row("GradualWarmupScheduler(optimizer, 1, W)", "gradual_warmup(1, W)"),
        Row("GradualWarmupScheduler(optimizer, 2, W)", "gradual_warmup(2, W)", peak=2),
        Row(
            "GradualWarmupScheduler(optimizer, 1, W, ExponentialLR(optimizer, 0.9))",
            "gradual_warmup(1, W, exponential_decay(0.9))",
        ),
        Row(
            "GradualWarmupScheduler(optimizer, 2, W, StepLR(optimizer, 2, 0.1))",
            "gradual_warmup_late(2, W, step_decay(2, 0.1))",
            peak=2,
        ),
        Row(
            "GradualWarmupScheduler(optimizer, 1, W, LambdaLR(optimizer, lambda t: 0.9**t))",
            "gradual_warmup_late(1, W, exponential_decay(0.9))",
        ),
        Row(
            "GradualWarmupScheduler(optimizer, 1, W, CosineAnnealingLR(optimizer, T - W))",
            "gradual_warmup_cosine(1, W, T - W)",
            "T_max without W",
            follows="T + 2",
        ),
    ),
)

TORCHVISION = Library(
    "torchvision classification reference",
    "epochs",
    "calls",
    (
        Row(
            "SequentialLR(optimizer, [LinearLR(optimizer, 0.01, total_iters=W), "
            "CosineAnnealingLR(optimizer, T - W)], [W])",
            "torchvision_classification(W, T)",
            "epochs with W",
            follows="T + 1",
        ),
    ),
)
TORCHVISION_DETECTION = Library(
    "torchvision detection reference",
    "updates",
    "calls",
    (
        Row(
            "LinearLR(optimizer, 0.001, total_iters=min(1000, W - 1))",
            "torchvision_detection(batches=W)",
            shortest=2,
        ),
    ),
)

NOT_INSTALLED = (
    Library(
        "lightning-bolts",
        "calls",
        "calls",
        (
            Row(
                "LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs=W, max_epochs=T)",
                "bolts_cosine(W, T)",
                "max_epochs with W",
            ),
        ),
        checked="once",
    ),
    Library(
        "fairseq",
        "updates",
        "",
        (Row("inverse_sqrt, warmup_updates=W", "fairseq_inverse_sqrt(W)"),),
        checked="source",
    ),
    Library(
        "optax",
        "updates",
        "",
        (
            Row(
                "warmup_cosine_decay_schedule(0, 0.1, warmup_steps=W, decay_steps=T)",
                "optax_cosine(W, T)",
                "decay_steps with W",
            ),
        ),
        checked="source",
    ),
    Library(
        "Keras",
        "updates",
        "",
        (
            Row(
                "CosineDecay(0, decay_steps=T, warmup_target=0.1, warmup_steps=W)",
                "keras_cosine(W, T)",
                "decay_steps without W",
            ),
        ),
        checked="source",
    ),
    Library(
        "Vaswani et al. 2017",
        "updates",
        "",
        (Row("equation 3, over its value at the peak", "noam(W)"),),
        checked="source",
    ),
    Library(
        "DeepSpeed",
        "updates",
        "",
        (
            Row(
                'WarmupLR(optimizer, warmup_num_steps=W, warmup_type="linear")',
                "deepspeed_linear(W)",
            ),
            Row("WarmupLR(optimizer, warmup_num_steps=W)", "deepspeed_log(W)", shortest=2),
        ),
        checked="source",
    ),
)

LIVE = (
    PYTORCH,
    TRANSFORMERS,
    TIMM,
    TIMM_PLATEAU,
    TIMM_UPDATES,
    PYTORCH_WARMUP,
    PYTORCH_WARMUP_DELAYED,
    IGNITE,
    WARMUP_SCHEDULER,
    TORCHVISION,
    TORCHVISION_DETECTION,
)
LIBRARIES = (*LIVE, *NOT_INSTALLED)
