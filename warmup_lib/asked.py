"""A question as it is asked of one learner: its numbers, its key, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from warmup_lib import progress, questions
from warmup_lib.quiz.examine import make_key, observe
from warmup_lib.quiz.feedback import Feedback
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key
from warmup_lib.quiz.observation import said
from warmup_lib.quiz.observing import missing
from warmup_lib.quiz.question import Question

VARIANT = "VARIANT"
"""The notebook's variable that holds the seed of the questions' numbers, if it has one."""


class CannotAskError(Exception):
    """The question cannot be asked here; says why and what to do."""


class _Missing:
    """Stands for an answer that is not there."""


MISSING = _Missing()

_hints_given: dict[str, int] = {}
"""This session's own count, for where progress cannot be kept."""


@dataclass(frozen=True)
class Hint:
    """One more hint, or all of them once they are used up.

    Attributes:
        texts: what it says.
        of: how many there are.
        number: which it is, from 1; ``None`` where these are all of them.
        trouble: a sentence where progress could not be kept.
    """

    texts: Sequence[str]
    of: int
    number: int | None
    trouble: str | None


@dataclass(frozen=True)
class Asked:
    """A question with one learner's numbers.

    Attributes:
        question: with these numbers.
        seed: what picked them; ``None`` for those of the built quiz.
        key: what an answer is judged by.
    """

    question: Question
    seed: str | None
    key: Key

    @property
    def name(self) -> str:
        """``quiz/question``."""
        return self.question.name

    def answer_in(self, names: Mapping[str, Any]) -> Any:
        """The answer among a notebook's names, or :data:`MISSING`."""
        return names.get(self.question.variable, MISSING)

    def feedback(self, answer: Any) -> Feedback:
        """The feedback on an answer, or on there being none."""
        if answer is MISSING:
            return judge(self.key, missing(self.question.variable))
        return judge(self.key, observe(self.question, answer))

    def keep(self, feedback: Feedback) -> str | None:
        """Put it into the learner's progress; a sentence where that cannot be done."""
        parameters = (self.seed or "") if questions.varies(self.name) else None
        return progress.note_check(feedback, parameters)

    def next_hint(self) -> Hint:
        """One more hint, which is kept as given."""
        hints = self.question.hints
        given = max(_hints_given.get(self.name, 0), progress.load().of(self.name).hints)
        if given >= len(hints):
            return Hint(hints, len(hints), None, None)
        _hints_given[self.name] = given + 1
        return Hint(hints[given : given + 1], len(hints), given + 1, progress.note_hint(self.name))

    def steps(self) -> list[str]:
        """The worked steps, the answer, and the common mistakes, in paragraphs."""
        question = self.question
        wild = f"**Seen in the wild:** {question.seen_in}" if question.seen_in else ""
        paragraphs = [
            question.steps.replace("{answer}", question.answer_shown()),
            question.why(),
            f"```python\n{question.solution()}\n```",
            f"**Quick check.** {question.quick_check}",
            "**Common mistakes**",
            *(f"*{wrong}*: {model.says}" for wrong, model in self.key.misconceptions.items()),
            wild,
        ]
        return [text for text in paragraphs if text]


def asked(name: str, seed: str | None = None) -> Asked:
    """The question called ``quiz/question``, with the numbers that ``seed`` picks.

    Raises:
        CannotAskError: there is none of that name, or it does not run in this session.
    """
    try:
        return _asked(name, seed)
    except LookupError as error:
        raise CannotAskError(str(error)) from None
    except Exception as error:  # What a session did to torch may reach even the reference.
        raise CannotAskError(
            f"The question itself does not run in this session: `{said(error)}`. Restart the "
            "kernel, and run the notebook from the top."
        ) from error


# Where students have numbers of their own, there are as many as students.
@lru_cache(maxsize=256)
def _asked(name: str, seed: str | None) -> Asked:
    question = questions.load(name, seed)
    return Asked(question, seed, make_key(question))


def seed_in(names: Mapping[str, Any]) -> str | None:
    """The seed of a notebook's numbers; ``None`` where it has the built ones.

    Raises:
        CannotAskError: there is something else in its place.
    """
    if VARIANT not in names:
        return None
    seed = names[VARIANT]
    if not isinstance(seed, str) or not seed:
        raise CannotAskError(
            f"`{VARIANT}` must be the text that came with this notebook, and is `{seed!r:.40}`; "
            "put its cell back as you got it, and run it."
        )
    return seed
