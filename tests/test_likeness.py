"""What the doctor and the quiz both ask of a curve: from where on, by how much, how many times."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warmup_lib.doctor import Plan, diagnose
from warmup_lib.doctor.curve import Curve
from warmup_lib.doctor.diagnose import of_lrs
from warmup_lib.doctor.likeness import parts_at, scale, shift
from warmup_lib.lr_trace import Trace
from warmup_lib.quiz.compare import explain
from warmup_lib.schedules import Schedule, cosine_decay, join, linear_warmup

rising = st.lists(st.floats(1e-3, 1e3), min_size=7, max_size=20, unique=True).map(sorted)


def trace_of(lrs: list[float]) -> Trace:
    trace = Trace()
    for lr in lrs:
        trace.add_update([lr])
    return trace


# Shift


@given(rising, st.integers(1, 3), st.lists(st.floats(0, 1e3), min_size=3, max_size=3))
def test_a_shift_is_found_whatever_moves_in(lrs: list[float], by: int, new: list[float]) -> None:
    assert shift([*new[:by], *lrs[:-by]], lrs, math.isclose) == by
    assert shift([*lrs[by:], *new[:by]], lrs, math.isclose) == -by


def test_too_few_values_are_no_shift() -> None:
    assert shift([0, 1, 2, 3], [1, 2, 3, 4], math.isclose) == 1
    assert shift([0, 1, 2], [1, 2, 3], math.isclose) is None


def test_what_is_held_is_not_early() -> None:
    assert shift([1.0] * 8, [0.5, *[1.0] * 7], math.isclose) is None


def test_a_curve_that_is_cut_short_is_still_early() -> None:
    whole = [0.1 * t for t in range(20)]
    assert shift(whole[2:9], whole, math.isclose) == -2


# Scale


@given(rising, st.floats(0.01, 100) | st.floats(-100, -0.01))
def test_a_scale_is_found(lrs: list[float], times: float) -> None:
    found = scale([times * lr for lr in lrs], lrs, math.isclose)
    assert found == pytest.approx(times)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([0.1, 0.4, 0.3], [0.1, 0.2, 0.3]),
        ([0.0, 0.4, 0.8], [0.1, 0.2, 0.4]),
        ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]),
        ([1e308, 1e308, 1e308], [1e-9, 1e-9, 1e-9]),
    ],
)
def test_what_is_not_scaled_throughout_has_no_scale(
    seen: list[float], expected: list[float]
) -> None:
    assert scale(seen, expected, math.isclose) is None


def test_a_scale_does_not_rest_on_a_rounded_first_value() -> None:
    planned = [0.1 / 6 * (t + 1) for t in range(6)]
    typed = [round(planned[0] / 2, 4), *(lr / 2 for lr in planned[1:])]
    close_to_half_a_percent = lambda a, b: math.isclose(a, b, rel_tol=5e-3)  # noqa: E731
    assert scale(typed, planned, close_to_half_a_percent) == pytest.approx(0.5)


# One curve


def test_a_curve_is_lowest_before_it_rises_again() -> None:
    assert Curve([0.5, 1.0, 0.8, 0.6, 1.0], 1.0).bottom == 3
    assert Curve([0.5, 1.0, 0.8, 0.6, 0.6], 1.0).bottom is None
    assert Curve([0.5, 1.0, 1.0], 1.0).bottom is None


def test_an_lr_below_0_is_not_counted_as_0() -> None:
    assert Curve([-0.5, 0.0, 0.5, 1.0], 1.0).zeros == 0
    codes = {each.code for each in of_lrs([-0.5, 0.0, 0.5, 1.0], Plan(peak=1.0, warmup=4))}
    assert "zero-lr-updates" not in codes


def test_curves_part_where_they_are_not_close() -> None:
    assert parts_at([1, 2, 3], [1, 2.001, 4], lambda a, b: abs(a - b) < 0.01) == 2
    assert parts_at([1, 2], [1, 2, 3], math.isclose) is None


# The two that ask


WITH_WARMUP = join(linear_warmup(5), cosine_decay(15), at=5)


def said_by_both(schedule: Schedule, seen: list[float]) -> tuple[str, str]:
    """What the doctor and the quiz say of 20 LRs that should be the schedule's."""
    plan = Plan.of(schedule, peak=1.0, total=20)
    (finding,) = diagnose(trace_of(seen), plan)
    updates = [f"update {t}" for t in range(20)]
    (sentence,) = explain(seen, [schedule(t) for t in range(20)], updates, tolerance=1e-6)
    return finding.message, sentence


def test_doctor_and_quiz_name_the_same_shift() -> None:
    early = [WITH_WARMUP(t + 1) for t in range(20)]
    doctor, quiz = said_by_both(WITH_WARMUP, early)
    assert doctor.endswith(": the schedule runs 1 update ahead.")
    assert quiz == "Your values are the expected ones, each 1 place early."


@pytest.mark.parametrize("first", [0.1, 1.0])
def test_both_name_it_whatever_moved_in(first: float) -> None:
    decay = cosine_decay(20)
    doctor, quiz = said_by_both(decay, [first, *map(decay, range(19))])
    assert doctor.endswith(": the schedule runs 1 update behind.")
    assert quiz == "Your values are the expected ones, each 1 place late."


def test_a_log_that_is_no_number_differs() -> None:
    used = [0.1, 0.2, 0.3, 0.4]
    found = diagnose(trace_of(used), logged=[math.nan, 0.2, 0.3, 0.4])
    assert [each.code for each in found] == ["logged-lr-differs"]
