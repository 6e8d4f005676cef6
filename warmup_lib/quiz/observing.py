"""What is seen of an answer as it is tried, or that there is none to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from warmup_lib.quiz.isolation import isolated
from warmup_lib.quiz.limits import TimeLimitExceededError, time_limit
from warmup_lib.quiz.observation import AnswerTroubleError, Observation, Value, said


def observed(variable: str, attempt: Callable[[], Sequence[Value]], seconds: float) -> Observation:
    """The values that an attempt gives, or the trouble that it meets.

    It raises nothing that the attempt does, save ``KeyboardInterrupt``.

    Args:
        variable: what the student calls the answer.
        attempt: tries it.
        seconds: how long that may take.
    """
    try:
        with isolated(), time_limit(seconds):
            return Observation(values=tuple(attempt()))
    except KeyboardInterrupt:
        raise
    except AnswerTroubleError as trouble:
        return Observation(trouble=trouble.trouble, message=str(trouble))
    except TimeLimitExceededError:
        return timed_out(variable, seconds)
    except BaseException as error:  # A value of the student's own class may raise anything.
        return not_examined(variable, said(error))


def timed_out(variable: str, seconds: float) -> Observation:
    """Of an answer that did not end."""
    return Observation(
        trouble="timed out",
        message=f"`{variable}` was still running after {seconds:g} seconds; "
        "is there a loop that never ends?",
    )


def not_examined(variable: str, why: str) -> Observation:
    """Of an answer that cannot even be looked at."""
    return Observation(trouble="raised", message=f"`{variable}` could not be examined: `{why}`.")


def untouched(holds: str) -> Observation:
    """Of code that is still as the student got it."""
    return Observation(
        trouble="not attempted",
        message=f"This is still the code that you got. What must hold: {holds}",
    )


def missing(variable: str) -> Observation:
    """Of an answer whose cell did not define it."""
    return Observation(
        trouble="missing",
        message=f"No answer could be read: there is no `{variable}`. Run the cell "
        "that defines it; if that cell ends in an error, mend that first.",
    )


def absent(variable: str) -> Observation:
    """Of an answer that a file says nothing of."""
    return Observation(trouble="not attempted", message=f"There is no `{variable}` in the file.")
