"""Schedules against PyTorch, against the LRs other libraries use, and against their promises."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiStepLR,
    PolynomialLR,
    SequentialLR,
    StepLR,
)

from warmup_lib.schedules import (
    Schedule,
    constant_warmup,
    cosine_decay,
    exponential_decay,
    exponential_warmup,
    hold,
    inverse_sqrt_decay,
    join,
    linear_warmup,
    linear_warmup_from,
    noam,
    polynomial_decay,
    step_decay,
)

BASE_LR = 0.1
UPDATES = 30  # past every hand-over below
NAN, INF = math.nan, math.inf

Make = Callable[[torch.optim.Optimizer], LRScheduler]


def used_by_torch(make: Make, updates: int = UPDATES, lr: float = BASE_LR) -> list[float]:
    """The LR in the optimizer at each of its updates, in the loop that PyTorch documents."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    used = []
    for _ in range(updates):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return used


def used_by(schedule: Schedule, updates: int = UPDATES) -> list[float]:
    return [BASE_LR * schedule(t) for t in range(updates)]


AGAINST_TORCH: dict[str, tuple[Schedule, Make]] = {
    "linear from 0.1": (
        linear_warmup_from(0.1, 5),
        lambda o: LinearLR(o, start_factor=0.1, total_iters=5),
    ),
    "linear, torch's default start": (linear_warmup_from(1 / 3, 5), LinearLR),
    "linear ramping down": (
        linear_warmup_from(3, 5),
        lambda o: LambdaLR(o, lambda t: 3 - 2 * min(t, 5) / 5),
    ),
    "linear from zero": (linear_warmup_from(0, 5), lambda o: LambdaLR(o, lambda t: min(t / 5, 1))),
    "linear": (linear_warmup(5), lambda o: LinearLR(o, start_factor=1 / 5, total_iters=4)),
    "linear as a lambda": (linear_warmup(5), lambda o: LambdaLR(o, lambda t: min((t + 1) / 5, 1))),
    "linear over one update": (linear_warmup(1), lambda o: LambdaLR(o, lambda _: 1.0)),
    "constant": (constant_warmup(0.25, 7), lambda o: ConstantLR(o, factor=0.25, total_iters=7)),
    "constant, torch's defaults": (constant_warmup(1 / 3, 5), ConstantLR),
    "exponential decay": (exponential_decay(0.9), lambda o: ExponentialLR(o, gamma=0.9)),
    "exponential growth": (exponential_decay(1.1), lambda o: ExponentialLR(o, gamma=1.1)),
    "cosine": (join(cosine_decay(29), hold(0), at=29), lambda o: CosineAnnealingLR(o, T_max=29)),
    "cosine to an end": (
        cosine_decay(UPDATES, end=0.05),
        lambda o: CosineAnnealingLR(o, T_max=UPDATES, eta_min=0.05 * BASE_LR),
    ),
    "step": (step_decay(4, 0.5), lambda o: StepLR(o, step_size=4, gamma=0.5)),
    "step at every update": (step_decay(1, 0.9), lambda o: StepLR(o, step_size=1, gamma=0.9)),
    "polynomial, a line": (polynomial_decay(12), lambda o: PolynomialLR(o, total_iters=12)),
    "polynomial": (
        polynomial_decay(12, power=2.5),
        lambda o: PolynomialLR(o, total_iters=12, power=2.5),
    ),
    "polynomial to an end": (
        polynomial_decay(10, end=0.3),
        lambda o: LinearLR(o, start_factor=1.0, end_factor=0.3, total_iters=10),
    ),
    "hold": (hold(0.5), lambda o: ConstantLR(o, factor=0.5, total_iters=UPDATES + 1)),
    "joined warmup and cosine": (
        join(linear_warmup_from(0.1, 5), cosine_decay(30), at=5),
        lambda o: SequentialLR(
            o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, 30)], milestones=[5]
        ),
    ),
    "joined thrice": (
        join(constant_warmup(0.5, 3), exponential_decay(0.9), step_decay(2, 0.1), at=[4, 9]),
        lambda o: SequentialLR(
            o,
            [ConstantLR(o, 0.5, 3), ExponentialLR(o, 0.9), StepLR(o, 2)],
            milestones=[4, 9],
        ),
    ),
    "joined too early, with its jump": (
        join(linear_warmup_from(0.1, 5), cosine_decay(30), at=4),
        lambda o: SequentialLR(
            o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, 30)], milestones=[4]
        ),
    ),
    "several drops": (
        join(hold(1), hold(0.1), hold(0.01), at=[10, 15]),
        lambda o: MultiStepLR(o, milestones=[10, 15], gamma=0.1),
    ),
}


@pytest.mark.parametrize(("schedule", "make"), AGAINST_TORCH.values(), ids=AGAINST_TORCH)
def test_updates_use_what_torch_uses(schedule: Schedule, make: Make) -> None:
    assert used_by(schedule) == pytest.approx(used_by_torch(make), rel=1e-9, abs=1e-15)


# Base LR 0.1, warmup 5, 10 updates in all: what each library was seen to use, from its first
# update on (or, for fairseq and the paper, what its equation gives).
OTHER_LIBRARIES: dict[str, tuple[Schedule, list[float]]] = {
    "pytorch_warmup LinearWarmup": (linear_warmup(5), [0.02, 0.04, 0.06, 0.08, 0.1]),
    "pytorch_warmup ExponentialWarmup": (exponential_warmup(5), [0.018127, 0.032968]),
    "timm, warmup_prefix": (
        join(linear_warmup_from(0, 5), cosine_decay(5), at=5),
        [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.090451],
    ),
    "transformers linear": (
        join(linear_warmup_from(0, 5), polynomial_decay(5), at=5),
        [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.08, 0.06, 0.04, 0.02, 0, 0],
    ),
    "transformers cosine": (
        join(linear_warmup_from(0, 5), cosine_decay(5), at=5),
        [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.090451, 0.065451, 0.034549, 0.009549, 0],
    ),
    "transformers constant": (
        linear_warmup_from(0, 5),
        [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1],
    ),
    "transformers inverse square root": (
        join(linear_warmup_from(0, 5), inverse_sqrt_decay(5), at=5),
        [0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.091287],
    ),
    "Noam": (noam(5), [0.02, 0.04, 0.06, 0.08, 0.1, 0.091287]),
    "lightning-bolts": (
        join(linear_warmup_from(0, 4), cosine_decay(5), at=5),
        [0, 0.025, 0.05, 0.075, 0.1, 0.1, 0.090451],
    ),
    "torchvision classification": (
        join(linear_warmup_from(0.01, 5), cosine_decay(5), at=5),
        [0.001, 0.0208, 0.0406, 0.0604, 0.0802, 0.1, 0.090451],
    ),
    "torchvision detection": (
        linear_warmup_from(0.001, 4),
        [0.0001, 0.025075, 0.05005, 0.075025, 0.1],
    ),
    "SequentialLR, peak used twice": (
        join(linear_warmup_from(0.2, 4), cosine_decay(5), at=5),
        [0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.090451],
    ),
    "pytorch_warmup × cosine, undelayed": (
        lambda t: linear_warmup(5)(t) * cosine_decay(10)(t),
        [0.02, 0.039021, 0.054271, 0.063511, 0.065451],
    ),
}


@pytest.mark.parametrize(("schedule", "used"), OTHER_LIBRARIES.values(), ids=OTHER_LIBRARIES)
def test_updates_use_what_other_libraries_use(schedule: Schedule, used: list[float]) -> None:
    assert used_by(schedule, len(used)) == pytest.approx(used, abs=5.1e-7)


RAMPS = {
    # ramp, factor of update 0, first update at the peak
    "linear_warmup": (linear_warmup(5), 0.2, 4),
    "linear_warmup_from zero": (linear_warmup_from(0, 5), 0.0, 5),
    "linear_warmup_from 0.1": (linear_warmup_from(0.1, 5), 0.1, 5),
    "constant_warmup": (constant_warmup(0.3, 5), 0.3, 5),
    "noam": (noam(5), 0.2, 4),
}


@pytest.mark.parametrize(("ramp", "first", "peak_at"), RAMPS.values(), ids=RAMPS)
def test_warmup_starts_and_peaks_where_its_docstring_says(
    ramp: Schedule, first: float, peak_at: int
) -> None:
    assert ramp(0) == first
    assert [ramp(t) < 1 for t in range(peak_at)] == [True] * peak_at
    assert ramp(peak_at) == 1.0


@pytest.mark.parametrize("name", [name for name in RAMPS if name != "noam"])
def test_warmup_holds_the_peak_exactly_for_ever(name: str) -> None:
    ramp, _, peak_at = RAMPS[name]
    assert {ramp(t) for t in (peak_at, peak_at + 1, 1000, 10**9)} == {1.0}


def test_noam_uses_the_peak_once() -> None:
    assert [noam(5)(t) == 1.0 for t in range(3, 7)] == [False, True, False, False]


def test_exponential_warmup_passes_63_percent_after_tau_updates_and_never_arrives() -> None:
    ramp = exponential_warmup(5)
    assert ramp(3) < 1 - 1 / math.e <= ramp(4)
    assert ramp(100) < 1.0


DECAYS = {
    # decay, last factor, the first update that uses it
    "cosine": (cosine_decay(8), 0.0, 8),
    "cosine to an end": (cosine_decay(8, end=0.1), 0.1, 8),
    "polynomial": (polynomial_decay(8), 0.0, 8),
    "polynomial to an end": (polynomial_decay(8, power=3, end=0.1), 0.1, 8),
}


@pytest.mark.parametrize(("decay", "end", "at"), DECAYS.values(), ids=DECAYS)
def test_decay_starts_at_the_peak_and_is_held_at_its_end(
    decay: Schedule, end: float, at: int
) -> None:
    assert decay(0) == 1.0
    assert decay(at - 1) > end
    assert [decay(t) for t in (at, at + 1, 10**6)] == [end] * 3


@pytest.mark.parametrize(
    "decay", [step_decay(3, 0.1), exponential_decay(0.9), inverse_sqrt_decay(4)]
)
def test_endless_decay_starts_at_the_peak(decay: Schedule) -> None:
    assert decay(0) == 1.0
    assert decay(100) < 0.2


def test_lr_does_not_jump_at_handover() -> None:
    ramp, decay = linear_warmup_from(0, 5), cosine_decay(10)
    schedule = join(ramp, decay, at=5)
    assert schedule(4) == ramp(4)
    assert schedule(5) == decay(0) == ramp(5)
    assert schedule(6) == decay(1)


def test_join_hides_no_jump_of_its_pieces() -> None:
    schedule = join(hold(0.2), hold(0.9), at=3)
    assert [schedule(t) for t in range(5)] == [0.2, 0.2, 0.2, 0.9, 0.9]


whole = st.integers(1, 10_000)
update = st.integers(0, 20_000)
unit = st.floats(0, 1)


@given(n=st.integers(2, 10_000), t=update)
def test_both_linear_warmups_are_the_same_ramp(n: int, t: int) -> None:
    assert linear_warmup(n)(t) == pytest.approx(linear_warmup_from(1 / n, n - 1)(t), rel=1e-12)


@given(n=st.integers(1, 10_000), t=update)
def test_noam_is_the_linear_warmup_until_its_peak_and_the_inverse_root_from_there(
    n: int, t: int
) -> None:
    joined = (
        join(linear_warmup(n), inverse_sqrt_decay(n), at=n - 1) if n > 1 else inverse_sqrt_decay(1)
    )
    assert noam(n)(t) == pytest.approx(joined(t), rel=1e-12)


@given(n=whole, start=unit, tau=st.floats(0.01, 1e6), t=update)
def test_warmups_never_fall_and_never_pass_the_peak(
    n: int, start: float, tau: float, t: int
) -> None:
    for ramp in (
        linear_warmup(n),
        linear_warmup_from(start, n),
        constant_warmup(start, n),
        exponential_warmup(tau),
    ):
        assert 0 <= ramp(t) <= ramp(t + 1) <= 1


@given(n=whole, end=unit, gamma=unit, power=st.floats(0.1, 10), t=update)
def test_decays_never_rise_and_never_leave_their_bounds(
    n: int, end: float, gamma: float, power: float, t: int
) -> None:
    last_bit = 1e-15
    for decay, lowest in (
        (cosine_decay(n, end), end),
        (polynomial_decay(n, power, end), end),
        (exponential_decay(gamma), 0.0),
        (step_decay(n, gamma), 0.0),
        (inverse_sqrt_decay(n), 0.0),
    ):
        assert lowest <= decay(t + 1) <= decay(t) + last_bit <= 1 + last_bit


@given(gaps=st.lists(st.integers(1, 50), min_size=1, max_size=5), t=st.integers(0, 300))
def test_joined_pieces_each_start_at_their_own_update_zero(gaps: list[int], t: int) -> None:
    boundaries = [sum(gaps[: i + 1]) for i in range(len(gaps))]
    calls: list[tuple[int, int]] = []

    def piece(i: int) -> Schedule:
        return lambda own: calls.append((i, own)) or 1.0

    schedule = join(*(piece(i) for i in range(len(gaps) + 1)), at=boundaries)
    schedule(t)
    (i, own) = calls[0]
    assert len(calls) == 1
    assert own >= 0
    assert own + [0, *boundaries][i] == t
    assert i == len(gaps) or t < boundaries[i]


@given(at=st.integers(1, 50), t=st.integers(0, 200))
def test_joining_in_two_goes_is_joining_at_once(at: int, t: int) -> None:
    a, b, c = linear_warmup(at), exponential_decay(0.99), cosine_decay(50)
    at_once = join(a, b, c, at=[at, at + 20])
    assert join(join(a, b, at=at), c, at=at + 20)(t) == at_once(t)
    assert join(a, join(b, c, at=20), at=at)(t) == at_once(t)


NOT_WHOLE = [
    2.5,
    3.0,
    True,
    False,
    None,
    "3",
    NAN,
    [3],
    Decimal(3),
    Fraction(5, 2),
    np.array([1, 2]),
]
BELOW_ONE = [0, -1, np.int64(0)]
NOT_FACTORS = [-0.1, NAN, INF, -INF, "1", None, True, 1j, [1.0], np.array([1.0, 2.0]), 10**400]
NOT_POSITIVE = [0, -1.0, NAN, INF, "1", None, False]

Build = Callable[[Any], object]
COUNTS: dict[str, tuple[str, Build]] = {
    "linear_warmup": ("n", linear_warmup),
    "linear_warmup_from": ("n", lambda x: linear_warmup_from(0, x)),
    "constant_warmup": ("n", lambda x: constant_warmup(0.1, x)),
    "cosine_decay": ("n", cosine_decay),
    "step_decay": ("every", lambda x: step_decay(x, 0.1)),
    "polynomial_decay": ("n", polynomial_decay),
    "inverse_sqrt_decay": ("n", inverse_sqrt_decay),
    "noam": ("n", noam),
    "join": ("at", lambda x: join(hold(), hold(), at=[x])),
}
FACTORS: dict[str, tuple[str, Build]] = {
    "linear_warmup_from": ("start", lambda x: linear_warmup_from(x, 5)),
    "constant_warmup": ("factor", lambda x: constant_warmup(x, 5)),
    "exponential_decay": ("gamma", exponential_decay),
    "cosine_decay": ("end", lambda x: cosine_decay(5, x)),
    "step_decay": ("gamma", lambda x: step_decay(5, x)),
    "polynomial_decay": ("end", lambda x: polynomial_decay(5, end=x)),
    "hold": ("factor", hold),
}
POSITIVES: dict[str, tuple[str, Build]] = {
    "exponential_warmup": ("tau", exponential_warmup),
    "polynomial_decay": ("power", lambda x: polynomial_decay(5, x)),
}


def assert_teaches(build: Build, name: str, value: object) -> None:
    """The error opens with the argument, shows the value and ends with what to do instead."""
    with pytest.raises(ValueError) as error:
        build(value)
    message = str(error.value)
    assert message.startswith(f"{name} must be ")
    assert f"got {value!r}" in message
    assert message.partition("; ")[2]


@pytest.mark.parametrize(("name", "build"), COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize("value", NOT_WHOLE + BELOW_ONE, ids=repr)
def test_a_bad_count_is_refused_with_a_remedy(name: str, build: Build, value: object) -> None:
    assert_teaches(build, name, value)


@pytest.mark.parametrize(("name", "build"), FACTORS.values(), ids=FACTORS)
@pytest.mark.parametrize("value", NOT_FACTORS, ids=lambda value: repr(value)[:20])
def test_a_bad_factor_is_refused_with_a_remedy(name: str, build: Build, value: object) -> None:
    assert_teaches(build, name, value)


@pytest.mark.parametrize(("name", "build"), POSITIVES.values(), ids=POSITIVES)
@pytest.mark.parametrize("value", NOT_POSITIVE, ids=repr)
def test_a_bad_positive_number_is_refused_with_a_remedy(
    name: str, build: Build, value: object
) -> None:
    assert_teaches(build, name, value)


@pytest.mark.parametrize("n", [np.int64(5), torch.tensor(5)], ids=["numpy", "torch"])
def test_whole_numbers_of_other_libraries_are_taken(n: int) -> None:
    assert used_by(linear_warmup(n)) == used_by(linear_warmup(5))
    assert used_by(join(hold(), hold(0), at=n)) == used_by(join(hold(), hold(0), at=5))


@pytest.mark.parametrize(
    "factor", [np.float64(0.5), torch.tensor(0.5), Fraction(1, 2), Decimal("0.5")]
)
def test_factors_are_plain_floats_whatever_number_was_given(factor: float) -> None:
    assert [hold(factor)(0), type(hold(factor)(0))] == [0.5, float]
    assert type(linear_warmup_from(factor, 3)(1)) is float


@pytest.mark.parametrize("boundaries", [[5, 5], [5, 3], (7, 6)])
def test_join_refuses_boundaries_out_of_order(boundaries: list[int]) -> None:
    first, second = boundaries
    with pytest.raises(ValueError, match=f"^at must rise .* got {second} after {first}; .*count"):
        join(hold(), hold(), hold(), at=boundaries)


@pytest.mark.parametrize("boundaries", [[], [3, 5], "12"])
def test_join_refuses_a_wrong_number_of_boundaries(boundaries: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^at must have 1 boundaries for 2 schedules, .*; give"):
        join(hold(), hold(), at=boundaries)


@pytest.mark.parametrize("schedules", [[], [hold()]], ids=["none", "one"])
def test_join_refuses_fewer_than_two_schedules(schedules: list[Schedule]) -> None:
    with pytest.raises(ValueError, match=f"^schedules must be .* got {len(schedules)}; "):
        join(*schedules, at=[])


def test_schedules_need_no_torch() -> None:
    code = "import sys, warmup_lib.schedules; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
