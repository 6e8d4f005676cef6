"""Every finding's code: what it means, how bad it is, and where it is taught.

A code's name is stable: reports, CI settings and SARIF files are keyed by it.

>>> CODES["negative-lr"].severity.value
'error'
"""

from __future__ import annotations

from collections.abc import Mapping

from warmup_lib.doctor import event_codes, fact_codes, plan_codes
from warmup_lib.doctor.code import Code

CODES: Mapping[str, Code] = {
    code.name: code for code in (*fact_codes.CODES, *event_codes.CODES, *plan_codes.CODES)
}
