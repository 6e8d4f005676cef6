"""The panel of a question, driven as its buttons and fields are."""

from __future__ import annotations

import asyncio
import dataclasses
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from warmup_lib import questions
from warmup_lib.quiz import panel as panel_module
from warmup_lib.quiz.choose import Choose, Claim
from warmup_lib.quiz.examine import examine
from warmup_lib.quiz.lettered import Lettered
from warmup_lib.quiz.panel import Panel
from warmup_lib.quiz.panel_field import NotGivenError, label, numbers_in
from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.view import Note, feedback_note

CHOICE = "lambda_lr/right_lambda"
NUMBER = "lambda_lr/first_print"
LIST = "lambda_lr/used_by_updates"
WRITTEN = "lambda_lr/ramp_from_one_nth"
BROKEN = "lambda_lr/off_by_one"
ALL = questions.all_names()


class Driven:
    """A panel with its widgets at hand, and what a notebook would have around it."""

    def __init__(self, name_or_question: str | Question, *, current: Any = None, **more: Any):
        question = (
            questions.load(name_or_question)
            if isinstance(name_or_question, str)
            else name_or_question
        )
        self.current = current
        self.hints = iter(question.hints)
        calls: dict[str, Any] = {
            "check": lambda answer: feedback_note(examine(question, answer)),
            "hint": lambda: Note("Hint", [next(self.hints)]),
            "solution": lambda: Note("Solution", [question.steps]),
            "current": lambda: self.current,
        }
        self.panel = Panel(question, **{**calls, **more})

    def widgets(self, kind: str) -> list[Any]:
        """All widgets of a class, in the order of the page."""

        def below(widget: Any) -> list[Any]:
            return [widget, *(w for child in getattr(widget, "children", ()) for w in below(child))]

        return [w for w in below(self.panel.widget()) if type(w).__name__ == kind]

    def field(self, kind: str) -> Any:
        (found,) = self.widgets(kind)
        return found

    def press(self, description: str) -> str:
        """Press a button; gives what is said then."""
        (button,) = (b for b in self.widgets("Button") if b.description == description)
        button.click()
        return self.said()

    def said(self) -> str:
        (said,) = self.panel.widget().children[-2:-1]
        return str(said.value)


def test_a_choice_starts_with_nothing_chosen() -> None:
    driven = Driven(CHOICE)
    radios = driven.field("RadioButtons")
    assert radios.value is None
    assert [label[:2] for label, _ in radios.options] == ["A.", "B.", "C.", "D.", "E."]
    assert not any("`" in label for label, _ in radios.options)
    assert "Choose one of the options first" in driven.press("Check")


def test_a_wrong_choice_is_named_and_the_right_one_goes_into_the_answer_cell() -> None:
    driven = Driven(CHOICE)
    question = driven.panel.question
    for mistake, letter in question.wrong_answers().items():
        driven.field("RadioButtons").value = letter
        said = driven.press("Check")
        assert f"Known mistake: <em>{mistake}</em>" in said
        assert "In a graded notebook" not in said
    driven.field("RadioButtons").value = question.reference()
    said = driven.press("Check")
    assert "✓ Right" in said
    assert f"<code>right_lambda = &quot;{question.reference()}&quot;</code>" in said


def test_the_options_stand_beside_the_radio_buttons_only() -> None:
    question = questions.load(CHOICE)
    assert isinstance(question, Lettered)
    (task,) = (w for w in Driven(CHOICE).widgets("Output") if "text/markdown" in first_data(w))
    text = first_data(task)["text/markdown"]
    assert question.prompt in text
    assert not any(option.text in text for option in question.options.values())


def first_data(output: Any) -> Any:
    return output.outputs[0]["data"]


def test_a_number_is_typed_and_enter_checks_it() -> None:
    driven = Driven(NUMBER)
    text = driven.field("Text")
    assert text.placeholder == "a number"
    text.value = "0.06"
    text._handle_custom_msg({"event": "submit"}, [])  # what Enter sends
    assert "Known mistake: <em>reads-before-step</em>" in driven.said()
    text.value = " 0.08 "
    assert "<code>first_print = 0.08</code>" in driven.press("Check")


def test_a_list_is_typed_in_any_of_the_usual_ways() -> None:
    driven = Driven(LIST)
    text = driven.field("Text")
    reference = driven.panel.question.reference()
    assert text.placeholder == f"{len(reference)} numbers, with commas between them"
    for written in (str(reference), ", ".join(map(str, reference)), " ".join(map(str, reference))):
        text.value = written
        assert "✓ Right" in driven.press("Check")
    text.value = "0.1, 0.2"
    assert f"{len(reference)} numbers are asked for, and 2 were given" in driven.press("Check")


@pytest.mark.parametrize(
    ("typed", "wanted", "helps"),
    [
        ("", 1, "Type your answer into the field first"),
        (" [ ] ", 2, "Type your answer into the field first"),
        ("0,02", 1, "Write a decimal point as a point: `0.02`"),
        ("0,02; 0,04", 2, "Write a decimal point as a point: `0.02; 0.04`"),
        ("0,02, 0,04", 2, "Write a decimal point as a point: `0.02, 0.04`"),
        ("0.06,0.08", 1, "^One number is asked for, and 2 were given;"),
        ("1,000.5", 1, "^One number is asked for, and 2 were given;"),
        ("0,02 0,04", 1, "^One number is asked for, and 4 were given;"),
        ("0.06,0.08 x", 1, "`x` is no number"),
        ("1/5", 1, "`1/5` is no number"),
        ("a fifth", 1, "`a` is no number"),
        ("9" * 60 + "x", 1, "`" + "9" * 40 + "` is no number"),
    ],
)
def test_what_cannot_be_read_as_numbers_says_how_to_write_them(
    typed: str, wanted: int, helps: str
) -> None:
    with pytest.raises(NotGivenError, match=helps.replace("[", r"\[")):
        numbers_in(typed, wanted)


def test_whole_numbers_with_commas_are_a_list_where_a_list_is_asked_for() -> None:
    assert numbers_in("0,1,1,1", 4) == [0, 1, 1, 1]
    assert numbers_in("1,000.5, 2", 2) == [1, 0.5, 2]
    assert numbers_in("0,1,1,1", 5) == [0, 1, 1, 1]  # one is missing, and the check says so


@pytest.mark.parametrize("name", [WRITTEN, BROKEN])
def test_a_function_is_taken_from_the_notebook(name: str) -> None:
    driven = Driven(name)
    question = driven.panel.question
    assert not driven.widgets("Text") + driven.widgets("RadioButtons")
    for mistake, function in question.wrong_answers().items():
        if mistake != question.starter_is:
            driven.current = function
            assert f"Known mistake: <em>{mistake}</em>" in driven.press("Check")
    driven.current = question.reference()
    said = driven.press("Check")
    assert "✓ Right" in said
    assert "In a graded notebook" not in said


def test_a_function_that_is_not_there_is_left_to_the_check() -> None:
    missing = object()
    given = []

    def check(answer: Any) -> Note:
        given.append(answer)
        return Note("?", ["There is none."])

    driven = Driven(WRITTEN, current=missing, check=check)
    assert "There is none." in driven.press("Check")
    assert given == [missing]
    assert "There is no function <code>ramp_from_one_nth</code> yet" in driven.press("Run it")


def test_hints_come_one_at_a_time_and_the_steps_at_once() -> None:
    driven = Driven(NUMBER)
    hints = [driven.press("Hint"), driven.press("Hint")]
    assert "Whose learning rate" in hints[0]
    assert "with a counter of its own" in hints[1]
    assert "Three steps" not in driven.press("Show steps")
    assert "only then is the LR printed" in driven.said()


def test_run_it_shows_what_is_printed_once_there_is_an_answer() -> None:
    driven = Driven(NUMBER)
    assert "Type your answer into the field first" in driven.press("Run it")
    driven.field("Text").value = "1"
    assert "Epoch 3: lr 0.08\nEpoch 4: lr 0.1" in driven.press("Run it")


def test_run_it_runs_the_function_of_the_notebook() -> None:
    question = questions.load(WRITTEN)
    driven = Driven(WRITTEN, current=question.reference())
    assert "update 1: 0.4\nupdate 2: 0.6" in driven.press("Run it").replace("`", "")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise OSError('disk')", "OSError: disk"),
        ("raise SystemExit", "SystemExit"),
        ("while True: pass", "still running after 0.2 seconds"),
        ("import signal; signal.raise_signal(signal.SIGINT)", "was interrupted"),
    ],
)
def test_a_function_that_cannot_be_run_ends_in_a_sentence(
    body: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_module, "SECONDS", 0.2)
    monkeypatch.setattr("warmup_lib.quiz.panel_press.SECONDS", 0.2)
    names: dict[str, Any] = {}
    exec(f"def ramp(update):\n    {body}", names)
    before = signal.getsignal(signal.SIGINT)
    shown = Driven(WRITTEN, current=names["ramp"]).press("Run it")
    assert said in shown
    assert "Traceback" not in shown
    assert signal.getsignal(signal.SIGINT) is before


def test_a_check_that_fails_itself_ends_in_a_sentence() -> None:
    def check(answer: Any) -> Note:
        raise RuntimeError("no room on the disk")

    driven = Driven(NUMBER, check=check)
    driven.field("Text").value = "1"
    assert "<code>RuntimeError: no room on the disk</code>" in driven.press("Check")


def test_the_same_feedback_twice_is_new_to_the_page() -> None:
    driven = Driven(CHOICE)
    assert driven.press("Check") != driven.press("Check")


def test_work_waits_for_the_loop_that_showed_the_panel_and_for_a_late_answer() -> None:
    """As when the kernel was busy, and a thread of its own reports the press."""
    question = questions.load(NUMBER)
    worked_in = []

    def check(answer: Any) -> Note:
        worked_in.append(threading.current_thread())
        return feedback_note(examine(question, answer))

    async def notebook() -> Driven:
        driven = Driven(question, check=check)
        driven.field("Text").value = "0.06"
        press = threading.Thread(target=driven.press, args=["Check"])
        press.start()
        press.join()
        driven.field("Text").value = "0.08"
        await asyncio.sleep(0.5)
        return driven

    assert "✓ Right" in asyncio.run(notebook()).said()
    assert worked_in == [threading.main_thread()]


@pytest.mark.parametrize("name", ALL)
def test_every_question_of_the_bank_has_a_panel_and_a_text(name: str) -> None:
    driven = Driven(name)
    question = driven.panel.question
    bundle = driven.panel._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/markdown"] == bundle["text/plain"] == repr(driven.panel)
    assert bundle["text/markdown"].startswith(f"### {question.title}\n\n*{question.kind} · ")
    assert question.statement() in bundle["text/markdown"]
    assert question.offered() in bundle["text/markdown"]
    given_here = len(driven.widgets("RadioButtons") + driven.widgets("Text"))
    assert given_here == isinstance(question, (Lettered, Predict))
    if not given_here:
        assert question.starter() in bundle["text/markdown"]


def test_a_panel_without_its_statement_has_the_options_still() -> None:
    driven = Driven(CHOICE, statement=False)
    assert not [w for w in driven.widgets("Output") if "text/markdown" in first_data(w)]
    assert driven.field("RadioButtons").options
    assert repr(driven.panel) == "Run this cell to answer “The right one of five” here."


@pytest.mark.parametrize("variable", ["NBGRADER_EXECUTION", "NBGRADER_VALIDATING"])
def test_nbgrader_gets_nothing(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "1")
    assert Driven(CHOICE).panel._repr_mimebundle_() == {"text/plain": ""}


def test_a_title_cannot_end_the_script_that_names_the_panel() -> None:
    question = dataclasses.replace(a_choice(), title='Half" of `one`; </script>')
    (script,) = (
        first_data(w)["application/javascript"]
        for w in Driven(question).widgets("Output")
        if "application/javascript" in first_data(w)
    )
    assert script.startswith('const title = "Half\\" of `one`; </script>";\n')


def test_labels_that_are_code_look_like_code() -> None:
    assert "warmup-code" in Driven(CHOICE).field("RadioButtons")._dom_classes
    words = dataclasses.replace(a_choice(), claims=[claim("one", "*Half* of `n * 2`")])
    radios = Driven(words).field("RadioButtons")
    assert "warmup-code" not in radios._dom_classes
    assert radios.options == (("A. Half of n * 2", "A"),)


def test_markdown_becomes_plain_words() -> None:
    assert label("**Never** `a * b`,\nor *x*: 2 * 3") == "Never a * b, or x: 2 * 3"


def test_ipywidgets_is_imported_only_when_a_panel_is_shown() -> None:
    program = (
        "import sys; from warmup_lib import ask; panel = ask('lambda_lr/right_lambda'); "
        "print(panel); print('ipywidgets' in sys.modules); "
        "panel._repr_mimebundle_(); print('ipywidgets' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    assert "- **A.** `lambda t:" in shown
    assert shown.split()[-2:] == ["False", "True"]


def claim(name: str, text: str, holds: Callable[[], bool] = lambda: True) -> Claim:
    return Claim(name, text, holds, "It is so.")


def a_choice() -> Choose:
    return Choose(
        title="Half of one",
        prompt="What is it?",
        hints=(),
        steps="",
        quick_check="",
        holds="",
        claims=[claim("half", "`1 / 2`"), claim("none", "`1 // 2`", lambda: False)],
        name="demo/half",
    )


def test_an_empty_field_leaves_the_answer_to_the_notebooks_cell() -> None:
    driven = Driven(CHOICE)
    driven.current = driven.panel.question.reference()
    assert "✓ Right" in driven.press("Check")
    for nothing in (..., None, object(), [..., ...], []):
        driven.current = nothing
        assert "Choose one of the options first" in driven.press("Check")


def test_run_it_repeats_the_answer_beside_what_is_printed() -> None:
    driven = Driven("lambda_lr/first_print")
    driven.field("Text").value = "0.06"
    said = driven.press("Run it")
    assert "Epoch 3: lr 0.08" in said
    assert "You answered <code>first_print = 0.06</code>." in said
