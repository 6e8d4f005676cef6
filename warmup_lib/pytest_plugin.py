"""The fixture ``lr_doctor``, for tests of your own training.

::

    def test_training_warms_up(lr_doctor):
        with lr_doctor("peak=0.1 warmup=500"):
            train()

Every optimizer that makes a step in the block is followed. The test fails at the end of
the block, with the report, where there is a finding of at least ``fail_on``. pytest finds
the fixture by itself where ``warmup_lib`` is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import pytest

if TYPE_CHECKING:
    from warmup_lib.doctor import Finding, Plan
    from warmup_lib.doctor.report import Report
    from warmup_lib.lr_trace import Trace

FailOn: TypeAlias = Literal["note", "warning", "error", "never"]


@dataclass
class Doctor:
    """What was recorded and found.

    Attributes:
        traces: one for each optimizer that has made a step, in that order; they grow while
            the block runs.
        report: the findings, once the block has ended.
    """

    traces: Sequence[Trace]
    report: Report | None = None

    @property
    def findings(self) -> list[Finding]:
        """What was found; nothing before the block has ended."""
        return [] if self.report is None else self.report.findings


@pytest.fixture
def lr_doctor() -> Callable[..., AbstractContextManager[Doctor]]:
    """A block in which training is followed; the test fails where its warmup is wrong.

    ``with lr_doctor(plan, fail_on="warning") as doctor:`` takes a plan as text, such as
    ``"peak=0.1 warmup=500"``, a :class:`~warmup_lib.doctor.plan.Plan`, or none.
    """
    return _doctor


@contextmanager
def _doctor(plan: Plan | str | None = None, *, fail_on: FailOn = "warning") -> Iterator[Doctor]:
    from warmup_lib.doctor import Plan, Severity
    from warmup_lib.doctor.report import examine
    from warmup_lib.doctor.report_text import as_text
    from warmup_lib.following import record_all

    if fail_on not in get_args(FailOn):
        known = ", ".join(get_args(FailOn))
        raise ValueError(f"fail_on must be one of {known}, got {fail_on!r}")
    meant = Plan.parse(plan) if isinstance(plan, str) else plan
    with record_all() as traces:
        doctor = Doctor(traces)
        yield doctor
    if not traces:
        pytest.fail(
            "no optimizer made a step in the block of lr_doctor; train inside of it, and in this "
            "process",
            pytrace=False,
        )
    report = doctor.report = examine(traces, meant)
    if report.troubles or (fail_on != "never" and report.fails(Severity(fail_on))):
        codes = ", ".join(dict.fromkeys(finding.code for finding in report.findings))
        pytest.fail(f"lr_doctor found {codes or 'trouble'}\n\n{as_text(report)}", pytrace=False)
