"""Which of five lambdas is the warmup that was asked for?"""

import torch
from torch.optim.lr_scheduler import LambdaLR, LinearLR

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.quiz.variants import Variants
from warmup_lib.trace import dry_run


def fresh_optimizer(base_lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base_lr)


def warms_up_as_asked(source: str, base_lr: float, warmup: int) -> bool:
    """Whether the lambda uses the LRs of LinearLR from 1/n, at the base LR from update n − 1."""
    optimizer = fresh_optimizer(base_lr)
    used = dry_run(optimizer, LambdaLR(optimizer, eval(source)), updates=3 * warmup).used()
    optimizer = fresh_optimizer(base_lr)
    linear = LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    asked = dry_run(optimizer, linear, updates=3 * warmup).used()
    return all(abs(a - b) < 1e-9 for a, b in zip(used, asked, strict=True))


def question(first_lr: float = 0.02, warmup: int = 5) -> Choose:
    base_lr, last = round(first_lr * warmup, 6), warmup - 1
    lrs = [f"{first_lr * (t + 1):.4g}" for t in range(warmup)]
    asked = ", ".join(f"update {t} {lr}" for t, lr in enumerate(lrs[1:last], 1))

    def option(name: str, source: str, says: str) -> Claim:
        holds = warms_up_as_asked
        return Claim(name, f"`{source}`", lambda: holds(source, base_lr, warmup), says)

    return Choose(
        title="The right one of five",
        prompt=f"""\
The base LR is {base_lr}. Update 0 is to use {lrs[0]}, {asked}, and update {last} and all later ones
{lrs[-1]}. The loop calls `optimizer.step()`, then `scheduler.step()`. Which lambda makes `LambdaLR`
do that?""",
        difficulty="warm-up",
        holds=f"Its factors for 0, {last} and {warmup} give {lrs[0]}, {lrs[-1]} and {lrs[-1]}.",
        hints=(
            f"Three numbers tell them apart: what each lambda gives for 0, for {last} and for "
            f"{warmup}.",
            f"The factor for 0 must be {lrs[0]} / {base_lr}.",
            f"The factor for {warmup} must be the same as for {last}.",
        ),
        steps=f"""\
The factors asked for are 1/{warmup}, 2/{warmup} and so on up to 1, then 1 for ever. The index
counts from 0, so the count is the index plus one; the cap is a `min` with 1; and 1, not {base_lr},
since it is a factor. That is **{{answer}}**.""",
        quick_check="Try a lambda at its first index, at its last of the warmup, and behind it.",
        claims=(
            option(
                "counts-and-caps",
                f"lambda t: min((t + 1) / {warmup}, 1.0)",
                f"It starts at 1/{warmup}, reaches 1 at update {last} and stays there.",
            ),
            option(
                "starts-at-zero",
                f"lambda t: min(t / {warmup}, 1.0)",
                "For 0 it gives 0: the first update moves nothing, and the peak comes one update "
                "late.",
            ),
            option(
                "no-cap",
                f"lambda t: (t + 1) / {warmup}",
                f"It starts as asked, but nothing stops it: update {warmup} runs above the base "
                "LR.",
            ),
            option(
                "lr-for-factor",
                f"lambda t: min({base_lr} * (t + 1) / {warmup}, {base_lr})",
                "It gives learning rates. `LambdaLR` multiplies the base LR by them once more.",
            ),
            option(
                "cap-upside-down",
                f"lambda t: max((t + 1) / {warmup}, 1.0)",
                f"`max` keeps the larger: it gives 1 through update {last}, so there is no warmup, "
                "and rises after that.",
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, first_lr=(0.02, 0.01, 0.05, 0.1), warmup=(4, 5, 6))
