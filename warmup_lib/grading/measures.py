"""What the statistics of a class are made of: one equation a function, on plain numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation, variance

Z = 1.959963984540054
"""What 95% of a normal distribution lies within, in standard deviations."""

SMALLEST = 30
"""Below so many submissions, discrimination and alpha are not given.

Downing & Yudkowsky, *Assessment in Health Professions Education* (2009), find an item analysis
helpful from about 30 examinees on; Bujang, Omar & Baharum, *Malays J Med Sci* 25(6):85–99 (2018),
find the same number enough for alpha where the questions go well together.
"""

STEADY = 100
"""Below so many they are given with a warning: Downing & Yudkowsky call an item analysis with
fewer than 100 examinees one to be read with caution, and with 200 a stable one."""


@dataclass(frozen=True)
class Measure:
    """A number, or why there is none."""

    value: float | None
    why: str = ""


@dataclass(frozen=True)
class Share:
    """A part of a class, and the interval in which the share of such classes lies.

    >>> share = Share(7, 20)
    >>> f"{share.value:.2f}, {share.low:.3f} to {share.high:.3f}"
    '0.35, 0.181 to 0.567'
    """

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def low(self) -> float:
        return wilson(self.count, self.of)[0]

    @property
    def high(self) -> float:
        return wilson(self.count, self.of)[1]


def wilson(count: float, of: int) -> tuple[float, float]:
    """Wilson's 95% interval for a share; unlike p ± z·√(pq/n) it never leaves [0, 1].

    (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), where p = count/n.

    Wilson, *J. Am. Stat. Assoc.* 22:209–212 (1927); recommended for small n by Brown, Cai &
    DasGupta, *Statistical Science* 16:101–133 (2001).

    >>> [round(bound, 4) for bound in wilson(0, 10)]
    [0.0, 0.2775]
    """
    if not 0 <= count <= of or of < 1:
        raise ValueError(f"count must be 0 to {of}, of at least 1, got {count} of {of}")
    p = count / of
    middle = p + Z**2 / (2 * of)
    spread = Z * math.sqrt(p * (1 - p) / of + Z**2 / (4 * of**2))
    low, high = ((middle + sign * spread) / (1 + Z**2 / of) for sign in (-1, 1))
    # Of none, and of all, rounding may leave the share itself outside.
    return max(0.0, min(low, p)), min(1.0, max(high, p))


def widest(of: int) -> float:
    """How far a share of a class of this size may be off, either way, at worst.

    Half of :func:`wilson`'s interval at p = ½, where it is widest.

    >>> [round(widest(n), 2) for n in (10, 30, 300)]
    [0.26, 0.17, 0.06]
    """
    low, high = wilson(of / 2, of)
    return (high - low) / 2


def item_rest(scores: Sequence[Sequence[float]], item: int) -> Measure:
    """How well a question goes with the rest of the quiz: its discrimination.

    r = corr(xᵢ, Σⱼ≠ᵢ xⱼ), Pearson's, over students. The question itself is left out of the
    sum: with it in, every question of a short quiz would seem to go well with the whole.

    Henrysson, *Psychometrika* 28:211–218 (1963).

    Args:
        scores: a row a student, a column a question.
        item: the question's column.

    >>> class_ = 10 * [(1, 1, 2), (0, 1, 0), (0, 0, 1), (1, 0, 2)]
    >>> round(item_rest(class_, 0).value, 4)
    0.9045
    >>> item_rest(class_[:8], 0)
    Measure(value=None, why='8 submissions, and it takes 30')
    """
    if trouble := _too_few(scores):
        return Measure(None, trouble)
    own = [float(row[item]) for row in scores]
    rest = [math.fsum(row[:item]) + math.fsum(row[item + 1 :]) for row in scores]
    if len(set(own)) < 2:
        return Measure(None, "everybody has the same points on it")
    if len(set(rest)) < 2:
        return Measure(None, "everybody has the same points on the rest")
    return Measure(max(-1.0, min(1.0, correlation(own, rest))))


def cronbach(scores: Sequence[Sequence[float]]) -> Measure:
    """How consistent the quiz is: Cronbach's alpha.

    α = k/(k−1) · (1 − Σ σ²ᵢ / σ²ₓ), of k questions with the variances σ²ᵢ, and σ²ₓ that of
    the students' totals. At most 1; below 0 where questions contradict one another.

    Cronbach, *Psychometrika* 16:297–334 (1951).

    >>> round(cronbach(10 * [(1, 1, 2), (0, 1, 0), (0, 0, 1), (1, 0, 2)]).value, 4)
    0.4444
    """
    if trouble := _too_few(scores):
        return Measure(None, trouble)
    total = variance([math.fsum(row) for row in scores])
    if total == 0:
        return Measure(None, "everybody has the same score")
    each = math.fsum(variance(map(float, column)) for column in zip(*scores, strict=True))
    questions = len(scores[0])
    return Measure(questions / (questions - 1) * (1 - each / total))


def surprise(observed: int, expected: float) -> float:
    """How much more often something was seen than was to be expected, in standard deviations.

    (o − e)/√e: Pearson's residual. Above 3 it is hardly chance (Agresti, *Categorical Data
    Analysis*, 3rd ed. 2013, section 3.3.1).

    >>> surprise(10, 4)
    3.0
    """
    return (observed - expected) / math.sqrt(expected)


def _too_few(scores: Sequence[Sequence[float]]) -> str:
    if len(scores) < SMALLEST:
        return f"{len(scores)} submissions, and it takes {SMALLEST}"
    return "the quiz has a single question" if len(scores[0]) < 2 else ""
