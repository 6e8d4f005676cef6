"""What a learner calls in a notebook: ask, check, hint, solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import __main__
from warmup_lib.asked import Asked, CannotAskError, asked, seed_in
from warmup_lib.quiz.feedback import Feedback
from warmup_lib.quiz.view import Note, feedback_note

if TYPE_CHECKING:
    from warmup_lib.quiz.panel import Panel


def check(name: str) -> Note:
    """Check the notebook's answer to the question called ``quiz/question``.

    The answer is the variable that has the question's own name. As the last line
    of a cell it shows the feedback; nbgrader reads the points from it.
    """
    try:
        question = _asked(name)
    except CannotAskError as error:
        return Note("? Could not be checked", [str(error)], as_cell_result="0")
    feedback = question.feedback(question.answer_in(vars(__main__)))
    return _kept(question, feedback, [] if feedback.passed else [f'Stuck? `hint("{name}")`'])


def ask(name: str, *, statement: bool = True) -> Panel | Note:
    """The question as a panel, to be answered with keys and buttons.

    Args:
        name: ``quiz/question``.
        statement: show the task too; a quiz has it above already.
    """
    from warmup_lib.quiz.panel import Panel

    try:
        question = _asked(name)
    except CannotAskError as error:
        return Note("There is nothing to ask", [str(error)])
    return Panel(
        question.question,
        statement=statement,
        check=lambda answer: _kept(question, question.feedback(answer)),
        hint=lambda: _hint(question),
        solution=lambda: _solution(question),
        current=lambda: question.answer_in(vars(__main__)),
    )


def hint(name: str) -> Note:
    """The next hint for a question; each call gives one more."""
    try:
        return _hint(_asked(name))
    except CannotAskError as error:
        return Note("There is no hint", [str(error)])


def solution(name: str) -> Note:
    """The worked steps of a question, a quick check and the common mistakes."""
    try:
        return _solution(_asked(name))
    except CannotAskError as error:
        return Note("There is no solution", [str(error)])


def _asked(name: str) -> Asked:
    return asked(name, seed_in(vars(__main__)))


def _hint(question: Asked) -> Note:
    given = question.next_hint()
    texts = [*given.texts, *([given.trouble] if given.trouble else [])]
    if given.number is None:
        more = f'The worked steps: `solution("{question.name}")`'
        return Note(f"Those were all {given.of} hints", [*texts, more])
    return Note(f"Hint {given.number} of {given.of}", texts)


def _solution(question: Asked) -> Note:
    return Note(f"Solution: {question.question.title}", question.steps())


def _kept(question: Asked, feedback: Feedback, ways_on: Sequence[str] = ()) -> Note:
    """The feedback as a note, once the learner's progress has it."""
    trouble = question.keep(feedback)
    return feedback_note(feedback, said_too=[*ways_on, *([trouble] if trouble else [])])
