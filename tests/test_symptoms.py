"""What a student reads of a curve that is not the right one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmup_lib import questions
from warmup_lib.quiz.compare import explain
from warmup_lib.quiz.examine import make_key
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.symptoms import symptoms

Factor = Callable[[int], float]

UPDATES = [f"update {t}" for t in range(20)]
TOLERANCE = 1e-6


def then_held(t: int) -> float:
    return min((t + 1) / 5, 1.0)


def then_falling(t: int) -> float:
    return min((t + 1) / 5, (24 - t) / 20)


def told(of: Factor, right: Factor = then_held, tolerance: float = TOLERANCE) -> list[str]:
    seen, expected = [of(t) for t in range(20)], [right(t) for t in range(20)]
    return explain(seen, expected, UPDATES, tolerance=tolerance)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda t: then_held(t // 2),
            "From update 0 on yours is held for 2 values before it moves",
        ),
        (lambda t: 1.0 if t >= 3 else then_held(t), "Yours jumps at update 3: that step is larger"),
        (lambda t: 1.0, "Yours has no warmup: it is at the peak at update 0."),
        (lambda t: 0.2, "Yours stays at its first value from update 0 to update 19."),
        (lambda t: max(then_held(t - 3), 0.0), "Your values are the expected ones, each 3 places"),
        (lambda t: 0.0 if t < 2 else min(t / 5, 1.0), "Yours is 0 from update 0 to update 1."),
        (lambda t: min((t + 1) / 4, 1.0), "Yours reaches the peak too early, at update 3."),
        (lambda t: min((t + 1) / 9, 1.0), "Yours reaches the peak too late, at update 8."),
        (lambda t: then_held(t % 10), "The warmup of yours begins again at update 10."),
        (lambda t: then_held(t % 6), "begins again at update 6, and every 6 values."),
        (lambda t: then_held(t) ** 2, "The ramp of yours is no straight line."),
        (lambda t: 0.9 if t > 15 else then_held(t), "Yours falls at update 16, where the peak is"),
        (lambda t: 0.1 if t == 2 else then_held(t), "Yours falls at update 2, before it is at"),
        (lambda t: 0.4 if t == 12 else then_held(t), "Yours falls until update 12, and rises ag"),
        (lambda t: (t + 1) / 5, "Yours rises above the peak, first at update 5."),
    ],
)
def test_a_wrong_curve_is_told_what_it_does(answer: Factor, said: str) -> None:
    assert any(said in sentence for sentence in told(answer)), told(answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda t: 0.2 if t == 5 else then_falling(t),
            ["Yours dips where the warmup ends: it falls until update 5, and rises again."],
        ),
        (
            lambda t: then_falling(t) if t < 4 else then_falling(t + 5),
            [
                "Yours never reaches the peak: its highest value is 0.8, first at update 3.",
                "Yours falls at update 4, one step before it would be at the peak.",
            ],
        ),
        (
            lambda t: 1.0 if t == 0 else then_falling(t - 1) ** 1.5,
            [
                "Yours falls until update 1, and rises again after it.",
                "Yours begins at the peak, and falls at update 1.",
            ],
        ),
    ],
)
def test_a_wrong_hand_over_is_told_where_it_is(answer: Factor, said: list[str]) -> None:
    assert told(answer, then_falling) == said


def test_a_schedule_of_lrs_for_factors_is_told_so() -> None:
    said = told(lambda t: 0.01 * then_held(t) ** 2, lambda t: 0.1 * then_held(t))
    assert "Yours is highest at update 4: there it is the peak squared." in said


def test_what_the_right_answer_does_too_is_no_symptom() -> None:
    def two_zeros(t: int, length: int = 5) -> float:
        return min(max(t - 1, 0) / length, 1.0)

    said = told(lambda t: two_zeros(t, 8), two_zeros)
    assert said == ["Yours reaches the peak too late, at update 9."]


def test_what_is_within_the_tolerance_is_no_symptom() -> None:
    def rounded(t: int) -> float:
        return 0.996 if t >= 4 else 0.3 if t == 1 else then_held(t)

    assert "Yours never reaches the peak: its highest value is 0.996" in told(rounded)[0]
    assert told(rounded, tolerance=5e-3) == ["The ramp of yours is no straight line."]


# Answers of several runs


def in_two_runs(first: Factor, second: Factor) -> list[float]:
    return [run(t) for run in (first, second) for t in range(8)]


TWO_RUNS = [f"update {t}, batches={n}" for n in (2, 3) for t in range(8)]


def told_of_two(first: Factor, second: Factor) -> list[str]:
    seen, right = in_two_runs(first, second), in_two_runs(then_held, lambda t: then_held(t) / 2)
    return explain(seen, right, TWO_RUNS, tolerance=TOLERANCE)


def test_each_run_is_held_against_its_own_peak() -> None:
    said = told_of_two(then_held, lambda t: min((t + 1) / 10, 0.6))
    assert said == ["Yours rises above the peak, first at update 5, batches=3."]


def test_a_shift_and_a_scale_of_one_run_name_the_run() -> None:
    of_run = "from update 0, batches=3 to update 7, batches=3"
    late = told_of_two(then_held, lambda t: then_held(t - 1) / 2)
    assert late == [f"Your values {of_run} are the expected ones, each 1 place late."]
    scaled = told_of_two(then_held, lambda t: then_held(t) / 4)
    assert scaled == [f"Every value of yours {of_run} is 0.5 times the expected one."]


def test_the_first_run_that_differs_is_told() -> None:
    said = told_of_two(lambda t: then_held(t) ** 2, lambda t: 0.0)
    assert said == ["The ramp of yours is no straight line."]


def test_a_part_of_a_run_is_no_warmup() -> None:
    later = [f"update {t}" for t in range(3, 8)]
    right, at_once = [0.6, 0.8, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0, 0.5]
    assert symptoms(at_once, right, later) == []


# Whatever the answer is

FUNCTIONS = [name for name in questions.all_names() if questions.load(name).is_specified]


@cache
def key_of(name: str) -> Key:
    return make_key(questions.load(name))


@st.composite
def changed(draw: st.DrawFn, right: tuple[float, ...]) -> list[float]:
    """The right values with a change such as a wrong schedule makes."""
    seen, at = list(right), draw(st.integers(0, len(right) - 1))
    change = draw(st.sampled_from(["replace", "hold", "scale", "late", "square", "cap", "reverse"]))
    if change == "replace":
        seen[at] = draw(st.floats(-3, 3))
    elif change == "hold":
        seen = [right[t // 2] for t in range(len(right))]
    elif change == "scale":
        seen[at:] = [draw(st.floats(0.1, 3)) * value for value in right[at:]]
    elif change == "late":
        seen = [*right[:1] * (at + 1), *right][: len(right)]
    elif change == "square":
        seen = [value * value for value in right]
    elif change == "cap":
        seen = [min(value, right[at]) for value in right]
    else:
        seen.reverse()
    return seen


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_no_number_is_told_that_the_answer_does_not_have(name: str, data: st.DataObject) -> None:
    key = key_of(name)
    right = tuple(float(value) for value in key.expected.values)
    seen = data.draw(changed(right))
    feedback = judge(key, Observation(tuple(seen)))
    if feedback.passed or feedback.misconception is not None:
        return
    labels = sorted(key.labels, key=len, reverse=True)
    known = {f"{value:.6g}" for value in seen} | {str(count) for count in range(len(seen) + 1)}
    for sentence in feedback.details[:-1]:
        if not sentence.startswith("Every value"):
            rest = re.sub("|".join(map(re.escape, labels)), "", sentence)
            assert set(re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", rest)) <= known, sentence


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_runs_of_each_question_are_told_apart(name: str) -> None:
    """Each begins with the first number of its labels, and has no label twice."""
    from warmup_lib.quiz.symptoms import runs

    labels = tuple(key_of(name).labels)
    found = runs(labels)
    assert [label for run in found for label in labels[run]] == list(labels)
    starts = {re.findall(r"\d+", labels[run][0])[0] for run in found}
    assert len(starts) == 1
    assert len({run.stop - run.start for run in found}) == 1
