"""Holding a trace against what was meant, and naming what is wrong.

>>> from warmup_lib.lr_trace import Trace
>>> trace = Trace()
>>> for t in range(8):
...     trace.add_update([0.1 * t / 6])
>>> for finding in diagnose(trace, Plan(peak=0.1, warmup=5, zero_start=True)):
...     print(finding.code, "-", finding.message)
overshoots-peak - ...
"""

from warmup_lib.doctor.diagnose import diagnose
from warmup_lib.doctor.findings import Finding, Severity
from warmup_lib.doctor.plan import Plan

__all__ = ["Finding", "Plan", "Severity", "diagnose"]
