"""Which of five warmups is at the base LR in the end?"""

from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import ConstantLR, LambdaLR, LinearLR, LRScheduler

from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.quiz.variants import Variants
from warmup_lib.trace import dry_run

UPDATES = 20
NAMES = {"LinearLR": LinearLR, "ConstantLR": ConstantLR, "LambdaLR": LambdaLR}


def last_lr(scheduler: str, base_lr: float) -> float | None:
    """The LR of the run's last update under the scheduler written here; ``None`` on an error."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base_lr)
    try:
        built: LRScheduler = eval(scheduler, {**NAMES, "optimizer": optimizer})
        return dry_run(optimizer, built, UPDATES).used()[-1]
    except (ValueError, ZeroDivisionError):
        return None


def ends_at(scheduler: str, base_lr: float) -> Callable[[], bool]:
    def holds() -> bool:
        last = last_lr(scheduler, base_lr)
        return last is not None and abs(last / base_lr - 1) < 1e-6

    return holds


def question(base_lr: float = 0.1, length: float = 2.5, held: int = 3) -> Choose:
    def option(name: str, scheduler: str, says: str) -> Claim:
        return Claim(name, f"`{scheduler}`", ends_at(scheduler, base_lr), says)

    whole = int(length)
    stuck = f"{base_lr * (0.1 + 0.9 * whole / length):.4g}"
    return Choose(
        title="Zeros and halves",
        prompt=f"""\
Each of these was meant to warm up to the base LR of {base_lr}; their lengths and factors came out
of a configuration. In a run of {UPDATES} updates, stepped after each, just one of them is at the
base LR in the end. Which?""",
        difficulty="core",
        seen_in="[PyTorch, issue 86454](https://github.com/pytorch/pytorch/issues/86454), "
        "[issue 185006](https://github.com/pytorch/pytorch/issues/185006), "
        "[issue 193682](https://github.com/pytorch/pytorch/issues/193682)",
        holds="It is the one that runs without an error and whose last update uses the base LR.",
        hints=(
            "Two of them raise an error: one as it is built, the other in the middle of the run.",
            "`LinearLR` and `ConstantLR` multiply the LR that they find. What can no factor make "
            "of an LR of 0?",
            "`LinearLR` raises the LR at the counters 1, 2, … that are not above `total_iters`. "
            f"Which are those for 0, and for {length}? Does the last of them lead to 1?",
        ),
        steps=f"""\
`LambdaLR` computes each LR from the base LR: a factor of 0 and a length of {length} do it no harm,
since `min` caps the ramp at 1 in the end. `LinearLR` and `ConstantLR` multiply the LR that they
find, so they cannot leave a 0; and `LinearLR` makes its steps at the whole numbers from 1 to
`total_iters`: for 0 there are none, and for {length} the last one ends short of 1. It is
**{{answer}}**.""",
        quick_check="Round lengths to whole numbers of at least 1; only a lambda may start at 0.",
        claims=(
            option(
                "lambda-from-zero",
                f"LambdaLR(optimizer, lambda t: min(t / {length}, 1.0))",
                "It starts at 0 and passes 1 between two updates; the cap makes 1 of that. "
                "Update 0 trains nothing, as with every ramp from 0.",
            ),
            option(
                "linear-from-zero",
                "LinearLR(optimizer, start_factor=0, total_iters=5)",
                "`LinearLR` refuses a start of 0 with a `ValueError`: it could never multiply its "
                "way out.",
            ),
            option(
                "constant-at-zero",
                f"ConstantLR(optimizer, factor=0, total_iters={held})",
                f"It is accepted and holds 0 for {held} updates. To let go it divides by its "
                "factor: a `ZeroDivisionError`.",
            ),
            option(
                "no-steps-at-all",
                "LinearLR(optimizer, start_factor=0.1, total_iters=0)",
                "You take a warmup of no steps to be over at once. It stays at "
                f"{0.1 * base_lr:.4g} for ever, without an error: no step ever raises it.",
            ),
            option(
                "half-a-step",
                f"LinearLR(optimizer, start_factor=0.1, total_iters={length})",
                f"It is accepted, rises for {whole} steps, and stays at {stuck} for ever: the rest "
                "of a step is never made.",
            ),
        ),
    )


QUESTION = question()
VARIANTS = Variants(question, base_lr=(0.1, 0.2, 0.4), length=(2.5, 4.5, 7.5), held=(3, 4))
