"""One curve of learning rates, redrawn fast enough to follow a slider.

:func:`warmup_lib.plot.plot_lrs` lays its figure out anew each time. This one keeps
axes and line, and moves them.
"""

from __future__ import annotations

from collections.abc import Sequence

from warmup_lib.plot import COLOURS, Picture, picture_of, say_lrs


class LiveChart:
    """A figure that is drawn again and again.

    >>> picture = LiveChart().draw([0.05, 0.1, 0.1], title="Two updates up")
    >>> picture.text.splitlines()[-1]
    'LR 0.05 at update 0, peak 0.1 first at update 1, 0.1 at update 2, the last'
    """

    def __init__(self) -> None:
        from matplotlib.figure import Figure

        self._figure = Figure(figsize=(7, 3.2), dpi=100)
        self._axes = self._figure.add_axes((0.12, 0.16, 0.85, 0.74))
        self._axes.set(xlabel="update", ylabel="learning rate used")
        self._axes.grid(alpha=0.3)
        (self._line,) = self._axes.plot(
            [], [], color=COLOURS[0], drawstyle="steps-mid", marker="o", markersize=4
        )

    def draw(self, lrs: Sequence[float], *, title: str) -> Picture:
        """Draw the LR that each update uses, from update 0."""
        self._line.set_data(range(len(lrs)), lrs)
        self._axes.set_title(title)
        self._axes.set_xlim(-1, len(lrs))
        self._axes.set_ylim(0, 1.06 * max(lrs) or 1.0)
        return picture_of(self._figure, title, [say_lrs(lrs, "update")])
