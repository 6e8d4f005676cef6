"""Checking what a learner saved: a quiz, one question of it, or any file with answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from warmup_lib import course, questions
from warmup_lib.quiz.feedback import Feedback, Outcome


class NothingToCheckError(Exception):
    """What was named is no quiz, no question and no file with answers; says what to do."""


@dataclass(frozen=True)
class Task:
    """A file, and the questions in it that are asked for; all of its quiz's for none."""

    path: Path
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """What checking a file gave.

    Attributes:
        path: the file.
        seed: what picked its numbers; ``None`` for those of the built quiz.
        feedback: on each question, in the quiz's order.
        troubles: sentences about cells that raised, names misspelled, and progress not kept.
    """

    path: Path
    seed: str | None
    feedback: tuple[Feedback, ...]
    troubles: tuple[str, ...]

    @property
    def passed(self) -> int:
        """How many are right."""
        return sum(each.passed for each in self.feedback)

    @property
    def first_to_mend(self) -> Feedback | None:
        """The first that is not right, wrong ones before those not attempted."""
        left = [each for each in self.feedback if not each.passed]
        tried = [each for each in left if each.outcome is not Outcome.NOT_ATTEMPTED]
        return next(iter(tried or left), None)


def task_for(target: str, start: Path) -> Task:
    """The file that a quiz's or question's name, or a path, stands for.

    Quizzes are looked for in the course's folder that ``start`` is in.

    Raises:
        NothingToCheckError: there is no such file.
    """
    path = Path(target)
    if path.suffix in (".ipynb", ".py"):
        if not path.is_file():
            raise NothingToCheckError(f"there is no file {target}; look at its name and folder")
        return Task(path)
    if target in questions.QUIZZES:
        return Task(_notebook(target, start))
    known = questions.all_names()
    if target in known:
        return Task(_notebook(target.partition("/")[0], start), only=(target,))
    if path.exists():
        raise NothingToCheckError(f"{target} is neither a notebook (.ipynb) nor a .py file")
    import difflib

    nearest = difflib.get_close_matches(target, [*questions.QUIZZES, *known], n=1)
    remedy = (
        f"did you mean {nearest[0]!r}?"
        if nearest
        else "give a quiz, a question, a notebook or a .py file; `warmup list` names them"
    )
    raise NothingToCheckError(f"there is no quiz, question or file {target!r}; {remedy}")


def _notebook(quiz: str, start: Path) -> Path:
    folder = course.find(start)
    if folder is None:
        raise NothingToCheckError(
            f"{start} is in no course folder, so {quiz} cannot be found; go into the folder that "
            "`warmup init` made, or name the notebook's path"
        )
    path = folder / "quizzes" / quiz / f"{quiz}.ipynb"
    if not path.is_file():
        raise NothingToCheckError(f"{path} is missing; `warmup init` in {folder} brings it back")
    return path


def check(task: Task) -> Checked:
    """Run a file, judge its answers, and keep them in the learner's progress.

    Raises:
        NothingToCheckError: the file cannot be run, or belongs to no quiz.
    """
    from warmup_lib.answers import UnreadableError, answers_in
    from warmup_lib.asked import CannotAskError, asked

    try:
        answers = answers_in(task.path)
        seed = answers.seed
        names = task.only or [name for quiz in answers.quizzes for name in questions.names(quiz)]
        if not names:
            raise NothingToCheckError(
                f"{task.path} does not say which quiz it belongs to; name one of its questions in "
                f"it, such as in a comment: # {questions.names('lambda_lr')[0]}"
            )
        to_judge = [asked(name, seed) for name in names]
    except (UnreadableError, CannotAskError) as error:
        raise NothingToCheckError(str(error)) from None
    feedback = [answers.feedback(each) for each in to_judge]
    kept = [each.keep(its) for each, its in zip(to_judge, feedback, strict=True)]
    troubles = [
        *answers.troubles,
        *answers.misspelled([each.question.variable for each in to_judge]),
        *(trouble for trouble in kept if trouble is not None),
    ]
    return Checked(task.path, seed, tuple(feedback), tuple(dict.fromkeys(troubles)))
