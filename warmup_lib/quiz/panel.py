"""A question as a panel: its task, a place for the answer, and buttons."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from warmup_lib.quiz.examine import SECONDS
from warmup_lib.quiz.isolation import isolated
from warmup_lib.quiz.limits import time_limit
from warmup_lib.quiz.panel_field import (
    NotebookField,
    NotGivenError,
    NothingGivenError,
    field_for,
)
from warmup_lib.quiz.panel_press import here, in_turn, note_of
from warmup_lib.quiz.panel_style import STYLE, script
from warmup_lib.quiz.question import Question, fenced
from warmup_lib.quiz.view import Note


class Panel:
    """A question to be answered in the notebook's page, by keyboard or mouse.

    As the last line of a cell it shows its widgets; where there is no kernel, as on
    a page, the question as Markdown; where nbgrader runs the notebook, nothing.

    Args:
        question: what is asked.
        check: judges an answer.
        hint: one more hint with each call.
        solution: the worked steps.
        current: the notebook's own answer. It is taken where the field is empty, and for
            a function, which is written in a cell and has no field.
        statement: show the task, too; without it only what it is answered with.
    """

    def __init__(
        self,
        question: Question,
        *,
        check: Callable[[Any], Note],
        hint: Callable[[], Note],
        solution: Callable[[], Note],
        current: Callable[[], Any],
        statement: bool = True,
    ) -> None:
        self.question = question
        self._check, self._hint, self._solution = check, hint, solution
        self._statement = statement
        self._field, self._current = field_for(question, current), current
        self._widget: Any = None

    def __repr__(self) -> str:
        question = self.question
        if not self._statement:
            return f"Run this cell to answer “{question.title}” here."
        picture = question.picture()
        figure = "" if picture is None else fenced(picture.text, "text")
        parts = [self._heading(), question.task(figure), self._starter()]
        return "\n\n".join(part for part in parts if part)

    def _heading(self) -> str:
        return f"### {self.question.title}\n\n*{self.question.facts()}*"

    def _starter(self) -> str:
        if not isinstance(self._field, NotebookField):
            return ""
        return (
            "Answer in a cell of your own: start from this, run it, and check it here.\n\n"
            f"{fenced(self.question.starter())}"
        )

    def widget(self) -> Any:
        """The panel as an ipywidget, the same at every call."""
        if self._widget is None:
            self._widget = self._built()
        return self._widget

    def _built(self) -> Any:
        import ipywidgets

        self._loop = here()
        self._presses = itertools.count()
        self._busy, self._feedback = ipywidgets.HTML(), ipywidgets.HTML()
        for each in (self._busy, self._feedback):
            each.add_class("warmup-said")
        style = ipywidgets.HTML(STYLE, layout={"display": "none"})
        behaviour = ipywidgets.Output(
            outputs=[_displayed({"application/javascript": script(self.question.title)})]
        )
        behaviour.add_class("warmup-script")
        panel = ipywidgets.VBox(
            [
                style,
                *self._task(),
                *self._field.widgets(on_enter=lambda: self._press(self._checked)),
                self._buttons(),
                self._feedback,
                behaviour,
            ]
        )
        panel.add_class("warmup-panel")
        return panel

    def _task(self) -> list[Any]:
        import ipywidgets

        if not self._statement:
            return []
        question = self.question
        parts = (self._heading(), question.statement(), self._starter())
        text = "\n\n".join(part for part in parts if part)
        shown = [_displayed({"text/markdown": text, "text/plain": text})]
        picture = question.picture()
        if picture is not None:
            shown.append(_displayed({"text/html": picture.html, "text/plain": picture.text}))
        return [ipywidgets.Output(outputs=shown)]

    def _buttons(self) -> Any:
        import ipywidgets

        def button(
            description: str, tooltip: str, work: Callable[[], Note], style: str = ""
        ) -> Any:
            made = ipywidgets.Button(description=description, tooltip=tooltip, button_style=style)
            made.on_click(lambda _: self._press(work))
            return made

        row = ipywidgets.HBox(
            [
                button("Check", "Is the answer right?", self._checked, "primary"),
                button("Hint", "One more hint with each press", self._hint),
                button("Show steps", "The worked steps, with the answer", self._solution),
                button("Run it", "Run the code, and see what it prints", self._proof),
                self._busy,
            ]
        )
        row.add_class("warmup-buttons")
        return row

    def _press(self, work: Callable[[], Note]) -> None:
        self._busy.value = '<span class="warmup-busy">One moment …</span>'
        in_turn(self._loop, lambda: self._say(note_of(work)))

    def _say(self, note: Note) -> None:
        # The same words twice are sent, and read out, only if something about them is new.
        self._feedback.value = f"{note._repr_html_()}<!-- {next(self._presses)} -->"
        self._busy.value = ""

    def _checked(self) -> Note:
        answer = self._answer()
        note = self._check(answer)
        if not note.passed or isinstance(self._field, NotebookField):
            return note
        where = (
            f"In a graded notebook, write it into the answer cell: `{self.question.cell(answer)}`"
        )
        return replace(note, paragraphs=[*note.paragraphs, where])

    def _answer(self) -> Any:
        """What the field holds, or else what the notebook's answer cell gave."""
        try:
            return self._field.answer()
        except NothingGivenError:
            answer = self._current()
            values = answer if isinstance(answer, (list, tuple)) else [answer]
            if not values or not all(isinstance(value, (str, int, float)) for value in values):
                raise
            return answer

    def _proof(self) -> Note:
        answer = self._answer()
        is_theirs = isinstance(self._field, NotebookField)
        if is_theirs and not callable(answer):
            name = self.question.variable
            raise NotGivenError(f"There is no function `{name}` yet; run the cell that defines it.")
        with isolated(), time_limit(SECONDS) if is_theirs else nullcontext():
            printed = self.question.proof(answer)
        yours = [] if is_theirs else [f"You answered `{self.question.cell(answer)}`."]
        return Note("What it prints", [f"```\n{printed.rstrip()}\n```", *yours])

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if {"NBGRADER_EXECUTION", "NBGRADER_VALIDATING"} & os.environ.keys():
            return {"text/plain": ""}
        text = repr(self)
        bundle = dict(self.widget()._repr_mimebundle_(**kwargs))
        return {**bundle, "text/markdown": text, "text/plain": text}


def _displayed(data: dict[str, str]) -> dict[str, Any]:
    """Data as an output of a cell."""
    return {"output_type": "display_data", "data": data, "metadata": {}}
