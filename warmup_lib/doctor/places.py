"""Which lines of code a finding is about.

>>> trace = Trace()
>>> trace.sites |= {"scheduler": ["train.py:12"], "scheduler.step": ["train.py:31"]}
>>> places(trace, "stepped-per-epoch"), places(trace, "overshoots-peak")
(['train.py:31'], ['train.py:12'])
"""

from __future__ import annotations

from pathlib import Path

from warmup_lib.lr_trace import Trace

_SCHEDULE = ("scheduler", "scheduler.step", "optimizer")
_STEPS = ("scheduler.step", "scheduler", "optimizer.step")
_MOVES = ("optimizer", "optimizer.step")
_ABOUT = {
    "no-update": _MOVES,
    "zero-lr-moves-state": _MOVES,
    "two-schedulers": _STEPS,
    "scheduler-before-optimizer": _STEPS,
    "stepped-per-micro-batch": _STEPS,
    "stepped-several-times": _STEPS,
    "schedule-outruns-updates": _STEPS,
    "stepped-per-epoch": _STEPS,
    "stepped-per-update": _STEPS,
    "lr-set-after-update": _STEPS,
}


def places(trace: Trace, code: str) -> list[str]:
    """The lines of code, as ``file:line``, that a finding is about; none where they are unknown.

    Those that step the scheduler where it is about steps, else those that made the scheduler;
    lines of the project itself rather than those of an installed library.
    """
    of = _ABOUT.get(code, _SCHEDULE)
    known = [trace.sites[name] for name in of if name in trace.sites]
    own = [[site for site in sites if not is_installed(site)] for sites in known]
    return next(filter(None, [*own, *known]), [])


def is_installed(site: str) -> bool:
    """Whether a line of code belongs to an installed package."""
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(site).parts)
