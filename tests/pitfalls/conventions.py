"""Right runs of many libraries, which no doctor must speak of: base LR 0.1, warmup 5, total 10."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
import warmup_scheduler
from torch.optim import Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
)

from warmup_lib.doctor import Plan
from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedulers import GradualWarmupScheduler
from warmup_lib.schedules import (
    Schedule,
    cosine_decay,
    exponential_warmup,
    hold,
    inverse_sqrt_decay,
    join,
    linear_warmup,
    linear_warmup_from,
    noam,
    polynomial_decay,
)
from warmup_lib.trace import record

from .cases import Case, joined, one_group
from .libraries import CosineOfTimm, WarmupOfPytorchWarmup
from .loops import Make, backward, build, quiet, recorded, scheduled, train, update

PEAK, N, TOTAL = 0.1, 5, 10


def conventions() -> Iterator[tuple[str, Case]]:
    """Every row by its name."""
    for rows in (_torch_rows, _other_rows, _gradual_rows, _loop_rows):
        for name, trace, plan in rows():
            yield name, Case(trace, plan, says=name)


Rows = Iterator[tuple[str, Trace, Plan | None]]


def _plan(**meant: Any) -> Plan:
    return Plan(**{"peak": PEAK, "warmup": N} | meant)


def _run(make: Make, updates: int = TOTAL, lr: float = PEAK) -> Trace:
    return scheduled((lr,), make, updates)


def _list(schedule: Schedule, updates: int = TOTAL) -> Trace:
    return one_group([PEAK * schedule(t) for t in range(updates)])


def _sequence(ramp: Make, at: int, rest: int) -> Make:
    return lambda o: SequentialLR(o, [ramp(o), CosineAnnealingLR(o, rest)], [at])


def _torch_rows() -> Rows:
    line = _plan(ramp="linear", then="hold", total=TOTAL)
    yield "LinearLR(0.1, 5)", _run(lambda o: LinearLR(o, 0.1, total_iters=5)), line
    yield "LinearLR(1/5, 4)", _run(lambda o: LinearLR(o, 0.2, total_iters=4)), line
    yield "LambdaLR (t+1)/5", _run(lambda o: LambdaLR(o, linear_warmup(5))), line
    yield "LinearLR()", _run(LinearLR), line
    yield "ConstantLR()", _run(ConstantLR), _plan(then="hold", total=TOTAL)
    from_zero = _plan(ramp="linear", then="hold", zero_start=True)
    yield "LambdaLR t/5", _run(lambda o: LambdaLR(o, linear_warmup_from(0, 5))), from_zero

    def tenth(o: Optimizer) -> LinearLR:
        return LinearLR(o, 0.1, total_iters=5)

    cosine = _plan(ramp="linear", then="cosine", total=TOTAL)
    yield "LinearLR, cosine", _run(_sequence(tenth, 5, 5)), cosine
    longer = _plan(ramp="linear", then="cosine", total=TOTAL + 1)
    yield "LinearLR, cosine to its end", _run(_sequence(tenth, 5, 5), TOTAL + 1), longer
    twice = _sequence(lambda o: LinearLR(o, 0.2, total_iters=4), 5, 5)
    yield "LinearLR(0.2, 4), cosine: the peak twice", _run(twice), cosine

    for strategy in ("linear", "cos"):
        cycle = _one_cycle(strategy)
        ramp, then = ("linear", "linear") if strategy == "linear" else ("rising", "cosine")
        end = PEAK / 25 / 1e4
        plan = _plan(warmup=4, ramp=ramp, then=then, total=TOTAL, end=end)
        yield f"OneCycleLR {strategy}", _run(cycle), plan
        yield f"OneCycleLR {strategy}, stated loosely", _run(cycle), _plan(then="falling")
    # It drifts from the line by some 1e-14, and never is 0.1.
    drift = _run(lambda o: LinearLR(o, 0.1, total_iters=10_000), 10_050)
    yield "LinearLR over 10,000 updates", drift, _plan(warmup=10_000, ramp="linear", then="hold")


def _one_cycle(strategy: str) -> Make:
    return lambda o: OneCycleLR(o, PEAK, total_steps=TOTAL, pct_start=0.5, anneal_strategy=strategy)


def _other_rows() -> Rows:
    yield "pytorch_warmup LinearWarmup", _dampened(), _plan(ramp="linear", then="hold")
    late = exponential_warmup(5)
    exact = Plan.of(late, PEAK * late(39), 40)
    yield "pytorch_warmup ExponentialWarmup", _list(late, 40), exact
    radam = Plan.of(radam_warmup, PEAK * radam_warmup(299), 300)
    yield "pytorch_warmup RAdamWarmup", _list(radam_warmup, 300), radam
    yield "timm, prefixed", _timm(), _plan(then="cosine", total=TOTAL, zero_start=True)

    zero = linear_warmup_from(0, N)
    decays = {
        "linear": (polynomial_decay(5), "linear"),
        "cosine": (cosine_decay(5), "cosine"),
        "constant": (hold(), "hold"),
        "inverse sqrt": (inverse_sqrt_decay(N), "falling"),
    }
    for name, (decay, then) in decays.items():
        plan = _plan(ramp="linear", then=then, total=TOTAL, zero_start=True)
        yield f"transformers {name}", _list(join(zero, decay, at=N)), plan
        exact = Plan.of(join(zero, decay, at=N), PEAK, TOTAL)
        yield f"transformers {name}, exact", _list(join(zero, decay, at=N)), exact
    yield "fairseq, optax, Keras, Megatron", _list(zero), _plan(then="hold", zero_start=True)
    yield "Noam", _list(noam(N)), _plan(ramp="linear", then="falling")
    short = linear_warmup_from(0, N - 1)
    ignite = join(short, polynomial_decay(10), at=N - 1)
    yield "ignite", _list(ignite), _plan(then="falling", zero_start=True)
    bolts = join(short, hold(), cosine_decay(5), at=[N - 1, N])
    yield "lightning-bolts", _list(bolts), _plan(then="cosine", total=TOTAL, zero_start=True)
    classification = _run(_sequence(lambda o: LinearLR(o, 0.01, total_iters=5), 5, 5))
    yield "torchvision classification", classification, _plan(then="cosine", total=TOTAL)
    detection = _run(lambda o: LinearLR(o, 1 / 1000, total_iters=4), 5)
    yield "torchvision detection", detection, _plan(ramp="linear", total=5)


def radam_warmup(t: int, beta2: float = 0.999) -> float:
    """RAdam's rectification as a factor, from its first update on."""
    most = 2 / (1 - beta2) - 1
    step = t + 5
    rho = most - 2 * step * beta2**step / (1 - beta2**step)
    return math.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))


def _dampened() -> Trace:
    with quiet():
        optimizer = build([PEAK])
        scheduler = LambdaLR(optimizer, hold())
        warmup = WarmupOfPytorchWarmup(optimizer, N)
        with record(optimizer, scheduler) as trace:
            for _ in range(TOTAL):
                update(optimizer)
                with warmup.dampening():
                    scheduler.step()
    return trace


def _timm() -> Trace:
    with quiet():
        optimizer = build([PEAK])
        scheduler = CosineOfTimm(optimizer, 5, N, warmup_prefix=True)
        with record(optimizer, scheduler) as trace:
            for t in range(TOTAL):
                update(optimizer)
                scheduler.step(t + 1)
    return trace


def _gradual_rows() -> Rows:
    for module in (warmup_scheduler, None):
        kind = module.GradualWarmupScheduler if module else GradualWarmupScheduler
        of = "PyPI" if module else "this library"
        one, two = _gradual(kind, 1), _gradual(kind, 2)
        zero = _plan(ramp="linear", then="hold", zero_start=True)
        yield f"GradualWarmupScheduler of {of}, x1", _run(one), zero
        yield f"GradualWarmupScheduler of {of}, x2", _run(two, lr=PEAK / 2), _plan(then="hold")
        by_epoch = _by_epoch(one)
        yield f"GradualWarmupScheduler of {of}, step(epoch) first", by_epoch, _plan(then="hold")
    after = {
        "cosine": lambda o: CosineAnnealingLR(o, 5),
        "exponential": lambda o: ExponentialLR(o, 0.9),
    }
    for name, make in after.items():
        trace = _run(_gradual(GradualWarmupScheduler, 1, make))
        plan = _plan(ramp="linear", then="falling", total=TOTAL, zero_start=True)
        yield f"GradualWarmupScheduler of this library, {name}", trace, plan
    yield "GradualWarmupScheduler of this library, plateau", _plateau(), _plan(then="falling")


def _gradual(kind: Any, multiplier: int, after: Make | None = None) -> Make:
    return lambda o: kind(o, multiplier, N, after and after(o))


def _by_epoch(make: Make) -> Trace:
    with quiet():
        optimizer = build([PEAK])
        scheduler = make(optimizer)
        with record(optimizer, scheduler) as trace:
            # A step without gradients before the loop, as its README has it.
            optimizer.zero_grad()
            optimizer.step()
            for epoch in range(1, TOTAL + 1):
                scheduler.step(epoch)
                update(optimizer)
    return trace


def _plateau() -> Trace:
    with quiet():
        optimizer = build([PEAK / 2])
        after = ReduceLROnPlateau(optimizer, patience=2)
        scheduler = GradualWarmupScheduler(optimizer, 2, N, after)
        with record(optimizer, scheduler) as trace:
            for _ in range(2 * TOTAL):
                update(optimizer)
                scheduler.step(metrics=1.0)
    return trace


def _loop_rows() -> Rows:
    plan = _plan(ramp="linear", then="hold", total=TOTAL)
    yield "accumulated gradients", _accumulated(), plan
    yield "a scaler's overflows, and no step of the scheduler", _scaled(fused=False), plan
    yield "the same, fused", _scaled(fused=True), plan
    first, second = _resumed()
    yield "resumed", second, None
    yield "resumed, from the start", joined(first, second), plan
    yield "AdamW with weight decay", _decayed(), plan
    by_hand = one_group([PEAK * linear_warmup(N)(t) for t in range(TOTAL)], None)
    yield "LRs set by hand", by_hand, plan
    placed = one_group([PEAK * linear_warmup(N)(t) for t in range(TOTAL)], Event.SCHEDULER_SET)
    yield "step_update(t)", placed, plan


def _accumulated() -> Trace:
    with quiet():
        optimizer = build([PEAK])
        scheduler = LambdaLR(optimizer, linear_warmup(N))
        with record(optimizer, scheduler) as trace:
            for batch in range(1, 4 * TOTAL + 1):
                backward(optimizer)
                if batch % 4 == 0:
                    optimizer.step()
                    scheduler.step()
    return trace


def _scaled(*, fused: bool) -> Trace:
    with quiet():
        optimizer = build([PEAK], fused=fused)
        scheduler = LambdaLR(optimizer, linear_warmup(N))
        scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
        (weight,) = optimizer.param_groups[0]["params"]
        with record(optimizer, scheduler) as trace:
            for batch in range(TOTAL + 3):
                optimizer.zero_grad()
                overflow = float("inf") if batch in (0, 1, 4) else 1.0
                scaler.scale(overflow * (weight**2).sum()).backward()
                before = scaler.get_scale()
                scaler.step(optimizer)
                scaler.update()
                if scaler.get_scale() >= before:
                    scheduler.step()
    return trace


def _resumed() -> tuple[Trace, Trace]:
    def both() -> tuple[Optimizer, LambdaLR]:
        optimizer = build([PEAK], "Adam")
        return optimizer, LambdaLR(optimizer, linear_warmup(N))

    with quiet():
        before = both()
        first = recorded(*before, 3)
        after = both()
        for new, old in zip(after, before, strict=True):
            new.load_state_dict(old.state_dict())
        return first, recorded(*after, TOTAL - 3)


def _decayed() -> Trace:
    with quiet():
        optimizer = build([PEAK], "AdamW", weight_decay=0.1)
        scheduler = LambdaLR(optimizer, linear_warmup(N))
        with record(optimizer, scheduler) as trace:
            train(optimizer, TOTAL, scheduler)
    return trace
