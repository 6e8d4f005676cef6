"""Figures of what is measured during training, in the style of :mod:`warmup_lib.plot`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warmup_lib.plot import COLOURS, DASHES, MARKERS, Picture, check_count, new_figure, picture_of


def plot_measured(
    curves: Mapping[str, Sequence[tuple[float, float]]], *, title: str, ylabel: str
) -> Picture:
    """Draw measurements against the update, the value axis logarithmic.

    Args:
        curves: name → (update, value) pairs, in order, every value above 0.
        title: of the figure; also the first line of the twin.
        ylabel: what the values are.

    Raises:
        ValueError: no curves or too many, an empty one, or a value that has no logarithm.

    >>> print(plot_measured({"edge": [(0, 8.0), (9, 2.0)]}, title="Edge", ylabel="2/LR").text)
    Edge
    edge, 2/LR: update 0: 8, update 9: 2
    """
    check_count("curves", curves)
    figure = new_figure(height=3.6)
    axes = figure.subplots()
    lines = []
    for position, (name, points) in enumerate(curves.items()):
        if not points or min(value for _, value in points) <= 0:
            raise ValueError(f"{name!r} must hold values above 0, got {list(points)}")
        axes.plot(
            [update for update, _ in points],
            [value for _, value in points],
            label=name,
            color=COLOURS[position],
            linestyle=DASHES[position],
            marker=MARKERS[position],
        )
        said = ", ".join(f"update {update:g}: {value:.3g}" for update, value in points)
        lines.append(f"{name}, {ylabel}: {said}")
    axes.set(title=title, xlabel="update", ylabel=ylabel, yscale="log")
    axes.legend()
    axes.grid(alpha=0.3)
    return picture_of(figure, title, lines)
