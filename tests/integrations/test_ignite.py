"""The handler in real runs of ignite's Engine, against its schedules' equations."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from peers import needs
from torch import nn
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR, StepLR

from integrations.watching import hooks, methods, order, same

ignite = needs("ignite")

from ignite.engine import Engine, Events  # noqa: E402
from ignite.handlers import (  # noqa: E402
    CosineAnnealingScheduler,
    LRScheduler,
    ParamScheduler,
    PiecewiseLinear,
    ReduceLROnPlateauScheduler,
    create_lr_scheduler_with_warmup,
)

from warmup_lib.integrations.ignite import TraceHandler  # noqa: E402

BATCHES = list(torch.randn(6, 2, 4, generator=torch.Generator().manual_seed(0)))
WARMUP = 4


def lr(t: int) -> float:
    """The equation of the warmup here: four steps, then the peak."""
    return 0.1 * min((t + 1) / WARMUP, 1)


def warmup(optimizer: torch.optim.Optimizer) -> LambdaLR:
    return LambdaLR(optimizer, lambda t: min((t + 1) / WARMUP, 1))


class Training:
    """A model, its optimizer and an engine that trains it."""

    def __init__(
        self,
        make_scheduler: Callable[[torch.optim.Optimizer], Any] = warmup,
        *,
        event: Any = None,
        break_at: int | None = None,
        error: type[BaseException] = ValueError,
    ) -> None:
        torch.manual_seed(0)
        self.model = nn.Linear(4, 1)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1, momentum=0.9)
        self.scheduler = make_scheduler(self.optimizer)
        self.break_at, self.error = break_at, error
        self.engine = Engine(self.update)
        if event is not None:
            self.engine.add_event_handler(event, self.scheduler)
        self.handler = TraceHandler(self.optimizer, self.scheduler)

    def update(self, engine: Any, batch: torch.Tensor) -> float:
        if engine.state.iteration == self.break_at:
            raise self.error("training broke")
        self.optimizer.zero_grad()
        loss = (self.model(batch) ** 2).mean()
        loss.backward()
        self.optimizer.step()
        if hasattr(self.scheduler, "step"):
            self.scheduler.step()
        return loss.item()

    def run(self, epochs: int = 1) -> Any:
        self.handler.attach(self.engine)
        self.engine.run(BATCHES, max_epochs=epochs)
        return self.handler.trace

    def state(self) -> Any:
        parts = (self.model, self.optimizer, self.scheduler, self.engine)
        return copy.deepcopy([part.state_dict() for part in parts])


@pytest.fixture(autouse=True)
def no_call_is_left() -> Iterator[None]:
    """The classes whose calls were heard have their own again."""
    before = methods(ParamScheduler, "__call__")
    yield
    assert methods(ParamScheduler, "__call__").items() >= before.items()


def test_every_update_is_recorded_with_the_lr_of_the_schedule() -> None:
    training = Training()
    trace = training.run(epochs=2)
    assert trace.used() == [lr(t) for t in range(12)]
    assert order(trace) == "us" * 12
    assert trace.name == "SGD"
    assert hooks(training.optimizer) == []


def with_warmup(optimizer: torch.optim.Optimizer) -> Any:
    return create_lr_scheduler_with_warmup(ExponentialLR(optimizer, 0.5), 0.0, 3)


CALLED: dict[str, tuple[Any, Any, list[float], str]] = {
    # scheduler, the event it handles, the LRs of two epochs, the order of events
    "warmup, then torch's": (
        with_warmup,
        Events.ITERATION_STARTED,
        [0, 0.05, 0.1] + [0.1 * 0.5**t for t in range(1, 10)],
        "eu" * 12,
    ),
    "warmup to less than the LR, which then jumps": (
        lambda o: create_lr_scheduler_with_warmup(ExponentialLR(o, 0.5), 0, 3, 0.04),
        Events.ITERATION_STARTED,
        [0, 0.02, 0.04] + [0.1 * 0.5**t for t in range(9)],
        "eu" * 12,
    ),
    "piecewise linear": (
        lambda o: PiecewiseLinear(o, "lr", [(0, 0.0), (4, 0.1)]),
        Events.ITERATION_STARTED,
        [0.1 * min(t / 4, 1) for t in range(12)],
        "eu" * 12,
    ),
    "torch's, as ignite would have it": (
        lambda o: LRScheduler(warmup(o)),
        Events.ITERATION_STARTED,
        [lr(t) for t in range(12)],
        "eu" * 12,
    ),
    "torch's, called too late": (
        lambda o: LRScheduler(warmup(o)),
        Events.ITERATION_COMPLETED,
        [lr(0), *(lr(t) for t in range(11))],
        "ue" * 12,
    ),
    "by epoch": (
        lambda o: LRScheduler(warmup(o)),
        Events.EPOCH_STARTED,
        [lr(0)] * 6 + [lr(1)] * 6,
        "euuuuuu" * 2,
    ),
    "every third iteration": (
        lambda o: LRScheduler(warmup(o)),
        Events.ITERATION_STARTED(every=3),
        [0.025] * 5 + [0.05] * 3 + [0.075] * 3 + [0.1],
        "uueuuueuuueuuueu",
    ),
}


@pytest.mark.parametrize(("make", "event", "used", "events"), CALLED.values(), ids=list(CALLED))
def test_schedulers_that_the_engine_calls_are_heard(
    make: Any, event: Any, used: list[float], events: str
) -> None:
    training = Training(make, event=event)
    trace = training.run(epochs=2)
    assert trace.used() == pytest.approx(used, rel=1e-9, abs=1e-12)
    assert order(trace) == events
    assert hooks(training.optimizer) == []


def test_a_scheduler_derived_from_another_is_heard_once() -> None:
    class Derived(PiecewiseLinear):  # type: ignore[misc]
        def __call__(self, engine: Any, name: str | None = None) -> None:
            super().__call__(engine, name)

    def derived(optimizer: torch.optim.Optimizer) -> Any:
        return Derived(optimizer, "lr", [(0, 0.0), (4, 0.1)])

    training = Training(derived, event=Events.ITERATION_STARTED)
    parent = PiecewiseLinear(training.optimizer, "momentum", [(0, 0.0), (4, 0.9)])
    training.engine.add_event_handler(Events.ITERATION_COMPLETED, parent)
    training.handler = TraceHandler(training.optimizer, training.scheduler, parent)
    assert order(training.run()) == "eue" * 6


def test_a_plateau_scheduler_is_heard_after_each_evaluation() -> None:
    def plateau(optimizer: torch.optim.Optimizer) -> Any:
        return ReduceLROnPlateauScheduler(
            optimizer, "loss", factor=0.5, patience=0, threshold=9, threshold_mode="abs"
        )

    training = Training(plateau)
    evaluator = Engine(lambda engine, batch: None)

    @training.engine.on(Events.EPOCH_COMPLETED)
    def evaluate() -> None:
        evaluator.run([0])

    @evaluator.on(Events.COMPLETED)
    def measure(engine: Any) -> None:
        engine.state.metrics["loss"] = 1.0

    evaluator.add_event_handler(Events.COMPLETED, training.scheduler)
    trace = training.run(epochs=3)
    assert order(trace) == "uuuuuue" * 3
    assert trace.used() == [0.1] * 12 + [0.05] * 6  # the first epoch is the best so far


@pytest.mark.parametrize("event", [None, Events.ITERATION_STARTED])
def test_training_and_checkpoints_are_the_same_to_the_bit_with_and_without(event: Any) -> None:
    make = warmup if event is None else with_warmup
    recorded, alone = Training(make, event=event), Training(make, event=event)
    recorded.run()
    alone.engine.run(BATCHES)
    assert same(recorded.state(), alone.state())


def test_several_optimizers_have_a_trace_each() -> None:
    models = [nn.Linear(4, 1), nn.Linear(4, 1)]
    generator = torch.optim.SGD(models[0].parameters(), lr=0.1)
    discriminator = torch.optim.Adam(models[1].parameters(), lr=0.02)
    scheduler = warmup(generator)
    called = CosineAnnealingScheduler(discriminator, "lr", 0.02, 0.0, 6)

    def update(engine: Any, batch: torch.Tensor) -> None:
        optimizers = [generator] + [discriminator] * (engine.state.iteration % 2)
        for optimizer, model in zip(optimizers, models, strict=False):
            model(batch).mean().backward()
            optimizer.step()
        scheduler.step()

    engine = Engine(update)
    called.attach(engine, Events.ITERATION_STARTED)
    handler = TraceHandler([generator, discriminator], scheduler, called)
    handler.attach(engine)
    engine.run(BATCHES)
    assert [trace.name for trace in handler.traces] == ["SGD", "Adam"]
    assert handler.traces[0].used() == [lr(t) for t in range(6)]
    assert handler.traces[1].used() == pytest.approx([0.02, 0.015, 0.005])
    assert [order(trace) for trace in handler.traces] == ["us" * 6, "eue" * 3]
    assert hooks(generator) == hooks(discriminator) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_training_that_breaks_raises_as_ever_and_leaves_no_hook(
    error: type[BaseException],
) -> None:
    training = Training(break_at=4, error=error)
    with pytest.raises(error, match="training broke"):
        training.run()
    assert training.handler.trace.used() == [lr(t) for t in range(3)]
    assert hooks(training.optimizer) == []


def test_an_exception_that_a_handler_takes_ends_nothing_too_early() -> None:
    training = Training(break_at=4)
    taken = []
    training.engine.add_event_handler(Events.EXCEPTION_RAISED, lambda _, error: taken.append(error))
    trace = training.run(epochs=2)
    # ignite goes on with the next epoch.
    assert [str(error) for error in taken] == ["training broke"]
    assert trace.used() == [lr(t) for t in range(9)]
    assert hooks(training.optimizer) == []


@pytest.mark.parametrize("settings", [{}, {"skip_completed": True}])
def test_a_training_that_ends_early_leaves_no_hook(settings: dict[str, bool]) -> None:
    training = Training()

    @training.engine.on(Events.ITERATION_COMPLETED(once=3))
    def end(engine: Any) -> None:
        engine.terminate(**settings)

    assert training.run().used() == [lr(t) for t in range(3)]
    assert hooks(training.optimizer) == []


def test_each_run_has_a_fresh_trace_also_one_that_goes_on() -> None:
    training = Training()

    @training.engine.on(Events.ITERATION_COMPLETED(once=2))
    def pause(engine: Any) -> None:
        engine.interrupt()

    first = training.run()
    assert first.used() == [lr(0), lr(1)]
    assert hooks(training.optimizer) == []
    training.engine.run(BATCHES)  # goes on
    assert training.handler.trace.used() == [lr(t) for t in range(2, 6)]
    training.engine.run(BATCHES, max_epochs=1)  # a run of its own, with its pause
    assert training.handler.trace.used() == [lr(6), lr(7)]
    assert len(first) == 2


def test_a_resumed_run_has_a_trace_of_the_rest() -> None:
    stopped = Training(break_at=4)
    with pytest.raises(ValueError, match="training broke"):
        stopped.run()
    resumed = Training()
    parts = (resumed.model, resumed.optimizer, resumed.scheduler)
    for part, state in zip(parts, stopped.state(), strict=False):
        part.load_state_dict(state)
    resumed.engine.load_state_dict({"iteration": 3, "epoch_length": 6, "max_epochs": 2})
    assert resumed.run(epochs=2).used() == [lr(t) for t in range(3, 12)]


def test_copies_from_the_midst_of_a_run_hear_nothing_more() -> None:
    training = Training(lambda o: StepLR(o, 100))
    copies: list[Any] = []

    @training.engine.on(Events.ITERATION_COMPLETED(once=2))
    def save() -> None:
        handler = training.handler
        copies.extend([copy.deepcopy(handler), pickle.loads(pickle.dumps(handler))])

    assert training.run().used() == [0.1] * 6
    assert [twin.trace.used() for twin in copies] == [[0.1, 0.1]] * 2


@pytest.mark.parametrize("bad", [None, [1, 2]])
def test_a_scheduler_that_is_none_is_refused_with_a_remedy(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"must have a step\(\) or be a handler, got .*one by one"):
        TraceHandler(torch.optim.SGD([torch.ones(1)]), bad)


def test_without_a_run_there_is_no_trace() -> None:
    with pytest.raises(RuntimeError, match="train first"):
        _ = Training().handler.trace
