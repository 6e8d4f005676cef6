"""What the doctor found in a run, and that as plain data.

:mod:`~warmup_lib.doctor.report_text` has it for a person to read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from warmup_lib.doctor.code import Code
from warmup_lib.doctor.codes import CODES
from warmup_lib.doctor.diagnose import diagnose
from warmup_lib.doctor.findings import Finding, Severity
from warmup_lib.doctor.places import places
from warmup_lib.doctor.plan import Plan
from warmup_lib.doctor.raised import Pitfall
from warmup_lib.lr_trace import Event, Trace

VERSION = 1
"""Of the data that :func:`as_data` gives."""

DOCS = "docs/doctor.md"


@dataclass(frozen=True)
class Examined:
    """One optimizer's trace, and what was found in it."""

    trace: Trace
    findings: Sequence[Finding] = ()


@dataclass(frozen=True)
class Said:
    """What PyTorch said, as an error or a warning, and the known pitfall that it tells of."""

    text: str
    pitfall: Pitfall


@dataclass(frozen=True)
class Report:
    """What was found in one run.

    Attributes:
        examined: its optimizers, in the order in which they made their first step.
        plan: what they were held against.
        said: what PyTorch itself said, where it is known what it means.
        troubles: sentences on what could not be examined.
    """

    examined: Sequence[Examined]
    plan: Plan | None = None
    said: Sequence[Said] = ()
    troubles: Sequence[str] = ()

    @property
    def findings(self) -> list[Finding]:
        """All findings."""
        return [finding for each in self.examined for finding in each.findings]

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst finding; ``None`` where there is none."""
        return max((finding.severity for finding in self.findings), default=None)

    def fails(self, at: Severity) -> bool:
        """Whether there is a finding at least as bad as ``at``."""
        return self.worst is not None and not self.worst < at


def examine(
    traces: Sequence[Trace],
    plan: Plan | None = None,
    *,
    logged: Sequence[float] | None = None,
    said: Sequence[Said] = (),
) -> Report:
    """Diagnose the traces of a run; where one does not go with the plan, without it.

    Args:
        traces: one for each optimizer.
        plan: what was meant with each of them.
        logged: the learning rates that the log shows of the first.
        said: what PyTorch itself said.
    """
    examined, troubles = [], []
    for place, trace in enumerate(traces):
        its_log = logged if place == 0 else None
        try:
            found = diagnose(trace, plan, logged=its_log)
        except ValueError as error:
            troubles.append(f"{trace.name} was not held against the plan: {error}")
            found = diagnose(trace, logged=its_log)
        examined.append(Examined(trace, found))
    return Report(examined, plan, said, troubles)


@dataclass(frozen=True)
class Span:
    """The LRs of a parameter group.

    Attributes:
        first: that of the first update with the group.
        highest: the highest, NaN and infinity aside.
        highest_at: the first update that used it.
        last: that of the last update with the group.
        joined: the first update with the group.
    """

    first: float
    highest: float
    highest_at: int
    last: float
    joined: int


def spans(trace: Trace) -> list[Span]:
    """The LRs of each parameter group, in short."""
    found: list[list[Any]] = []
    for update, lrs in enumerate(trace.lrs):
        for group, lr in enumerate(lrs):
            if group == len(found):
                found.append([lr, -math.inf, update, lr, update])
            its = found[group]
            if its[1] < lr < math.inf:
                its[1:3] = lr, update
            its[3] = lr
    return [
        Span(first, first if highest == -math.inf else highest, at, last, joined)
        for first, highest, at, last, joined in found
    ]


def docs_of(code: Code) -> str:
    """The place in the docs that explains a code."""
    return f"{DOCS}#{code.name}"


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON data.

    >>> as_data(Report([]))
    {'version': 1, 'plan': None, 'worst': None, 'traces': [], 'said': [], 'troubles': []}
    """
    return {
        "version": VERSION,
        "plan": None if report.plan is None else str(report.plan),
        "worst": None if report.worst is None else report.worst.value,
        "traces": [_trace_data(each) for each in report.examined],
        "said": [
            {
                "text": each.text,
                "cause": each.pitfall.cause,
                "remedy": each.pitfall.remedy,
                **_taught(each.pitfall),
            }
            for each in report.said
        ],
        "troubles": list(report.troubles),
    }


def _trace_data(examined: Examined) -> dict[str, Any]:
    trace = examined.trace
    return {
        "optimizer": trace.name,
        "updates": len(trace),
        "events": {event.value: trace.count(event) for event in Event},
        "groups": [
            {name: _plain(value) for name, value in vars(span).items()} for span in spans(trace)
        ],
        "sites": trace.sites,
        "facts": [
            {name: _plain(value) for name, value in fact.as_data().items()} for fact in trace.facts
        ],
        "findings": [finding_data(finding, trace) for finding in examined.findings],
    }


def finding_data(finding: Finding, trace: Trace) -> dict[str, Any]:
    """A finding as JSON data."""
    code = CODES[finding.code]
    return {
        "code": code.name,
        "severity": code.severity.value,
        "title": code.title,
        "message": finding.message,
        "updates": None if finding.updates is None else list(finding.updates),
        "groups": list(finding.groups),
        "places": places(trace, code.name),
        "evidence": {name: _plain(value) for name, value in finding.evidence.items()},
        "cause": finding.cause,
        "remedy": finding.remedy,
        **_taught(code),
        "docs": docs_of(code),
    }


def _taught(by: Code | Pitfall) -> dict[str, str]:
    return {"lesson": by.lesson, "question": by.question}


def _plain(value: float | str) -> float | str:
    """JSON has no NaN and no infinity."""
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value
