"""Judging meets whatever comes out of a student's process, for every question of the bank."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warmup_lib import questions
from warmup_lib.quiz.examine import make_key
from warmup_lib.quiz.feedback import Feedback
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key
from warmup_lib.quiz.observation import Observation, Trouble, Value

NAMES = questions.all_names()

# Making a key takes longer than Hypothesis allows an example.
unhurried = settings(deadline=None, max_examples=300)

numbers = st.floats() | st.sampled_from([0.0, -0.0, 0.1, 1.0, 1e308, -1e308, 5e-324])
texts = st.text(max_size=5) | st.sampled_from("ABCDE")
values = numbers | texts
whatever = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | values,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(texts, children, max_size=3),
    max_leaves=8,
)
troubles = st.sampled_from(get_args(Trouble))
nearly_observations = st.fixed_dictionaries(
    {
        "values": st.lists(values | whatever, max_size=14) | whatever,
        "trouble": st.none() | troubles | whatever,
        "message": texts | whatever,
    },
    optional={"passed": st.just(True)},
)


@cache
def key_of(name: str) -> Key:
    return make_key(questions.load(name))


def same(a: Value, b: Value, tolerance: float) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    larger = max(abs(a), abs(b))
    return math.isfinite(larger) and abs(a - b) <= max(tolerance * larger, 1e-12)


def all_same(seen: Sequence[Value], expected: Sequence[Value], tolerance: float) -> bool:
    return len(seen) == len(expected) and all(
        same(a, b, tolerance) for a, b in zip(seen, expected, strict=True)
    )


def judged(key: Key, seen: Observation) -> Feedback:
    """The feedback, once it is sure that it says no more than what is true."""
    feedback = judge(key, seen)
    is_right = seen.trouble is None and all_same(seen.values, key.expected.values, key.tolerance)
    assert feedback.passed == is_right
    assert feedback.score == (key.points if is_right else 0)
    if feedback.misconception is not None:
        model = key.misconceptions[feedback.misconception]
        assert all_same(seen.values, model.seen.values, key.tolerance)
    return feedback


@st.composite
def altered(draw: st.DrawFn, expected: Sequence[Value], tolerance: float) -> list[Value]:
    """The expected values with one change, which may be too small to matter."""
    seen = list(expected)
    at = draw(st.integers(0, len(seen) - 1))
    change = draw(st.sampled_from(["scale", "replace", "say", "drop", "repeat", "reverse"]))
    value = seen[at]
    if change == "scale" and not isinstance(value, str):
        by = draw(st.sampled_from([0.0, 0.1, 0.5, 2.0, 10.0, 1000.0]))
        seen[at] = value * (1 + draw(st.sampled_from([1, -1])) * by * tolerance)
    elif change == "replace":
        seen[at] = draw(values)
    elif change == "say":
        seen[at] = str(value)
    elif change == "drop":
        del seen[at]
    elif change == "repeat":
        seen.insert(at, value)
    else:
        seen.reverse()
    return seen


@given(whatever | nearly_observations)
def test_what_is_read_as_an_observation_is_one(data: object) -> None:
    try:
        seen = Observation.from_json(data)
    except ValueError:
        return
    assert all(type(value) in (float, str) for value in seen.values)
    assert seen.trouble is None or seen.trouble in get_args(Trouble)
    again = Observation.from_json(json.loads(json.dumps(seen.to_json())))
    assert repr(again) == repr(seen)


@unhurried
@given(st.sampled_from(NAMES), nearly_observations)
def test_whatever_can_be_read_can_be_judged(name: str, data: object) -> None:
    try:
        seen = Observation.from_json(data)
    except ValueError:
        return
    judged(key_of(name), seen)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_values_pass_exactly_if_they_are_the_expected_ones(name: str, data: st.DataObject) -> None:
    key = key_of(name)
    judged(key, key.expected)
    size = len(key.expected.values)
    any_values = st.lists(values, min_size=max(0, size - 1), max_size=size + 1)
    seen = data.draw(altered(key.expected.values, key.tolerance) | any_values)
    judged(key, Observation(tuple(seen)))


@unhurried
@given(st.sampled_from(NAMES), troubles, st.text(max_size=20))
def test_right_values_do_not_outweigh_a_trouble(name: str, trouble: Trouble, message: str) -> None:
    key = key_of(name)
    assert not judged(key, Observation(key.expected.values, trouble, message)).passed
