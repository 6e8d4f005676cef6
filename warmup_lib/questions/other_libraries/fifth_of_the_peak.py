"""Name the bug: a warmup whose peak is a fifth of what it should be, after a dip."""

from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.quiz.name_the_bug import Bug, NameTheBug
from warmup_lib.trace import record

PERIOD, BASE_LR, UPDATES = 5, 0.1, 12


class LinearDampening:
    """pytorch_warmup's way: the LR that a scheduler sets, times (t + 1) / n for update t.

    It multiplies the optimizer's LR as soon as it is built, and keeps the undamped one.
    """

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self.group, self.t = optimizer.param_groups[0], 0
        self._keep_and_dampen()

    def step(self, scheduler: LambdaLR | None) -> None:
        """The undamped LR comes back, the scheduler is stepped, and its LR is dampened."""
        self.group["lr"] = self.undamped
        if scheduler is not None:
            scheduler.step()
        self.t += 1
        self._keep_and_dampen()

    def _keep_and_dampen(self) -> None:
        self.undamped = self.group["lr"]
        self.group["lr"] *= min((self.t + 1) / PERIOD, 1)


def constant(update: int) -> float:  # noqa: ARG001  # LambdaLR gives it the update
    return 1.0


def used(
    factor: Callable[[int], float] = constant,
    *,
    warmup_first: bool = False,
    steps_inside: bool = True,
) -> list[float]:
    """The LRs of a run in which warmup and scheduler are built, and stepped, in this order."""
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=BASE_LR)
    if warmup_first:
        warmup = LinearDampening(optimizer)
        scheduler = LambdaLR(optimizer, factor)
    else:
        scheduler = LambdaLR(optimizer, factor)
        warmup = LinearDampening(optimizer)
    with record(optimizer) as trace:
        for _ in range(UPDATES):
            weight.sum().backward()
            optimizer.step()
            warmup.step(scheduler if steps_inside else None)
            if not steps_inside:
                scheduler.step()
    return trace.used()


QUESTION = NameTheBug(
    title="A fifth of the peak",
    prompt=f"""\
pytorch_warmup was to warm up to {BASE_LR}, which is then held:

```python
scheduler = LambdaLR(optimizer, lambda update: 1.0)
warmup = pytorch_warmup.LinearWarmup(optimizer, warmup_period={PERIOD})
...
    optimizer.step()
    with warmup.dampening():
        scheduler.step()
```

`LinearWarmup` multiplies the optimizer's LR by (t + 1) / {PERIOD} for update t, the first time as
it is built. One thing in the script is not as it is here. Which bug made this trace?""",
    difficulty="hard",
    points=2,
    seen_in="[pytorch_warmup, issue 26](https://github.com/Tony-Y/pytorch_warmup/issues/26)",
    made_by="warmup-built-first",
    meant=used(),
    bugs=(
        Bug(
            "warmup-built-first",
            "`warmup` is built before `scheduler`.",
            lambda: used(warmup_first=True),
            "`LambdaLR` then finds an LR that is dampened already, and takes it for the base LR. "
            "So from update 1 on all LRs are a fifth of what was meant.",
        ),
        Bug(
            "steps-outside",
            "`scheduler.step()` is called behind `with warmup.dampening():`, not inside it.",
            lambda: used(steps_inside=False),
            "Then `LambdaLR` would set the full base LR after each dampening: a jump to it at "
            "update 1.",
        ),
        Bug(
            "lambda-gives-the-lr",
            f"The lambda gives {BASE_LR}, a learning rate, where a factor of 1.0 is meant.",
            lambda: used(lambda update: BASE_LR),  # noqa: ARG005  # the same at every update
            "Then every LR would be a tenth of the one meant, update 0's, too.",
        ),
        Bug(
            "warms-up-twice",
            f"The lambda is a ramp, too: `min((update + 1) / {PERIOD}, 1)`.",
            lambda: used(lambda update: min((update + 1) / PERIOD, 1)),
            "Then the two ramps would be multiplied. It would be a slow start, and still reach "
            "the base LR.",
        ),
    ),
    holds="It is the bug that, when it is run, uses each of these LRs.",
    hints=(
        "Update 0 is right. By which factor are the others too low?",
        "All later ones are a fifth of what was meant. Which of the numbers in the script is it a "
        "fifth of, and who takes it for the whole?",
        "`LambdaLR` reads the base LR from the optimizer as it is built. What does it find there?",
    ),
    steps="""\
Update 0 uses a fifth of the base LR, as it should. From update 1 on each LR is a fifth of the one
meant, so `LambdaLR` multiplies a base LR that is five times too low. It read it from the optimizer
as it was built, after the warmup had dampened it: **{answer}**. The dip at update 1 is the same LR,
dampened once more, by 2/5.""",
    quick_check="A scheduler takes the LR that it finds for its base LR: build the warmup last.",
)
