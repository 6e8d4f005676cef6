"""How a student's training loop is exercised, and watched for faults that its LRs do not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from warmup_lib.quiz.calling import called, counted
from warmup_lib.quiz.exercises.made import never_the_same
from warmup_lib.quiz.observation import AnswerTroubleError


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
        return UsedByLoop(never_the_same, self.epochs + 4, 3 * self.batches, 0.4)

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
                f"`{name}` made {counted(len(trace), 'update')}, and {epochs} epochs of "
                f"{batches} batches need {epochs * batches}, one a batch. An "
                "`optimizer.step()` without a `backward()` before it moves nothing.",
            )
        if faults:
            raise AnswerTroubleError("wrong type", f"`{name}` {faults[0]}")
        return trace.used()


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
