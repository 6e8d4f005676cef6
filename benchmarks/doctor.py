"""How often the doctor is right: known mistakes in random runs, and random correct runs.

    python benchmarks/doctor.py [draws]

prints for each pitfall in how many of so many draws (100 unless given) it is named rightly, and
what else was said; then of how many random correct runs anything is said, and what a diagnosis
takes.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from pitfalls import NOT_IN_A_TRACE, PITFALLS, correct
from pitfalls.judging import Rate, false_findings, found_in, rate_of

RUNS = 20_000


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    rates = print_pitfalls(draws)
    detected, drawn = sum(rate.detected for rate in rates), sum(rate.draws for rate in rates)
    print(f"\n{detected} of {drawn} wrong runs named rightly: {detected / drawn:.2%}")
    print("not to be seen in a trace: " + ", ".join(NOT_IN_A_TRACE))
    false = sum(1 for _ in false_findings(range(RUNS)))
    print(f"false findings in {RUNS} correct runs, told what was meant and not: {false}")
    print_time()


def print_pitfalls(draws: int) -> list[Rate]:
    print(f"{'pitfall':8} {'':44} {'draws':>5} {'named':>7}  what else was said")
    rates = []
    for pitfall in sorted(PITFALLS, key=lambda pitfall: _order(pitfall.numbers)):
        rate = rate_of(pitfall, pitfall.cases(draws))
        rates.append(rate)
        beside = ", ".join(f"{code} {count}" for code, count in rate.beside.most_common())
        number = " ".join(pitfall.numbers) or "–"
        share = f"{rate.detected / rate.draws:.1%}"
        print(f"{number:8} {pitfall.name:44} {rate.draws:5} {share:>7}  {beside}", flush=True)
    return rates


def print_time() -> None:
    cases = [correct(Random(f"correct/{number}")) for number in range(1000)]
    times, updates = [], []
    for case in cases:
        start = time.perf_counter()
        found_in(case)
        times.append(time.perf_counter() - start)
        updates.append(len(case.trace))
    print(
        f"a diagnosis takes {statistics.median(times) * 1e6:.0f} µs (median of {len(times)}), "
        f"{sum(times) / sum(updates) * 1e6:.1f} µs an update"
    )


def _order(numbers: tuple[str, ...]) -> tuple[int, str]:
    """By number, then by letter; what is beyond the list comes last."""
    if not numbers:
        return 1000, ""
    return int(numbers[0].rstrip("bcd")), numbers[0]


if __name__ == "__main__":
    main()
