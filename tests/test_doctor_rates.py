"""How often the doctor is right: never a word on a right run, and the right word on a wrong one.

A failure prints seeds. ``make(Random(seed))`` of a pitfall, and ``correct(Random(seed))``, repeat
the run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from random import Random
from typing import Any

import pytest
from pitfalls import (
    NOT_IN_A_TRACE,
    PITFALLS,
    Case,
    Pitfall,
    conventions,
    correct,
    cut_short,
    described,
)
from pitfalls.handover import of_master, of_timm
from pitfalls.judging import (
    false_findings,
    found_in,
    rate_of,
    spoken_of,
    without_mistake,
    without_plan,
)
from pitfalls.libraries import WarmupOfDeepSpeed
from pitfalls.loops import Meant, draw, scheduled
from pitfalls.products import dampened
from pitfalls.shapes import Drawn, Ramp
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.doctor import Plan
from warmup_lib.doctor.codes import CODES
from warmup_lib.schedules import hold, linear_warmup_from

RUNS, BLOCK = 20_000, 1000
DRAWS = 60
SHARE = 0.95
SHOWN = 5


def all_of(descriptions: Sequence[str], what: str) -> str:
    """A failure's message: the first few of those that fail."""
    more = f"\n… and {len(descriptions) - SHOWN} more" if len(descriptions) > SHOWN else ""
    return f"{len(descriptions)} {what}\n" + "\n".join(descriptions[:SHOWN]) + more


@cache
def cases_of(pitfall: Pitfall) -> list[tuple[str, Case]]:
    return list(pitfall.cases(DRAWS))


each_pitfall = pytest.mark.parametrize("pitfall", PITFALLS, ids=lambda pitfall: pitfall.name)


# --- Right runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("first", range(0, RUNS, BLOCK))
def test_nothing_is_said_of_a_random_correct_run(first: int) -> None:
    spoken = list(false_findings(range(first, first + BLOCK)))
    assert not spoken, all_of(spoken, f"findings in {BLOCK} correct runs")


def test_nothing_is_said_of_a_right_run_that_goes_on() -> None:
    spoken = []
    for number in range(1000):
        seed = f"cut short/{number}"
        spoken += spoken_of(cut_short(Random(seed)), seed)
    assert not spoken, all_of(spoken, "findings in 1000 correct runs that are not over yet")


def test_nothing_is_said_of_any_librarys_convention() -> None:
    cases = list(conventions())
    with_plan = chain.from_iterable(spoken_of(case, name) for name, case in cases)
    without = chain.from_iterable(spoken_of(without_plan(case), name) for name, case in cases)
    spoken = [*with_plan, *without]
    assert not spoken, all_of(spoken, "findings in right runs")


@each_pitfall
def test_nothing_is_said_of_the_same_run_without_the_mistake(pitfall: Pitfall) -> None:
    spoken = []
    for seed, case in cases_of(pitfall):
        spoken += spoken_of(without_mistake(case), seed)
    assert not spoken, all_of(spoken, f"findings in {DRAWS} runs without the mistake")


# --- Wrong runs ----------------------------------------------------------------------------------


@each_pitfall
def test_a_pitfall_is_detected(pitfall: Pitfall) -> None:
    rate = rate_of(pitfall, cases_of(pitfall))
    what = (
        f"of {rate.draws} missed: {pitfall.what}; expected {' or '.join(sorted(pitfall.expected))}"
    )
    assert rate.detected >= SHARE * rate.draws, all_of(rate.missed, what)


@each_pitfall
def test_a_mistake_shows_in_each_draw(pitfall: Pitfall) -> None:
    assert all(case.shows and case.right is not None for _, case in cases_of(pitfall))


def test_the_same_trace_has_the_same_findings() -> None:
    for pitfall in PITFALLS:
        seed = pitfall.seed(0)
        one, again = pitfall.make(Random(seed)), pitfall.make(Random(seed))
        # As text, for an LR that is not a number is not equal to itself.
        assert described(one, found_in(one)) == described(again, found_in(again))
        assert repr(found_in(one)) == repr(found_in(one)) == repr(found_in(again)), pitfall.name
    assert correct(Random(1)) == correct(Random(1))


# --- Whether the evidence is whole ---------------------------------------------------------------

# The list has 40 pitfalls; some of them have variants with letters.
LETTERED = {"1b", "3b", "11b", "11c", "13b", "13c", "13d", "16b", "20b", "21b", "22b", "24b", "32b"}


def test_every_pitfall_is_made_or_cannot_show() -> None:
    made = {number for pitfall in PITFALLS for number in pitfall.numbers}
    assert made | NOT_IN_A_TRACE.keys() == {*map(str, range(1, 41)), *LETTERED}
    assert not made & NOT_IN_A_TRACE.keys()


def test_every_code_is_expected_somewhere() -> None:
    expected = {code for pitfall in PITFALLS for code in pitfall.expected}
    assert expected == CODES.keys()


def test_names_are_unique() -> None:
    names = [pitfall.name for pitfall in PITFALLS]
    assert len(set(names)) == len(names)


# --- Whether the runs are those of the libraries -------------------------------------------------


def meant_as(start: float, total: int = 10) -> Meant:
    """A linear ramp of 5 updates to 0.1, then held."""
    meant = draw(Random(0), n=(5, 5), more=(5, 5), ramps=("linear from zero",), decays=("hold",))
    ramp = Ramp(linear_warmup_from(start, 5), 5, is_line=True)
    what = Drawn("", "", 5, ramp, meant.drawn.decay, total, 5)
    return Meant(what, (0.1,), Plan(peak=0.1, warmup=5))


def lrs(text: str) -> Any:
    return pytest.approx([float(number) for number in re.split(r"\s+", text)], abs=1e-6)


def test_the_git_master_is_that_of_the_issue() -> None:
    # Its issue has multiplier 2 and a peak of 0.2.
    by_epoch = of_master(meant_as(0.5), by_epoch=True).used()
    assert [2 * lr for lr in by_epoch[4:9]] == lrs("0.18 0.2 0.1 0.2 0.2")
    by_step = of_master(meant_as(0.5), by_epoch=False).used()
    assert [2 * lr for lr in by_step[4:9]] == lrs("0.18 0.2 0.1 0.1 0.1")


def test_timm_skips_the_peak() -> None:
    assert of_timm(meant_as(0), 10).used()[:7] == lrs("0 .02 .04 .06 .08 .05 .034549")


def test_deepspeed_starts_with_two_zeros() -> None:
    by_log = scheduled([0.1], lambda o: WarmupOfDeepSpeed(o, 5, "log"), 7).used()
    assert by_log[:3] == lrs("0 0 0.043068")
    assert by_log[4:6] == [pytest.approx(0.1 * 1.3862943611 / 1.6094379124), pytest.approx(0.1)]
    line = scheduled([0.1], lambda o: WarmupOfDeepSpeed(o, 5, "linear"), 8).used()
    assert line == lrs("0 0 .02 .04 .06 .08 .1 .1")


def test_pytorch_warmup_made_too_early_never_gets_there() -> None:
    trace = dampened(meant_as(0.2), lambda o: LambdaLR(o, hold()), too_early=True)
    assert trace.used()[:6] == lrs(".02 .008 .012 .016 .02 .02")


def test_radam_warms_up_slowly() -> None:
    rows = dict(conventions())
    assert rows["pytorch_warmup RAdamWarmup"].trace.used()[:3] == lrs(".001731 .002582 .003274")
