"""How a student's function is exercised, and what is recorded of it.

A probe runs beside the student's code and only reports: numbers in, judging elsewhere.
"""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from warmup_lib.quiz.limits import TimeLimitExceededError
from warmup_lib.quiz.observation import AnswerTroubleError, as_number, said


class Probe(Protocol):
    """Exercises a function that the student calls ``name``; one number for each label."""

    @property
    def labels(self) -> Sequence[str]: ...

    @property
    def measures(self) -> str:
        """What each number is, as a figure names it."""
        ...

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]: ...

    def wider(self) -> Probe:
        """The same exercise over far more of what the task specifies.

        The bank's gate holds a wrong answer that passes here against it.
        """
        ...


@dataclass(frozen=True)
class Factors:
    """The factor that a function of the index gives for each of the first ``count``.

    ``run_ends`` says that the run has no more than these, and the task nothing about
    what would come after them.

    >>> Factors(3)(lambda update: min((update + 1) / 2, 1), "ramp")
    [0.5, 1.0, 1.0]
    """

    count: int
    of: str = "update"
    run_ends: bool = False
    measures: ClassVar[str] = "factor"

    @property
    def labels(self) -> Sequence[str]:
        return [f"{self.of} {index}" for index in range(self.count)]

    def wider(self) -> Factors:
        return self if self.run_ends else replace(self, count=10 * self.count)

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
    batches. The scheduler is LambdaLR over ``factor``, on SGD at ``base_lr``. It is
    run again with an epoch and a batch more, for its number of updates.
    """

    factor: Callable[[int], float]
    epochs: int
    batches: int
    base_lr: float = 0.1
    measures: ClassVar[str] = "LR"

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {update}" for update in range(self.epochs * self.batches)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        used = self._used(function, name, self.epochs, self.batches)
        self._used(function, name, self.epochs + 1, self.batches + 1)
        return used

    def wider(self) -> UsedByLoop:
        """A longer run, in which no two updates have the same LR."""
        return UsedByLoop(_never_the_same, self.epochs + 4, 3 * self.batches, 0.4)

    def _used(
        self, function: Callable[..., Any], name: str, epochs: int, batches: int
    ) -> Sequence[float]:
        import torch

        from warmup_lib.trace import record

        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=self.base_lr)
        scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, self.factor)
        data = [torch.full((1, 1), float(index + 1)) for index in range(batches)]
        with _watched(model, optimizer, scheduler, data) as faults, record(optimizer) as trace:
            called(function, name, model, optimizer, scheduler, data, epochs)
        if len(trace) != epochs * batches:
            raise AnswerTroubleError(
                "wrong type",
                f"`{name}` made {_counted(len(trace), 'update')}, and {epochs} epochs of "
                f"{batches} batches need {epochs * batches}, one a batch. An "
                "`optimizer.step()` without a `backward()` before it moves nothing.",
            )
        if faults:
            raise AnswerTroubleError("wrong type", f"`{name}` {faults[0]}")
        return trace.used()


def _never_the_same(update: int) -> float:
    return 1 / (update + 1)


@contextmanager
def _watched(
    model: Any, optimizer: Any, scheduler: Any, batches: Sequence[Any]
) -> Iterator[list[str]]:
    """What is wrong with a loop even where its LRs are right, once the block is left."""
    weight, has_stepped = next(model.parameters()), False
    faults: list[str] = []
    left_out = {batch.item() for batch in batches}

    def before_forward(_: Any, arguments: Any, named: Any) -> None:
        for batch in (*arguments, *named.values()):
            left_out.difference_update(batch.flatten().tolist())

    def before_step(*_: Any) -> None:
        if optimizer.param_groups[0]["lr"] != scheduler.get_last_lr()[0]:
            faults.append("sets the LR by hand; leave it to the scheduler.")

    def after_step(*_: Any) -> None:
        nonlocal has_stepped
        has_stepped = True

    def before_gradient(_: Any) -> None:
        nonlocal has_stepped
        if has_stepped and weight.grad is not None and weight.grad.any():
            faults.append(
                "adds the gradients of an update to those of the one before; "
                "`optimizer.zero_grad()` belongs to every update."
            )
        has_stepped = False

    model.register_forward_pre_hook(before_forward, with_kwargs=True)
    optimizer.register_step_pre_hook(before_step)
    optimizer.register_step_post_hook(after_step)
    weight.register_hook(before_gradient)
    yield faults
    # All of them are left out where the loop calls model.forward, which asks no hook.
    if 0 < len(left_out) < len(batches):
        faults.append("never trains on some of the batches.")


@dataclass(frozen=True)
class UsedByScheduler:
    """The LR of each update under the scheduler that a student's function builds.

    The function gets an optimizer and, where ``batches`` names any, a number of
    batches, each of these in turn; the loop calls ``optimizer.step()``, then
    ``scheduler.step()``. ``run_ends`` says that the run has no more than these updates.
    """

    updates: int
    batches: tuple[int, ...] = ()
    base_lr: float = 0.1
    run_ends: bool = False
    measures: ClassVar[str] = "LR"

    @property
    def labels(self) -> Sequence[str]:
        cases = [f", batches={n}" for n in self.batches] or [""]
        return [f"update {update}{case}" for case in cases for update in range(self.updates)]

    def __call__(self, function: Callable[..., Any], name: str) -> Sequence[float]:
        cases: list[tuple[int, ...]] = [(n,) for n in self.batches] or [()]
        return [lr for case in cases for lr in self._used(function, name, *case)]

    def wider(self) -> UsedByScheduler:
        """A longer run at another base LR, and with other numbers of batches."""
        batches = {m for n in self.batches for m in (1, 2, n, n + 1, 3 * n)}
        updates = self.updates if self.run_ends else 10 * self.updates
        return UsedByScheduler(updates, tuple(sorted(batches)), 0.4, self.run_ends)

    def _used(self, function: Callable[..., Any], name: str, *case: int) -> Sequence[float]:
        import torch

        from warmup_lib.trace import dry_run

        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=self.base_lr)
        scheduler = called(function, name, optimizer, *case)
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
