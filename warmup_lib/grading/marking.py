"""From a reply to marks: each answer judged by the key that is made here."""

from __future__ import annotations

from functools import lru_cache

from warmup_lib import questions
from warmup_lib.asked import Asked, asked
from warmup_lib.cells import defines
from warmup_lib.grading.handed_in import HandedIn
from warmup_lib.grading.jobs import Asking
from warmup_lib.grading.records import Marked
from warmup_lib.grading.replies import Answer, Missing, Reply, observation
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.write import Write


def asking(question: Question) -> Asking:
    """How a question's answer is taken, without a word of what it should be."""
    exercise = question.exercise if isinstance(question, Write) else None
    return Asking(question.variable, exercise)


@lru_cache(maxsize=16)
def asked_of(quiz: str, seed: str | None) -> tuple[Asked, ...]:
    """A quiz's questions in order, with the numbers that ``seed`` picks, and their keys.

    Raises:
        CannotAskError: one of them cannot be asked.
    """
    return tuple(asked(name, seed) for name in questions.names(quiz))


def mark(handed_in: HandedIn, reply: Reply | None) -> dict[str, Marked]:
    """The marks of a submission, by question, in the quiz's order.

    Args:
        handed_in: the submission.
        reply: what the sandbox told of it; ``None`` where nothing was run.

    Raises:
        CannotAskError: a question of the quiz cannot be asked.
    """
    reply = reply or Reply()
    marked = {}
    for each in asked_of(handed_in.quiz, handed_in.seed):
        variable = each.question.variable
        seen = _seen(each.question, handed_in, reply.answers.get(variable))
        marked[each.name] = Marked(seen, judge(each.key, seen), reply.seconds.get(variable, 0.0))
    return marked


def _seen(question: Question, handed_in: HandedIn, answer: Answer | None) -> Observation:
    if handed_in.trouble is not None:
        return Observation(trouble="missing", message=handed_in.trouble)
    if answer is None and not any(
        defines(piece.source, question.variable) for piece in handed_in.pieces
    ):
        answer = Missing(defined=False)
    return observation(question, answer)
