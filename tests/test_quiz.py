"""Exercising and judging answers: every way in which an answer can be off."""

from __future__ import annotations

import json
import logging
import math
import signal
import sys
import time
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from warmup_lib import questions
from warmup_lib.quiz.compare import explain, same_values
from warmup_lib.quiz.examine import examine, make_key, observe
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.judge import judge
from warmup_lib.quiz.key import Key, WrongModel
from warmup_lib.quiz.observation import Observation
from warmup_lib.quiz.program import Program
from warmup_lib.quiz.view import Note, feedback_note, plain

NUMBER = "lambda_lr/first_print"
NUMBERS = "lambda_lr/used_by_updates"
LETTER = "lambda_lr/right_lambda"
FUNCTION = "lambda_lr/ramp_from_one_nth"
LOOP = "lambda_lr/step_per_batch"


def feedback_on(name: str, answer: Any, *, seconds: float = 5.0) -> Feedback:
    return examine(questions.load(name), answer, seconds=seconds)


def right_ramp(update: int) -> float:
    return min((update + 1) / 5, 1.0)


# What is right, in whatever form it comes


@pytest.mark.parametrize("answer", [0.08, 0.0800001, np.float32(0.08), torch.tensor(0.08)])
def test_a_number_may_come_as_any_kind_of_number(answer: Any) -> None:
    assert feedback_on(NUMBER, answer).passed


@pytest.mark.parametrize("form", [list, tuple, np.array, torch.tensor])
def test_a_list_may_come_as_any_kind_of_sequence(form: Any) -> None:
    assert feedback_on(NUMBERS, form([0.1, 0.2, 0.3, 0.3, 0.3])).passed


@pytest.mark.parametrize("form", [str.lower, str.upper, lambda letter: f" {letter} "])
def test_a_letter_may_be_small_or_have_spaces_around_it(form: Any) -> None:
    assert feedback_on(LETTER, form(questions.load(LETTER).reference())).passed


@pytest.mark.parametrize("form", [torch.tensor, np.float64, lambda number: number])
def test_a_factor_may_come_as_any_kind_of_number(form: Any) -> None:
    assert feedback_on(FUNCTION, lambda update: form(right_ramp(update))).passed


def test_a_right_function_that_prints_and_warns_still_passes(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def chatty(update: int) -> float:
        print("update", update)
        warnings.warn("a warning, as torch's schedulers give", UserWarning, stacklevel=2)
        return right_ramp(update)

    assert feedback_on(FUNCTION, chatty).passed
    assert capfd.readouterr() == ("", "")


# What is not attempted


@pytest.mark.parametrize(
    ("name", "answer"),
    [(NUMBER, ...), (NUMBERS, ...), (NUMBERS, [...] * 5), (LETTER, ...), (FUNCTION, ...)],
)
def test_dots_are_not_an_attempt(name: str, answer: Any) -> None:
    assert feedback_on(name, answer).outcome is Outcome.NOT_ATTEMPTED


def test_a_function_that_is_not_written_is_not_an_attempt() -> None:
    def unwritten(update: int) -> float:
        raise NotImplementedError

    assert feedback_on(FUNCTION, unwritten).outcome is Outcome.NOT_ATTEMPTED


# What cannot be right, and why: each a sentence that helps


def without_arguments() -> float:
    return 0.2


def two_arguments(update: int, epochs: int) -> float:
    return update / epochs


def raises(update: int) -> float:
    return 1 / update


def exits(update: int) -> float:
    raise SystemExit(update)


def gives_nothing(update: int) -> None:
    return None


def raises_a_kin_of_not_implemented(update: int) -> float:
    class UnsupportedError(NotImplementedError):
        pass

    raise UnsupportedError("no")


def one_update(model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int) -> None:
    model(batches[0]).sum().backward()
    optimizer.step()


def steps_without_gradients(
    model: Any, optimizer: Any, scheduler: Any, batches: Any, epochs: int
) -> None:
    for _ in range(epochs * len(batches)):
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize(
    ("name", "answer", "helps"),
    [
        (NUMBER, "0.08", "has no quotes around it"),
        (NUMBER, None, "`first_print` must be a number, and is `None`"),
        (NUMBER, True, "must be a number, and is of type `bool`"),
        (NUMBER, np.bool_(True), "must be a number, and is of type `bool`"),
        (NUMBER, 10**400, "must be one number"),
        (NUMBERS, b"abcde", "A list of 5 numbers is asked for"),
        (NUMBER, [0.08], "One number is asked for, and a list of 1 was given"),
        (NUMBER, torch.zeros(3), "must be one number"),
        (NUMBER, math.nan, "`nan`, which is no learning rate"),
        (NUMBER, math.inf, "`inf`, which is no learning rate"),
        (NUMBERS, 0.02, "A list of 5 numbers is asked for"),
        (NUMBERS, "0.02, 0.04", "A list of 5 numbers is asked for"),
        (NUMBERS, {0.02: 1}, "A list of 5 numbers is asked for"),
        (NUMBERS, [0.02, 0.04], "5 numbers are asked for, and 2 were given"),
        (NUMBERS, [0.02, 0.04, "0.06", 0.08, 0.1], "`used_by_updates[2]` is the text"),
        (LETTER, "F", "one letter in quotes, one of A, B, C, D, E"),
        (LETTER, 3, "and is `3`"),
        (LETTER, "x" * 5000, "one letter in quotes"),
        (FUNCTION, 0.2, "must be a function, and is of type `float`"),
        (FUNCTION, without_arguments, "is called with 1 argument, and yours is"),
        (FUNCTION, two_arguments, "keep the first line as it was"),
        (FUNCTION, raises, "`ramp_from_one_nth(0)` raised `ZeroDivisionError: division by zero`"),
        (FUNCTION, exits, "raised `SystemExit: 0`"),
        (FUNCTION, gives_nothing, "does every path of the function `return` a number?"),
        (FUNCTION, lambda update: math.nan, "`ramp_from_one_nth(0)` is `nan`"),
        (FUNCTION, lambda update: "0.2", "is the text `'0.2'`"),
        (FUNCTION, lambda update: [0.2], "must be a number, and is of type `list`"),
        (FUNCTION, lambda update: input(), "calls `input()`, and nobody is there to type"),
        (FUNCTION, raises_a_kin_of_not_implemented, "raised `UnsupportedError: no`"),
        (LOOP, lambda *everything: None, "made 0 updates, and 3 epochs of 4 batches need 12"),
        (LOOP, one_update, "made 1 update, and"),
        (LOOP, steps_without_gradients, "without a `backward()` before it moves nothing"),
        (LOOP, lambda *everything: 1 / 0, "`step_per_batch(…)` raised `ZeroDivisionError"),
        (LOOP, lambda model, optimizer, scheduler, batches, epochs: batches[99], "raised"),
    ],
)
def test_a_bad_answer_gets_a_sentence_that_helps(name: str, answer: Any, helps: str) -> None:
    feedback = feedback_on(name, answer)
    assert feedback.outcome is Outcome.INCORRECT
    assert helps in feedback.message
    assert feedback.score == 0
    assert len(feedback.message) < 300


def never_ends(update: int) -> float:
    while True:
        update += 1


def sleeps(update: int) -> float:
    time.sleep(1000)
    return right_ramp(update)


def never_ends_and_catches_exceptions(update: int) -> float:
    while True:
        try:
            update += 1
        except Exception:
            update = 0


def never_ends_and_catches_all(update: int) -> float:
    while True:
        try:
            time.sleep(0.05)
        except:  # noqa: E722  # what students write
            update += 0


def never_ends_and_goes_on_finally(update: int) -> float:
    while True:
        try:
            update = sum(range(10_000))
        except BaseException:
            continue
        finally:
            update += 1


@pytest.mark.parametrize(
    "answer",
    [
        never_ends,
        sleeps,
        never_ends_and_catches_exceptions,
        never_ends_and_catches_all,
        never_ends_and_goes_on_finally,
    ],
)
def test_a_function_that_never_ends_is_stopped(answer: Any) -> None:
    feedback = feedback_on(FUNCTION, answer, seconds=0.2)
    assert "still running after 0.2 seconds" in feedback.message
    assert feedback_on(FUNCTION, right_ramp).passed, "and the next check goes on"


def test_an_answer_that_fights_back_when_it_is_touched_is_an_incorrect_one() -> None:
    class Hostile:
        def __float__(self) -> float:
            raise SystemExit("hands off")

    feedback = feedback_on(NUMBER, Hostile())
    assert feedback.outcome is Outcome.INCORRECT
    assert "hands off" in feedback.message


class ElsewhereError(BaseException):
    """Not an Exception."""


@pytest.mark.parametrize("error", [GeneratorExit, ElsewhereError, SystemExit])
def test_nothing_that_an_answer_raises_gets_out(error: type[BaseException]) -> None:
    def raising(update: int) -> float:
        raise error("no")

    assert f"raised `{error.__name__}: no`" in feedback_on(FUNCTION, raising).message


def test_a_learner_can_interrupt_a_check() -> None:
    def interrupted(update: int) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        feedback_on(FUNCTION, interrupted)


def test_what_an_error_says_is_cut_to_one_short_line() -> None:
    def wordy(update: int) -> float:
        raise ValueError("line\n" * 100_000)

    message = feedback_on(FUNCTION, wordy).message
    assert len(message) < 300
    assert "\n" not in message


def test_an_async_function_is_told_to_be_a_plain_one() -> None:
    async def later(update: int) -> float:
        return right_ramp(update)

    assert "write it with `def`" in feedback_on(FUNCTION, later).message


def test_a_right_function_that_logs_writes_nothing_to_stderr(
    capfd: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("a student's")
    handler = logging.StreamHandler(sys.__stderr__)
    logger.addHandler(handler)

    def logs(update: int) -> float:
        logger.error("update %s", update)
        return right_ramp(update)

    assert feedback_on(FUNCTION, logs).passed
    logger.error("and logs again afterwards")
    logger.removeHandler(handler)
    assert capfd.readouterr().err == "and logs again afterwards\n"


def test_what_an_answer_does_to_torch_is_undone_before_the_next_check() -> None:
    def meddles(update: int) -> float:
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        torch.set_default_device("meta")
        return right_ramp(update)

    assert feedback_on(FUNCTION, meddles).passed
    assert torch.is_grad_enabled()
    assert torch.get_default_dtype() is torch.float32
    assert torch.get_default_device() == torch.device("cpu")
    loop = questions.load(LOOP)
    assert examine(loop, loop.reference()).passed


def test_a_check_leaves_the_session_as_it_was() -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    with torch.no_grad():
        make_key(questions.load("lambda_lr/nothing_trains"))
        assert not torch.is_grad_enabled()
    assert torch.equal(before, torch.get_rng_state())


def test_the_time_limit_puts_back_the_alarm_that_was_set() -> None:
    def mine(signum: int, frame: Any) -> None: ...

    before = signal.signal(signal.SIGALRM, mine)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        assert feedback_on(FUNCTION, right_ramp).passed
        assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Known and unknown mistakes


def test_a_known_mistake_is_named_with_its_first_wrong_update() -> None:
    feedback = feedback_on(FUNCTION, lambda update: (update + 1) / 5)
    assert feedback.misconception == "no-cap"
    assert feedback.details == ("First difference at update 5: yours gives `1.2`.",)


def test_an_unknown_single_number_is_said_back() -> None:
    assert feedback_on(NUMBER, -0.08).details[0] == "Your answer is `-0.08`."


def test_the_believed_value_stands_in_the_sentence() -> None:
    assert feedback_on(NUMBER, 0.06).message.startswith("0.06 is the LR that the third pass")


@pytest.mark.parametrize(
    ("answer", "explained"),
    [
        (lambda update: right_ramp(max(update - 2, -1)), "each 2 places late"),
        (lambda update: right_ramp(update + 1), "each 1 place early"),
        (lambda update: right_ramp(update) / 4, "0.25 times the expected one"),
    ],
)
def test_an_unknown_mistake_is_explained_by_a_shift_or_a_scale(answer: Any, explained: str) -> None:
    feedback = feedback_on(FUNCTION, answer)
    assert feedback.misconception is None
    assert any(explained in detail for detail in feedback.details)


def test_an_unexplained_mistake_is_told_what_must_hold() -> None:
    feedback = feedback_on(FUNCTION, lambda update: 0.3)
    assert feedback.details[0] == "First difference at update 0: yours gives `0.3`."
    assert feedback.details[-1].startswith("What must hold: The first 5 factors rise")


def test_an_untouched_broken_function_is_said_to_be_untouched() -> None:
    question = questions.load("lambda_lr/off_by_one")
    feedback = examine(question, question.wrong_answers()["index-as-count"])
    assert feedback.outcome is Outcome.NOT_ATTEMPTED
    assert feedback.message.startswith("This is still the code that you got. What must hold: ")


# Judging is pure and total

values = st.lists(st.floats(allow_nan=False) | st.text(max_size=3), max_size=14)
KEY = make_key(questions.load(FUNCTION))


@given(values)
def test_judging_never_raises_and_passes_only_what_is_the_same(seen: list[float | str]) -> None:
    feedback = judge(KEY, Observation(tuple(seen)))
    same = same_values(seen, KEY.expected.values, tolerance=KEY.tolerance)
    assert feedback.passed == same


@given(st.integers(0, 11), st.floats(1e-4, 1e3))
def test_one_value_that_is_off_is_enough_to_fail(index: int, by: float) -> None:
    seen = list(KEY.expected.values)
    seen[index] = float(seen[index]) + by
    assert not judge(KEY, Observation(tuple(seen))).passed


@given(values)
def test_an_observation_survives_json(seen: list[float | str]) -> None:
    observation = Observation(tuple(seen))
    assert Observation.from_json(json.loads(json.dumps(observation.to_json()))) == observation


def test_a_constant_is_not_explained_by_a_shift() -> None:
    assert explain([0.2] * 5, [0.1] * 5, list("abcde"), tolerance=1e-6) == []


def test_a_wrong_number_of_values_is_told() -> None:
    key = Key("demo/q", 1, 1e-6, ["a", "b"], "H.", "T.", Observation((1.0, 2.0)))
    assert judge(key, Observation((1.0,))).details[0] == "The number of values is 1, and must be 2."


# How it looks


def test_a_cell_result_is_the_score_as_a_number() -> None:
    right, wrong = feedback_on(LOOP, questions.load(LOOP).reference()), feedback_on(LOOP, 1)
    assert repr(feedback_note(right)) == "2"
    assert repr(feedback_note(wrong)) == "0"


def test_feedback_says_in_words_what_its_colour_says() -> None:
    assert "✓ Right · 1 of 1 point" in feedback_note(feedback_on(NUMBER, 0.08))._repr_html_()
    assert "✗ Not yet · 0 of 1 point" in str(feedback_note(feedback_on(NUMBER, 0.06)))


def test_html_escapes_what_the_student_wrote() -> None:
    text = feedback_note(feedback_on(NUMBER, "<script>alert(1)</script>"))._repr_html_()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_code_in_a_note_keeps_its_stars() -> None:
    html = Note("Title", ["`a * b ** c` is *not* **the** same"])._repr_html_()
    assert "<code>a * b ** c</code> is <em>not</em> <strong>the</strong> same" in html


def test_links_to_the_web_are_links_in_html_and_no_others() -> None:
    links = '[*A* & "b"](https://x.org/?a=*&b="*) [c](javascript:d) [e](/f)'
    assert (
        '<a href="https://x.org/?a=*&amp;b=&quot;*" target="_blank" rel="noopener">'
        "<em>A</em> &amp; &quot;b&quot;</a> [c](javascript:d) [e](/f)"
    ) in Note("", [links])._repr_html_()


@pytest.mark.parametrize("quotes", ["`", "``"])
def test_links_in_code_are_code(quotes: str) -> None:
    html = Note("", [f"{quotes}[a](https://x.org) *b*{quotes}"])._repr_html_()
    assert "<code>[a](https://x.org) *b*</code>" in html
    assert "[a](https://x.org)</pre>" in Note("", ["```\n[a](https://x.org)\n```"])._repr_html_()


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("`f(*args, **kw) 2 * 3` is *not* **so**", "`f(*args, **kw) 2 * 3` is not so"),
        ("**Never `a * b` twice**, 2 * 3 * 4", "Never `a * b` twice, 2 * 3 * 4"),
        ("*[PR 1](https://x.org/a_(b)*)*", "PR 1 (https://x.org/a_(b)*)"),
        ("[`f`](https://x.org), [g](h)", "`f` (https://x.org), [g](h)"),
        ("`[a](https://x.org)`, an open ` and *", "`[a](https://x.org)`, an open ` and *"),
        ("\x000\x00 `a`", "0 `a`"),
    ],
)
def test_markdown_in_plain_words_keeps_code_and_addresses(markdown: str, text: str) -> None:
    assert plain(markdown) == text


# Programs


def program() -> None:
    for epoch in range(2):
        print("epoch", epoch, "lr", 0.1 / (epoch + 1))


def test_a_program_is_edited_only_where_the_text_stands_once() -> None:
    edited = Program.of(program).edited("0.1 /", "0.2 /")
    assert edited.numbers() == [0.2, 0.1]
    with pytest.raises(ValueError, match="exactly once, but 'epoch' stands there 4 times"):
        Program.of(program).edited("epoch", "x")


def test_a_key_with_a_model_that_cannot_run_says_which() -> None:
    key = KEY.misconceptions["no-cap"]
    assert isinstance(key, WrongModel)
    question = questions.load(FUNCTION)
    broken = type(question)(**{**vars(question), "answer": lambda update: None})
    with pytest.raises(ValueError, match=r"the reference must run, but: .*gives `None`"):
        make_key(broken)


def test_nothing_of_an_answer_is_kept_by_observing_it() -> None:
    assert observe(questions.load(NUMBER), 0.06) == Observation((0.06,))


# What feedback says and draws of a curve


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda t: min((t + 3) / 5, 1.0) if t != 7 else 0.5,
            "Yours falls until update 7, and rises",
        ),
        (lambda t: min((t + 2) / 9, 0.95), "never reaches the peak: its highest value is 0.95"),
        (lambda t: 0.2 + 0.01 * t**2, "Yours rises above the peak, first at update 9."),
        (lambda t: right_ramp(t + 3), "each 3 places early"),
        (lambda t: 0.3 * right_ramp(t), "Every value of yours is 0.3 times"),
    ],
)
def test_the_diagnosis_names_dips_and_peaks(answer: Any, said: str) -> None:
    feedback = feedback_on(FUNCTION, answer)
    assert feedback.misconception is None
    assert any(said in detail for detail in feedback.details), feedback.details


def test_a_wrong_function_is_drawn_over_what_the_task_asks_for() -> None:
    curves = feedback_on(FUNCTION, lambda t: min(t / 5, 1.0)).curves
    assert curves is not None
    assert curves.yours[:3] == (0.0, 0.2, 0.4)
    assert curves.expected[:3] == (0.2, 0.4, 0.6)
    assert (curves.part_at, curves.measures) == (0, "factor")


def test_a_wrong_list_is_drawn_beside_what_was_right_so_far_and_no_more() -> None:
    curves = feedback_on(NUMBERS, [0.1, 0.2, 0.25, 0.3, 0.3]).curves
    assert curves is not None
    assert len(curves.expected) == curves.part_at == 2


def test_a_wrong_number_is_drawn_as_all_that_its_holder_expects_to_be_printed() -> None:
    feedback = feedback_on(NUMBER, 0.06)
    curves = feedback.curves
    assert curves is not None
    assert curves.yours == (0.02, 0.04, 0.06, 0.08, 0.1)
    assert curves.expected == ()
    assert "part at `Epoch 1`: there you would expect `0.02`" in feedback.details[0]


def test_a_wrongly_named_bug_is_drawn_as_the_trace_that_it_makes() -> None:
    question = questions.load("lambda_lr/name_the_ramp")
    feedback = examine(question, question.wrong_answers()["no-cap"])
    assert feedback.misconception == "no-cap"
    assert feedback.details == ("First difference at update 5: the bug you chose gives `0.12`.",)
    assert feedback.curves is not None
    assert feedback.curves.called == ("the bug you chose", "the trace")


def test_the_figure_has_alt_text_and_the_note_its_twin() -> None:
    note = feedback_note(feedback_on(FUNCTION, lambda t: min(t / 5, 1.0)))
    assert "<img alt=" in note._repr_html_()
    assert "Yours and expected part at update 0" in str(note)
    assert repr(note) == "0"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"values": [1.0]},
        {"values": [True], "trouble": None, "message": ""},
        {"values": [[1]], "trouble": None, "message": ""},
        {"values": "0.1", "trouble": None, "message": ""},
        {"values": [10**400], "trouble": None, "message": ""},
        {"values": [], "trouble": "passed", "message": ""},
        {"values": [], "trouble": ["raised"], "message": ""},
        {"values": [], "trouble": None, "message": 3},
    ],
)
def test_what_is_no_observation_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match=r"must be|has values"):
        Observation.from_json(data)


def test_only_code_as_it_was_given_is_not_attempted() -> None:
    question = questions.load("lambda_lr/off_by_one")

    def same_but_written_anew(epoch: int) -> float:
        share = epoch / 5
        return min(share, 1.0)

    tried = examine(question, same_but_written_anew)
    assert (tried.outcome, tried.misconception) == (Outcome.INCORRECT, "index-as-count")
    names: dict[str, Any] = {}
    exec(question.starter(), names)
    untouched = examine(question, names["off_by_one"])
    assert untouched.outcome is Outcome.NOT_ATTEMPTED
    assert "still the code that you got" in untouched.message


def test_a_resumed_run_needs_the_optimizers_state_too() -> None:
    def replays(make_optimizer: Any, make_scheduler: Any, checkpoint: Any) -> Any:
        optimizer = make_optimizer()
        scheduler = make_scheduler(optimizer)
        for _ in range(checkpoint["scheduler"]["last_epoch"]):
            scheduler.step()
        return optimizer, scheduler

    feedback = examine(questions.load("training/resume"), replays)
    assert not feedback.passed
    assert "not its own state, such as momentum" in feedback.message
