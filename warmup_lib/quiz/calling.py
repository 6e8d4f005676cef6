"""Calling a student's function; what goes wrong becomes a sentence that helps."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from warmup_lib.quiz.limits import TimeLimitExceededError
from warmup_lib.quiz.observation import AnswerTroubleError, said


def called(function: Callable[..., Any], name: str, *arguments: Any) -> Any:
    """Call a student's function; what goes wrong becomes a sentence that helps.

    Raises:
        AnswerTroubleError: it takes other arguments, raises, or is not written yet.
    """
    _check_signature(function, name, arguments)
    plain = all(isinstance(argument, int) for argument in arguments)
    shown = f"{name}({', '.join(map(repr, arguments)) if plain else '…'})"
    try:
        result = function(*arguments)
    except (AnswerTroubleError, TimeLimitExceededError, KeyboardInterrupt):
        raise
    except BaseException as error:
        # Not its subclasses: a kernel raises one of its own for input().
        if type(error) is NotImplementedError:
            raise AnswerTroubleError(
                "not attempted", f"`{name}` still raises `NotImplementedError`; write its body."
            ) from None
        raise AnswerTroubleError("raised", f"`{shown}` raised `{said(error)}`.") from None
    if inspect.iscoroutine(result):
        result.close()
        raise AnswerTroubleError(
            "wrong type", f"`{name}` is written with `async def`; write it with `def`."
        )
    return result


def _check_signature(function: Callable[..., Any], name: str, arguments: Sequence[Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        # Some built-in callables have no signature to look at; calling them will tell.
        return
    try:
        signature.bind(*arguments)
    except TypeError:
        raise AnswerTroubleError(
            "wrong type",
            f"`{name}` is called with {counted(len(arguments), 'argument')}, and yours is "
            f"`{name}{signature}`; keep the first line as it was.",
        ) from None


def counted(count: int, what: str) -> str:
    """A number of things in words."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
