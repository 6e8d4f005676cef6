"""The doctor's report: as text, as data, as SARIF; what PyTorch's own errors mean; the docs."""

from __future__ import annotations

import dataclasses
import io
import json
import math
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from warmup_scheduler import GradualWarmupScheduler

from warmup_lib import questions
from warmup_lib.builder import doctor_table
from warmup_lib.doctor import Finding, Plan, Severity
from warmup_lib.doctor.codes import CODES
from warmup_lib.doctor.places import places
from warmup_lib.doctor.raised import _ERRORS, _WARNINGS, meaning_of, meaning_of_warning
from warmup_lib.doctor.report import Examined, Report, Said, as_data, examine
from warmup_lib.doctor.report_text import as_text
from warmup_lib.doctor.sarif import as_sarif
from warmup_lib.facts import Fact, FactKind
from warmup_lib.lr_trace import Event, Trace

ROOT = Path(__file__).parents[1]
SITES = {
    "optimizer": ["train.py:10"],
    "scheduler": ["train.py:12"],
    "scheduler.step": ["train.py:31", "train.py:40"],
}
FINDING = Finding(
    "overshoots-peak",
    "The highest LR is 0.24.",
    updates=(4, 11),
    groups=(1,),
    evidence={"highest lr": 0.24, "times": math.nan, "where": "ramp"},
    cause="There is no cap.",
    remedy="n = 5\nmin((t + 1) / n, 1.0)",
)


def trace_of(lrs: Sequence[Sequence[float]], name: str = "SGD", **sites: list[str]) -> Trace:
    trace = Trace(name)
    trace.sites |= sites
    for each in lrs:
        trace.add_update(each)
    return trace


def demo() -> Trace:
    """A trace of two groups that knows where it was made."""
    trace = trace_of([[0.1 * t, 0.02 * t] for t in range(1, 13)])
    trace.sites |= SITES
    trace.add(Event.SCHEDULER)
    trace.facts.append(Fact(FactKind.STATE_ADVANCED_AT_ZERO, 1, {"lr": math.inf}))
    return trace


def text_of(trace: Trace, *findings: Finding) -> str:
    return as_text(Report([Examined(trace, findings)]))


# As text


def test_a_trace_is_told_in_short() -> None:
    text = text_of(demo())
    assert text.splitlines()[:4] == [
        "SGD, made at train.py:10: 12 updates of 2 parameter groups",
        "  group 0: LR: first 0.1, highest 1.2 at update 11, last 1.2",
        "  group 1: LR: first 0.02, highest 0.24 at update 11, last 0.24",
        "  also: 1 × scheduler.step()",
    ]
    assert text.endswith("\n\nNo findings.")


def test_a_finding_says_where_why_and_what_to_do() -> None:
    assert text_of(demo(), FINDING).partition("()\n\n")[2].splitlines() == [
        "error: The learning rate rises above the peak (overshoots-peak)",
        "  The highest LR is 0.24.",
        "  where     updates 4 to 11, group 1, train.py:12",
        "  evidence  highest lr 0.24, times nan, where ramp",
        "  cause     There is no cap.",
        "  remedy    n = 5",
        "            min((t + 1) / n, 1.0)",
        "  learn     lesson 2 / question lambda_lr/missing_cap",
        "  docs      docs/doctor.md#overshoots-peak",
        "",
        "1 finding: 1 error.",
    ]


def test_a_finding_without_a_remedy_gets_what_its_code_means() -> None:
    text = text_of(trace_of([[0.0]]), Finding("zero-lr-start", "It starts at 0."))
    assert f"  means     {CODES['zero-lr-start'].meaning}\n" in text
    assert "where" not in text.splitlines()[4]
    assert "cause" not in text


def test_groups_alike_are_told_once_and_many_are_not_all_told() -> None:
    assert "  groups 0, 2: LR: first 0.1" in text_of(trace_of([[0.1, 0.2, 0.1]]))
    assert "  groups 0 to 1: LR: first 0.1" in text_of(trace_of([[0.1, 0.1]]))
    text = text_of(trace_of([[0.1 * g for g in range(9)]]))
    assert "  group 5: LR" in text
    assert "  … and 3 groups more\n" in text


def test_a_group_that_joined_later_says_when() -> None:
    text = text_of(trace_of([[0.1], [0.1, 0.3], [0.2, 0.2]]))
    assert "  group 1: LR: first 0.3, highest 0.3 at update 1, last 0.2, joined at update 1" in text


def test_the_highest_lr_is_a_number_where_there_is_one() -> None:
    assert "highest 0.2 at update 1," in text_of(trace_of([[math.nan], [0.2], [math.inf]]))
    assert "highest nan at update 0," in text_of(trace_of([[math.nan]]))


def test_no_update_at_all_can_be_told() -> None:
    trace = Trace("AdamW")
    trace.add(Event.NO_GRADIENT)
    trace.add(Event.SKIPPED)
    assert text_of(trace).splitlines()[:2] == [
        "AdamW: 0 updates",
        "  also: 1 × optimizer.step() without a gradient, 1 × skipped by a GradScaler",
    ]
    assert as_text(Report([])) == "Nothing was examined."


def test_several_optimizers_are_numbered() -> None:
    text = as_text(Report([Examined(trace_of([[0.1]])), Examined(trace_of([[0.1]], "Adam"))]))
    assert "Optimizer 1: SGD: 1 update\n" in text
    assert "Optimizer 2: Adam: 1 update\n" in text


def test_findings_are_counted_by_severity_the_worst_first() -> None:
    found = [Finding(code, "") for code in ("zero-lr-start", "overshoots-peak", "negative-lr")]
    report = Report([Examined(demo(), found)])
    assert as_text(report).endswith("\n3 findings: 2 errors, 1 note.")
    assert report.worst is Severity.ERROR
    assert Report([]).worst is None


@pytest.mark.parametrize(
    ("code", "fails"),
    [
        ("zero-lr-start", [True, False, False]),
        ("decay-rebounds", [True, True, False]),
        ("negative-lr", [True, True, True]),
        (None, [False, False, False]),
    ],
)
def test_a_report_fails_at_its_worst_finding_and_below(code: str | None, fails: list[bool]) -> None:
    report = Report([Examined(demo(), [Finding(code, "")] if code else [])])
    assert [report.fails(severity) for severity in Severity] == fails


# Examining


def test_a_trace_that_does_not_go_with_the_plan_is_examined_without_it() -> None:
    trace = trace_of([[-0.1, 0.1], [0.1, 0.1]])
    report = examine([trace], Plan(peak=(0.1,), warmup=1))
    assert [each.code for each in report.findings] == ["negative-lr"]
    assert "SGD was not held against the plan: peak must have one LR for each" in as_text(report)


def test_the_log_is_compared_with_the_first_optimizer_only() -> None:
    logged = [0.02, 0.04, 0.06]
    report = examine([trace_of([[lr] for lr in logged]), trace_of([[1.0]] * 3)], logged=logged)
    assert report.findings == []


# Places


@pytest.mark.parametrize(
    ("code", "sites", "found"),
    [
        ("stepped-per-epoch", SITES, ["train.py:31", "train.py:40"]),
        ("overshoots-peak", SITES, ["train.py:12"]),
        ("no-update", SITES, ["train.py:10"]),
        ("overshoots-peak", {"optimizer": ["a.py:1"]}, ["a.py:1"]),
        ("overshoots-peak", {}, []),
        (
            "stepped-per-epoch",
            {"scheduler.step": ["/v/site-packages/x/loop.py:9"], "scheduler": ["train.py:12"]},
            ["train.py:12"],
        ),
        (
            "stepped-per-epoch",
            {"scheduler.step": ["/v/site-packages/x/loop.py:9"]},
            ["/v/site-packages/x/loop.py:9"],
        ),
    ],
)
def test_a_finding_is_about_the_projects_own_lines(
    code: str, sites: dict[str, list[str]], found: list[str]
) -> None:
    assert places(trace_of([], **sites), code) == found


# As data


def test_data_is_plain_json_without_nan() -> None:
    said = Said("It raised", _ERRORS[0])
    report = Report([Examined(demo(), [FINDING])], Plan(peak=0.1, warmup=5), [said], ["Trouble."])
    data = json.loads(json.dumps(as_data(report), allow_nan=False))
    assert list(data) == ["version", "plan", "worst", "traces", "said", "troubles"]
    assert (data["plan"], data["worst"], data["troubles"]) == (
        "peak=0.1 warmup=5",
        "error",
        ["Trouble."],
    )
    assert data["said"][0]["question"] == "training/resume"
    [trace] = data["traces"]
    assert trace["optimizer"] == "SGD"
    assert trace["events"]["update"] == trace["updates"] == 12
    assert trace["groups"][1] == {
        "first": 0.02,
        "highest": 0.24,
        "highest_at": 11,
        "last": 0.24,
        "joined": 0,
    }
    assert trace["sites"] == SITES
    assert trace["facts"] == [{"fact": "state advanced at zero", "update": 1, "lr": "inf"}]
    assert trace["findings"] == [
        {
            "code": "overshoots-peak",
            "severity": "error",
            "title": "The learning rate rises above the peak",
            "message": "The highest LR is 0.24.",
            "updates": [4, 11],
            "groups": [1],
            "places": ["train.py:12"],
            "evidence": {"highest lr": 0.24, "times": "nan", "where": "ramp"},
            "cause": "There is no cap.",
            "remedy": "n = 5\nmin((t + 1) / n, 1.0)",
            "lesson": "02_lambda_lr",
            "question": "lambda_lr/missing_cap",
            "docs": "docs/doctor.md#overshoots-peak",
        }
    ]


# As SARIF


def sarif_run(*examined: Examined, root: Path | None = None) -> Any:
    log = json.loads(json.dumps(as_sarif(Report(examined), root), allow_nan=False))
    assert log["version"] == "2.1.0"
    assert set(log) == {"$schema", "version", "runs"}
    return log["runs"][0]


def test_sarif_has_a_rule_for_each_code() -> None:
    driver = sarif_run()["tool"]["driver"]
    assert driver["name"] == "warmup doctor"
    assert [rule["id"] for rule in driver["rules"]] == list(CODES)
    for rule in driver["rules"]:
        code = CODES[rule["id"]]
        assert rule["shortDescription"] == {"text": code.title}
        assert rule["fullDescription"]["text"] == code.meaning
        assert len(code.meaning) <= 1024, "a code host cuts it off"
        assert code.meaning in rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert "helpUri" not in rule


def test_sarif_has_what_the_standard_requires_of_a_result() -> None:
    run = sarif_run(Examined(demo(), [FINDING, Finding("zero-lr-start", "It starts at 0.")]))
    first, second = run["results"]
    assert first["message"] == {"text": "The highest LR is 0.24. There is no cap."}
    assert (first["level"], second["level"]) == ("error", "note")
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "train.py"},
                "region": {"startLine": 12},
            }
        }
    ]


@pytest.mark.parametrize(
    ("site", "uri"),
    [
        ("src/my train.py:7", "src/my%20train.py"),
        ("ROOT/src/train.py:7", "src/train.py"),
        ("/elsewhere/train.py:7", None),
        ("venv/lib/site-packages/x.py:7", None),
        ("<string>", None),
    ],
)
def test_sarif_locations_are_relative_to_the_project(
    site: str, uri: str | None, tmp_path: Path
) -> None:
    trace = trace_of([[0.1]], scheduler=[site.replace("ROOT", str(tmp_path))])
    [result] = sarif_run(Examined(trace, [FINDING]), root=tmp_path)["results"]
    found = [each["physicalLocation"] for each in result.get("locations", [])]
    assert [each["artifactLocation"]["uri"] for each in found] == ([uri] if uri else [])
    assert all(each["region"]["startLine"] == 7 for each in found)


# What PyTorch raises


def optimizer(groups: int = 1) -> SGD:
    params = [{"params": [torch.ones(1, requires_grad=True)]} for _ in range(groups)]
    return SGD(params, lr=0.1)


def stepped(scheduler: Any, times: int = 9) -> None:
    for _ in range(times):
        scheduler.optimizer.step()
        scheduler.step()


def with_another_group(make: Callable[[Optimizer], Any]) -> None:
    its = optimizer()
    scheduler = make(its)
    its.add_param_group({"params": [torch.ones(1, requires_grad=True)]})
    stepped(scheduler)


def joined(make: Callable[[Optimizer, Optimizer], Any]) -> None:
    its = optimizer()
    make(its, optimizer())


def saved_and_loaded() -> None:
    its, file = optimizer(), io.BytesIO()
    torch.save(GradualWarmupScheduler(its, 1, 3, ExponentialLR(its, 0.9)).state_dict(), file)
    file.seek(0)
    torch.load(file)


def trained_with(factor: Callable[[int], float]) -> None:
    stepped(LambdaLR(optimizer(), factor))


RAISED: dict[str, tuple[Callable[[], object], str]] = {
    "last_epoch on a fresh optimizer": (
        lambda: LinearLR(optimizer(), 0.1, 1, 5, last_epoch=2),
        "training/resume",
    ),
    "last_epoch of another": (lambda: StepLR(optimizer(), 5, last_epoch=2), "training/resume"),
    "plateau in a sequence": (
        lambda: joined(lambda o, _: SequentialLR(o, [LinearLR(o), ReduceLROnPlateau(o)], [3])),
        "linear_lr/plateau_in_warmup",
    ),
    "plateau in a chain": (
        lambda: joined(lambda o, _: ChainedScheduler([LinearLR(o), ReduceLROnPlateau(o)])),
        "linear_lr/plateau_in_warmup",
    ),
    "one lambda for two groups": (
        lambda: LambdaLR(optimizer(2), [lambda t: 1.0]),
        "lambda_lr/ramp_of_each_group",
    ),
    "a group added later": (
        lambda: with_another_group(lambda o: LambdaLR(o, lambda t: 1.0)),
        "training/added_later",
    ),
    "a start factor of 0": (lambda: LinearLR(optimizer(), 0.0), "linear_lr/as_a_lambda"),
    "a constant factor of 0": (
        lambda: stepped(ConstantLR(optimizer(), 0.0, 3)),
        "linear_lr/constant_until",
    ),
    "one cycle too short": (
        lambda: stepped(OneCycleLR(optimizer(), 0.1, 6)),
        "other_libraries/port_total",
    ),
    "a scheduler of another optimizer": (
        lambda: joined(lambda o, p: SequentialLR(o, [LinearLR(o), ConstantLR(p)], [3])),
        "gradual_warmup/after_the_resume",
    ),
    "no parameters": (lambda: SGD([], lr=0.1), "training/first_to_move"),
    "a checkpoint with an optimizer in it": (saved_and_loaded, "gradual_warmup/after_the_resume"),
    "a warmup of 0 updates": (
        lambda: trained_with(lambda t: min(t / int(0.05 * 10), 1)),
        "other_libraries/warmup_ratio",
    ),
    "the logarithm of 0": (
        lambda: trained_with(lambda t: math.log(t) / 5),
        "other_libraries/from_deepspeed",
    ),
}


def raised(call: Callable[[], object]) -> Exception:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as caught:
            call()
    return caught.value


@pytest.mark.parametrize("name", RAISED)
def test_an_error_of_pytorch_is_explained(name: str) -> None:
    call, question = RAISED[name]
    error = raised(call)
    meant = meaning_of(error)
    assert meant is not None, error
    assert (meant[0], meant[1].question) == (error, question)


def test_every_pitfall_that_raises_was_made_to() -> None:
    met = {meaning_of(raised(call)) for call, _ in RAISED.values()}
    assert {each[1] for each in met if each is not None} == set(_ERRORS)


def test_an_error_that_led_to_another_is_explained() -> None:
    def wrapped() -> None:
        try:
            LinearLR(optimizer(), 0.0)
        except ValueError as error:
            raise RuntimeError("the trainer failed") from error

    meant = meaning_of(raised(wrapped))
    assert meant is not None
    assert isinstance(meant[0], ValueError)


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "call",
    [
        lambda: fail(ValueError("Tried to step 7 times")),
        lambda: fail(ZeroDivisionError("division by zero")),
        lambda: trained_with(lambda t: {}[t]),  # type: ignore[misc]
        lambda: trained_with(lambda t: float("x")),
        lambda: stepped(LambdaLR(optimizer(), lambda t: "x")),  # type: ignore[arg-type, return-value]
        lambda: torch.load(io.BytesIO(b"no checkpoint")),
    ],
)
def test_other_errors_are_left_alone(call: Callable[[], object]) -> None:
    assert meaning_of(raised(call)) is None


def test_an_error_in_a_circle_of_causes_ends() -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert meaning_of(one) is None


def test_a_warning_of_pytorch_is_explained() -> None:
    with pytest.warns(UserWarning, match="get_last_lr") as seen:
        LinearLR(optimizer()).get_lr()
    meant = meaning_of_warning(str(seen[0].message))
    assert meant is not None
    assert meant.question == "linear_lr/ramp_value"
    assert meaning_of_warning("something else") is None


def test_what_pytorch_said_is_in_the_report() -> None:
    text = as_text(Report([], said=[Said("It raised ValueError: x", _ERRORS[4])]))
    assert text.startswith("It raised ValueError: x\n  cause     LinearLR goes on by multiplying")
    assert "\n  remedy    LinearLR(optimizer, start_factor=1 / n, total_iters=n - 1)" in text
    assert "\n  learn     lesson 3 / question linear_lr/as_a_lambda\n" in text


# The docs


@pytest.mark.parametrize("each", [*CODES.values(), *_ERRORS, *_WARNINGS])
def test_the_lesson_and_the_question_that_teach_it_exist(each: Any) -> None:
    assert (ROOT / f"lessons/{each.lesson}.ipynb").exists()
    assert each.question in questions.index()


def test_the_docs_have_a_row_for_each_code_that_can_be_linked_to() -> None:
    page = (ROOT / doctor_table.PATH).read_text("utf-8")
    rows = re.findall(r'^\| <a id="([\w-]+)"></a>`\1` \| (\w+) \|', page, re.MULTILINE)
    assert rows == [(code.name, code.severity.value) for code in CODES.values()]


def test_the_links_of_the_docs_lead_somewhere() -> None:
    page = (ROOT / doctor_table.PATH).read_text("utf-8")
    targets = set(re.findall(r"\]\((?!http)([^)#]+)\)", page))
    assert targets
    assert [each for each in targets if not (ROOT / "docs" / each).exists()] == []


def test_the_docs_name_all_that_a_plan_may_say() -> None:
    page = (ROOT / doctor_table.PATH).read_text("utf-8")
    named = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert named == [each.name for each in dataclasses.fields(Plan) if each.name != "factors"]


def test_docs_without_the_current_table_are_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    [stale] = doctor_table.differences(tmp_path)
    assert stale.endswith("is not current; run: python -m warmup_lib.builder docs")
    page = tmp_path / doctor_table.PATH
    page.write_text(f"before\n{doctor_table.BEGIN}\nold\n{doctor_table.END}\nafter\n")
    assert doctor_table.differences(tmp_path) == [stale]
    doctor_table.write_docs(tmp_path)
    assert doctor_table.differences(tmp_path) == []
    assert page.read_text().startswith(f"before\n{doctor_table.BEGIN}\n\n| Code |")
    assert page.read_text().endswith(f"|\n\n{doctor_table.END}\nafter\n")


def test_a_page_without_room_for_the_table_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / doctor_table.PATH).write_text("no markers")
    with pytest.raises(ValueError, match="must have the lines"):
        doctor_table.write_docs(tmp_path)
