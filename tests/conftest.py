"""A progress of the tests' own, and at the end of a run what the gate and the hostile class say."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from unittest import mock

import pytest


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody's own progress is read or written by a test."""
    with mock.patch.dict(os.environ, WARMUP_HOME=str(tmp_path_factory.mktemp("home"))):
        yield


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say how many mutants each question met, and which of them are right answers.

    With ``-v`` those of the alternatives and of drawn variants are named, too.
    """
    _say_of_hostile(terminalreporter)
    reports = _told(terminalreporter, "mutants")
    if not reports:
        return
    say = terminalreporter.write_line
    terminalreporter.section("mutants")
    say(_counts("mutants", reports))
    by_question = groupby(sorted(reports, key=_question), key=_question)
    for question, its_own in by_question:
        say(_counts(f"  {question}", list(its_own)))
    for report in reports:
        is_main = report["of"] == "reference" and report["question"] == _question(report)
        if report["equal"] and (is_main or config.get_verbosity() > 0):
            say(f"equal to the {report['of']} of {report['question']}, {report['domain']}:")
            for description in report["equal"]:
                say(f"  {description}")


def _say_of_hostile(terminalreporter: Any) -> None:
    """How many hostile submissions of each kind got their honest score."""
    for told in _told(terminalreporter, "hostile"):
        terminalreporter.section("hostile submissions")
        for group, made, honest in told["counts"]:
            terminalreporter.write_line(f"{group}: {honest} of {made} as they should be")
        terminalreporter.write_line(f"graded in {told['seconds']:.0f} s")


def _told(terminalreporter: Any, what: str) -> list[Any]:
    """What tests told by ``record_property``."""
    return [
        properties[what]
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if what in (properties := dict(getattr(report, "user_properties", ())))
    ]


def _question(report: dict[str, Any]) -> str:
    """The question's name, without the seed of a variant."""
    return str(report["question"]).partition(" drawn ")[0]


def _counts(what: str, reports: Sequence[dict[str, Any]]) -> str:
    made, killed, survived = (
        sum(r[key] for r in reports) for key in ("made", "killed", "survived")
    )
    equal = sum(len(report["equal"]) for report in reports)
    return f"{what}: {killed} killed of {made} made, {equal} equal, {survived} survived"
