"""A schedule to play with: drag, and see each update's learning rate move.

>>> explorer = explore(base_lr=0.1, warmup=5, start=0.2, after="hold", updates=8)
>>> [round(lr, 3) for lr in explorer.settings.lrs()]
[0.02, 0.036, 0.052, 0.068, 0.084, 0.1, 0.1, 0.1]

As the last line of a notebook's cell it shows sliders, the curve and a table. Where
there is no kernel, as on a page, it shows the figure and the table of its settings;
where there is only text, their text twin.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from warmup_lib._arguments import finite_factor, number_above_zero, whole_number
from warmup_lib.live_chart import LiveChart
from warmup_lib.plot import Picture
from warmup_lib.schedules import (
    Schedule,
    constant_warmup,
    cosine_decay,
    exponential_warmup,
    hold,
    inverse_sqrt_decay,
    join,
    linear_warmup_from,
    step_decay,
)

SHAPES: Mapping[str, Callable[[float, int], Schedule]] = {
    "linear": linear_warmup_from,
    "constant": constant_warmup,
    # Within 1% of the peak at the hand-over; where it starts follows from its length.
    "exponential": lambda start, warmup: exponential_warmup(warmup / 5),  # noqa: ARG005
}
"""Name → the warmup from a start factor over so many updates."""

AFTERS: Mapping[str, Callable[[int, int], Schedule]] = {
    "hold": lambda warmup, rest: hold(),  # noqa: ARG005
    "cosine": lambda warmup, rest: cosine_decay(rest),  # noqa: ARG005
    "step": lambda warmup, rest: step_decay(every=max(1, rest // 3), gamma=0.3),  # noqa: ARG005
    "inverse square root": lambda warmup, rest: inverse_sqrt_decay(max(1, warmup)),  # noqa: ARG005
}
"""Name → what follows a warmup of so many updates, for the rest of the updates."""

BASE_LRS = [float(f"{digit}e{power}") for power in (-4, -3, -2, -1) for digit in (1, 2, 3, 5, 7)]
"""Where the base LR's slider stops, besides 1 and the value that it was given."""


@dataclass(frozen=True)
class Settings:
    """What the sliders say: base LR, the warmup's length, start and shape, what follows."""

    base_lr: float
    warmup: int
    start: float
    shape: str
    after: str
    updates: int

    def schedule(self) -> Schedule:
        """The schedule of these settings, composed of :mod:`warmup_lib.schedules`."""
        after = AFTERS[self.after](self.warmup, max(1, self.updates - self.warmup))
        if self.warmup == 0:
            return after
        return join(SHAPES[self.shape](self.start, self.warmup), after, at=self.warmup)

    def lrs(self) -> list[float]:
        """The LR that each update uses."""
        schedule = self.schedule()
        return [self.base_lr * schedule(t) for t in range(self.updates)]

    def rows(self) -> list[tuple[int, float, float]]:
        """Update, factor and LR at the start, around the hand-over, and at the end."""
        schedule = self.schedule()
        told = [0, 1, 2, self.warmup - 1, self.warmup, self.warmup + 1, self.updates - 1]
        updates = sorted({t for t in told if 0 <= t < self.updates})
        return [(t, schedule(t), self.base_lr * schedule(t)) for t in updates]


class Explorer:
    """Settings with their figure, their table, and the widgets to change them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._chart = LiveChart()

    def picture(self) -> Picture:
        """The figure of the settings as they are now."""
        return self._chart.draw(self.settings.lrs(), title=self.title())

    def title(self) -> str:
        """The schedule in words."""
        s = self.settings
        if s.warmup == 0:
            return f"No warmup, then {s.after}"
        late = ", which the run is too short for" if s.warmup >= s.updates else ""
        return f"A {s.shape} warmup over {s.warmup} updates, then {s.after}{late}"

    def html(self) -> str:
        """Figure, what it says in words, and the table."""
        picture = self.picture()
        rows = "".join(
            f"<tr><td>{t}</td><td>{factor:.4g}</td><td>{lr:.4g}</td></tr>"
            for t, factor, lr in self.settings.rows()
        )
        return (
            f"{picture.html}<p>{html.escape(picture.text.splitlines()[-1])}</p>"
            "<table><thead><tr><th>update</th><th>factor</th><th>learning rate</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def __repr__(self) -> str:
        rows = [f"{t:6}  {factor:10.4g}  {lr:13.4g}" for t, factor, lr in self.settings.rows()]
        head = f"{'update':>6}  {'factor':>10}  {'learning rate':>13}"
        return "\n".join([self.picture().text, head, *rows])

    def widget(self) -> Any:
        """The sliders above the figure and the table, as an ipywidget."""
        import ipywidgets

        controls = self._controls()
        view = ipywidgets.HTML(self.html())

        def redraw(change: Any) -> None:  # noqa: ARG001  # what a callback is given
            changed = {name: control.value for name, control in controls.items()}
            self.settings = replace(self.settings, **changed)
            controls["start"].disabled = self.settings.shape == "exponential"
            view.value = self.html()

        for control in controls.values():
            control.observe(redraw, names="value")
        return ipywidgets.VBox([*controls.values(), view])

    def _controls(self) -> dict[str, Any]:
        import ipywidgets

        s = self.settings
        look = {
            "style": {"description_width": "11em"},
            "layout": ipywidgets.Layout(width="34em"),
        }
        return {
            "base_lr": ipywidgets.SelectionSlider(
                options=[(f"{lr:g}", lr) for lr in sorted({*BASE_LRS, 1.0, s.base_lr})],
                value=s.base_lr,
                description="base LR",
                **look,
            ),
            "warmup": ipywidgets.IntSlider(
                s.warmup,
                min=0,
                max=max(s.updates, s.warmup),
                description="warmup (updates)",
                **look,
            ),
            "start": ipywidgets.FloatSlider(
                s.start,
                min=0,
                max=1,
                step=0.01,
                description="start factor",
                disabled=s.shape == "exponential",
                **look,
            ),
            "shape": ipywidgets.Dropdown(
                options=list(SHAPES), value=s.shape, description="shape of the warmup", **look
            ),
            "after": ipywidgets.Dropdown(
                options=list(AFTERS), value=s.after, description="after it", **look
            ),
        }

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = dict(self.widget()._repr_mimebundle_(**kwargs))
        return {**bundle, "text/html": self.html(), "text/plain": repr(self)}


def explore(
    *,
    base_lr: float = 0.1,
    warmup: int = 10,
    start: float = 0.1,
    shape: str = "linear",
    after: str = "cosine",
    updates: int = 60,
) -> Explorer:
    """Sliders for a schedule, its curve and its table.

    Args:
        base_lr: base learning rate, 0.0001 to 1.
        warmup: its length in updates, 0 for none.
        start: the factor of update 0, 0 to 1; the exponential shape has its own.
        shape: "linear", "constant" or "exponential".
        after: "hold", "cosine", "step" or "inverse square root".
        updates: how many updates are shown, 2 to 500.

    Raises:
        ValueError: an argument is out of its range.

    >>> explore(warmup=3, start=0.0, updates=6)
    A linear warmup over 3 updates, then cosine
    LR 0 at update 0, peak 0.1 first at update 3, 0.025 at update 5, the last
    update      factor  learning rate
         0           0              0
         1      0.3333        0.03333
         2      0.6667        0.06667
         3           1            0.1
         4        0.75          0.075
         5        0.25          0.025
    """
    settings = Settings(
        base_lr=_between(
            "base_lr", number_above_zero("base_lr", base_lr, remedy="try 0.1"), 1e-4, 1
        ),
        warmup=whole_number("warmup", warmup, at_least=0, remedy="0 is no warmup"),
        start=_between("start", finite_factor("start", start), 0, 1),
        shape=_one_of("shape", shape, SHAPES),
        after=_one_of("after", after, AFTERS),
        updates=int(_between("updates", whole_number("updates", updates, remedy="try 60"), 2, 500)),
    )
    return Explorer(settings)


def _between(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low:g} to {high:g}, got {value!r}; a slider ends there")
    return value


def _one_of(name: str, value: str, known: Mapping[str, object]) -> str:
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
    return value
