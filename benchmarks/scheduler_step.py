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
Make = Callable[[torch.optim.Optimizer], LRScheduler]


def ours(multiplier: float) -> Make:
    return lambda optimizer: GradualWarmupScheduler(optimizer, multiplier, WARMUP, after(optimizer))


def pypi(multiplier: float) -> Make:
    from warmup_scheduler import GradualWarmupScheduler as Peer

    return lambda optimizer: Peer(optimizer, multiplier, WARMUP, after(optimizer))


def sequential(optimizer: torch.optim.Optimizer) -> LRScheduler:
    linear = LinearLR(optimizer, start_factor=0.1, total_iters=WARMUP)
    return SequentialLR(optimizer, [linear, after(optimizer)], milestones=[WARMUP])


def after(optimizer: torch.optim.Optimizer) -> StepLR:
    return StepLR(optimizer, step_size=30, gamma=0.99)


def contenders() -> dict[str, dict[str, Make]]:
    """By what is compared: ours first, then those with the same schedule."""
    one = {"ours": ours(1.0), "torch SequentialLR([LinearLR, StepLR])": sequential}
    two = {"ours, multiplier 2": ours(2.0)}
    if importlib.util.find_spec("warmup_scheduler"):
        one["PyPI warmup-scheduler"] = pypi(1.0)
        two["PyPI warmup-scheduler, multiplier 2"] = pypi(2.0)
    return {"multiplier 1": one, "multiplier 2": two}


def microseconds_a_step(make: Make) -> tuple[float, ...]:
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
    print(f"us a step, median of {ROUNDS} rounds: {WARMUP} steps of warmup, {AFTER} behind it")
    print("ours/this: the median of the ratios within each round; below 1, ours is faster")
    for title, makes in contenders().items():
        rounds: dict[str, list[tuple[float, ...]]] = {name: [] for name in makes}
        for _ in range(ROUNDS):
            for name, make in makes.items():
                rounds[name].append(microseconds_a_step(make))
        print(f"\n{title:40}  warmup  after    all    ours/this: warmup  after    all")
        first, *_ = rounds.values()
        for name, times in rounds.items():
            medians = [statistics.median(column) for column in zip(*times, strict=True)]
            ratios = [
                statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
                for mine, theirs in zip(
                    zip(*first, strict=True), zip(*times, strict=True), strict=True
                )
            ]
            print(f"{name:40}", *(f"{t:7.2f}" for t in medians), " " * 11, end="")
            print(*(f"{r:7.2f}" for r in ratios))


if __name__ == "__main__":
    main()
