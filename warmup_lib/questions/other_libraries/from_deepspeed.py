"""Write the lambda that continues a DeepSpeed recipe in PyTorch."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.write import Port
from warmup_lib.recipes import deepspeed_linear


def from_deepspeed(update: int) -> float:
    """Give the factor of DeepSpeed's linear warmup over 5: 0, 0, 1/5, 2/5, 3/5, 4/5, 1, 1, …"""
    return min(max(update - 1, 0) / 5, 1.0)


def one_zero(update: int) -> float:
    return min(update / 5, 1.0)


def from_one_fifth(update: int) -> float:
    return min((update + 1) / 5, 1.0)


def below_zero(update: int) -> float:
    return min((update - 1) / 5, 1.0)


def no_cap(update: int) -> float:
    return max(update - 1, 0) / 5


def squeezed(update: int) -> float:
    return min(max(update - 1, 0) / 4, 1.0)


def with_ifs(update: int) -> float:
    if update == 0:
        return 0.0
    return 1.0 if update > 6 else (update - 1) / 5


QUESTION = Port(
    title="Moving out of DeepSpeed",
    prompt="""\
A log of DeepSpeed's `WarmupLR(warmup_num_steps=5, warmup_type="linear")` with base LR 0.1 reads
0, 0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1, … for updates 0, 1, 2, … The run is to be repeated in plain
PyTorch, LR for LR. Write the lambda for `LambdaLR`.""",
    answer=from_deepspeed,
    target=deepspeed_linear(5),
    exercise=Factors(12),
    difficulty="core",
    holds="It is 0 for updates 0 and 1, rises by 1/5 an update to 1 at update 6, and stays there.",
    hints=(
        "Divide the log by the base LR: which factors are those?",
        "Update 2 has one fifth, update 6 five. What has to be taken off the index?",
        "Update 0 must not go below 0: `max(…, 0)`.",
    ),
    steps="""\
Update 2 uses 1/5 and update 6 5/5, so the number of fifths is the index less one, at least 0, at
most 5: **{answer}**. To repeat a run, repeat its log, not its arguments.""",
    quick_check="Port the LRs that were used; then compare the two traces.",
    misconceptions=(
        Misconception(
            "one-zero",
            "Yours starts at 0 once. In the log two updates use 0, and all later ones come one "
            "after yours.",
            one_zero,
        ),
        Misconception(
            "from-one-nth",
            "Yours starts at 1/5, as pytorch_warmup does. The log starts with two zeros.",
            from_one_fifth,
        ),
        Misconception(
            "below-zero",
            "Update 0 gets a factor below 0, and that would climb the loss. It has to be 0.",
            below_zero,
        ),
        Misconception("no-cap", "Your ramp is right until update 6, and then rises on.", no_cap),
        Misconception(
            "squeezed",
            "The two zeros are there, but then your ramp takes four steps. The log takes five.",
            squeezed,
        ),
    ),
    alternatives=(with_ifs, lambda update: min(5, max(0, update - 1)) / 5),
)
