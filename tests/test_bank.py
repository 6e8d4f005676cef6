"""The strict test of the bank: every question, in the way of an exercise compiler."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from warmup_lib import questions
from warmup_lib.builder.new_question import left_to_do
from warmup_lib.quiz.compare import same_values
from warmup_lib.quiz.examine import make_key, observe
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key, shown
from warmup_lib.quiz.name_the_bug import NameTheBug
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.write import Write

for quiz in questions.QUIZZES:
    folder = Path(str(questions.quiz_module(quiz).__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    order = questions.quiz_module(quiz).ORDER
    # Before anything is run, whichever test was asked for.
    if sorted(order) != sorted(files):
        pytest.fail(
            f"ORDER in {quiz}/__init__.py must list each question's file once; only in ORDER: "
            f"{sorted(set(order) - files)}, only a file: {sorted(files - set(order))}",
            pytrace=False,
        )

NAMES = questions.all_names()
SEEDS = ("ada", "ben", "cem")


def builds() -> list[Any]:
    """Each question as it is built, and three draws of each that varies."""
    return [
        pytest.param((name, seed), id=name if seed is None else f"{name}-{seed}")
        for name in NAMES
        for seed in (None, *(SEEDS if questions.varies(name) else ()))
    ]


@pytest.fixture(params=builds())
def question(request: pytest.FixtureRequest) -> Question:
    quiz, _, name = request.param[0].partition("/")
    path = Path(str(questions.quiz_module(quiz).__file__)).with_name(f"{name}.py")
    left = left_to_do(path)
    if left:
        pytest.fail("\n".join([f"{path} is not written yet. Write:", *left]), pytrace=False)
    return questions.load(*request.param)


KEYS: dict[str, Key] = {}


def key_of(question: Question) -> Key:
    what = f"{question.name} {question.task()}{question.starter()}"
    if what not in KEYS:
        KEYS[what] = make_key(question)
    return KEYS[what]


def feedback_on(question: Question, answer: Any) -> Feedback:
    return judge(key_of(question), observe(question, answer))


def value_of_cell(question: Question, source: str) -> Any:
    """What a notebook holds under the question's name once it has run a cell."""
    names: dict[str, Any] = {}
    exec(questions.quiz_module(question.name.partition("/")[0]).SETUP, names)
    exec(source, names)
    return names[question.variable]


def test_the_reference_passes(question: Question) -> None:
    feedback = feedback_on(question, question.reference())
    assert feedback.passed, f"the reference of {question.name} must pass: {feedback.message}"


def test_the_solution_cell_passes_as_it_is_printed(question: Question) -> None:
    source = f"{question.starter()}\n{question.solution()}"
    assert feedback_on(question, value_of_cell(question, source)).passed


def test_the_untouched_starter_is_not_attempted(question: Question) -> None:
    feedback = feedback_on(question, value_of_cell(question, question.starter()))
    assert feedback.outcome is Outcome.NOT_ATTEMPTED, (
        f"the cell as the student gets it must count as not attempted, and it {feedback.outcome}:"
        f"\n{question.starter()}"
    )
    assert feedback.score == 0


def test_each_misconception_fails_under_its_own_name(question: Question) -> None:
    for wrong, answer in question.wrong_answers().items():
        feedback = feedback_on(question, answer)
        assert not feedback.passed, f"{wrong!r} gives the right answer: its model must be wrong"
        if wrong == question.starter_is:
            assert feedback.outcome is Outcome.NOT_ATTEMPTED
        else:
            assert feedback.misconception == wrong, (
                f"{wrong!r} and {feedback.misconception!r} both give "
                f"{shown(observe(question, answer).values)}; drop one, or let the probe tell them "
                "apart"
            )
            assert feedback.outcome is Outcome.INCORRECT


def test_each_misconception_is_found_in_the_cell_that_a_student_would_write(
    question: Question,
) -> None:
    for wrong, answer in question.wrong_answers().items():
        feedback = feedback_on(question, value_of_cell(question, question.cell(answer)))
        assert feedback.misconception == (None if wrong == question.starter_is else wrong)


def test_every_alternative_right_answer_passes(question: Question) -> None:
    for answer in question.alternatives:
        feedback = feedback_on(question, answer)
        assert feedback.passed, f"the alternative {answer} must pass: {feedback}"


def test_functions_have_two_right_answers_besides_the_reference(question: Question) -> None:
    if isinstance(question, Write):
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
    assert question.title, "title is missing"
    assert question.task(), "prompt is missing"
    assert question.holds.endswith("."), "holds must be a sentence: what is true of a right answer"
    assert len(question.hints) >= 2, "hints must be two or more, from gentle to telling"
    assert all(hint.strip() for hint in question.hints), "one of the hints is empty"
    assert "{answer}" in question.steps, "the worked steps must end in the key, made by running"
    assert question.quick_check, "quick_check is missing"
    assert "\n" not in question.quick_check, "quick_check must be one line"
    assert len(question.wrong_answers()) >= 2, "there must be two misconceptions or more"
    assert question.points >= 1, "points must be 1 or more"


def test_the_name_does_not_give_the_bug_away(question: Question) -> None:
    if isinstance(question, NameTheBug):
        words = set(question.made_by.split("-")) - {"the", "a", "of", "in", "is", "not", "one"}
        assert not words & set(question.variable.split("_")), (
            f"the answer stands in the name {question.variable!r}, which the student reads"
        )


def test_every_misconception_has_a_name_and_a_sentence_of_its_own(question: Question) -> None:
    names = [wrong.name for wrong in question.misconceptions]
    sentences = [wrong.says for wrong in question.misconceptions]
    assert len(set(names)) == len(names)
    assert len(set(sentences)) == len(sentences)
    for name, sentence in zip(names, sentences, strict=True):
        assert name == name.lower().replace(" ", "-").replace("_", "-")
        assert sentence.endswith((".", "?"))


def test_feedback_does_not_give_the_answer_away(question: Question) -> None:
    key = key_of(question)
    # A list shares most of its numbers with the wrong ones; one number must not be there.
    if question.kind != "predict" or len(key.expected.values) != 1:
        return
    for name, answer in question.wrong_answers().items():
        feedback = feedback_on(question, answer)
        shown_too = () if feedback.curves is None else feedback.curves.expected
        said = re.findall(r"\d+(?:\.\d+)?", " ".join([feedback.message, *feedback.details]))
        for number in (*shown_too, *map(float, said)):
            assert not same_values([number], key.expected.values, tolerance=1e-6), (
                f"the feedback on {name!r} gives the answer away: {feedback.message!r}, "
                f"{feedback.details}. Reword it; the sentence on where belief and print part is "
                "made from every line that the program prints: print fewer, or let them vary"
            )


def test_only_the_last_hint_may_name_the_key(question: Question) -> None:
    if question.kind == "predict" and len(key_of(question).expected.values) == 1:
        for hint in question.hints[:-1]:
            assert question.answer_shown() not in hint


@pytest.mark.parametrize("quiz", questions.QUIZZES)
def test_a_quiz_has_every_difficulty(quiz: str) -> None:
    levels = {questions.load(name).difficulty for name in questions.names(quiz)}
    assert levels == {"warm-up", "core", "hard"}


def test_an_unknown_question_is_met_with_the_nearest_name() -> None:
    with pytest.raises(LookupError, match="did you mean 'lambda_lr/first_print'"):
        questions.load("lambda_lr/frist_print")


@pytest.mark.parametrize("name", [name for name in NAMES if questions.varies(name)])
def test_a_seed_always_draws_the_same_and_seeds_differ(name: str) -> None:
    def cells() -> list[str]:
        drawn = [questions.load(name, f"seed {i}") for i in range(12)]
        return [f"{question.task()}\n{question.starter()}" for question in drawn]

    first = cells()
    questions._load.cache_clear()
    assert cells() == first
    assert len(set(first)) > 1, "what varies must be seen in the task or in the starter"


def test_the_bank_has_all_kinds_and_enough_questions() -> None:
    kinds = {questions.load(name).kind for name in NAMES}
    assert kinds == {"predict", "choose", "write", "fix", "name the bug", "port"}
    assert len(NAMES) >= 48
