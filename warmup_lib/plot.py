"""Figures, each with a text twin that says in numbers what the figure shows.

>>> picture = plot_lrs({"warmup": [0.02, 0.04, 0.06, 0.08, 0.1, 0.1]}, title="Five updates up")
>>> print(picture.text)
Five updates up
warmup: LR 0.02 at update 0, peak 0.1 first at update 4, 0.1 at update 5, the last

In a notebook a :class:`Picture` shows itself: the figure where there is HTML, the
twin where there is only text. Alt text and twin are computed from what is drawn.
"""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from warmup_lib.training import Run

# Okabe & Ito's colours, told apart by colour-blind readers; dashes and markers
# tell the curves apart in grey as well.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00")
DASHES = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (1, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")

LOG_SCALE_FROM = 30
"""Largest over smallest loss from which the loss axis is logarithmic."""

HEADROOM = 1e3
"""A diverging loss leaves the panel this many times above the highest first loss."""

LARGEST = 1e300
"""The largest LR, of either sign, that is drawn; an axis for larger ones may overflow."""


@dataclass(frozen=True)
class Picture:
    """A figure as PNG bytes, its alt text, and its text twin."""

    png: bytes
    alt: str
    text: str

    def save(self, path: str | Path) -> None:
        """Write the PNG to ``path``."""
        Path(path).write_bytes(self.png)

    @property
    def html(self) -> str:
        """The figure as HTML, with its alt text."""
        source = "data:image/png;base64," + base64.b64encode(self.png).decode()
        image = (
            f'<img alt="{html.escape(self.alt)}" src="{html.escape(source)}" '
            'style="max-width:100%;height:auto">'
        )
        return f"<figure>{image}</figure>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


def plot_lrs(
    curves: Mapping[str, Sequence[float]],
    *,
    title: str,
    xlabel: str = "update",
    measure: str = "LR",
    first: int = 0,
    mark: int | None = None,
) -> Picture:
    """Draw learning rates, one step and one marker for each update.

    Args:
        curves: name → the LR that each update used, from update 0.
        title: of the figure; also the first line of the twin.
        xlabel: what one position on the x axis is.
        measure: what the values are, where they are no LRs, such as "factor".
        first: the number of the first position.
        mark: the position, by its number, at which a vertical line is drawn.

    Raises:
        ValueError: no curves, more than six, or one that cannot be drawn, see
            :func:`can_be_drawn`.

    >>> plot_lrs({"none": [0.1, 0.1]}, title="No warmup").alt
    'Line chart. No warmup. none: LR 0.1 at update 0 and at every update to 1.'
    """
    check_count("curves", curves)
    for name, lrs in curves.items():
        _check_lrs(name, lrs)
    figure = new_figure(height=3.4)
    axes = figure.subplots()
    _draw_lrs(axes, curves, first)
    ylabel = "learning rate used" if measure == "LR" else measure
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if mark is not None:
        axes.axvline(mark, color="0.3", linewidth=1, linestyle=":", zorder=0)
    axes.legend()
    lines = [f"{name}: {say_lrs(lrs, xlabel, measure, first)}" for name, lrs in curves.items()]
    return picture_of(figure, title, lines)


def plot_runs(runs: Mapping[str, Run], *, title: str, xlabel: str = "update") -> Picture:
    """Draw the loss of training runs, and below it the LR that each update used.

    The loss axis is logarithmic where the losses span a factor of 30 or more. A
    run that diverged leaves at the top and is marked there with a cross.

    Args:
        runs: name → run, as :func:`warmup_lib.training.train` returns it.
        title: of the figure; also the first line of the twin.
        xlabel: what one position on the x axis is.

    Raises:
        ValueError: no runs, more than six, or one without an update.

    >>> from warmup_lib.training import Run
    >>> run = Run(losses=(2.3, float("nan")), lrs=(9.0, 9.0), accuracy=0.1, diverged=True)
    >>> print(plot_runs({"too fast": run}, title="Diverged").text)
    Diverged
    too fast: loss 2.3 at update 0, highest 2.3 at update 0, diverged: nan at update 1;
    LR 9 at update 0 and at every update to 1
    """
    check_count("runs", runs)
    for name, run in runs.items():
        _check_lrs(name, run.lrs)
    figure = new_figure(height=5.2)
    above, below = figure.subplots(2, sharex=True, height_ratios=[2, 1])
    _draw_losses(above, runs)
    above.set(title=title, ylabel="loss")
    above.legend()
    _draw_lrs(below, {name: run.lrs for name, run in runs.items()})
    below.set(xlabel=xlabel, ylabel="learning rate used")
    lines = [
        f"{name}: {_say_losses(run, xlabel)}; {say_lrs(run.lrs, xlabel)}"
        for name, run in runs.items()
    ]
    return picture_of(figure, title, lines)


def check_count(argument: str, drawn: Mapping[str, object]) -> None:
    """Refuse more than can be told apart, or nothing."""
    if not 1 <= len(drawn) <= len(COLOURS):
        raise ValueError(
            f"{argument} must hold 1 to {len(COLOURS)} entries, got {len(drawn)}; "
            "draw more in a second picture"
        )


def can_be_drawn(values: Sequence[float]) -> bool:
    """Whether there are values, all of them finite and none too large for an axis.

    >>> can_be_drawn([0.0, 0.1]), can_be_drawn([1e308]), can_be_drawn([math.nan])
    (True, False, False)
    """
    return len(values) > 0 and all(abs(value) <= LARGEST for value in values)


def _check_lrs(name: str, lrs: Sequence[float]) -> None:
    if not lrs:
        raise ValueError(f"{name!r} must have at least one update, got none; leave it out")
    for update, lr in enumerate(lrs):
        if not can_be_drawn([lr]):
            raise ValueError(
                f"{name!r} must hold finite learning rates, within ±{LARGEST:g}, to be drawn, "
                f"got {lr} at {update}; leave it out"
            )


def new_figure(height: float) -> Figure:
    """An empty figure in the course's width; ``height`` in inches."""
    # Not pyplot: it keeps every figure, and would take over the learner's own.
    from matplotlib.figure import Figure

    return Figure(figsize=(7, height), dpi=100, layout="constrained")


def _style(position: int, points: int) -> dict[str, Any]:
    return {
        "color": COLOURS[position],
        "linestyle": DASHES[position],
        "marker": MARKERS[position],
        # Each is thinner than the one it may lie on, so that both are seen.
        "linewidth": 3.2 / (1 + 0.5 * position),
        "markersize": 9 / (1 + 0.3 * position),
        "markevery": max(1, points // 25),
    }


def _draw_lrs(axes: Axes, curves: Mapping[str, Sequence[float]], first: int = 0) -> None:
    from matplotlib.ticker import MaxNLocator

    for position, (name, lrs) in enumerate(curves.items()):
        style = _style(position, len(lrs))
        axes.plot(range(first, first + len(lrs)), lrs, label=name, drawstyle="steps-mid", **style)
    everything = [0.0, *(lr for lrs in curves.values() for lr in lrs)]
    spare = 0.06 * (max(everything) - min(everything)) or 1.0
    axes.set_ylim(min(everything) - spare, max(everything) + spare)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)


def _draw_losses(axes: Axes, runs: Mapping[str, Run]) -> None:
    for position, (name, run) in enumerate(runs.items()):
        label = f"{name} (diverged)" if run.diverged else name
        style = _style(position, len(run.losses))
        axes.plot(range(len(run.losses)), run.losses, label=label, **style)
        if run.diverged:
            axes.plot(
                [len(run.losses) - 1],
                [0.95],
                marker="X",
                markersize=13,
                color=COLOURS[position],
                markeredgecolor="white",
                transform=axes.get_xaxis_transform(),
            )
    seen = [loss for run in runs.values() for loss in run.losses if 0 < loss < math.inf]
    if seen and max(seen) >= LOG_SCALE_FROM * min(seen):
        axes.set_yscale("log")
        ceiling = HEADROOM * max(run.losses[0] for run in runs.values())
        if max(seen) > ceiling > 0:
            axes.set_ylim(top=ceiling)
    axes.grid(alpha=0.3)


def say_lrs(lrs: Sequence[float], xlabel: str, measure: str = "LR", first: int = 0) -> str:
    """First LR, peak and last LR in a sentence, as alt text and text twin say them."""
    last = first + len(lrs) - 1
    if len(lrs) == 1:
        return f"{measure} {lrs[0]:.4g} at {xlabel} {first}, the only one"
    peak = max(lrs)
    # Chainable schedulers reach the peak up to rounding error only.
    at_peak = next(t for t, lr in enumerate(lrs, first) if math.isclose(lr, peak, rel_tol=1e-6))
    if math.isclose(min(lrs), peak, rel_tol=1e-6):
        return f"{measure} {peak:.4g} at {xlabel} {first} and at every {xlabel} to {last}"
    return (
        f"{measure} {lrs[0]:.4g} at {xlabel} {first}, peak {peak:.4g} first at {xlabel} {at_peak}, "
        f"{lrs[-1]:.4g} at {xlabel} {last}, the last"
    )


def _say_losses(run: Run, xlabel: str) -> str:
    finite = [loss for loss in run.losses if math.isfinite(loss)]
    said = [f"loss {run.losses[0]:.3g} at {xlabel} 0"]
    if finite:
        said.append(f"highest {max(finite):.3g} at {xlabel} {finite.index(max(finite))}")
    end = len(run.losses) - 1
    if run.diverged:
        said.append(f"diverged: {run.losses[-1]} at {xlabel} {end}")
    else:
        said.append(f"{run.losses[-1]:.3g} at {xlabel} {end}, the last")
    return ", ".join(said)


def picture_of(figure: Figure, title: str, lines: list[str]) -> Picture:
    """The figure as it is now, and what it shows in lines of text."""
    buffer = io.BytesIO()
    # The software's version in the PNG would change a built notebook with every release.
    figure.savefig(buffer, format="png", metadata={"Software": None})
    sentences = [f"{sentence}." for sentence in ("Line chart", title.rstrip("."), *lines)]
    return Picture(buffer.getvalue(), alt=" ".join(sentences), text="\n".join([title, *lines]))
