"""Write the lambda that continues a DeepSpeed recipe in PyTorch."""

from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Port
from warmup_lib.recipes import deepspeed_linear

WARMUP, LAST = 5, 4


def from_deepspeed(update: int) -> float:
    """Give the factor of DeepSpeed's linear warmup over WARMUP: 0, 0, 1/WARMUP, 2/WARMUP, …"""
    return min(max(update - 1, 0) / WARMUP, 1.0)


def one_zero(update: int) -> float:
    return min(update / WARMUP, 1.0)


def from_one_nth(update: int) -> float:
    return min((update + 1) / WARMUP, 1.0)


def below_zero(update: int) -> float:
    return min((update - 1) / WARMUP, 1.0)


def no_cap(update: int) -> float:
    return max(update - 1, 0) / WARMUP


def squeezed(update: int) -> float:
    return min(max(update - 1, 0) / LAST, 1.0)


def with_ifs(update: int) -> float:
    if update == 0:
        return 0.0
    return 1.0 if update > WARMUP + 1 else (update - 1) / WARMUP


def takes_off_two(update: int) -> float:
    return min(max(update - 2, 0) / WARMUP, 1.0)


def zeros_without_a_shift(update: int) -> float:
    return 0.0 if update < 2 else min(update / WARMUP, 1.0)


def stops_below_the_peak(update: int) -> float:
    return max(min(update, WARMUP) - 1, 0) / WARMUP


def gives_an_lr(update: int) -> float:
    return min(0.1 * max(update - 1, 0) / WARMUP, 0.1)


def jumps_to_the_peak(update: int) -> float:
    return max(update - 1, 0) / WARMUP if update < WARMUP else 1.0


def below_zero_then_jumps(update: int) -> float:
    return (update - 1) / WARMUP if update < WARMUP else 1.0


def ramp_one_too_long(update: int) -> float:
    return min(max(update - 1, 0) / (WARMUP + 1), 1.0)


def joins_the_ends(update: int) -> float:
    return min(update / (WARMUP + 1), 1.0)


def with_min_alone(update: int) -> float:
    steps = 0 if update < 2 else min(update - 1, WARMUP)
    return steps / WARMUP


def question(warmup: int = WARMUP) -> Port:
    target = deepspeed_linear(warmup)
    log = ", ".join(f"{0.1 * target(t):.4g}" for t in range(warmup + 3))
    peak = warmup + 1
    return Port(
        title="Moving out of DeepSpeed",
        prompt=f"""\
A log of DeepSpeed's `WarmupLR(warmup_num_steps={warmup}, warmup_type="linear")` with base LR 0.1
reads, from update 0,

`{log}, …`

The run is to be repeated in plain PyTorch, LR for LR. Write the lambda for `LambdaLR`.""",
        answer=from_deepspeed,
        target=target,
        exercise=Factors(warmup + 7),
        values={"WARMUP": warmup, "LAST": warmup - 1},
        difficulty="core",
        seen_in="[DeepSpeed, PR 5287](https://github.com/deepspeedai/DeepSpeed/pull/5287)",
        holds=f"It is 0 for updates 0 and 1, rises by 1/{warmup} an update to 1 at update {peak}, "
        "and stays there.",
        hints=(
            "Divide the log by the base LR: which factors are those?",
            f"Update 2 has 1/{warmup}, update {peak} has {warmup}/{warmup}. What has to be taken "
            "off the index?",
            "Update 0 must not go below 0: `max(…, 0)`.",
        ),
        steps=f"""\
Update 2 uses 1/{warmup} and update {peak} {warmup}/{warmup}, so the number of steps is the index
less one, at least 0, at most {warmup}: **{{answer}}**. To repeat a run, repeat its log, not its
arguments.""",
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
                f"Yours starts at 1/{warmup}, as pytorch_warmup does. The log starts with two "
                "zeros.",
                from_one_nth,
            ),
            Misconception(
                "below-zero",
                "Update 0 gets a factor below 0, and that would climb the loss. It has to be 0.",
                below_zero,
            ),
            Misconception(
                "no-cap", f"Your ramp is right until update {peak}, and then rises on.", no_cap
            ),
            Misconception(
                "squeezed",
                f"The two zeros are there, but then your ramp takes {warmup - 1} steps. The log "
                f"takes {warmup}.",
                squeezed,
            ),
            Misconception(
                "zeros-without-a-shift",
                "Your two zeros are there, but the ramp behind them is where it would be without "
                "them. In the log all of it comes later.",
                zeros_without_a_shift,
            ),
            Misconception(
                "stops-below-the-peak",
                f"Your ramp stops at {warmup - 1}/{warmup}: the cap comes before the one that is "
                "taken off.",
                stops_below_the_peak,
            ),
            Misconception(
                "gives-an-lr",
                "You give the LRs of the log. The lambda gives a factor, and `LambdaLR` multiplies "
                "the base LR by it.",
                gives_an_lr,
            ),
            Misconception(
                "takes-off-two",
                "Yours has three zeros: a ramp that is moved by two is at its own 0 then.",
                takes_off_two,
            ),
            Misconception(
                "jumps-to-the-peak",
                f"Your ramp is right as far as it goes, but you end it at index {warmup}. That is "
                "the clock before the one is taken off, so it jumps to the peak.",
                jumps_to_the_peak,
            ),
            Misconception(
                "below-zero-then-jumps",
                f"Both ends are off: update 0 gets a factor below 0, and you end the ramp at index "
                f"{warmup}, the clock before the one is taken off, so that it jumps to the peak.",
                below_zero_then_jumps,
            ),
            Misconception(
                "ramp-one-too-long",
                f"The two zeros are there, but then your ramp takes {warmup + 1} steps. The log "
                f"takes {warmup}.",
                ramp_one_too_long,
            ),
            Misconception(
                "joins-the-ends",
                "Your first update and your peak are where the log has them. Between them yours is "
                "one straight line, and the log's second update is still at 0.",
                joins_the_ends,
            ),
        ),
        alternatives=(
            with_ifs,
            with_min_alone,
            lambda update: min(warmup, max(0, update - 1)) / warmup,
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 8, 10))
