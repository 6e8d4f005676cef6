"""Reading replies: whatever bytes come back, nothing is raised and nothing passes by them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from forked_work import job_of, worked
from hypothesis import given, settings
from hypothesis import strategies as st

from warmup_lib.asked import asked
from warmup_lib.grading.handed_in import Piece
from warmup_lib.grading.jobs import Asking, Job, Limits
from warmup_lib.grading.marking import asking
from warmup_lib.grading.plain_values import rendered, stand_in
from warmup_lib.grading.replies import Died, Given, Missing, Reply, Seen, observation, read
from warmup_lib.quiz.compare import same_values
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.probes import Factors

QUESTIONS = [
    asked(name)
    for name in (
        "lambda_lr/first_print",
        "lambda_lr/used_by_updates",
        "lambda_lr/right_lambda",
        "lambda_lr/name_the_ramp",
        "lambda_lr/off_by_one",
    )
]
JOB = Job([], [asking(each.question) for each in QUESTIONS])
A_JOB = job_of([], Asking("a"), Asking("b"))


def line(variable: Any, answer: Any, seconds: Any = 0.1) -> bytes:
    return json.dumps({"variable": variable, "answer": answer, "seconds": seconds}).encode() + b"\n"


def seen(values: Any, trouble: Any = None, message: Any = "", code: Any = None) -> dict[str, Any]:
    data = {"values": values, "trouble": trouble, "message": message}
    return {"observation": data, "code": code}


def test_each_form_of_an_answer_is_read() -> None:
    job = job_of([], *map(Asking, "abcd"))
    output = b"\n\n".join(
        [
            b'{"trouble": "cell 1 ends in an error: x"}\n',
            line("a", {"value": [1, 0.5]}),
            line("b", {"missing": True, "defined": False}),
            line("c", {"died": "it was ended by SIGSEGV"}),
            line("d", seen([0.1, "nan", 2], code="00ff"), 3),
        ]
    )
    reply = read(output, job)
    assert reply.notes == ()
    assert reply.troubles == ("cell 1 ends in an error: x",)
    assert reply.answers["a"] == Given([1, 0.5])
    assert reply.answers["b"] == Missing(False)
    assert reply.answers["c"] == Died("it was ended by SIGSEGV")
    answer = reply.answers["d"]
    assert isinstance(answer, Seen)
    assert (answer.observation.values, answer.code) == ((0.1, "nan", 2.0), "00ff")
    assert reply.seconds == {"a": 0.1, "b": 0.1, "c": 0.1, "d": 3.0}


DEEP = 10**6
BAD = {
    "no JSON": b"{not json}",
    "no object": b"[1, 2]",
    "other keys": b'{"variable": "a"}',
    "a key too many": line("a", {"value": 1})[:-2] + b', "score": 9}',
    "a key twice": b'{"variable": "b", "variable": "a", "answer": {"value": 1}, "seconds": 1}',
    "another answer": line("a", {"score": 1}),
    "value and more": line("a", {"value": 1, "code": None}),
    "values and trouble": line("a", seen([1], "raised", "x")),
    "another trouble": line("a", seen([], "passed")),
    "a trouble that is a list": line("a", seen([], ["raised"])),
    "text among values": line("a", seen(["option"])),
    "a bool among values": line("a", seen([True])),
    "far too many values": line("a", seen([0.1] * 20_000)),
    "message no text": line("a", seen([], "raised", 3)),
    "missing not true": line("a", {"missing": 1, "defined": True}),
    "variable no text": line(["a"], {"value": 1}),
    "seconds negative": line("a", {"value": 1}, -1),
    "seconds a bool": line("a", {"value": 1}, True),
    "seconds for years": line("a", {"value": 1}, 1e12),
    "NaN": line("a", {"value": math.nan}),
    "Infinity": line("a", seen([-math.inf])),
    "1e999": b'{"variable": "a", "answer": {"value": 1e999}, "seconds": 1}',
    "a huge int": line("a", {"value": 10**4000}),
    "a huger int": b'{"variable":"a","answer":{"value":' + b"9" * 10**5 + b'},"seconds":1}',
    "not UTF-8": line("a", {"value": "x"}).replace(b'"x"', b'"\xff"'),
    "deep lists": b'{"variable":"a","answer":{"value":' + b"[" * (DEEP // 4) + b"]" * (DEEP // 4),
    "deeper lists": b"[" * DEEP,
    "deep objects": b'{"a":' * (DEEP // 5),
    "lists that end": line("a", {"value": 0}).replace(b"0}", b"[" * 99 + b"]" * 99 + b"}"),
    "too long": line("a", {"value": ["x" * 900] * 2000}),
    "an object that is none": line("a", {"value": {"is": "object"}}),
    "an object of no kind": line("a", {"value": {"is": ["object"], "type": "x", "shown": "x"}}),
    "an object with other traits": line(
        "a", {"value": {"is": "object", "type": "x", "shown": "x", "__eq__": True}}
    ),
    "a length that is none": line(
        "a", {"value": {"is": "list", "type": "x", "shown": "", "items": [], "length": 10**18 * 2}}
    ),
    "a set of lists": line("a", {"value": {"is": "set", "items": [[1]]}}),
    "a dict of lists": line("a", {"value": {"is": "dict", "items": [[[1], 2]]}}),
    "a number that is text": line(
        "a", {"value": {"is": "object", "type": "x", "shown": "x", "number": "1"}}
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_line_that_is_not_as_it_must_be_is_left_out_and_noted(what: str) -> None:
    reply = read(BAD[what].rstrip(b"\n") + b"\n" + line("b", {"value": 2}), A_JOB)
    assert reply.answers == {"b": Given(2)}
    assert reply.notes == ("1 line of the reply could not be read",)


def test_the_first_answer_counts_and_what_nobody_asked_is_left_out() -> None:
    output = line("a", {"value": 1}) + line("a", {"value": 2}) + line("c", {"value": 3})
    reply = read(output, A_JOB)
    assert reply.answers == {"a": Given(1)}
    assert reply.notes == (
        "1 line of the reply answered again what was answered",
        "1 line of the reply answered what was not asked",
    )
    assert reply.unanswered(A_JOB) == ["b"]


def test_a_reply_that_is_cut_off_gives_what_came_before() -> None:
    limits = Limits(output=len(line("a", {"value": 1})) + 20)
    output = line("a", {"value": 1}) + line("b", {"value": 2})
    reply = read(output, job_of([], Asking("a"), Asking("b"), limits=limits))
    assert reply.answers == {"a": Given(1)}
    assert reply.notes[-1] == f"the reply was cut off at {limits.output} bytes"
    assert read(output[:-3], A_JOB).answers == {"a": Given(1)}


@pytest.mark.parametrize(
    ("places", "begun"), [([], None), ([0, 1], 1), ([0, 1, 2], 2), ([0, 3], 0), ([1, -1, "2"], 1)]
)
def test_the_cell_that_began_last_is_one_of_the_jobs(places: list[Any], begun: int | None) -> None:
    job = job_of([Piece("1", ""), Piece("2", "")], Asking("a"))
    output = b"".join(json.dumps({"begins": place}).encode() + b"\n" for place in places)
    assert read(output, job).begun == begun


def test_a_later_reply_adds_and_changes_nothing() -> None:
    first = read(line("a", {"value": 1}) + b"x\n", A_JOB)
    later = read(
        line("a", {"value": 5}) + line("b", {"value": 2}, 3) + b'{"trouble": "t"}\n', A_JOB
    )
    both = first.with_later(later)
    assert both.answers == {"a": Given(1), "b": Given(2)}
    assert both.seconds == {"a": 0.1, "b": 3.0}
    assert both.troubles == ("t",)
    assert len(both.notes) == 1


def test_texts_can_be_stored_and_shown_anywhere() -> None:
    nasty = "\ud800\x00\x1b[31m\u2028x" + "y" * 5000
    output = line("a", seen([], "raised", nasty)) + json.dumps({"trouble": nasty}).encode() + b"\n"
    reply = read(output + line("b", {"value": nasty}), A_JOB)
    answer = reply.answers["a"]
    assert isinstance(answer, Seen)
    for text in (answer.observation.message, reply.troubles[0]):
        assert text.startswith("\ufffd\ufffd\ufffd[31m\ufffdxyyy")
        assert len(text) == 2000
    assert "\x00" not in str(reply)
    str(reply).encode()


def test_a_flood_of_lines_is_bounded() -> None:
    many = b'{"trouble": "%d"}\n' * 30_000
    reply = read(many + line("a", {"value": 1}), A_JOB)
    assert len(reply.troubles) <= 50
    assert read(b"\n".join(b'{"trouble": "%d"}' % n for n in range(9000)), A_JOB).troubles[49] == (
        "49"
    )
    assert reply.answers == {}


def judged_wrong(reply: Reply) -> None:
    """No answer passes that is not right, and none is met with an error."""
    for each in QUESTIONS:
        answer = reply.answers.get(each.question.variable)
        observed = observation(each.question, answer)
        feedback = judge(each.key, observed)
        json.dumps(observed.to_json(), allow_nan=False).encode()
        if feedback.passed:
            assert same_values(
                observed.values, each.key.expected.values, tolerance=each.key.tolerance
            )


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(output: bytes) -> None:
    reply = read(output, JOB)
    assert set(reply.answers) <= {each.variable for each in JOB.asked}


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["object", "list", "tuple", "dots", "nan", "set", "dict", "raised", "A"]),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(
            st.text(max_size=5)
            | st.sampled_from(
                ["is", "type", "shown", "number", "items", "length", "text", "as_list", "is_bool"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
objects = st.fixed_dictionaries(
    {
        "is": st.sampled_from(["object", "list", "tuple"]),
        "type": st.text(max_size=8) | st.sampled_from(["list", "dict", "int", "str", "instance"]),
        "shown": st.text(max_size=8),
    },
    optional={
        "number": anything,
        "items": st.lists(anything, max_size=6),
        "length": st.integers(),
        "text": st.text(max_size=4),
        "as_list": anything,
        "is_bool": anything,
    },
)
observations = st.fixed_dictionaries(
    {
        "values": st.lists(st.floats() | st.integers() | st.sampled_from(["nan", "A"]), max_size=9),
        "trouble": st.sampled_from([None, "raised", "missing", "timed out", "passed"]),
        "message": st.text(max_size=20),
    }
)
answers = (
    anything
    | st.fixed_dictionaries({"value": anything | objects})
    | st.fixed_dictionaries({"died": anything})
    | st.fixed_dictionaries({"missing": st.just(True), "defined": st.booleans()})
    | st.fixed_dictionaries({"observation": observations, "code": st.none() | st.text(max_size=5)})
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.sampled_from([e.variable for e in JOB.asked]), answers), max_size=8))
def test_any_json_is_read_and_judged(said: list[tuple[str, Any]]) -> None:
    judged_wrong(read(b"".join(line(variable, answer) for variable, answer in said), JOB))


@settings(deadline=None)
@given(anything)
def test_what_is_rendered_stands_for_itself(value: Any) -> None:
    there = json.loads(json.dumps(rendered(value), allow_nan=False))
    assert repr(stand_in(there)) == repr(value) or not isinstance(value, (bool, type(None)))
    stand_in(rendered(stand_in(there)))


FORGED = """
import os, json
def forge(d):
    for name in ("a", "bad"):
        for answer in ({"value": 1}, {"value": "right"}, {"died": "x"}):
            data = {"variable": name, "answer": answer, "seconds": 0}
            os.write(d, b"\\n" + json.dumps(data).encode() + b"\\n")
    os.write(d, b"[" * 10**6 + b"\\n" + b'{"variable": "a", "answer": {"value": 1e999}}\\n\\xff')
def on_every_descriptor(do):
    for d in range(3, 64):
        try: do(d)
        except OSError: pass
"""


def test_a_cell_that_forges_answers_spoils_its_own_reply_alone() -> None:
    job = job_of(
        f"{FORGED}\non_every_descriptor(forge)\ndef right(t): return t",
        Asking("a"),
        Asking("right", Factors(2)),
    )
    reply = read(worked(job), job)
    assert reply.answers["a"] == Given(1)
    right = reply.answers["right"]
    assert isinstance(right, Seen)
    assert right.observation.values == (0.0, 1.0)
    assert any("could not be read" in note for note in reply.notes)
    assert any("answered again" in note for note in reply.notes)


def test_output_after_the_end_changes_nothing() -> None:
    source = f"{FORGED}\nimport atexit\natexit.register(on_every_descriptor, forge)\na = 0.5"
    source += (
        "\nif os.fork() == 0:\n    import time; time.sleep(0.5)\n    on_every_descriptor(forge)"
    )
    job = job_of(source, Asking("a"))
    assert read(worked(job), job).answers == {"a": Given(0.5)}
