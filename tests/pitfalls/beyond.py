"""What else the codes speak of, and the list of pitfalls does not."""

from __future__ import annotations

from random import Random

import torch
from torch.optim.lr_scheduler import (
    LambdaLR,
)

from warmup_lib.doctor import Plan
from warmup_lib.schedules import Schedule, hold, join, linear_warmup
from warmup_lib.trace import record

from .cases import Case, one_group, pitfall, traced
from .correct import draw_peaks
from .loops import (
    LINEAR,
    STARTING_ABOVE_ZERO,
    backward,
    build,
    by_factors,
    draw,
    quiet,
    scheduled,
)

FROM_ZERO = ("linear from zero", "quadratic", "square root", "half-cosine")
# Decays that a plan can name without the run's length.
ENDLESS = ("hold", "exponential", "step", "inverse sqrt")


@pitfall("", "not a number", "min(t / warmup, 1) of tensors with a warmup of 0", "lr-not-finite")
def not_a_number(rng: Random) -> Case:
    meant = draw(rng, n=(2, 10), ramps=LINEAR, decays=("hold",))
    factors = [float(f) for f in (torch.arange(meant.total + 1) / 0.0)]
    trace = by_factors(meant, lambda t: min(factors[t], 1.0))
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall("", "no gradients at all", "optimizer.step() without loss.backward()", "no-update")
def no_gradients(rng: Random) -> Case:
    meant = draw(rng)
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = LambdaLR(optimizer, meant.schedule)
        with record(optimizer, scheduler) as trace:
            for _ in range(meant.total):
                optimizer.zero_grad()
                optimizer.step()
                scheduler.step()
    return meant.case(trace, meant.plan_or_none(rng))


@pitfall("", "never stepped", "a scheduler that is made and never stepped", "stuck-at-start")
def never_stepped(rng: Random) -> Case | None:
    meant = draw(rng, ramps=STARTING_ABOVE_ZERO)
    if meant.first == 0:
        return None
    with quiet():
        optimizer = build(meant.peaks)
        scheduler = LambdaLR(optimizer, meant.schedule)
        with record(optimizer, scheduler) as trace:
            for _ in range(meant.total):
                backward(optimizer)
                optimizer.step()
    return meant.case(trace, meant.plan)


@pitfall("", "warmup far too long", "a ramp of several times its length", "warmup-too-long")
def far_too_long(rng: Random) -> Case:
    n, times = rng.randint(4, 20), rng.randint(2, 4)
    meant = draw(
        rng,
        n=(n, n),
        more=(n * times, n * (times + 1)),
        ramps=("linear (t+1)/n",),
        decays=("hold",),
    )
    return meant.case(by_factors(meant, linear_warmup(n * times)), meant.plan)


@pitfall(
    "", "a curve for a line", "a square or a square root, where a line was meant", "ramp-not-linear"
)
def curve_for_line(rng: Random) -> Case:
    # In fewer updates the last step of a cubic ramp is as good as a jump.
    meant = draw(rng, n=(8, 30), ramps=("linear (t+1)/n", "linear from zero"), ramp="linear")
    power = rng.choice([0.5, 2, 3])
    ramp = meant.drawn.ramp.schedule
    curved = join(lambda t: ramp(t) ** power, meant.drawn.decay.schedule, at=meant.drawn.hands_over)
    return meant.case(by_factors(meant, curved), meant.plan)


@pitfall(
    "",
    "decays where it was held",
    "a decay after the warmup, where none was meant",
    "falls-after-peak",
)
def decays_where_held(rng: Random) -> Case | None:
    falling = draw(
        rng, decays=("cosine", "linear", "exponential", "step", "inverse sqrt"), then="hold"
    )
    what = falling.drawn
    held = join(what.ramp.schedule, hold(), at=max(what.hands_over, 1))
    if what.hands_over == 0:
        return None
    rows = [tuple(peak * held(t) for peak in falling.peaks) for t in range(falling.total)]
    trace = by_factors(falling, falling.schedule)
    return Case(trace, falling.plan, right=traced(rows), says=what.says)


@pitfall(
    "", "another decay", "a decay that differs from the exact plan by its form", "differs-from-plan"
)
def another_decay(rng: Random) -> Case:
    n, rest, peak = rng.randint(2, 20), rng.randint(8, 40), draw_peaks(rng, 1)[0]
    steep, flat = rng.sample([1, 2, 3], 2)

    def schedule(power: int) -> Schedule:
        decay = lambda t: (1 - min(t, rest) / rest) ** power  # noqa: E731
        return join(linear_warmup(n), decay, at=n)

    total = n + rest
    plan = Plan.of(schedule(flat), peak, total)
    rows = [peak * schedule(flat)(t) for t in range(total)]
    trace = scheduled((peak,), lambda o: LambdaLR(o, schedule(steep)), total)
    says = f"power {steep} for {flat}, n={n}, {total} updates"
    return Case(trace, plan, right=one_group(rows), says=says)
