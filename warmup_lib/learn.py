"""What a learner calls in a notebook: ask, check, hint, solution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import __main__
from warmup_lib import progress, questions
from warmup_lib.quiz.examine import make_key, observe
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key
from warmup_lib.quiz.observation import Observation, said
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.view import Note, feedback_note

if TYPE_CHECKING:
    from warmup_lib.quiz.panel import Panel

VARIANT = "VARIANT"
"""The notebook's variable that holds the seed of the questions' parameters, if it has one."""

_hints_given: dict[str, int] = {}


def check(name: str) -> Note:
    """Check the notebook's answer to the question called ``quiz/question``.

    The answer is the variable that has the question's own name. As the last line
    of a cell it shows the feedback; nbgrader reads the points from it.
    """
    try:
        feedback = feedback_in(vars(__main__), name)
    except LookupError as error:
        return Note("There is nothing to check", [str(error)], as_cell_result="0")
    ways_on = [] if feedback.passed else [f'Stuck? `hint("{name}")`']
    return _kept(feedback, seed_in(vars(__main__)), ways_on)


def ask(name: str, *, statement: bool = True) -> Panel | Note:
    """The question as a panel, to be answered with keys and buttons.

    Args:
        name: ``quiz/question``.
        statement: show the task too; a quiz has it above already.
    """
    from warmup_lib.quiz.panel import Panel

    seed = seed_in(vars(__main__))
    try:
        question = questions.load(name, seed)
    except LookupError as error:
        return Note("There is nothing to ask", [str(error)])
    return Panel(
        question,
        statement=statement,
        check=lambda answer: _kept(feedback_on(question, answer), seed),
        hint=lambda: hint(name),
        solution=lambda: solution(name),
        current=lambda: vars(__main__).get(question.variable, MISSING),
    )


def hint(name: str) -> Note:
    """The next hint for a question; each call gives one more."""
    try:
        question = _load(vars(__main__), name)
    except LookupError as error:
        return Note("There is no hint", [str(error)])
    # The session's own count, for where progress cannot be kept.
    given = max(_hints_given.get(name, 0), progress.load().of(name).hints)
    if given >= len(question.hints):
        return Note(
            f"Those were all {len(question.hints)} hints",
            [*question.hints, f'The worked steps: `solution("{name}")`'],
        )
    _hints_given[name] = given + 1
    trouble = progress.note_hint(name)
    said_too = [] if trouble is None else [trouble]
    return Note(f"Hint {given + 1} of {len(question.hints)}", [question.hints[given], *said_too])


def solution(name: str) -> Note:
    """The worked steps of a question, a quick check and the common mistakes."""
    try:
        question = _load(vars(__main__), name)
    except LookupError as error:
        return Note("There is no solution", [str(error)])
    key = _key(question)
    paragraphs = [
        question.steps.replace("{answer}", question.answer_shown()),
        question.why(),
        f"```python\n{question.solution()}\n```",
        f"**Quick check.** {question.quick_check}",
        "**Common mistakes**",
        *(f"*{wrong}*: {model.says}" for wrong, model in key.misconceptions.items()),
        f"**Seen in the wild:** {question.seen_in}" if question.seen_in else "",
    ]
    return Note(f"Solution: {question.title}", [text for text in paragraphs if text])


class _Missing:
    """Stands for an answer that is not there."""


MISSING = _Missing()


def feedback_in(names: Mapping[str, Any], name: str) -> Feedback:
    """The feedback on a question's answer among a notebook's names.

    Raises:
        LookupError: there is no question of that name.
    """
    question = _load(names, name)
    return feedback_on(question, names.get(question.variable, MISSING))


def feedback_on(question: Question, answer: Any) -> Feedback:
    """The feedback on an answer, :data:`MISSING` where there is none."""
    try:
        key = _key(question)
    except Exception as error:  # What this session did to torch may reach even the reference.
        return Feedback(
            question.name,
            Outcome.COULD_NOT_CHECK,
            f"The question itself does not run in this session: `{said(error)}`.",
            question.points,
            details=("Restart the kernel, and run the notebook from the top.",),
        )
    if answer is MISSING:
        message = (
            f"No answer could be read: there is no `{question.variable}`. Run the cell "
            "that defines it; if that cell ends in an error, mend that first."
        )
        return judge(key, Observation(trouble="missing", message=message))
    return judge(key, observe(question, answer))


def keep(feedback: Feedback, seed: str | None) -> str | None:
    """Put it into the learner's progress; a sentence where that cannot be done."""
    parameters = (seed or "") if questions.varies(feedback.question) else None
    return progress.note_check(
        feedback.question, feedback.outcome, feedback.misconception, parameters
    )


def _kept(feedback: Feedback, seed: str | None, ways_on: Sequence[str] = ()) -> Note:
    """The feedback as a note, once the learner's progress has it."""
    trouble = keep(feedback, seed)
    return feedback_note(feedback, said_too=[*ways_on, *([trouble] if trouble else [])])


def seed_in(names: Mapping[str, Any]) -> str | None:
    """The seed of a notebook's parameters, where it has one."""
    seed = names.get(VARIANT)
    return seed if isinstance(seed, str) else None


def _load(names: Mapping[str, Any], name: str) -> Question:
    return questions.load(name, seed_in(names))


def _key(question: Question) -> Key:
    # The bank loads a question once and keeps it, so its id stays its own.
    if id(question) not in _keys:
        _keys[id(question)] = make_key(question)
    return _keys[id(question)]


_keys: dict[int, Key] = {}
