"""The doctor's report as SARIF 2.1.0, which code hosts show beside the lines of code.

>>> from warmup_lib.doctor.report import Report
>>> log = as_sarif(Report([]))
>>> log["version"], log["runs"][0]["results"]
('2.1.0', [])
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from warmup_lib.doctor.code import Code
from warmup_lib.doctor.codes import CODES
from warmup_lib.doctor.findings import Finding
from warmup_lib.doctor.places import is_installed, places
from warmup_lib.doctor.report import Report, finding_data
from warmup_lib.lr_trace import Trace

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_NUMBERS = {name: number for number, name in enumerate(CODES)}


def as_sarif(report: Report, root: Path | None = None) -> dict[str, Any]:
    """The report as a SARIF log.

    Args:
        report: what was found.
        root: the folder of the project, to which paths are relative; where it is left out,
            the current folder. What lies elsewhere has no location.
    """
    root = Path.cwd() if root is None else root
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "warmup doctor",
                        **_version(),
                        "rules": [_rule(code) for code in CODES.values()],
                    }
                },
                "columnKind": "utf16CodeUnits",
                "results": [
                    _result(finding, each.trace, root)
                    for each in report.examined
                    for finding in each.findings
                ],
            }
        ],
    }


def _version() -> dict[str, str]:
    try:
        return {"version": version("warmup-lib")}
    except PackageNotFoundError:  # It runs from a folder that was never installed.
        return {}


def _rule(code: Code) -> dict[str, Any]:
    lesson = f"Lesson {int(code.lesson[:2])}, question {code.question}."
    return {
        "id": code.name,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.meaning},
        "help": {
            "text": f"{code.meaning}\n\n{lesson}",
            "markdown": f"{code.meaning}\n\n{lesson}",
        },
        "defaultConfiguration": {"level": code.severity.value},
        "properties": {"tags": ["learning-rate warmup", f"evidence: {code.tier.value}"]},
    }


def _result(finding: Finding, trace: Trace, root: Path) -> dict[str, Any]:
    found = next(_locations(places(trace, finding.code), root), None)
    return {
        "ruleId": finding.code,
        "ruleIndex": _NUMBERS[finding.code],
        "level": finding.severity.value,
        "message": {"text": " ".join(filter(None, (finding.message, finding.cause)))},
        **({} if found is None else {"locations": [found]}),
        "properties": {"optimizer": trace.name, **finding_data(finding, trace)},
    }


def _locations(sites: list[str], root: Path) -> Iterator[dict[str, Any]]:
    for site in sites:
        file, _, line = site.rpartition(":")
        inside = root / file  # Where the file's path is absolute, it is that.
        if inside.is_relative_to(root) and not is_installed(site) and line.isdigit():
            uri = quote(inside.relative_to(root).as_posix())
            yield {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri},
                    "region": {"startLine": int(line)},
                }
            }
