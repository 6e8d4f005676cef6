"""How long the explorer takes to follow a slider: from the new value to the new picture.

The budget is 150 ms at the 95th percentile. What the browser adds is not in it.

    python benchmarks/explorer.py
"""

from __future__ import annotations

import statistics
import time

from warmup_lib.explore import explore

MOVES = 200


def main() -> None:
    box = explore(updates=60).widget()
    slider = next(c for c in box.children if getattr(c, "description", "") == "warmup (updates)")
    times = []
    for move in range(MOVES):
        started = time.perf_counter()
        slider.value = 1 + move % 50
        times.append((time.perf_counter() - started) * 1000)
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    print(f"{MOVES} moves of the warmup slider: p50 {p50:.0f} ms, p95 {p95:.0f} ms (budget 150 ms)")


if __name__ == "__main__":
    main()
