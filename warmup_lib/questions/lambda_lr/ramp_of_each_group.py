"""Fix: of several parameter groups only the first is warmed up."""

# A lambda is called with the update, needed or not; mypy takes no default argument in one.
# ruff: noqa: ARG005
# mypy: disable-error-code="misc"

from functools import partial
from typing import Any

from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.exercises.by_groups import UsedByGroups
from warmup_lib.quiz.question import Misconception
from warmup_lib.quiz.variants import Variants
from warmup_lib.quiz.write import Fix
from warmup_lib.schedules import linear_warmup

BASE_LRS = (0.1, 0.2, 0.4)


def ramp_of_each_group(optimizer: Any, lengths: Any) -> Any:
    """Build the scheduler: group g warms up over lengths[g] updates, from 1/lengths[g]."""
    return LambdaLR(optimizer, [lambda t, n=n: min((t + 1) / n, 1.0) for n in lengths])


def only_group_0(optimizer: Any, lengths: Any) -> Any:
    """Build the scheduler: group g warms up over lengths[g] updates, from 1/lengths[g]."""
    ramps = [lambda t: 1.0 for _ in lengths]
    ramps[0] = lambda t: min((t + 1) / lengths[0], 1.0)
    return LambdaLR(optimizer, ramps)


def late_binding(optimizer: Any, lengths: Any) -> Any:
    return LambdaLR(optimizer, [lambda t: min((t + 1) / n, 1.0) for n in lengths])  # noqa: B023


def one_length_for_all(optimizer: Any, lengths: Any) -> Any:
    return LambdaLR(optimizer, lambda t: min((t + 1) / lengths[0], 1.0))


def longest_for_all(optimizer: Any, lengths: Any) -> Any:
    return LambdaLR(optimizer, lambda t: min((t + 1) / max(lengths), 1.0))


def gives_an_lr(optimizer: Any, lengths: Any) -> Any:
    lrs = [group["lr"] for group in optimizer.param_groups]
    pairs = zip(lrs, lengths, strict=True)
    return LambdaLR(optimizer, [lambda t, lr=lr, n=n: lr * min((t + 1) / n, 1) for lr, n in pairs])


def starts_at_zero(optimizer: Any, lengths: Any) -> Any:
    return LambdaLR(optimizer, [lambda t, n=n: min(t / n, 1.0) for n in lengths])


def no_cap(optimizer: Any, lengths: Any) -> Any:
    return LambdaLR(optimizer, [lambda t, n=n: (t + 1) / n for n in lengths])


def only_group_1(optimizer: Any, lengths: Any) -> Any:
    ramps = [lambda t: 1.0 for _ in lengths]
    ramps[0] = lambda t: min((t + 1) / lengths[0], 1.0)
    ramps[1] = lambda t: min((t + 1) / lengths[1], 1.0)
    return LambdaLR(optimizer, ramps)


def with_a_function(optimizer: Any, lengths: Any) -> Any:
    def ramp(n: Any, t: Any) -> Any:
        return min((t + 1) / n, 1.0)

    return LambdaLR(optimizer, [partial(ramp, n) for n in lengths])


def with_the_library(optimizer: Any, lengths: Any) -> Any:
    return LambdaLR(optimizer, [linear_warmup(n) for n in lengths])


def question(lengths: tuple[int, int, int] = (4, 8, 2)) -> Fix:
    first, second, third = lengths
    lrs = [f"{base_lr / n:.4g}" for base_lr, n in zip(BASE_LRS, lengths, strict=True)]
    return Fix(
        title="Three groups, three ramps",
        prompt=f"""\
An optimizer has three parameter groups, with base LRs {BASE_LRS[0]}, {BASE_LRS[1]} and
{BASE_LRS[2]}. Given a list of lambdas, `LambdaLR` uses one for each group. The groups were to warm
up over {first}, {second} and {third} updates: `lengths=[{first}, {second}, {third}]`. But only
group 0 does; the others run at their whole base LR from update 0. The function below builds the
scheduler. Mend it. (It is tried with the first two groups alone as well.)""",
        answer=ramp_of_each_group,
        exercise=UsedByGroups(max(lengths) + 2, lengths, BASE_LRS),
        broken="only-group-0",
        difficulty="hard",
        points=2,
        seen_in="[DeepSpeed, PR 7969](https://github.com/deepspeedai/DeepSpeed/pull/7969)",
        holds=f"Update 0 uses {lrs[0]}, {lrs[1]} and {lrs[2]} in the three groups; group g is at "
        "its base LR from update `lengths[g]` − 1 on.",
        hints=(
            "Each group needs a lambda with its own length in it.",
            "A lambda in a loop looks its length up when it is called, not when it is made. What "
            "does the loop's variable hold by then?",
            "Call two of your lambdas with 0 before you hand them over: they must give different "
            "numbers.",
            "`lambda t, n=n: …` keeps the value that `n` has as the lambda is made.",
        ),
        steps="""\
The list needs a ramp for each group. Made in a loop, all lambdas share one variable, which holds
the last length when they are called; a default argument, `n=n`, gives each its own. For update 0,
1, … of group 0, then of group 1, then of group 2, the LRs are **{answer}**.""",
        quick_check="Trace every parameter group, not only group 0.",
        misconceptions=(
            Misconception(
                "only-group-0",
                "Only group 0 is warmed up; all others are at their base LR from update 0 on.",
                only_group_0,
            ),
            Misconception(
                "only-the-first-two",
                "Groups 0 and 1 have their ramps. There is a third group, and the function is for "
                "any number.",
                only_group_1,
            ),
            Misconception(
                "late-binding",
                "All groups warm up over the *last* length. Are your lambdas made in a loop? Each "
                "looks the variable up when it is called, and by then it holds the last value.",
                late_binding,
            ),
            Misconception(
                "one-length-for-all",
                "Every group has a ramp now, but all of them the one of group 0.",
                one_length_for_all,
            ),
            Misconception(
                "longest-for-all",
                "Every group has a ramp now, but all of them the longest.",
                longest_for_all,
            ),
            Misconception(
                "gives-an-lr",
                "Your lambdas give learning rates. `LambdaLR` multiplies each group's base LR by "
                "them once more.",
                gives_an_lr,
            ),
            Misconception(
                "starts-at-zero",
                "Every group has its own ramp, but they start at 0, and each peak comes one update "
                "late.",
                starts_at_zero,
            ),
            Misconception(
                "no-cap",
                "Every group has its own ramp, but nothing stops them at the base LR.",
                no_cap,
            ),
        ),
        alternatives=(with_a_function, with_the_library),
    )


QUESTION = question()
VARIANTS = Variants(
    question, lengths=((4, 8, 2), (5, 10, 2), (4, 10, 5), (2, 8, 4), (5, 8, 4), (2, 10, 5))
)
