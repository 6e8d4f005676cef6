"""Marking: the way through worker, reply and key gives what plain checking gives."""

from __future__ import annotations

import array
import collections
import itertools
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from forked_work import handed_in, job_of, pieces_of, quiz_job, worked

from warmup_lib import questions
from warmup_lib.answers import answers_in
from warmup_lib.asked import asked
from warmup_lib.grading import answering
from warmup_lib.grading.handed_in import Piece
from warmup_lib.grading.marking import asked_of, asking, mark
from warmup_lib.grading.replies import Missing, Reply, Seen, observation, read
from warmup_lib.quiz.examine import observe
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.write import Fix, Write

NAMES = questions.all_names()
FUNCTIONS = [name for name in NAMES if isinstance(asked(name).question, Write)]
SECONDS = 2.0


def through_the_worker(question: Question, answer: Any, *, forks: bool = False) -> Feedback:
    """The feedback on an answer that was sent as bytes, in a process of its own or in this one."""
    asks, names = asking(question), {question.variable: answer}
    if forks:
        [(_, take, _)] = answering.taken(names, [asks], SECONDS)
    else:
        take = answering._answer(answer, asks, SECONDS)
    line = answering.line_of({"variable": question.variable, "answer": take, "seconds": 0.1})
    reply = read(line + b"\n", job_of([], asks))
    assert reply.notes == ()
    seen = observation(question, reply.answers[question.variable])
    return judge(asked(question.name).key, seen)


def plainly(question: Question, answer: Any) -> Feedback:
    return judge(asked(question.name).key, observe(question, answer, seconds=SECONDS))


def said(feedback: Feedback) -> tuple[Any, ...]:
    return (
        feedback.outcome,
        feedback.misconception,
        feedback.message,
        feedback.details,
        feedback.curves,
    )


def given_by_cell(question: Question, source: str) -> Any:
    """What a notebook holds under the question's name once it has run a cell."""
    names: dict[str, Any] = {}
    exec(questions.quiz_module(question.name.partition("/")[0]).SETUP, names)
    exec(source, names)
    return names[question.variable]


class Numeral:
    def __float__(self) -> float:
        return 0.25


class NoNumeral:
    def __float__(self) -> float:
        raise ZeroDivisionError("no")

    def __repr__(self) -> str:
        raise ValueError("no")


class Box(list[Any]):
    def __repr__(self) -> str:
        return f"Box of {len(self)}"


Pair = collections.namedtuple("Pair", "a b")

VALUES: Mapping[str, Any] = {
    "dots": ...,
    "none": None,
    "bool": True,
    "int": 3,
    "big int": 10**400 // 7,
    "int no float holds exactly": 2**70 + 1,
    "nan": float("nan"),
    "infinity": -float("inf"),
    "complex": 1 + 2j,
    "fraction": Fraction(1, 3),
    "text": " a ",
    "letter": "b",
    "text with a number": "0.1",
    "long text": "x" * 3000,
    "bytes": b"A",
    "bytearray": bytearray(b"AB"),
    "list": [0.1, 0.2],
    "list of letters": ["A"],
    "list with all sorts": [0.1, "x", None, ..., [1], True, 2**80, float("inf")],
    "nested": [[[[[[[[[[1]]]]]]]]]],
    "empty": [],
    "long list": [0.5] * 5000,
    "tuple": (0.1, 0.2, 0.3, 0.4, 0.5),
    "long tuple": (1,) * 2000,
    "named tuple": Pair(1, 2),
    "subclass of list": Box([1, 2, 3]),
    "dict": {"a": 1, 2: [3]},
    "set": {"A"},
    "frozenset": frozenset({1, 2}),
    "deque": collections.deque([1, 2]),
    "range": range(5),
    "generator": (t for t in ()),
    "array": array.array("d", [1.0]),
    "class": int,
    "tensor class": torch.Tensor,
    "builtin": max,
    "module": json,
    "number of its own": Numeral(),
    "raises in float": NoNumeral(),
    "tensor": torch.tensor(0.25),
    "tensor with gradient": torch.tensor(0.1, requires_grad=True),
    "tensor of several": torch.tensor([0.1, 0.2, 0.3]),
    "tensor of bool": torch.tensor(True),
    "parameter": torch.nn.Parameter(torch.zeros(3)),
    "array of several": np.linspace(0, 1, 5),
    "numpy float": np.float64(0.1),
    "numpy int": np.int32(3),
    "numpy bool": np.bool_(True),
    "numpy text": np.str_("A"),
    "numpy nan": np.float32("nan"),
}
# What reprlib makes of them by their names, or where repr() fails, is told in other words.
IN_OTHER_WORDS = {"array", "deque", "big int", "raises in float"}

ONE_OF_EACH_KIND = [
    "lambda_lr/first_print",
    "lambda_lr/used_by_updates",
    "lambda_lr/right_lambda",
    "lambda_lr/name_the_ramp",
    "lambda_lr/off_by_one",
    "lambda_lr/step_per_batch",
    "other_libraries/port_total",
]


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_any_value_is_told_the_same(name: str) -> None:
    question = asked(name).question
    for what, value in VALUES.items():
        ours, plain = through_the_worker(question, value), plainly(question, value)
        if what in IN_OTHER_WORDS and said(ours) != said(plain):
            assert (ours.outcome, ours.misconception) == (plain.outcome, plain.misconception)
        else:
            assert said(ours) == said(plain), what


def answers_of(question: Question) -> Iterator[tuple[str, Any]]:
    """The answers that the bank knows of, and those of every student."""
    yield "the reference", question.reference()
    yield "untouched", given_by_cell(question, question.starter())
    yield from question.wrong_answers().items()
    for number, answer in enumerate(question.alternatives):
        yield f"alternative {number}", answer
    yield "the wrong type", {"a": 1}
    yield "no number", "nothing"


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_of_the_bank_is_told_the_same(name: str) -> None:
    question = asked(name).question
    for what, answer in answers_of(question):
        ours = through_the_worker(question, answer)
        assert said(ours) == said(plainly(question, answer)), what
        assert ours.passed == (what == "the reference" or what.startswith("alternative"))


def raises(*_: Any) -> Any:
    raise ValueError("not today")


def exits(*_: Any) -> Any:
    raise SystemExit(3)


def not_written(*_: Any) -> Any:
    raise NotImplementedError


async def waits(*_: Any) -> Any:
    return 1


def asks(*_: Any) -> Any:
    return input("how much?")


def takes_none() -> Any:
    return 1


def gives_nan(*_: Any) -> Any:
    return float("nan")


def gives_text(*_: Any) -> Any:
    return "0.1"


def loops(*_: Any) -> Any:
    while True:
        pass


def sets_nan(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
    optimizer = make_optimizer()
    scheduler = make_scheduler(optimizer)
    optimizer.param_groups[0]["lr"] = float("nan")
    return optimizer, scheduler


FAULTY = (raises, exits, not_written, waits, asks, takes_none, gives_nan, gives_text, max, print)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_goes_wrong_is_told_the_same(name: str) -> None:
    question = asked(name).question
    for answer in FAULTY:
        assert said(through_the_worker(question, answer)) == said(plainly(question, answer))


def test_an_lr_that_is_no_number_is_told_the_same() -> None:
    question = asked("training/resume").question
    ours, plain = through_the_worker(question, sets_nan), plainly(question, sets_nan)
    assert said(ours) == said(plain)
    assert "nan" in ours.details[0]


@pytest.mark.parametrize(
    "name", ["lambda_lr/off_by_one", "linear_lr/short_warmup", "training/accumulate"]
)
def test_a_loop_without_end_is_told_the_same(name: str) -> None:
    question = asked(name).question
    ours = through_the_worker(question, loops, forks=True)
    assert said(ours) == said(plainly(question, loops))
    assert ours.message.startswith(f"`{question.variable}` was still running after 2 seconds")


@pytest.mark.parametrize("name", [*FUNCTIONS, *ONE_OF_EACH_KIND[:4]])
def test_an_answer_in_a_process_of_its_own_is_told_the_same(name: str) -> None:
    question = asked(name).question
    wrong = next(iter(question.wrong_answers().values()))
    for answer in (question.reference(), wrong, torch.tensor([0.1, 0.2])):
        ours = through_the_worker(question, answer, forks=True)
        assert said(ours) == said(plainly(question, answer))


# Whole notebooks


def solved(question: Question) -> str:
    return f"{question.starter()}\n{question.solution()}"


def untouched(question: Question) -> str:
    return question.starter()


def first_mistake(question: Question) -> str:
    wrong = [a for name, a in question.wrong_answers().items() if name != question.starter_is]
    return question.cell(wrong[0])


def last_mistake(question: Question) -> str:
    return question.cell([*question.wrong_answers().values()][-1])


def half_empty(question: Question) -> str:
    return ["1 / 0", f"{question.variable} = 1 / 0", f"{question.variable} = None"][
        len(question.variable) % 3
    ]


@pytest.mark.parametrize(
    ("quiz", "cells"),
    [
        *itertools.product(questions.QUIZZES, [solved, untouched]),
        *itertools.product(["lambda_lr", "training"], [first_mistake, last_mistake, half_empty]),
    ],
)
def test_a_notebook_is_marked_as_plain_checking_does(
    quiz: str, cells: Callable[[Question], str], tmp_path: Path
) -> None:
    pieces = pieces_of(quiz, cells)
    job = quiz_job(quiz, pieces)
    reply = read(worked(job), job)
    marked = mark(handed_in(quiz, pieces), reply)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(piece.source) for piece in pieces]
    )
    path = tmp_path / f"{quiz}.ipynb"
    nbformat.write(notebook, path)
    answers = answers_in(path)
    assert list(marked) == questions.names(quiz)
    for name, each in marked.items():
        assert said(each.feedback) == said(answers.feedback(asked(name))), name
        assert judge(asked(name).key, each.observation) == each.feedback
    assert len(reply.troubles) == len(answers.troubles)
    if cells is solved:
        assert all(each.feedback.passed for each in marked.values())
        assert all(0 <= each.seconds < 5 for each in marked.values())
        assert all(marked[name].seconds > 0 for name in set(marked) & set(FUNCTIONS))


def test_a_variant_is_marked_by_its_own_numbers() -> None:
    name, seed = "lambda_lr/first_print", "ada"
    own = asked(name, seed)
    pieces = [Piece("1", own.question.solution(), "first_print")]
    submission = handed_in("lambda_lr", pieces)
    job = job_of(pieces, asking(own.question))
    reply = read(worked(job), job)
    drawn = mark(type(submission)(**{**vars(submission), "seed": seed}), reply)
    assert drawn[name].feedback.passed
    assert asked_of("lambda_lr", seed)[0] is own


def test_nothing_is_attempted_where_nothing_was_written_and_nothing_checked_without_a_reply() -> (
    None
):
    pieces = [Piece("1", "first_print = 0.08\nimport os; os._exit(0)", "first_print")]
    marked = mark(handed_in("lambda_lr", pieces), Reply())
    outcomes = {name: each.feedback.outcome for name, each in marked.items()}
    assert outcomes.pop("lambda_lr/first_print") is Outcome.COULD_NOT_CHECK
    assert set(outcomes.values()) == {Outcome.NOT_ATTEMPTED}


def test_what_cannot_be_read_scores_nothing_and_says_why() -> None:
    why = "ada.ipynb is no notebook: it is cut off."
    marked = mark(handed_in("lambda_lr", [], trouble=why), None)
    assert [*marked] == questions.names("lambda_lr")
    for each in marked.values():
        assert each.feedback.outcome is Outcome.COULD_NOT_CHECK
        assert each.feedback.message == why
        assert each.feedback.score == 0


# What a forged line could claim


def test_the_trace_that_a_student_reads_is_no_answer_to_what_made_it() -> None:
    question = asked("lambda_lr/name_the_ramp").question
    forged = Seen(Observation(tuple(question.probe(question.reference()))), None)
    assert not judge(asked(question.name).key, observation(question, forged)).passed


def test_untouched_code_is_known_by_its_digest_and_another_claim_helps_nobody() -> None:
    for name in FUNCTIONS:
        question = asked(name).question
        if isinstance(question, Fix):
            starter = given_by_cell(question, question.starter())
            assert said(through_the_worker(question, starter)) == said(plainly(question, starter))
            right = Seen(observe(question, question.reference()), question.starter_digest())
            assert observation(question, right).trouble == "not attempted"


def test_what_a_job_holds_gives_no_answer_away() -> None:
    for quiz in questions.QUIZZES:
        data = quiz_job(quiz, []).to_bytes()
        for name in questions.names(quiz):
            question = asked(name).question
            for secret in (question.holds, *(wrong.says for wrong in question.misconceptions)):
                assert json.dumps(secret).encode() not in data
        for each in quiz_job(quiz, []).asked:
            exercise = pickle.dumps(each.exercise)
            assert b"warmup_lib.questions" not in exercise
            assert b"Misconception" not in exercise


def test_a_missing_answer_is_one_where_a_cell_defines_it() -> None:
    question = asked("lambda_lr/first_print").question
    assert observation(question, Missing(True)).trouble == "missing"
    assert observation(question, Missing(False)).message == "There is no `first_print` in the file."
