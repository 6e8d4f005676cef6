"""The fixture ``lr_doctor``, in a test file of other people's, run by a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from xml.etree import ElementTree

import pytest

TESTS = """
import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR
from warmup_lib.doctor import Plan, Severity

PLAN = "peak=0.1 warmup=5"

def train(factor=lambda t: min((t + 1) / 5, 1.0), updates=12):
    weight = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scheduler = LambdaLR(optimizer, factor)
    for _ in range(updates):
        weight.sum().backward()
        optimizer.step()
        scheduler.step()

def without_cap(t):
    return (t + 1) / 5

def from_zero(t):
    return min(t / 5, 1.0)

def test_right(lr_doctor):
    with lr_doctor(PLAN) as doctor:
        assert doctor.findings == []
        train()
    assert doctor.findings == []
    assert doctor.report.worst is None
    assert [(len(trace), trace.used()[-1]) for trace in doctor.traces] == [(12, 0.1)]

def test_plan_object(lr_doctor):
    with lr_doctor(Plan(peak=0.1, warmup=5)):
        train()

def test_no_plan(lr_doctor):
    with lr_doctor():
        train(lambda t: 1.0)

def test_wrong(lr_doctor):
    with lr_doctor(PLAN):
        train(without_cap)
        print("the block went on")

def test_wrong_after_right(lr_doctor):
    with lr_doctor(PLAN):
        train()
    with lr_doctor(PLAN):
        train(without_cap)

def test_a_note(lr_doctor):
    with lr_doctor(PLAN) as doctor:
        train(from_zero)
    assert [finding.code for finding in doctor.findings] == ["zero-lr-start"]

def test_a_note_that_fails(lr_doctor):
    with lr_doctor(PLAN, fail_on="note"):
        train(from_zero)

def test_never(lr_doctor):
    with lr_doctor(PLAN, fail_on="never") as doctor:
        train(without_cap)
    assert doctor.report.worst is Severity.ERROR

def test_exception(lr_doctor):
    error = KeyError("mine")
    with pytest.raises(KeyError) as caught:
        with lr_doctor(PLAN):
            train(without_cap)
            raise error
    assert caught.value is error

def test_skip(lr_doctor):
    with lr_doctor(PLAN):
        pytest.skip("no data")

def test_nothing_trained(lr_doctor):
    with lr_doctor(PLAN):
        pass

def test_half_a_plan(lr_doctor):
    with lr_doctor("peak=0.1"):
        train()

def test_unknown_severity(lr_doctor):
    with lr_doctor(fail_on="bad"):
        train()

def test_fewer_peaks(lr_doctor):
    with lr_doctor("peak=0.1/0.1 warmup=5", fail_on="never"):
        weights = [torch.ones(1, requires_grad=True) for _ in range(3)]
        optimizer = torch.optim.SGD([{"params": [weight]} for weight in weights], lr=0.1)
        sum(weights).backward()
        optimizer.step()
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """Why each of the tests failed or was skipped; ``None`` for one that passed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "test_training.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "--junitxml=out.xml", "-p", "no:cacheprovider"]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert process.returncode == 1, process.stdout + process.stderr
    cases = ElementTree.parse(folder / "out.xml").iter("testcase")
    return {str(case.get("name")): next((each.text for each in case), None) for case in cases}


@pytest.mark.parametrize(
    "test", ["right", "plan_object", "no_plan", "a_note", "never", "exception"]
)
def test_a_test_passes(test: str, ran: dict[str, str | None]) -> None:
    assert ran[f"test_{test}"] is None


def test_wrong_training_fails_at_the_end_of_the_block_with_the_report(
    ran: dict[str, str | None],
) -> None:
    report = ran["test_wrong"]
    assert report is not None
    assert report.startswith(
        "lr_doctor found overshoots-peak\n\nSGD, made at test_training.py:11: 12 updates\n"
    )
    assert "\nerror: The learning rate rises above the peak (overshoots-peak)\n" in report
    assert "where     updates 4 to 11, test_training.py:12\n" in report
    assert report.endswith("\n1 finding: 1 error.")
    assert "pytest_plugin" not in report


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("wrong_after_right", "lr_doctor found overshoots-peak\n"),
        ("a_note_that_fails", "lr_doctor found zero-lr-start\n"),
        ("skip", "no data"),
        ("nothing_trained", "no optimizer made a step in the block of lr_doctor; train inside"),
        ("half_a_plan", "ValueError: a plan needs warmup, got 'peak=0.1'"),
        (
            "unknown_severity",
            "ValueError: fail_on must be one of note, warning, error, never, got 'bad'",
        ),
        ("fewer_peaks", "peak must have one LR for each parameter group, got 2 for at least 3"),
    ],
)
def test_a_test_that_fails_says_why(test: str, said: str, ran: dict[str, str | None]) -> None:
    assert said in (ran[f"test_{test}"] or "")


def test_pytest_finds_the_fixture_by_itself() -> None:
    [found] = [each for each in entry_points(group="pytest11") if each.name == "warmup_lib"]
    assert found.value == "warmup_lib.pytest_plugin"


def test_a_run_that_does_not_use_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, warmup_lib.pytest_plugin\n"
        "heavy = {'torch', 'numpy', 'click', 'matplotlib', 'IPython', 'warmup_lib.doctor'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
