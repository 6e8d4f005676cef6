"""Judging: an observation against a key gives feedback. Pure, and the same for all kinds."""

from __future__ import annotations

from dataclasses import replace

from warmup_lib.plot import can_be_drawn
from warmup_lib.quiz.compare import (
    explain,
    finite_numbers,
    first_difference,
    same,
    same_values,
)
from warmup_lib.quiz.feedback import Curves, Feedback, Outcome
from warmup_lib.quiz.key import Key, shown
from warmup_lib.quiz.observation import Observation

_FEWEST_TO_DRAW = 3

_OUTCOMES = {
    "not attempted": Outcome.NOT_ATTEMPTED,
    "missing": Outcome.COULD_NOT_CHECK,
    "wrong type": Outcome.INCORRECT,
    "raised": Outcome.INCORRECT,
    "timed out": Outcome.INCORRECT,
}


def judge(key: Key, seen: Observation) -> Feedback:
    """Compare what was seen of an answer with the key.

    The expected values do not appear in the feedback, unless the task itself says them.

    >>> from warmup_lib.quiz.key import WrongModel
    >>> key = Key(
    ...     "demo/print", 1, 1e-3, ["the number"], "It is what the line prints.", "Run it.",
    ...     expected=Observation((0.08,)),
    ...     misconceptions={"one-late": WrongModel("The step comes first.", Observation((0.06,)))},
    ... )
    >>> judge(key, Observation((0.08,))).passed
    True
    >>> judge(key, Observation((0.06,))).misconception
    'one-late'
    """
    return replace(_judged(key, seen), fingerprint=seen.fingerprint())


def _judged(key: Key, seen: Observation) -> Feedback:
    if seen.trouble is not None:
        return _feedback(key, _OUTCOMES[seen.trouble], seen.message)
    if same_values(seen.values, key.expected.values, tolerance=key.tolerance):
        return _feedback(key, Outcome.PASSED, key.takeaway)
    for name, model in key.misconceptions.items():
        if same_values(seen.values, model.seen.values, tolerance=key.tolerance):
            return _feedback(
                key,
                Outcome.INCORRECT,
                model.says,
                misconception=name,
                details=(_where(key, seen) or _where_belief_parts(key, name),),
                curves=_curves(key, seen) or _curves_of_belief(key, name),
            )
    return _feedback(
        key,
        Outcome.INCORRECT,
        "Not right, and it matches none of the mistakes that we know.",
        details=(
            _where(key, seen) or f"Your answer is `{shown(seen.values)}`.",
            *explain(
                seen.values,
                key.expected.values,
                key.labels,
                tolerance=key.tolerance,
                is_secret=not key.is_specified,
            ),
            f"What must hold: {key.holds}",
        ),
        curves=_curves(key, seen),
    )


def _where(key: Key, seen: Observation) -> str:
    """Where the first difference is, for answers of more than one value."""
    if len(key.expected.values) < 2:
        return ""
    index = first_difference(seen.values, key.expected.values, tolerance=key.tolerance)
    if index is None or index >= min(len(seen.values), len(key.labels)):
        return (
            f"The number of values is {len(seen.values)}, and must be {len(key.expected.values)}."
        )
    value = shown(seen.values[index:][:1])
    return f"First difference at {key.labels[index]}: {key.called[0]} gives `{value}`."


def _where_belief_parts(key: Key, misconception: str) -> str:
    """The first printed line at which the whole belief differs from what is printed."""
    curves = _curves_of_belief(key, misconception)
    if curves is None:
        return ""
    believed = shown(curves.yours[curves.part_at :][:1])
    return (
        f"What you believe and what is printed part at `{curves.labels[curves.part_at]}`: there "
        f"you would expect `{believed}`."
    )


def _curves_of_belief(key: Key, misconception: str) -> Curves | None:
    if key.unfolded is None or misconception not in key.unfolded.wrong:
        return None
    yours, expected = key.unfolded.wrong[misconception], key.unfolded.expected
    part_at = first_difference(yours, expected, tolerance=key.tolerance)
    if part_at is None or len(yours) < _FEWEST_TO_DRAW:
        return None
    until_then = expected[:part_at]
    gives_it_away = any(
        same(value, key.expected.values[0], tolerance=key.tolerance) for value in until_then
    )
    shown_too = () if gives_it_away else until_then
    return Curves(yours, shown_too, part_at, key.unfolded.labels, key.measures)


def _curves(key: Key, seen: Observation) -> Curves | None:
    yours, expected = finite_numbers(seen.values), finite_numbers(key.expected.values)
    whole = len(yours) == len(seen.values) == len(key.expected.values) == len(expected)
    if not whole or len(yours) < _FEWEST_TO_DRAW or not can_be_drawn(yours):
        return None
    part_at = first_difference(yours, expected, tolerance=key.tolerance) or 0
    return Curves(
        yours=tuple(yours),
        expected=tuple(expected if key.is_specified else expected[:part_at]),
        part_at=part_at,
        labels=tuple(key.labels),
        measures=key.measures,
        called=key.called,
    )


def _feedback(
    key: Key,
    outcome: Outcome,
    message: str,
    *,
    misconception: str | None = None,
    details: tuple[str, ...] = (),
    curves: Curves | None = None,
) -> Feedback:
    return Feedback(
        question=key.question,
        outcome=outcome,
        message=message,
        points=key.points,
        misconception=misconception,
        details=tuple(detail for detail in details if detail),
        curves=curves,
    )
