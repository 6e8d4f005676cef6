"""What recording costs: a training step of a small MLP with and without it, side by side.

Rounds of both are interleaved, so that whatever else the machine does meets both alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.lr_trace import Trace
from warmup_lib.trace import record

STEPS, ROUNDS = 300, 40


def seconds(recording: Callable[..., AbstractContextManager[Trace | None]]) -> tuple[float, Any]:
    """The time that some steps take inside the context, and what it recorded."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = LambdaLR(optimizer, lambda t: min((t + 1) / 100, 1.0))
    inputs, targets = torch.randn(64, 64), torch.randint(10, (64,))
    with recording(optimizer, scheduler) as trace:
        start = time.perf_counter()
        for _ in range(STEPS):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(inputs), targets).backward()
            optimizer.step()
            scheduler.step()
        return time.perf_counter() - start, trace


def without(*_: Any) -> AbstractContextManager[None]:
    return nullcontext()


def main() -> None:
    torch.set_num_threads(1)
    seconds(without)
    pairs = []
    for each in range(ROUNDS):
        # Each goes first as often as the other.
        if each % 2:
            with_it, without_it = seconds(record)[0], seconds(without)[0]
        else:
            without_it, with_it = seconds(without)[0], seconds(record)[0]
        pairs.append((without_it, with_it))
    ratios = [with_it / without_it for without_it, with_it in pairs]
    step = statistics.median(without_it for without_it, _ in pairs) / STEPS
    _, trace = seconds(record)
    print(f"a step without recording: {step * 1e6:.0f} µs (median of {ROUNDS} rounds)")
    print(f"with / without: {statistics.median(ratios):.3f} (median of {ROUNDS} pairs)")
    print(f"memory: {trace.nbytes / len(trace):.1f} bytes an update with its scheduler's step")


if __name__ == "__main__":
    main()
