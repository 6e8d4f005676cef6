"""No test of an integration leaves anything behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler


def methods(kind: type[Any], name: str) -> dict[type[Any], Any]:
    """The method of this name that ``kind`` and each class derived from it has of its own."""
    found = {kind: vars(kind).get(name)}
    for derived in kind.__subclasses__():
        found |= methods(derived, name)
    return found


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """The classes whose ``step`` was heard have their own again."""
    torch.manual_seed(0)
    before = methods(LRScheduler, "step"), torch.amp.GradScaler.step
    yield
    assert (methods(LRScheduler, "step"), torch.amp.GradScaler.step) == before


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Lightning takes an interrupt, and from then on the process ignores Ctrl+C."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)
