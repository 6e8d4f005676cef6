"""What a doctor is judged by: a trace, what was meant, and the same run without the mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from warmup_lib.doctor import Finding, Plan
from warmup_lib.lr_trace import Event, Trace


@dataclass(frozen=True)
class Case:
    """A run, as the doctor gets it.

    Attributes:
        trace: what was recorded.
        plan: what was meant, as far as it was told.
        logged: the LRs in the training's own log.
        right: of a run with a mistake, the same run without it.
        says: what was drawn, in a few words.
        needs_plan: of a correct run, whether only its plan says that it is one.
    """

    trace: Trace
    plan: Plan | None
    logged: Sequence[float] | None = None
    right: Trace | None = None
    says: str = ""
    needs_plan: bool = False

    @property
    def shows(self) -> bool:
        """Whether the mistake left something in the trace or in the log."""
        if self.right is None:
            return True
        if self.logged is not None:
            return not _same_rows([(lr,) for lr in self.logged], self.right.lrs)
        return (
            bool(self.trace.facts)
            or list(self.trace.events) != list(self.right.events)
            or not _same_rows(self.trace.lrs, self.right.lrs)
        )


@dataclass(frozen=True)
class Pitfall:
    """A mistake, applied at random to a random correct run.

    Attributes:
        numbers: what it is called in the list of pitfalls; none for one beyond that list.
        name: a short name.
        what: what was done wrong.
        expected: the codes that name it; one of them must be found.
        draw: a random run with the mistake; ``None`` where the draw was one that hides it.
    """

    numbers: tuple[str, ...]
    name: str
    what: str
    expected: frozenset[str]
    draw: Callable[[Random], Case | None]

    def make(self, rng: Random) -> Case:
        """A run in which the mistake shows.

        Raises:
            RuntimeError: none of many draws shows it.
        """
        for _ in range(200):
            case = self.draw(rng)
            if case is not None and case.shows:
                return case
        raise RuntimeError(f"{self.name}: the mistake showed in none of 200 draws")

    def seed(self, number: int) -> str:
        """The seed of a numbered draw: ``make(Random(seed))`` repeats it."""
        return f"{self.name}/{number}"

    def cases(self, draws: int) -> Iterator[tuple[str, Case]]:
        """Numbered draws with their seeds."""
        for number in range(draws):
            seed = self.seed(number)
            yield seed, self.make(Random(seed))


PITFALLS: list[Pitfall] = []


def pitfall(
    numbers: str, name: str, what: str, *expected: str
) -> Callable[[Callable[[Random], Case | None]], Callable[[Random], Case | None]]:
    """Put a drawing function into the list; ``numbers`` are those of the list of pitfalls."""

    def enter(draw: Callable[[Random], Case | None]) -> Callable[[Random], Case | None]:
        PITFALLS.append(Pitfall(tuple(numbers.split()), name, what, frozenset(expected), draw))
        return draw

    return enter


def traced(rows: Iterable[Sequence[float]], event: Event | None = Event.SCHEDULER) -> Trace:
    """The trace of a loop with this event after each update; without one LRs are set by hand."""
    trace = Trace()
    for row in rows:
        trace.add_update(row)
        if event:
            trace.add(event)
    return trace


def one_group(lrs: Iterable[float], event: Event | None = Event.SCHEDULER) -> Trace:
    """The same of one parameter group."""
    return traced([(lr,) for lr in lrs], event)


def joined(*parts: Trace) -> Trace:
    """The LRs and events of several recordings of one training; no facts."""
    trace = Trace()
    for part in parts:
        rows = iter(part.lrs)
        for event in part.events:
            if event is Event.UPDATE:
                trace.add_update(next(rows))
            else:
                trace.add(event)
    return trace


_LETTERS = {
    Event.UPDATE: "U",
    Event.SCHEDULER: "s",
    Event.SCHEDULER_SET: "e",
    Event.NO_GRADIENT: "n",
    Event.SKIPPED: "x",
}


def described(case: Case, found: Sequence[Finding], seed: str = "") -> str:
    """A case and what was found, for a failure's message."""
    trace = case.trace
    lines = [f"seed {seed!r}: {case.says}" if seed else case.says]
    rows = trace.lrs
    for group in range(max(map(len, rows), default=0)):
        lrs = [row[group] for row in rows if len(row) > group]
        lines.append(f"  LRs of group {group}: {_numbers(lrs)}")
    letters = "".join(_LETTERS[event] for event in islice(trace.events, 24))
    lines.append(f"  events: {letters} (U update, s step, e step to a place, n none, x skipped)")
    lines += [f"  fact at {f.update}: {f.kind.value} {dict(f.evidence)}" for f in trace.facts]
    if case.logged is not None:
        lines.append(f"  logged: {_numbers(case.logged)}")
    exact = " (exact factors)" if case.plan and case.plan.factors else ""
    lines.append(f"  plan: {case.plan or 'none'}{exact}")
    lines += [f"  found: {each.code}: {each.message}" for each in found] or ["  found: nothing"]
    return "\n".join(lines)


def _numbers(lrs: Sequence[float]) -> str:
    more = f" … ({len(lrs)} in all, last {lrs[-1]:.6g})" if len(lrs) > 12 else ""
    return " ".join(f"{lr:.6g}" for lr in lrs[:12]) + more


def _same_rows(some: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> bool:
    return len(some) == len(others) and all(
        len(a) == len(b) and all(abs(x - y) <= 1e-6 * abs(y) for x, y in zip(a, b, strict=True))
        for a, b in zip(some, others, strict=True)
    )
