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
from warmup_lib.quiz.feedback import Feedback
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
        if handed_in.trouble is not None:
            seen = Observation(trouble="missing", message=handed_in.trouble)
            feedback = judge(each.key, seen)
        else:
            answer = _known(variable, handed_in, reply.answers.get(variable))
            seen, feedback = _judged(each.name, handed_in.seed, _Same(answer))
        marked[each.name] = Marked(seen, feedback, reply.seconds.get(variable, 0.0))
    return marked


def _known(variable: str, handed_in: HandedIn, answer: Answer | None) -> Answer | None:
    """What is known of an answer; where nothing came, the cells may say that there is none."""
    if answer is None and not any(defines(piece.source, variable) for piece in handed_in.pieces):
        return Missing(defined=False)
    return answer


class _Same:
    """An answer that is the same as another where all of it is, also 1 and 1.0 being two."""

    def __init__(self, answer: Answer | None) -> None:
        self.answer = answer
        self._text = repr(answer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


# A class gives the same few answers again and again.
@lru_cache(maxsize=1024)
def _judged(name: str, seed: str | None, answer: _Same) -> tuple[Observation, Feedback]:
    question = asked(name, seed)
    seen = observation(question.question, answer.answer)
    return seen, judge(question.key, seen)
