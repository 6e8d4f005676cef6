"""A sandbox that is opened when there is something to run, and then once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.sandbox import Ended, OnDemand, Result, Sandbox

JOBS = [(name, b"", Limits()) for name in "abc"]


class Echo:
    isolated = True

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        for name, _, _ in jobs:
            yield name, Result(name.encode(), Ended.DONE, 0.0)


@contextmanager
def told_of(events: list[str], *, fails: bool = False) -> Iterator[Sandbox]:
    events.append("opened")
    if fails:
        raise OSError("nothing can be opened")
    try:
        yield Echo()
    finally:
        events.append("closed")


def test_without_a_job_nothing_is_opened() -> None:
    events: list[str] = []
    with OnDemand(told_of(events), isolated=True) as sandbox:
        assert list(sandbox.run_all([])) == []
    assert events == []


def test_it_is_opened_once_and_closed_at_the_end() -> None:
    events: list[str] = []
    with OnDemand(told_of(events), isolated=True) as sandbox:
        sandbox.open()
        for _ in range(2):
            assert [name for name, _ in sandbox.run_all(iter(JOBS))] == ["a", "b", "c"]
        assert events == ["opened"]
    assert events == ["opened", "closed"]


def test_it_is_closed_where_nobody_wants_the_rest() -> None:
    events: list[str] = []
    with OnDemand(told_of(events), isolated=True) as sandbox:
        results = sandbox.run_all(JOBS)
        assert next(results)[0] == "a"
    assert events == ["opened", "closed"]


def test_what_cannot_be_opened_is_not_closed() -> None:
    events: list[str] = []
    with (
        pytest.raises(OSError, match="nothing can be opened"),
        OnDemand(told_of(events, fails=True), isolated=True) as sandbox,
    ):
        list(sandbox.run_all(JOBS))
    assert events == ["opened"]
