"""A progress bar that reads well in a notebook without a kernel."""

from __future__ import annotations

import html
import sys
from typing import Any

from warmup_lib._arguments import whole_number

CELLS = 20


class Progress:
    """A bar over the updates of a training run, with the loss beside it.

    In a notebook it is redrawn in place about twenty times a run; what is saved
    is the last state. Elsewhere it draws nothing. It holds no clock, so the same
    run saves the same output.

    Args:
        updates: how many there will be, at least 1.
        name: what stands before the bar.

    >>> bar = Progress(40, "one run")
    >>> for update in range(10):
    ...     bar(update, loss=2.3)
    >>> print(bar.text)
    one run  █████░░░░░░░░░░░░░░░  10 of 40 updates, loss 2.300
    """

    def __init__(self, updates: int, name: str = "training") -> None:
        self.updates = whole_number("updates", updates, remedy="it counts the updates of the run")
        self.name = name
        self.done = 0
        self.loss = float("nan")
        self._handle = _display(self)

    def __call__(self, update: int, loss: float) -> None:
        """Update ``update``, counted from 0, is made, and its batch had this loss."""
        cells = self._cells
        self.done, self.loss = update + 1, loss
        if self._handle is not None and (self._cells != cells or self.done == self.updates):
            self._handle.update(self)

    @property
    def _cells(self) -> int:
        return CELLS * self.done // self.updates

    @property
    def text(self) -> str:
        """The bar in characters."""
        bar = "█" * self._cells + "░" * (CELLS - self._cells)
        said = f", loss {self.loss:.3f}" if self.done else ""
        return f"{self.name}  {bar}  {self.done} of {self.updates} updates{said}"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        name = html.escape(self.name)
        said = html.escape(self.text.rpartition("  ")[2])
        bar = f'<progress value="{self.done}" max="{self.updates}" aria-label="{name}"></progress>'
        return {"text/html": f"<div>{name} {bar} {said}</div>", "text/plain": self.text}


def _display(bar: Progress) -> Any:
    """A handle on the bar's place in the notebook; None where there is no notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    return display(bar, display_id=True)
