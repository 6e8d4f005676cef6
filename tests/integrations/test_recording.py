"""What all integrations share, without any of their libraries."""

from __future__ import annotations

import copy
import importlib
import pickle
import sys
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR, StepLR

from integrations.watching import hooks, order
from warmup_lib.integrations._recording import Recording


def build_optimizer() -> torch.optim.SGD:
    return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1)


def train(*steppers: Any) -> None:
    """One update of each optimizer, and one step of each scheduler."""
    for stepper in steppers:
        if isinstance(stepper, torch.optim.Optimizer):
            parameter = stepper.param_groups[0]["params"][0]
            parameter.grad = torch.ones(1)
        stepper.step()


def test_each_scheduler_is_heard_with_the_optimizer_that_it_drives() -> None:
    one, other = build_optimizer(), build_optimizer()
    schedulers = StepLR(other, 2), LambdaLR(one, lambda t: 1 / (t + 1)), LambdaLR(other, abs)
    recording = Recording()
    recording._begin([one, other], schedulers)
    for _ in range(2):
        train(one, other, *schedulers)
    recording._end()
    assert [order(trace) for trace in recording.traces] == ["usus", "ussuss"]
    assert recording.traces[0].used() == [0.1, 0.05]
    assert hooks(one) == hooks(other) == []


def test_a_scheduler_that_drives_none_of_the_optimizers_is_heard_all_the_same() -> None:
    optimizer, forgotten = build_optimizer(), build_optimizer()
    scheduler = StepLR(forgotten, 1)
    recording = Recording()
    recording._begin([optimizer], [scheduler])
    with pytest.warns(UserWarning, match="before `optimizer.step"):
        train(optimizer, scheduler)
    recording._end()
    assert order(recording.trace) == "us"


def test_nothing_stays_hooked_where_one_of_several_cannot_be_recorded() -> None:
    optimizer = build_optimizer()
    for optimizers, schedulers in (([optimizer, None], []), ([optimizer], [torch.ones(1)])):
        with pytest.raises((AttributeError, TypeError)):
            Recording()._begin(optimizers, schedulers)
    assert hooks(optimizer) == []


def test_the_only_trace_is_refused_with_a_remedy_where_there_is_none_or_are_several() -> None:
    recording = Recording()
    with pytest.raises(RuntimeError, match=r"^trace must .* there is none; train first$"):
        _ = recording.trace
    recording._begin([build_optimizer(), build_optimizer()], [])
    recording._end()
    with pytest.raises(RuntimeError, match=r"2 optimizers .*; take traces\[0\] to traces\[1\]$"):
        _ = recording.trace


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_a_copy_has_the_traces_and_leaves_the_hooks_to_the_original(copied: Any) -> None:
    optimizer = build_optimizer()
    recording = Recording()
    recording._begin([optimizer], [])
    train(optimizer)
    twin = copied(recording)
    twin._end()
    train(optimizer)
    recording._end()
    assert len(recording.trace) == 2
    assert twin.trace.used() == recording.trace.used()[: len(twin.trace)]
    assert hooks(optimizer) == []


@pytest.mark.parametrize(
    ("module", "library", "says"),
    [
        ("ignite", "ignite", "as pytorch-ignite"),
        ("lightning", "lightning", "lightning must be installed"),
        ("transformers", "transformers", "transformers must be installed"),
    ],
)
def test_a_library_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, library: str, says: str
) -> None:
    monkeypatch.delitem(sys.modules, f"warmup_lib.integrations.{module}", raising=False)
    for missing in (library, f"{library}.pytorch", f"{library}.engine", "pytorch_lightning"):
        monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ImportError, match=r'pip install "warmup-lib\[peers\]"') as error:
        importlib.import_module(f"warmup_lib.integrations.{module}")
    assert says in str(error.value)
