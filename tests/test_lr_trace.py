"""What a trace holds, what it costs, and how it comes through a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import LambdaLR, LinearLR, SequentialLR

from warmup_lib.lr_trace import Event, Trace
from warmup_lib.schedulers import GradualWarmupScheduler
from warmup_lib.trace import dry_run, record
from warmup_lib.trace_files import (
    TraceFileError,
    read_csv,
    read_json,
    write_csv,
    write_json,
)


def trace_of(*steps: tuple[float, ...] | Event) -> Trace:
    trace = Trace()
    for step in steps:
        if isinstance(step, Event):
            trace.add(step)
        else:
            trace.add_update(step)
    return trace


RUN = trace_of((0.02,), Event.SCHEDULER, Event.SKIPPED, (0.04,), Event.NO_GRADIENT, (0.06, 1e-9))


def test_a_trace_keeps_updates_groups_and_the_order_of_events() -> None:
    assert RUN.lrs == [(0.02,), (0.04,), (0.06, 1e-9)]
    assert RUN.used() == [0.02, 0.04, 0.06]
    assert (len(RUN), RUN.groups) == (3, 2)
    assert [event.value for event in RUN.events] == [
        "update",
        "scheduler",
        "skipped",
        "update",
        "no gradient",
        "update",
    ]
    assert RUN.count(Event.SKIPPED) == 1


def test_a_group_that_an_update_did_not_have_is_no_number() -> None:
    with pytest.raises(IndexError):
        RUN.used(group=1)


def test_an_update_is_not_added_without_its_lrs() -> None:
    with pytest.raises(ValueError, match="record that with add_update"):
        Trace().add(Event.UPDATE)


def test_an_update_and_its_scheduler_step_take_ten_bytes() -> None:
    trace = Trace()
    for _ in range(1000):
        trace.add_update((0.1,))
        trace.add(Event.SCHEDULER)
    assert trace.nbytes == 10_000


def test_a_real_loop_is_recorded_with_what_moved_nothing() -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    with record(optimizer) as trace:
        optimizer.step()
        weight.sum().backward()
        optimizer.step()
    assert list(trace.events) == [Event.NO_GRADIENT, Event.UPDATE]


def test_a_dry_run_tells_where_the_scheduler_steps() -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: 1.0)
    trace = dry_run(optimizer, scheduler, updates=4, updates_per_step=2)
    kinds = [event.value for event in trace.events]
    assert kinds == ["update", "update", "scheduler", "update", "update"]


Make = Callable[[torch.optim.Optimizer], Any]


def sequential(optimizer: torch.optim.Optimizer) -> SequentialLR:
    parts = [LinearLR(optimizer, 0.1, total_iters=3), LinearLR(optimizer, 1.0, 0.5)]
    return SequentialLR(optimizer, parts, milestones=[3])


def gradual(optimizer: torch.optim.Optimizer) -> GradualWarmupScheduler:
    return GradualWarmupScheduler(optimizer, 1, 3, LinearLR(optimizer, 1.0, 0.5))


@pytest.mark.parametrize("make", [sequential, gradual, lambda o: LambdaLR(o, lambda t: 1.0)])
def test_each_step_of_a_scheduler_is_heard_once_and_in_its_place(make: Make) -> None:
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    other = torch.optim.SGD([weight], lr=0.1)
    scheduler, bystander = make(optimizer), make(other)
    methods = [vars(kind).get("step") for kind in type(scheduler).__mro__]
    with record(optimizer, scheduler) as trace:
        for _ in range(5):
            weight.sum().backward()
            optimizer.step()
            scheduler.step()
            other.step()
            bystander.step()
        assert not any(callable(value) for value in scheduler.state_dict().values())
    assert [event.value for event in trace.events] == ["update", "scheduler"] * 5
    assert [vars(kind).get("step") for kind in type(scheduler).__mro__] == methods


def test_a_step_that_raises_is_heard_and_leaves_no_hook() -> None:
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)
    scheduler = LambdaLR(optimizer, lambda t: 1 / (1 - t))
    method = LambdaLR.step
    optimizer.step()
    with pytest.raises(ZeroDivisionError), record(optimizer, scheduler) as trace:
        scheduler.step()
    assert list(trace.events) == [Event.SCHEDULER]
    assert LambdaLR.step is method


def test_a_picture_has_a_curve_for_each_group() -> None:
    picture = trace_of((0.1, 0.2), (0.2, 0.4)).picture()
    assert "group 1: LR 0.2 at update 0, peak 0.4 first at update 1" in picture.text
    with pytest.raises(ValueError, match="their number changed at update 2"):
        RUN.picture()


def test_without_pandas_a_frame_is_refused_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="pandas"):
        RUN.to_frame()


lrs = st.floats(allow_nan=False, allow_infinity=False)
others = st.sampled_from([event for event in Event if event is not Event.UPDATE])
# Groups are added in the course of a run, and never taken away.
runs = st.lists(st.tuples(lrs) | others, max_size=8).flatmap(
    lambda first: st.lists(st.tuples(lrs, lrs) | others, max_size=8).map(lambda then: first + then)
)


@given(runs)
def test_a_trace_comes_through_its_files_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    trace, folder = trace_of(*steps), tmp_path_factory.mktemp("trace")
    write_json(trace, folder / "run.json")
    assert read_json(folder / "run.json") == trace
    write_csv(trace, folder / "run.csv")
    if len(trace):
        assert read_csv(folder / "run.csv") == trace


def test_a_plain_log_of_learning_rates_is_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("step,loss,lr\n0,2.3,0.02\n1,2.1,0.04\n")
    assert read_csv(path) == trace_of((0.02,), (0.04,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must have a column lr, or lr_0"),
        ("step,loss\n0,1\n", "it has step, loss"),
        ("lr_1\n0.1\n", "must have a column lr, or lr_0"),
        ("lr\n", "has no update in it"),
        ("lr\n0.1\nnan\n", "line 3: lr must be a finite learning rate, got 'nan'"),
        ("lr\nfast\n", "line 2: lr must be a finite learning rate, got 'fast'"),
        ("event,lr_0\nupdate,\n", "line 2: lr_0 must be a finite learning rate, got ''"),
        ("event,lr_0\njump,0.1\n", "event must be one of update, scheduler"),
        ("lr_0,lr_1\n,0.1\n", "line 2: lr_0 must be a finite"),
    ],
)
def test_a_csv_that_is_no_trace_says_where_and_why(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(TraceFileError) as error:
        read_csv(path)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[]",
        "{}",
        json.dumps({"version": 1, "events": ["update"], "lrs": []}),
        json.dumps({"version": 1, "events": [], "lrs": [[0.1]]}),
        json.dumps({"version": 1, "events": ["update"], "lrs": [["fast"]]}),
        json.dumps({"version": 1, "events": ["jump"], "lrs": []}),
        json.dumps({"version": 2, "events": [], "lrs": []}),
    ],
)
def test_a_json_that_is_no_trace_is_refused(tmp_path: Path, data: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(data)
    with pytest.raises(TraceFileError, match=r"is no trace|has version 2|finite learning rate"):
        read_json(path)
