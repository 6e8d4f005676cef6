"""Which answers may share a process: those that can leave nothing behind."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from warmup_lib import questions
from warmup_lib.grading.self_contained import is_self_contained
from warmup_lib.quiz.write import Write

SET_UP = """
import functools, math, torch
from torch.optim.lr_scheduler import LambdaLR
__name__ = "__main__"
"""

KEEPS_TO_ITSELF = {
    "arithmetic": "def answer(t): return min((t + 1) / 5, 1.0)",
    "a lambda": "answer = lambda t: t",
    "plain names": "peak, name, pair = 0.1, 'lr', (1, 2)\ndef answer(t): return peak, name, pair",
    "a helper": "def half(t): return t / 2\ndef answer(t): return half(t)",
    "itself": "def answer(t): return answer(t - 1) if t else 0",
    "two that call each other": "def other(t): return answer(t)\ndef answer(t): return other(t)",
    "torch": """
        def answer(model):
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            scheduler = LambdaLR(optimizer, lambda t: math.cos(t))
            lrs = []
            for group in optimizer.param_groups:
                group["lr"] = 1.0
                lrs.append(group["lr"])
            return lrs
        """,
    "a closure over a number": """
        def made(n):
            def ramp(t): return t / n
            return ramp
        answer = made(5)
        """,
    "a closure of its own": """
        def answer(t):
            count = 0
            def counted():
                nonlocal count
                count += 1
                return count
            return counted()
        """,
    "a plain default": "def answer(t, n=5, *, peak=(0.1,)): return t / n",
}
LEAVES_SOMETHING = {
    "a number that it counts": "count = 0\ndef answer(t):\n    global count\n    count += 1",
    "a name that it deletes": "count = 0\ndef answer(t):\n    global count\n    del count",
    "a list": "lrs = []\ndef answer(t): lrs.append(t)",
    "a list in a tuple": "lrs = ([],)\ndef answer(t): lrs[0].append(t)",
    "a list of a helper's": "lrs = []\ndef log(t): lrs.append(t)\ndef answer(t): log(t)",
    "a list in a comprehension": "lrs = []\ndef answer(t): return [lrs.append(t) for _ in 'ab']",
    "a list that is a default": "def answer(t, lrs=[]): lrs.append(t)",
    "a list that is a keyword's": "def answer(t, *, lrs=[]): lrs.append(t)",
    "a list in a closure": """
        def made():
            lrs = []
            def ramp(t): lrs.append(t)
            return ramp
        answer = made()
        """,
    "a number in a closure": """
        def made():
            count = 0
            def ramp(t):
                nonlocal count
                count += 1
                return count
            return ramp
        answer = made()
        """,
    "an attribute of its own": "def answer(t): answer.count = t",
    "an attribute that is there": "def answer(t): return t\nanswer.count = 0",
    "a class": "class Log: lrs = []\ndef answer(t): Log.lrs.append(t)",
    "an object": "class Log: lrs = []\nlog = Log()\ndef answer(t): log.lrs.append(t)",
    "an iterator": "numbers = iter(range(9))\ndef answer(t): return next(numbers)",
    "a cache": "@functools.lru_cache\ndef answer(t): return t",
    "a wrapper": "@torch.no_grad()\ndef answer(t): return t",
    "an optimizer": """
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        def answer(t): optimizer.param_groups[0]["lr"] = t
        """,
    "all names": "def answer(t): globals()['count'] = t",
    "code in a text": "def answer(t): exec('count = 1', globals())",
    "no function": "answer = [1]",
    "an object to call": "class Ramp:\n    def __call__(self, t): return t\nanswer = Ramp()",
    "code of no kind": """
        def answer(t): pass
        answer.__code__ = answer.__code__.replace(co_code=bytes([100, 99]) * 9)
        """,
}


def made(source: str) -> tuple[Any, dict[str, Any]]:
    names: dict[str, Any] = {}
    exec(SET_UP, names)
    exec(dedent(source), names)
    return names["answer"], names


@pytest.mark.parametrize("what", KEEPS_TO_ITSELF)
def test_what_changes_nothing_may_share_a_process(what: str) -> None:
    assert is_self_contained(*made(KEEPS_TO_ITSELF[what]))


@pytest.mark.parametrize("what", LEAVES_SOMETHING)
def test_what_may_change_something_may_not(what: str) -> None:
    assert not is_self_contained(*made(LEAVES_SOMETHING[what]))


def test_most_right_answers_of_the_bank_may() -> None:
    may, all_ = 0, 0
    for name in questions.all_names():
        question = questions.load(name)
        if isinstance(question, Write):
            names: dict[str, Any] = {"__name__": "__main__"}
            exec(questions.quiz_module(name.partition("/")[0]).SETUP, names)
            exec(question.solution(), names)
            all_ += 1
            may += is_self_contained(names[question.variable], names)
    assert may > all_ / 2, (may, all_)
