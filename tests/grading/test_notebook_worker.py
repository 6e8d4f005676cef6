"""Notebooks in the sandbox, without nbgrader: what comes back whatever they do."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hostile.watching import needs_bwrap

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.kept_open import KeptOpen
from warmup_lib.grading.notebook_replies import Cell, CellRun, NotebookJob, read
from warmup_lib.grading.sandbox import Ended, Result, SandboxUnavailableError

WORKER = "warmup_lib.grading.notebook_worker:work_on"
LIMITS = Limits(seconds=60.0, cpu_seconds=60, memory=1 << 30, disk=64 << 20, output=8 << 20)
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[KeptOpen]:
    sandbox = KeptOpen(WORKER)
    yield sandbox
    sandbox.close()
    assert not sandbox.is_open


def run(
    sandbox: KeptOpen, *sources: str, each: float | None = 30.0, **limits: float
) -> list[CellRun]:
    job = NotebookJob([Cell(place, source, each) for place, source in enumerate(sources)])
    given = replace(LIMITS, **limits)  # type: ignore[arg-type]  # by name
    ((_, result),) = sandbox.run_all([("notebook", job.to_bytes(), given)])
    return list(read(result, job).values())


def texts(run: CellRun) -> list[str]:
    """What a cell shows, in short."""
    found = []
    for output in run.outputs:
        kind = output["output_type"]
        name = {"stream": "name", "error": "ename"}.get(kind)
        what = output["text"] if kind == "stream" else output.get("data", {}).get("text/plain", "")
        found.append(f"{kind if name is None else output[name]}: {what}".strip())
    return found


@needs_bwrap
class TestRunning:
    def test_what_is_written_past_python_is_taken_in_its_cell(self, sandbox: KeptOpen) -> None:
        source = "import os\nprint('a')\nos.system('echo b; echo c >&2')\nprint('d')\n1"
        first, second = run(sandbox, source, "print('e')")
        assert texts(first) == ["stdout: a\nb", "stderr: c", "stdout: d", "execute_result: 1"]
        assert texts(second) == ["stdout: e"]

    def test_cells_have_a_folder_with_the_files_and_nothing_else(self, sandbox: KeptOpen) -> None:
        source = "import os, sys\nos.listdir(), open('in/x.csv').read(), sys.argv, os.environ['A']"
        job = NotebookJob([Cell(0, source)], {"in/x.csv": b"1,2"}, {"A": "b"})
        ((_, result),) = sandbox.run_all([("notebook", job.to_bytes(), LIMITS)])
        assert texts(read(result, job)[0]) == ["execute_result: (['in'], '1,2', [''], 'b')"]

    def test_one_notebook_leaves_nothing_to_the_next(self, sandbox: KeptOpen) -> None:
        source = "import random, numpy\nleft = 'left' in globals()\nleft, open('x', 'x').name, "
        source += "random.random(), numpy.random.rand()"
        first, second = (run(sandbox, source)[0] for _ in range(2))
        assert [
            texts(each)[0].startswith("execute_result: (False, 'x'") for each in (first, second)
        ]
        assert texts(first) != texts(second)  # Each has random numbers of its own.

    @pytest.mark.parametrize(
        "source",
        [
            "while True:\n    try:\n        while True: pass\n    except: pass",
            "import asyncio\nawait asyncio.sleep(3600)",
        ],
        ids=["swallows", "awaits"],
    )
    def test_a_cell_without_end_is_ended_and_the_next_is_run(
        self, sandbox: KeptOpen, source: str
    ) -> None:
        endless, after = run(sandbox, source, "1 + 1", each=1.0)
        assert not endless.in_time
        assert texts(after) == ["execute_result: 2"]

    @pytest.mark.parametrize(
        ("source", "limits", "says"),
        [
            ("import os\nos._exit(0)", {}, "The process that ran the notebook ended in this cell."),
            ("import os\nos.kill(os.getpid(), 9)", {}, "ended in this cell."),
            ("import asyncio\nawait asyncio.sleep(0)\nwhile True: pass", {}, "ended in this cell."),
            ("import os\nwhile True: os.write(4, b'x' * 1000000)", {}, "it wrote more than"),
            ("import time\ntime.sleep(3600)", {"seconds": 2.0}, "it took longer than"),
        ],
        ids=["exits", "is killed", "awaits and is busy", "floods", "sleeps"],
    )
    def test_no_cell_passes_that_was_not_run(
        self, sandbox: KeptOpen, source: str, limits: dict[str, float], says: str
    ) -> None:
        each = None if limits else 1.0
        before, ending, after = run(sandbox, "1", source, "assert 1", each=each, **limits)
        assert before.trouble is None or "wrote" in says
        assert after.trouble is not None
        assert says in (ending.trouble or before.trouble or "")

    def test_output_without_end_is_cut_and_the_score_is_not(self, sandbox: KeptOpen) -> None:
        cells = ["for _ in range(10**4): print('x' * 100)\n0.5"] * 3
        for each in run(sandbox, *cells):
            assert len(each.outputs[0]["text"]) < 250_000
            assert texts(each)[-1] == "execute_result: 0.5"

    def test_whoever_forks_goes_on_once(self, sandbox: KeptOpen) -> None:
        first, second = run(sandbox, "import os\npid = os.fork()", "print('once')")
        assert texts(first) == []
        assert texts(second) == ["stdout: once"]


class Counted:
    """A sandbox that runs nothing, and how often it was opened and closed."""

    isolated = True

    def __init__(self) -> None:
        self.opened = self.closed = 0

    @contextmanager
    def open(self, **_: object) -> Iterator[Counted]:
        self.opened += 1
        yield self
        self.closed += 1

    def run_all(self, jobs: Iterable[tuple[str, bytes, Limits]]) -> Iterator[tuple[str, Result]]:
        for name, data, _ in jobs:
            if data == b"break":
                raise SandboxUnavailableError("it cannot be started any more")
            yield name, Result(data, Ended.DONE, 0.1)


class TestKeptOpen:
    @pytest.fixture
    def counted(self, monkeypatch: pytest.MonkeyPatch) -> Counted:
        counted = Counted()
        monkeypatch.setattr("warmup_lib.grading.kept_open.open_sandbox", counted.open)
        return counted

    def test_it_is_opened_once_for_all_jobs(self, counted: Counted) -> None:
        kept = KeptOpen(WORKER)
        assert not kept.is_open
        for _ in range(3):
            assert [name for name, _ in kept.run_all([("a", b"", LIMITS)])] == ["a"]
        assert (counted.opened, counted.closed) == (1, 0)
        kept.close()
        assert (counted.opened, counted.closed) == (1, 1)

    def test_it_is_closed_when_it_is_idle_and_opened_again(self, counted: Counted) -> None:
        kept = KeptOpen(WORKER, idle=0.05)
        for times in (1, 2):
            list(kept.run_all([("a", b"", LIMITS)]))
            until = time.monotonic() + 60
            while kept.is_open and time.monotonic() < until:
                time.sleep(0.01)
            assert (counted.opened, counted.closed) == (times, times)

    def test_one_that_fails_is_not_kept(self, counted: Counted) -> None:
        kept = KeptOpen(WORKER)
        with pytest.raises(SandboxUnavailableError):
            list(kept.run_all([("a", b"break", LIMITS)]))
        assert not kept.is_open
        assert len(list(kept.run_all([("a", b"", LIMITS)]))) == 1
        kept.close()


JOB = NotebookJob([Cell(2, "a"), Cell(5, "b")])


def line(cell: Any = 2, number: Any = 1, in_time: Any = True, outputs: Any = ()) -> bytes:
    data = {"cell": cell, "number": number, "in_time": in_time, "outputs": outputs}
    return b"\n" + json.dumps(data).encode() + b"\n"


def told(*lines: bytes, ended: Ended = Ended.DONE) -> dict[int, CellRun]:
    return read(Result(b"".join(lines), ended, 0.1), JOB)


class TestReading:
    def test_of_two_words_on_a_cell_the_first_counts(self) -> None:
        stream = {"output_type": "stream", "name": "stderr", "text": "x"}
        assert told(line(outputs=[stream]), line()).get(2) == CellRun((stream,), 1)

    def test_a_cell_that_nobody_asked_for_is_left_out(self) -> None:
        assert set(told(line(7))) == {2, 5}

    @pytest.mark.parametrize(
        "bad",
        [
            b"\x00\xff",
            b"[" * 100_000,
            b'{"cell": 2}',
            line(True),
            line(number=-1),
            line(in_time=1),
            line(outputs=[3]),
            line(outputs=[{"output_type": "stream", "name": "log", "text": "x"}]),
            line(outputs=[{"output_type": "stream", "name": "stdout", "text": 3}]),
            line(outputs=[{"output_type": "error", "ename": "E", "evalue": "", "traceback": "x"}]),
            line(outputs=[{"output_type": "display_data", "data": {"image/png": '"><script>'}}]),
            line(outputs=[{"output_type": "display_data", "data": {"image/png": "QUJD"}}]),
            line(outputs=[{"output_type": "execute_result", "data": {}}]),
            line(outputs=[{"output_type": "execute_result", "execution_count": 1, "data": []}]),
            line(outputs=[{"output_type": "pickle"}]),
            line(outputs=[{"output_type": "error"}] * 5000),
            line().replace(b"1", b"NaN"),
        ],
    )
    def test_what_cannot_be_read_is_no_output_and_no_pass(self, bad: bytes) -> None:
        runs = told(bad, line(5))
        assert runs[2] == CellRun(trouble="What this cell gave could not be read.")
        assert runs[5] == CellRun((), 1)

    def test_nothing_that_could_run_in_a_page_becomes_an_output(self) -> None:
        data = {"text/plain": "x", "text/html": "<b>", "image/svg+xml": "<svg>", "image/png": PNG}
        shown = {"output_type": "display_data", "data": data, "metadata": {"a": "<script>"}}
        (output,) = told(line(outputs=[shown]))[2].outputs
        assert output == {
            "output_type": "display_data",
            "data": {"text/plain": "x", "image/png": PNG},
            "metadata": {},
        }

    def test_letters_that_no_file_can_hold_are_replaced(self) -> None:
        stream = {"output_type": "stream", "name": "stdout", "text": "a\ud800b"}
        assert told(line(outputs=[stream]))[2].outputs[0]["text"] == "a?b"

    @pytest.mark.parametrize("ended", Ended)
    def test_a_cell_of_which_nothing_is_known_has_a_trouble(self, ended: Ended) -> None:
        runs = told(line(), ended=ended)
        assert runs[2].trouble is None
        assert str(runs[5].trouble).endswith("The cells below were not run.")
        assert str(told(ended=ended)[5].trouble).startswith("This cell was not run")
