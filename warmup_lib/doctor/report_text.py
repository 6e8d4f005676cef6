"""The doctor's report for a person to read, in a terminal or in the log of a CI run.

>>> from warmup_lib.doctor.report import Examined
>>> trace = Trace("SGD")
>>> for lr in (0.02, 0.04, 0.04):
...     trace.add_update([lr])
>>> print(as_text(Report([Examined(trace)])))
SGD: 3 updates
  LR: first 0.02, highest 0.04 at update 1, last 0.04
<BLANKLINE>
No findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from warmup_lib.doctor.codes import CODES
from warmup_lib.doctor.findings import Finding, Severity
from warmup_lib.doctor.places import places
from warmup_lib.doctor.raised import Pitfall
from warmup_lib.doctor.report import Report, Span, docs_of, spans
from warmup_lib.lr_trace import Event, Trace

Line: TypeAlias = tuple[str, str]
"""A line of text, and how a terminal shows it: one of rich's styles, or nothing."""

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}
_BESIDE = {
    Event.SCHEDULER: "scheduler.step()",
    Event.SCHEDULER_SET: "scheduler.step(epoch)",
    Event.NO_GRADIENT: "optimizer.step() without a gradient",
    Event.SKIPPED: "skipped by a GradScaler",
}
_MOST_GROUPS = 6


def as_text(report: Report) -> str:
    """The report as plain text."""
    return "\n".join(text for text, _ in lines(report))


def lines(report: Report) -> Iterator[Line]:
    """The report, line by line, with styles for a terminal."""
    for number, each in enumerate(report.examined, start=1):
        several = f"Optimizer {number}: " if len(report.examined) > 1 else ""
        yield from _trace_lines(each.trace, several)
        yield "", ""
        for finding in each.findings:
            yield from _finding_lines(finding, each.trace)
            yield "", ""
    for said in report.said:
        yield said.text, "bold red"
        yield from _labelled(_of_pitfall(said.pitfall))
        yield "", ""
    for trouble in report.troubles:
        yield trouble, "bold red"
        yield "", ""
    yield _summary(report), "bold"


def _trace_lines(trace: Trace, number: str) -> Iterator[Line]:
    made = trace.sites.get("optimizer")
    where = f", made at {made[0]}" if made else ""
    groups = spans(trace)
    several = f" of {len(groups)} parameter groups" if len(groups) > 1 else ""
    yield f"{number}{trace.name}{where}: {_counted(len(trace), 'update')}{several}", "bold"
    alike: dict[Span, list[int]] = {}
    for group, span in enumerate(groups):
        alike.setdefault(span, []).append(group)
    for span, its in list(alike.items())[:_MOST_GROUPS]:
        yield f"  {_name_of(its) + ': ' if several else ''}{_span_text(span)}", ""
    more = sum(map(len, list(alike.values())[_MOST_GROUPS:]))
    if more:
        yield f"  … and {_counted(more, 'group')} more", ""
    beside = [(trace.count(event), what) for event, what in _BESIDE.items()]
    if any(count for count, _ in beside):
        yield "  also: " + ", ".join(f"{count} × {what}" for count, what in beside if count), ""


def _span_text(span: Span) -> str:
    joined = f", joined at update {span.joined}" if span.joined else ""
    return (
        f"LR: first {span.first:.6g}, highest {span.highest:.6g} at update {span.highest_at}, "
        f"last {span.last:.6g}{joined}"
    )


def _finding_lines(finding: Finding, trace: Trace) -> Iterator[Line]:
    code = CODES[finding.code]
    yield f"{code.severity.value}: {code.title} ({code.name})", _STYLES[code.severity]
    yield f"  {finding.message}", ""
    updates = "" if finding.updates is None else _range("update", *finding.updates)
    groups = _name_of(finding.groups) if finding.groups and trace.groups > 1 else ""
    where = [each for each in (updates, groups, *places(trace, code.name)) if each]
    yield from _labelled(
        {
            "where": ", ".join(where),
            "evidence": ", ".join(f"{n} {_shown(v)}" for n, v in finding.evidence.items()),
            "cause": finding.cause,
            "remedy": finding.remedy,
            "means": "" if finding.remedy else code.meaning,
            "learn": _learn(code.lesson, code.question),
            "docs": docs_of(code),
        }
    )


def _of_pitfall(pitfall: Pitfall) -> dict[str, str]:
    return {
        "cause": pitfall.cause,
        "remedy": pitfall.remedy,
        "learn": _learn(pitfall.lesson, pitfall.question),
    }


def _labelled(parts: Mapping[str, str]) -> Iterator[Line]:
    for label, text in parts.items():
        first, *more = text.splitlines() or [""]
        if text:
            yield f"  {label:<10}{first}", ""
        yield from ((f"  {'':<10}{line}", "") for line in more)


def _summary(report: Report) -> str:
    counts = dict.fromkeys(reversed(Severity), 0)
    for finding in report.findings:
        counts[finding.severity] += 1
    found = [_counted(count, severity.value) for severity, count in counts.items() if count]
    if found:
        return f"{_counted(len(report.findings), 'finding')}: {', '.join(found)}."
    return "No findings." if report.examined else "Nothing was examined."


def _learn(lesson: str, question: str) -> str:
    return f"lesson {int(lesson[:2])} / question {question}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _name_of(groups: Sequence[int]) -> str:
    if len(groups) == 1:
        return f"group {groups[0]}"
    if list(groups) == list(range(groups[0], groups[-1] + 1)):
        return f"groups {groups[0]} to {groups[-1]}"
    return f"groups {', '.join(map(str, groups))}"


def _range(what: str, first: int, last: int) -> str:
    return f"{what} {first}" if first == last else f"{what}s {first} to {last}"


def _shown(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
