"""What the tests of all integrations look at."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from warmup_lib.lr_trace import Event, Trace

LETTERS = {
    Event.UPDATE: "u",
    Event.SCHEDULER: "s",
    Event.SCHEDULER_SET: "e",
    Event.NO_GRADIENT: "n",
}


def order(trace: Trace) -> str:
    """The events, a letter each: u is an update, s a scheduler's step, e a call of one."""
    return "".join(LETTERS[event] for event in trace.events)


def hooks(optimizer: Any) -> list[Any]:
    """Whatever an optimizer calls before and after its steps."""
    return [*optimizer._optimizer_step_pre_hooks, *optimizer._optimizer_step_post_hooks]


def same(one: Any, other: Any) -> bool:
    """Whether two checkpoints are the same to the bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def methods(kind: type[Any], name: str) -> dict[type[Any], Any]:
    """The method of this name that ``kind`` and each class derived from it has of its own."""
    found = {kind: vars(kind).get(name)}
    for derived in kind.__subclasses__():
        found |= methods(derived, name)
    return found
