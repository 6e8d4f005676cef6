"""The strict test of the bank: every question, in the way of an exercise compiler."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from warmup_lib import questions
from warmup_lib.quiz.compare import same_values
from warmup_lib.quiz.examine import make_key, observe
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key
from warmup_lib.quiz.question import Question

NAMES = [name for quiz in questions.QUIZZES for name in questions.names(quiz)]
KEYS: dict[str, Key] = {}


@pytest.fixture(params=NAMES)
def question(request: pytest.FixtureRequest) -> Question:
    return questions.load(request.param)


def key_of(question: Question) -> Key:
    return KEYS.setdefault(question.name, make_key(question))


def feedback_on(question: Question, answer: Any) -> Feedback:
    return judge(key_of(question), observe(question, answer))


def value_of_cell(question: Question, source: str) -> Any:
    """What a notebook holds under the question's name once it has run a cell."""
    names: dict[str, Any] = {}
    exec(questions.quiz_module(question.name.partition("/")[0]).SETUP, names)
    exec(source, names)
    return names[question.variable]


def misconceptions() -> list[tuple[str, str]]:
    return [(name, wrong) for name in NAMES for wrong in questions.load(name).wrong_answers()]


def test_the_reference_passes(question: Question) -> None:
    assert feedback_on(question, question.reference()).passed


def test_the_solution_cell_passes_as_it_is_printed(question: Question) -> None:
    source = f"{question.starter()}\n{question.solution()}"
    assert feedback_on(question, value_of_cell(question, source)).passed


def test_the_untouched_starter_is_not_attempted(question: Question) -> None:
    feedback = feedback_on(question, value_of_cell(question, question.starter()))
    assert feedback.outcome is Outcome.NOT_ATTEMPTED
    assert feedback.score == 0


@pytest.mark.parametrize(("name", "wrong"), misconceptions())
def test_a_misconception_fails_under_its_own_name(name: str, wrong: str) -> None:
    question = questions.load(name)
    answer = question.wrong_answers()[wrong]
    feedback = feedback_on(question, answer)
    assert feedback.score == 0
    if wrong == question.starter_is:
        assert feedback.outcome is Outcome.NOT_ATTEMPTED
    else:
        assert feedback.misconception == wrong
        assert feedback.outcome is Outcome.INCORRECT


@pytest.mark.parametrize(("name", "wrong"), misconceptions())
def test_a_misconception_is_found_in_the_cell_that_a_student_would_write(
    name: str, wrong: str
) -> None:
    question = questions.load(name)
    cell = question.cell(question.wrong_answers()[wrong])
    feedback = feedback_on(question, value_of_cell(question, cell))
    assert feedback.misconception == (None if wrong == question.starter_is else wrong)


def test_every_alternative_right_answer_passes(question: Question) -> None:
    for answer in question.alternatives:
        feedback = feedback_on(question, answer)
        assert feedback.passed, (answer, feedback)


def test_functions_have_two_right_answers_besides_the_reference(question: Question) -> None:
    if question.kind in ("write", "fix"):
        assert len(question.alternatives) >= 2


def test_no_two_answers_look_the_same_to_the_judge(question: Question) -> None:
    key = key_of(question)
    seen = {"the reference": key.expected}
    seen |= {name: model.seen for name, model in key.misconceptions.items()}
    for (a, seen_a), (b, seen_b) in combinations(seen.items(), 2):
        assert not same_values(seen_a.values, seen_b.values, tolerance=key.tolerance), (a, b)


def test_labels_and_values_go_together(question: Question) -> None:
    assert len(key_of(question).expected.values) == len(question.labels)


def test_everything_a_student_needs_is_there(question: Question) -> None:
    assert question.title
    assert question.task()
    assert question.holds.endswith(".")
    assert len(question.hints) >= 2
    assert all(hint.strip() for hint in question.hints)
    assert "{answer}" in question.steps, "the worked steps must end in the key, made by running"
    assert "\n" not in question.quick_check
    assert len(question.misconceptions) >= 2
    assert question.points >= 1


def test_every_misconception_has_a_name_and_a_sentence_of_its_own(question: Question) -> None:
    names = [wrong.name for wrong in question.misconceptions]
    sentences = [wrong.says for wrong in question.misconceptions]
    assert len(set(names)) == len(names)
    assert len(set(sentences)) == len(sentences)
    for name, sentence in zip(names, sentences, strict=True):
        assert name == name.lower().replace(" ", "-").replace("_", "-")
        assert sentence.endswith((".", "?"))


def test_feedback_does_not_give_the_answer_away(question: Question) -> None:
    if question.kind != "predict":
        return
    key = key_of(question)
    for name, answer in question.wrong_answers().items():
        feedback = feedback_on(question, answer)
        text = " ".join([feedback.message, *feedback.details])
        # A list shares most of its numbers with the wrong ones; one number must not be there.
        if len(key.expected.values) == 1:
            assert question.answer_shown() not in re.findall(r"\d+(?:\.\d+)?", text), name


def test_only_the_last_hint_may_name_the_key(question: Question) -> None:
    if question.kind == "predict" and len(key_of(question).expected.values) == 1:
        for hint in question.hints[:-1]:
            assert question.answer_shown() not in hint


@pytest.mark.parametrize("quiz", questions.QUIZZES)
def test_the_order_lists_every_file_once(quiz: str) -> None:
    folder = Path(str(questions.quiz_module(quiz).__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    order = questions.quiz_module(quiz).ORDER
    assert set(order) == files, "each question's file must stand in ORDER, and nothing else"
    assert len(order) == len(files)


@pytest.mark.parametrize("quiz", questions.QUIZZES)
def test_a_quiz_has_every_difficulty(quiz: str) -> None:
    levels = {questions.load(name).difficulty for name in questions.names(quiz)}
    assert levels == {"warm-up", "core", "hard"}


def test_an_unknown_question_is_met_with_the_nearest_name() -> None:
    with pytest.raises(LookupError, match="did you mean 'lambda_lr/first_print'"):
        questions.load("lambda_lr/frist_print")
