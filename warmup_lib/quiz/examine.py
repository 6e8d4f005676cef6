"""Exercising an answer, and making a key by exercising the right and the wrong ones."""

from __future__ import annotations

from typing import Any

from warmup_lib.quiz.feedback import Feedback
from warmup_lib.quiz.isolation import isolated
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key, WrongModel, shown
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.observing import observed, untouched
from warmup_lib.quiz.question import Question

SECONDS = 5.0
"""How long one answer may take."""


def observe(question: Question, answer: Any, *, seconds: float = SECONDS) -> Observation:
    """What the question's probe sees of ``answer``.

    It raises nothing that the answer does, save ``KeyboardInterrupt``: a learner who
    interrupts the kernel means it.
    """
    if question.is_untouched(answer):
        return untouched(question.holds)
    return observed(question.variable, lambda: question.probe(answer), seconds)


def make_key(question: Question) -> Key:
    """Run the reference and every misconception.

    Raises:
        ValueError: one of them cannot be exercised; a mistake in the question.
    """
    with isolated():
        return Key(
            question=question.name,
            points=question.points,
            tolerance=question.tolerance,
            labels=question.labels,
            holds=question.holds,
            takeaway=question.quick_check,
            expected=_observe_ours(question, "the reference", question.reference()),
            misconceptions=_wrong_models(question),
            measures=question.measures,
            is_specified=question.is_specified,
            called=question.called,
            unfolded=question.unfolded(),
        )


def _wrong_models(question: Question) -> dict[str, WrongModel]:
    says = {wrong.name: wrong.says for wrong in question.misconceptions}
    models = {}
    for name, answer in question.wrong_answers().items():
        seen = _observe_ours(question, f"the misconception {name!r}", answer)
        models[name] = WrongModel(says[name].replace("{believed}", shown(seen.values)), seen)
    return models


def _observe_ours(question: Question, what: str, answer: Any) -> Observation:
    seen = observed(question.variable, lambda: question.probe(answer), SECONDS)
    if seen.trouble is not None:
        raise ValueError(f"{question.name}: {what} must run, but: {seen.message}")
    return seen


def examine(question: Question, answer: Any, *, seconds: float = SECONDS) -> Feedback:
    """The feedback on one answer."""
    return judge(make_key(question), observe(question, answer, seconds=seconds))
