"""In which library is update 4 the first at the peak?"""

from collections.abc import Callable

from warmup_lib import recipes
from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.schedules import Schedule


def reaches_the_peak_with_its_fifth(schedule: Schedule) -> Callable[[], bool]:
    def holds() -> bool:
        at_peak = [t for t in range(50) if schedule(t) > 1 - 1e-9]
        return at_peak[:1] == [4]

    return holds


def option(name: str, text: str, schedule: Schedule, says: str) -> Claim:
    return Claim(name, text, reaches_the_peak_with_its_fifth(schedule), says)


QUESTION = Choose(
    title="A warmup of five",
    prompt="""\
Each of these was told to warm up over five, and its schedule is stepped after every update. In
which of them is **update 4**, the fifth, the first to use the full base LR?""",
    difficulty="warm-up",
    holds="It is the only one whose schedule gives 1 for update 4 and for no update before it.",
    hints=(
        "A ramp from zero takes five steps, and there are four between update 0 and update 4.",
        "So it must start above zero, at 1/5.",
    ),
    steps="""\
From 0 in steps of 1/5 the peak is reached at update 5, and one at 0 twice, at update 6. Only a ramp
whose update 0 uses 1/5 is there with its fifth: **{answer}**.""",
    quick_check="t / n is at the peak at update n; (t + 1) / n at update n − 1.",
    claims=(
        option(
            "pytorch-warmup",
            "pytorch_warmup: `LinearWarmup(optimizer, warmup_period=5)`",
            recipes.pytorch_warmup_linear(5),
            "Update t uses (t + 1) / 5.",
        ),
        option(
            "transformers",
            "transformers: `get_constant_schedule_with_warmup(optimizer, num_warmup_steps=5)`",
            recipes.transformers_constant(5),
            "It starts at 0: update 4 uses 4/5, and update 5 is the first at the peak.",
        ),
        option(
            "deepspeed",
            'DeepSpeed: `WarmupLR(warmup_num_steps=5, warmup_type="linear")`',
            recipes.deepspeed_linear(5),
            "Its counter starts one behind, so updates 0 and 1 both use 0, and the peak comes at "
            "update 6.",
        ),
        option(
            "timm",
            "timm: `CosineLRScheduler(optimizer, t_initial=10, warmup_t=5)`",
            recipes.timm_cosine(5, 10),
            "It starts at 0, and its cosine runs from the start: it never uses the peak at all.",
        ),
    ),
)
