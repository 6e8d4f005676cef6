"""What a learner calls in a notebook: check, hint, solution."""

from __future__ import annotations

from functools import cache

import __main__
from warmup_lib import questions
from warmup_lib.quiz.examine import make_key, observe
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key
from warmup_lib.quiz.observation import Observation, said
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.view import Note, feedback_note

_hints_given: dict[str, int] = {}


def check(name: str) -> Note:
    """Check the notebook's answer to the question called ``quiz/question``.

    The answer is the variable that has the question's own name. As the last line
    of a cell it shows the feedback; nbgrader reads the points from it.
    """
    try:
        question = questions.load(name)
    except LookupError as error:
        return Note("There is nothing to check", [str(error)], as_cell_result="0")
    try:
        key = _key(name)
    except Exception as error:  # What this session did to torch may reach even the reference.
        return Note(
            "? Could not be checked",
            [
                f"The question itself does not run in this session: `{said(error)}`.",
                "Restart the kernel, and run the notebook from the top.",
            ],
            as_cell_result="0",
        )
    return feedback_note(judge(key, _observe_notebook(question)))


def hint(name: str) -> Note:
    """The next hint for a question; each call gives one more."""
    try:
        question = questions.load(name)
    except LookupError as error:
        return Note("There is no hint", [str(error)])
    given = _hints_given.get(name, 0)
    if given == len(question.hints):
        return Note(
            f"Those were all {given} hints",
            [*question.hints, f'The worked steps: `solution("{name}")`'],
        )
    _hints_given[name] = given + 1
    return Note(f"Hint {given + 1} of {len(question.hints)}", [question.hints[given]])


def solution(name: str) -> Note:
    """The worked steps of a question, a quick check and the common mistakes."""
    try:
        question = questions.load(name)
    except LookupError as error:
        return Note("There is no solution", [str(error)])
    key = _key(name)
    paragraphs = [
        question.steps.replace("{answer}", question.answer_shown()),
        question.why(),
        f"```python\n{question.solution()}\n```",
        f"**Quick check.** {question.quick_check}",
        "**Common mistakes**",
        *(f"*{wrong}*: {model.says}" for wrong, model in key.misconceptions.items()),
    ]
    return Note(f"Solution: {question.title}", [text for text in paragraphs if text])


def _observe_notebook(question: Question) -> Observation:
    try:
        answer = vars(__main__)[question.variable]
    except KeyError:
        return Observation(
            trouble="missing",
            message=f"No answer could be read: there is no `{question.variable}`. Run the cell "
            "that defines it; if that cell ends in an error, mend that first.",
        )
    return observe(question, answer)


@cache
def _key(name: str) -> Key:
    return make_key(questions.load(name))
