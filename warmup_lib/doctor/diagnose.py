"""Findings from a trace, and from what was meant."""

from __future__ import annotations

from collections.abc import Sequence

from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.plan import Plan
from warmup_lib.lr_trace import Trace


def diagnose(
    trace: Trace, plan: Plan | None = None, *, logged: Sequence[float] | None = None
) -> list[Finding]:
    """What is wrong with a run's learning rates, the worst first; nothing where nothing is.

    Without a plan only facts and the order of events speak.

    Args:
        trace: what was recorded.
        plan: what was meant.
        logged: the learning rates that the training's own log shows, one per update.

    Raises:
        ValueError: the plan has fewer peaks than the trace has parameter groups.
    """
    return []
