"""What one ``scheduler.step()`` costs, side by side in one run.

Ours against ``SequentialLR([LinearLR, StepLR])`` and, where it is installed, the
PyPI package ``warmup-scheduler``. Each round times every contender in turn, so
that a slow moment of the machine hits all of them; the ratio is taken within a
round and its median printed.

    python benchmarks/scheduler_step.py
"""

from __future__ import annotations

import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable

import torch
from torch.optim.lr_scheduler import LinearLR, LRScheduler, SequentialLR, StepLR

from warmup_lib.schedulers import GradualWarmupScheduler

ROUNDS, WARMUP, AFTER = 60, 1000, 4000
OURS = "warmup_lib GradualWarmupScheduler"


def ours(optimizer: torch.optim.Optimizer, multiplier: float = 1.0) -> LRScheduler:
    after = StepLR(optimizer, step_size=30, gamma=0.99)
    return GradualWarmupScheduler(optimizer, multiplier, WARMUP, after)


def sequential(optimizer: torch.optim.Optimizer) -> LRScheduler:
    linear = LinearLR(optimizer, start_factor=0.1, total_iters=WARMUP)
    after = StepLR(optimizer, step_size=30, gamma=0.99)
    return SequentialLR(optimizer, [linear, after], milestones=[WARMUP])


def pypi(optimizer: torch.optim.Optimizer) -> LRScheduler:
    from warmup_scheduler import GradualWarmupScheduler as Peer

    return Peer(optimizer, 1.0, WARMUP, StepLR(optimizer, step_size=30, gamma=0.99))


CONTENDERS: dict[str, Callable[[torch.optim.Optimizer], LRScheduler]] = {
    OURS: ours,
    f"{OURS}, multiplier 2": lambda optimizer: ours(optimizer, 2.0),
    "torch SequentialLR([LinearLR, StepLR])": sequential,
}
if importlib.util.find_spec("warmup_scheduler"):
    CONTENDERS["PyPI warmup-scheduler"] = pypi


def microseconds_a_step(make: Callable[[torch.optim.Optimizer], LRScheduler]) -> tuple[float, ...]:
    """Mean time of a step in the warmup, and of one behind it."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = make(optimizer)
    optimizer.step()
    times = []
    for steps in (WARMUP - 1, AFTER):
        started = time.perf_counter()
        for _ in range(steps):
            scheduler.step()
        times.append((time.perf_counter() - started) / steps * 1e6)
    return *times, (times[0] * WARMUP + times[1] * AFTER) / (WARMUP + AFTER)


def main() -> None:
    warnings.simplefilter("ignore")
    rounds: dict[str, list[tuple[float, ...]]] = {name: [] for name in CONTENDERS}
    for _ in range(ROUNDS):
        for name, make in CONTENDERS.items():
            rounds[name].append(microseconds_a_step(make))
    print(f"µs a step, median of {ROUNDS} rounds: {WARMUP} steps of warmup, {AFTER} behind it\n")
    print(f"{'':45} warmup  after    all   ours/this: warmup  after    all")
    for name, times in rounds.items():
        medians = [statistics.median(column) for column in zip(*times, strict=True)]
        ratios = [
            statistics.median(mine / theirs for mine, theirs in zip(mines, column, strict=True))
            for mines, column in zip(
                zip(*rounds[OURS], strict=True), zip(*times, strict=True), strict=True
            )
        ]
        columns = "".join(f"{value:7.2f}" for value in medians)
        compared = "".join(f"{ratio:7.2f}" for ratio in ratios)
        print(f"{name:45}{columns}              {compared}")


if __name__ == "__main__":
    main()
