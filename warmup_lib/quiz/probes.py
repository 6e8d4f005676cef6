"""How a student's function is exercised, and what is recorded of it.

A probe runs beside the student's code and only reports: numbers in, judging elsewhere.
"""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from warmup_lib.quiz.limits import TimeLimitExceededError
from warmup_lib.quiz.observation import AnswerTroubleError, as_number, said


class Probe(Protocol):
    """Exercises a function that the student calls ``name``; one number for each label."""

    @property
    def labels(self) -> Sequence[str]: ...

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]: ...


@dataclass(frozen=True)
class Factors:
    """The factor that a function of the index gives for each of the first ``count``.

    >>> Factors(3)(lambda update: min((update + 1) / 2, 1), "ramp")
    [0.5, 1.0, 1.0]
    """

    count: int
    of: str = "update"

    @property
    def labels(self) -> Sequence[str]:
        return [f"{self.of} {index}" for index in range(self.count)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        return [self._factor(function, name, index) for index in range(self.count)]

    def _factor(self, function: Callable[..., Any], name: str, index: int) -> float:
        value = called(function, name, index)
        if value is None:
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}({index})` gives `None`; does every path of the function `return` "
                "a number?",
            )
        return as_number(value, f"`{name}({index})`")


@dataclass(frozen=True)
class UsedByLoop:
    """The LR that each update of a student's training loop really used.

    The loop is a function of a model, an optimizer, a scheduler and a list of
    batches. The scheduler is LambdaLR over ``factor``, on SGD at ``base_lr``.
    """

    factor: Callable[[int], float]
    epochs: int
    batches: int
    base_lr: float = 0.1

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {update}" for update in range(self.epochs * self.batches)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        import torch

        from warmup_lib.trace import record

        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=self.base_lr)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, self.factor)
        batches = [torch.ones(1, 1)] * self.batches
        with record(optimizer) as trace:
            called(function, name, model, optimizer, scheduler, batches, self.epochs)
        if len(trace) != len(self.labels):
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` made {_counted(len(trace), 'update')}, and {self.epochs} epochs of "
                f"{self.batches} batches need {len(self.labels)}, one a batch. An "
                "`optimizer.step()` without a `backward()` before it moves nothing.",
            )
        return trace.used()


@dataclass(frozen=True)
class UsedByScheduler:
    """The LR of each update under the scheduler that a student's function builds.

    The function gets an optimizer, and ``arguments`` after it; the loop calls
    ``optimizer.step()``, then ``scheduler.step()``.
    """

    updates: int
    arguments: tuple[int, ...] = ()
    base_lr: float = 0.1

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {update}" for update in range(self.updates)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        import torch

        from warmup_lib.trace import dry_run

        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=self.base_lr)
        scheduler = called(function, name, optimizer, *self.arguments)
        if not hasattr(scheduler, "step"):
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` must return the scheduler that it builds, and returns "
                f"`{reprlib.repr(scheduler)}`.",
            )
        used = dry_run(optimizer, scheduler, self.updates).used()
        return [as_number(lr, f"the LR of update {t}") for t, lr in enumerate(used)]


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
            f"`{name}` is called with {_counted(len(arguments), 'argument')}, and yours is "
            f"`{name}{signature}`; keep the first line as it was.",
        ) from None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
