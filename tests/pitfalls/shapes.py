"""Random correct schedules: ramps × decays × lengths."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from warmup_lib.schedules import (
    Schedule,
    constant_warmup,
    cosine_decay,
    exponential_decay,
    hold,
    inverse_sqrt_decay,
    join,
    linear_warmup,
    linear_warmup_from,
    polynomial_decay,
    step_decay,
)


@dataclass(frozen=True)
class Ramp:
    """A ramp, its first update at the peak, and whether it is a line up to there."""

    schedule: Schedule
    first: int
    is_line: bool = False


@dataclass(frozen=True)
class Decay:
    """A decay from its own update 0, what can be said of it, and the factor it ends at."""

    schedule: Schedule
    thens: tuple[str, ...]
    end: float = 0.0


def _share(rng: Random, n: int) -> tuple[Callable[[int], float], int]:
    """How much of a ramp is done: t/n or (t + 1)/n, and the first update at which it all is."""
    if rng.random() < 0.5:
        return (lambda t: min(t / n, 1.0)), n
    return (lambda t: min((t + 1) / n, 1.0)), n - 1


def _curved(rng: Random, n: int, curve: Callable[[float], float]) -> Ramp:
    share, first = _share(rng, n)
    return Ramp(lambda t: curve(share(t)), first, is_line=first < 2)


def _half_cosine(rng: Random, n: int) -> Ramp:
    # Beyond some 1500 updates its last step is below the tolerance of 1e-6.
    return _curved(rng, min(n, 1000), lambda x: (1 - math.cos(math.pi * x)) / 2)


def _geometric(rng: Random, n: int) -> Ramp:
    start = 10 ** rng.uniform(-4, -0.5)
    return Ramp(lambda t: start ** (1 - min(t / n, 1.0)), n, is_line=n == 1)


def _stairs(rng: Random, n: int) -> Ramp:
    stairs = rng.randint(1, max(n // 2, 1))
    width = -(-n // stairs)
    return Ramp(
        lambda t: min((t // width + 1) / stairs, 1.0),
        (stairs - 1) * width,
        is_line=stairs == 1 or width == 1,
    )


def _from_start(rng: Random, n: int) -> Ramp:
    return Ramp(linear_warmup_from(10 ** rng.uniform(-3, -0.3), n), n, is_line=True)


def _constant(rng: Random, n: int) -> Ramp:
    return Ramp(constant_warmup(10 ** rng.uniform(-3, -0.3), n), n, is_line=n == 1)


RAMPS: dict[str, Callable[[Random, int], Ramp]] = {
    "linear from zero": lambda rng, n: Ramp(linear_warmup_from(0, n), n, is_line=True),
    "linear (t+1)/n": lambda rng, n: Ramp(linear_warmup(n), n - 1, is_line=True),
    "linear from a start factor": _from_start,
    "constant": _constant,
    "quadratic": lambda rng, n: _curved(rng, n, lambda x: x * x),
    "square root": lambda rng, n: _curved(rng, n, math.sqrt),
    "half-cosine": _half_cosine,
    "geometric": _geometric,
    "stairs": _stairs,
}


def _to_an_end(shape: str, make: Callable[[int, float], Schedule]) -> Callable[..., Decay]:
    def draw(rng: Random, length: int, n: int) -> Decay:
        end = rng.choice([0.0, 0.0, round(rng.uniform(0.001, 0.3), 3)])
        return Decay(make(length, end), (shape, shape, "falling", "anything"), end)

    return draw


def _restarts(rng: Random, length: int, n: int) -> Decay:
    period, end = rng.randint(2, max(length, 3)), rng.choice([0.0, 0.01, 0.1])
    wave = cosine_decay(period, end)
    return Decay(lambda t: wave(t % period), ("anything",))


_FALLING = ("falling", "anything")

DECAYS: dict[str, Callable[[Random, int, int], Decay]] = {
    "hold": lambda rng, length, n: Decay(hold(), ("hold", "anything")),
    "cosine": _to_an_end("cosine", cosine_decay),
    "linear": _to_an_end("linear", lambda length, end: polynomial_decay(length, end=end)),
    "exponential": lambda rng, length, n: Decay(
        exponential_decay(rng.uniform(0.5, 0.999)), _FALLING
    ),
    "step": lambda rng, length, n: Decay(
        step_decay(rng.randint(1, max(length, 2)), rng.uniform(0.1, 0.9)), _FALLING
    ),
    "inverse sqrt": lambda rng, length, n: Decay(inverse_sqrt_decay(max(n, 1)), _FALLING),
    "cosine with warm restarts": _restarts,
}


@dataclass(frozen=True)
class Drawn:
    """A correct schedule, in scheduler steps.

    Attributes:
        n: the length that the ramp was given.
        first: the first update at the peak.
        total: the length of the run.
        schedule: the factor of each update.
        hands_over: the update from which the decay decides.
    """

    ramp_name: str
    decay_name: str
    n: int
    ramp: Ramp
    decay: Decay
    total: int
    hands_over: int

    @property
    def first(self) -> int:
        return self.ramp.first

    @property
    def schedule(self) -> Schedule:
        if self.hands_over == 0:
            return self.decay.schedule
        return join(self.ramp.schedule, self.decay.schedule, at=self.hands_over)

    @property
    def zero_start(self) -> bool:
        return self.schedule(0) == 0

    @property
    def says(self) -> str:
        return f"{self.ramp_name}, then {self.decay_name}, n={self.n}, {self.total} updates"


def drawn(
    rng: Random,
    *,
    n: tuple[int, int] = (1, 30),
    more: tuple[int, int] | None = None,
    ramps: Sequence[str] = tuple(RAMPS),
    decays: Sequence[str] = tuple(DECAYS),
) -> Drawn:
    """A random schedule.

    Args:
        rng: the source of all that is drawn.
        n: the least and the greatest length of the ramp; small ones are drawn more often.
        more: the least and the greatest number of updates from the peak on.
        ramps: names of :data:`RAMPS` to draw from.
        decays: names of :data:`DECAYS` to draw from.
    """
    length = _log_uniform(rng, *n)
    ramp_name, decay_name = rng.choice(ramps), rng.choice(decays)
    ramp = RAMPS[ramp_name](rng, length)
    rest = _log_uniform(rng, *(more or (1, 2 * length + 20)))
    total = ramp.first + rest
    # The decay starts where the peak is reached or one update later, as libraries differ, and
    # is at its end in the last update or would be in the one after it.
    hands_over = ramp.first + (rng.randint(0, 1) if rest > 1 else 0)
    lasts = total - hands_over - (rng.randint(0, 1) if total - hands_over > 1 else 0)
    decay = DECAYS[decay_name](rng, lasts, length)
    return Drawn(ramp_name, decay_name, length, ramp, decay, total, hands_over)


def _log_uniform(rng: Random, least: int, most: int) -> int:
    return min(int(math.exp(rng.uniform(math.log(least), math.log(most + 1)))), most)
