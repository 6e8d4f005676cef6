"""Write the factor of a pytorch_warmup that dampens a decay."""

from warmup_lib import recipes
from warmup_lib.quiz.probes import Factors
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Port
from warmup_lib.schedules import exponential_decay

WARMUP, LAST, GAMMA = 5, 4, 0.9


def times_not_then(update: int) -> float:
    """Give the factor of LinearWarmup(WARMUP), dampening ExponentialLR(GAMMA) from update 0 on."""
    return min((update + 1) / WARMUP, 1.0) * GAMMA**update


def clock_starts_at_hand_over(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return float(GAMMA ** (update - WARMUP))


def clock_starts_at_the_peak(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return float(GAMMA ** (update - LAST))


def clock_runs_in_warmup(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP
    return float(GAMMA**update)


def starts_at_zero(update: int) -> float:
    return min(update / WARMUP, 1.0) * GAMMA**update


def takes_the_lower(update: int) -> float:
    return min((update + 1) / WARMUP, GAMMA**update)


def counts_from_one(update: int) -> float:
    return min((update + 1) / WARMUP, 1.0) * GAMMA ** (update + 1)


def no_cap(update: int) -> float:
    return (update + 1) / WARMUP * GAMMA**update


def no_decay(update: int) -> float:
    return min((update + 1) / WARMUP, 1.0)


def gives_an_lr(update: int) -> float:
    return 0.1 * min((update + 1) / WARMUP, 1.0) * GAMMA**update


def no_warmup(update: int) -> float:
    return GAMMA**update


def decays_one_late(update: int) -> float:
    return float(min((update + 1) / WARMUP, 1.0) * GAMMA ** (update - 1))


def restarts_the_decay(update: int) -> float:
    if update < WARMUP:
        return (update + 1) / WARMUP * GAMMA**update
    return float(GAMMA ** (update - WARMUP))


def with_an_if(update: int) -> float:
    decayed = GAMMA**update
    if update < LAST:
        decayed *= (update + 1) / WARMUP
    return decayed


def with_a_loop(update: int) -> float:
    factor = min(update, LAST) + 1.0
    for _ in range(update):
        factor *= GAMMA
    return factor / WARMUP


def question(warmup: int = WARMUP, gamma: float = GAMMA) -> Port:
    target = recipes.dampened(recipes.pytorch_warmup_linear(warmup), exponential_decay(gamma))
    log = ", ".join(f"{0.1 * target(t):.4g}" for t in range(4))
    return Port(
        title="Times, not then",
        prompt=f"""\
With pytorch_warmup, a warmup does not come *before* a scheduler: it **multiplies** that scheduler's
LR. A run steps both after every update,

```python
scheduler = ExponentialLR(optimizer, gamma={gamma})
warmup = pytorch_warmup.LinearWarmup(optimizer, warmup_period={warmup})
...
    optimizer.step()
    with warmup.dampening():
        scheduler.step()
```

and with a base LR of 0.1 its log begins {log}, …
Write the same run's lambda for `LambdaLR`.""",
        answer=times_not_then,
        target=target,
        exercise=Factors(warmup + 7),
        values={"WARMUP": warmup, "LAST": warmup - 1, "GAMMA": gamma},
        difficulty="core",
        points=2,
        holds="It gives each update the factor that the run used for it: the first ones are the "
        "log's over its base LR, and the others follow from the loop in the same way.",
        hints=(
            "Which factor would `ExponentialLR` alone give update t? And which one the warmup?",
            "In this loop the decay is stepped in the warmup, too. When is it at 1?",
            f"min((t + 1) / {warmup}, 1), times {gamma} to the power of t.",
        ),
        steps=f"""\
`LinearWarmup` gives update t the factor (t + 1) / {warmup}, at most 1, and `ExponentialLR` gives it
{gamma} to the power of t. Both clocks run from update 0, and the factor is the product:
**{{answer}}**. The base LR is never used. To begin the decay at the peak, leave out its
`scheduler.step()` until the warmup is over.""",
        quick_check="A warmup that dampens: the decay goes on underneath, and the peak is lower.",
        misconceptions=(
            Misconception(
                "clock-starts-at-hand-over",
                "Yours is a warmup and *then* a decay. Here the decay is stepped from update 0 on.",
                clock_starts_at_hand_over,
            ),
            Misconception(
                "clock-starts-at-the-peak",
                f"Yours begins to decay behind update {warmup - 1}. The loop steps the decay from "
                "update 0 on.",
                clock_starts_at_the_peak,
            ),
            Misconception(
                "clock-runs-in-warmup",
                "Your decay's clock is right, but your ramp hides the decay until it is over, as "
                "timm does it. Here the two are multiplied.",
                clock_runs_in_warmup,
            ),
            Misconception(
                "starts-at-zero",
                "Yours starts at 0. Compare with the first LR of the log.",
                starts_at_zero,
            ),
            Misconception(
                "takes-the-lower",
                "Yours is the lower of ramp and decay. A warmup that dampens multiplies.",
                takes_the_lower,
            ),
            Misconception(
                "counts-from-one",
                "The ramp is right. Your decay is one update ahead: update 0 uses all of the "
                "scheduler's first LR.",
                counts_from_one,
            ),
            Misconception(
                "no-cap", "Your ramp has no cap: it goes on rising after the warmup.", no_cap
            ),
            Misconception(
                "gives-an-lr",
                "You give the LRs of the log. A factor is asked for; `LambdaLR` multiplies the "
                "base LR by it.",
                gives_an_lr,
            ),
            Misconception("no-decay", "The ramp is right. Where is the decay?", no_decay),
            Misconception(
                "no-warmup",
                "The decay is right. Where is the warmup that dampens it?",
                no_warmup,
            ),
            Misconception(
                "decays-one-late",
                "The ramp is right. Your decay is one update behind: it gives update 0 a factor "
                "above 1.",
                decays_one_late,
            ),
            Misconception(
                "restarts-the-decay",
                "Your warmup is right. When it is over yours goes back to the base LR, as if the "
                "decay began anew there. Nothing sets its clock back.",
                restarts_the_decay,
            ),
        ),
        alternatives=(with_an_if, with_a_loop),
    )


QUESTION = question()
VARIANTS = Variants(question, warmup=(4, 5, 8, 10), gamma=(0.7, 0.8, 0.9))
