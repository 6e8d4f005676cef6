"""Listening to a method of a class, for as long as anybody does.

The method is replaced once, for the first who listens, and put back when the last has
left, in whatever order they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

Around: TypeAlias = Callable[[Callable[..., Any], list[Any]], Callable[..., Any]]
"""The original method and the list of who listens → the method that tells them."""


class _Tap:
    def __init__(self, kind: type, name: str, around: Around) -> None:
        self.kind, self.name = kind, name
        self.listeners: list[Any] = []
        self.own = kind.__dict__.get(name)
        self.replacement = around(getattr(kind, name), self.listeners)
        setattr(kind, name, self.replacement)

    def put_back(self) -> None:
        if self.kind.__dict__.get(self.name) is not self.replacement:
            return  # Somebody else replaced it since; with nobody listening it tells nobody.
        if self.own is None:
            delattr(self.kind, self.name)
        else:
            setattr(self.kind, self.name, self.own)


_TAPS: dict[tuple[type, str, Around], _Tap] = {}


@contextmanager
def tapped(kind: type, name: str, around: Around, listener: Any) -> Iterator[None]:
    """Let ``around`` tell ``listener`` of each call of a method, inside the block."""
    key = (kind, name, around)
    if key not in _TAPS:
        _TAPS[key] = _Tap(kind, name, around)
    tap = _TAPS[key]
    tap.listeners.append(listener)
    try:
        yield
    finally:
        tap.listeners.remove(listener)
        if not tap.listeners:
            del _TAPS[key]
            tap.put_back()
