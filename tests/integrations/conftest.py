"""No test of an integration leaves anything behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler

from integrations.watching import methods


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """The classes whose ``step`` was heard have their own again."""
    torch.manual_seed(0)
    before, scaler = methods(LRScheduler, "step"), torch.amp.GradScaler.step
    yield
    # A library may have brought schedulers of its own meanwhile.
    assert methods(LRScheduler, "step").items() >= before.items()
    assert torch.amp.GradScaler.step is scaler


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Lightning takes an interrupt, and from then on the process ignores Ctrl+C."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)
