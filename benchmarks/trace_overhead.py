"""What recording costs: a training step of a small MLP with and without it, side by side.

Short blocks of both take turns on one model, so that whatever else the machine does meets
both alike, and the fastest tenth of each is compared. What it costs to begin and to end
recording is printed apart. The first line compares nothing with nothing: the noise.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.following import record_all
from warmup_lib.trace import record

STEPS, PAIRS = 200, 100


class Training:
    """A small MLP, AdamW and a warmup that is stepped per update."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = torch.nn.Sequential(
            torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)
        )
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3)
        self.scheduler = LambdaLR(self.optimizer, lambda t: min((t + 1) / 100, 1.0))
        self.inputs, self.targets = torch.randn(64, 64), torch.randint(10, (64,))

    def seconds(self, steps: int = STEPS) -> float:
        """The time that some steps take."""
        start = time.perf_counter()
        for _ in range(steps):
            self.optimizer.zero_grad()
            outputs = self.model(self.inputs)
            torch.nn.functional.cross_entropy(outputs, self.targets).backward()
            self.optimizer.step()
            self.scheduler.step()
        return time.perf_counter() - start


def ratio(training: Training, recording: Callable[[], Any]) -> tuple[float, float]:
    """How much longer a step takes, and how long beginning and ending take."""
    times: tuple[list[float], list[float]] = ([], [])
    around = []
    for pair in range(PAIRS):
        # Each goes first as often as the other.
        for recorded in (pair % 2, 1 - pair % 2):
            start = time.perf_counter()
            with recording() if recorded else nullcontext():
                times[recorded].append(training.seconds())
            if recorded:
                around.append(time.perf_counter() - start - times[recorded][-1])
    without, with_it = (statistics.mean(sorted(each)[: PAIRS // 10]) for each in times)
    return with_it / without, statistics.median(around)


def main() -> None:
    torch.set_num_threads(1)
    training = Training()
    step = statistics.median(training.seconds() for _ in range(20)) / STEPS
    print(f"a step without recording: {step * 1e6:.0f} µs")
    ways: dict[str, Callable[[], Any]] = {
        "nothing": nullcontext,
        "record(optimizer)": lambda: record(training.optimizer),
        "record(optimizer, scheduler)": lambda: record(training.optimizer, training.scheduler),
        "record_all()": record_all,
    }
    print(f"time with / without, the fastest tenth of {PAIRS} blocks of {STEPS} steps each:")
    for name, way in ways.items():
        slower, around = ratio(training, way)
        print(f"  {name:30} {slower:.3f}    to begin and end: {around * 1e6:.0f} µs")
    with record(training.optimizer, training.scheduler) as trace:
        training.seconds()
    print(f"memory: {trace.nbytes / len(trace):.1f} bytes an update with its scheduler's step")


if __name__ == "__main__":
    main()
