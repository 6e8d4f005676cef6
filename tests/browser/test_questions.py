"""Questions asked in a notebook's page and answered with the keyboard, in both apps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from browser.apps import App
from warmup_lib import progress, questions
from warmup_lib.quiz.key import shown
from warmup_lib.quiz.lettered import Lettered
from warmup_lib.quiz.predict import Predict
from warmup_lib.quiz.question import Question

CHOICE = "lambda_lr/right_lambda"
BUSY = "import time\n\ntime.sleep(1)"


def one_of_each_kind() -> dict[str, Question]:
    """By kind, and whether numbers are asked for one by one or as a list, a question."""
    found: dict[str, Question] = {"choose": questions.load(CHOICE)}
    for quiz in ("lambda_lr", *questions.QUIZZES):
        for name in questions.names(quiz):
            question = questions.load(name)
            is_list = isinstance(question, Predict) and not question.line
            found.setdefault(f"{question.kind} a list" if is_list else question.kind, question)
    return found


KINDS = one_of_each_kind()


@dataclass
class Sheet:
    """A notebook's page that asks every one of the questions, and the keys to move on it."""

    app: App
    page: Any

    def __post_init__(self) -> None:
        quizzes = {question.name.partition("/")[0] for question in KINDS.values()}
        set_up = [questions.quiz_module(quiz).SETUP for quiz in sorted(quizzes)]
        self.cells = ["\n".join([*set_up, "from warmup_lib import ask"]), BUSY]
        for question in KINDS.values():
            self.cells.append(f'ask("{question.name}")')
            if is_written_in_a_cell(question):
                self.cells.append(f"# {question.variable}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def go_to(self, source: str) -> Any:
        """Move to the cell with the arrow keys; the focus must be in the notebook."""
        wanted = self.cells.index(source)
        cells = self.page.locator(".jp-Notebook-cell")
        for _ in range(2 * len(self.cells)):
            classes = cells.evaluate_all("cells => cells.map((cell) => cell.className)")
            here = next(i for i, each in enumerate(classes) if "jp-mod-active" in each)
            if here == wanted:
                return cells.nth(wanted)
            self.press("ArrowDown" if here < wanted else "ArrowUp")
        raise AssertionError(f"the arrow keys do not lead to the cell {source}")

    def write(self, question: Question, source: str) -> None:
        """Write an answer into its cell, and run that."""
        cell = self.go_to(f"# {question.variable}")
        before = cell.locator(".jp-InputPrompt").inner_text()
        self.press("Enter", "Control+A")
        self.page.keyboard.insert_text(source)
        self.press("Control+Enter")
        self.page.wait_for_function(
            "([prompt, before]) => /\\d/.test(prompt.innerText) && prompt.innerText !== before",
            arg=[cell.locator(".jp-InputPrompt").element_handle(), before],
        )

    def ask(self, question: Question) -> Any:
        """Run the cell that asks, once; gives the panel below it."""
        panel = self.go_to(f'ask("{question.name}")').locator(".warmup-panel")
        if panel.count() == 0:
            self.press("Control+Enter")
        panel.get_by_role("status").first.wait_for(state="attached")
        return panel

    def tab_to(self, what: Any) -> None:
        """Tab forwards until the element has the focus, and see that it shows."""
        for _ in range(12):
            self.press("Tab")
            if what.evaluate("element => element === document.activeElement"):
                style, width = what.evaluate(
                    "element => [getComputedStyle(element).outlineStyle, "
                    "parseFloat(getComputedStyle(element).outlineWidth)]"
                )
                assert style == "solid"
                assert width >= 2
                return
        raise AssertionError(f"twelve tabs do not lead to {what}")

    def give(self, question: Question, panel: Any, answer: Any) -> None:
        """Give an answer from wherever the focus is in the notebook, and check it."""
        if is_written_in_a_cell(question):
            is_right = answer is question.reference()
            self.write(question, question.solution() if is_right else question.cell(answer))
            self.go_to(f'ask("{question.name}")')
        elif isinstance(question, Lettered):
            self.go_to_the_cell_of(question)
            radios = panel.get_by_role("radio")
            chosen = panel.locator("input:checked")
            self.tab_to(chosen if chosen.count() else radios.first)
            self.press("Space")
            wanted = radios.nth(list(question.options).index(answer))
            for _ in question.options:
                if not wanted.is_checked():
                    self.press("ArrowDown")
            assert wanted.is_checked()
        else:
            self.go_to_the_cell_of(question)
            self.tab_to(panel.get_by_role("textbox"))
            self.press("Control+A")
            self.page.keyboard.type(shown(answer if isinstance(answer, list) else [answer]))
        self.tab_to(panel.get_by_role("button", name="Check"))
        self.press("Space")

    def go_to_the_cell_of(self, question: Question) -> None:
        """From a button of its panel to the cell itself, from which Tab leads to the field."""
        neighbour = self.cells.index(f'ask("{question.name}")') - 1
        self.go_to(self.cells[neighbour])
        self.go_to(f'ask("{question.name}")')


def is_written_in_a_cell(question: Question) -> bool:
    return not isinstance(question, (Lettered, Predict))


def a_mistake(question: Question) -> tuple[str, Any]:
    """A misconception that the student does not start from, and the answer it leads to."""
    wrong = question.wrong_answers().items()
    return next((name, answer) for name, answer in wrong if name != question.starter_is)


@pytest.fixture(scope="module", params=["lab", "notebook"])
def sheet(request: pytest.FixtureRequest, browser: Any) -> Iterator[Sheet]:
    app: App = request.getfixturevalue(request.param)
    page = browser.new_page()
    sheet = Sheet(app, page)
    app.write(f"asked-in-{request.param}.ipynb", *sheet.cells)
    app.open(page, f"asked-in-{request.param}.ipynb")
    sheet.press("Control+Enter")
    page.get_by_text("[1]:", exact=True).wait_for()
    yield sheet
    page.close()


ONE_APP_WILL_DO = pytest.mark.parametrize("sheet", ["lab"], indirect=True)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_answered_wrongly_and_then_rightly_without_a_mouse(
    sheet: Sheet, kind: str, tmp_path: Path
) -> None:
    question = KINDS[kind]
    panel = sheet.ask(question)
    said = panel.get_by_role("status").last

    mistake, answer = a_mistake(question)
    sheet.give(question, panel, answer)
    said.get_by_text("✗ Not yet").wait_for()
    assert f"Known mistake: {mistake}" in said.inner_text()
    sheet.page.screenshot(path=tmp_path / "wrong.png")

    sheet.give(question, panel, question.reference())
    said.get_by_text("✓ Right").wait_for()
    assert mistake not in said.inner_text()
    assert ("In a graded notebook" in said.inner_text()) != is_written_in_a_cell(question)
    sheet.page.screenshot(path=tmp_path / "right.png")


def test_the_other_buttons_are_a_tab_away(sheet: Sheet) -> None:
    panel = sheet.ask(KINDS["choose"])
    said = panel.get_by_role("status").last
    for button, words in {
        "Hint": "Hint 1 of 3",
        "Show steps": "Common mistakes",
        "Run it": "What it prints",
    }.items():
        sheet.tab_to(panel.get_by_role("button", name=button))
        sheet.press("Enter")
        said.get_by_text(words).wait_for()


def test_a_screen_reader_is_told_what_a_choice_is_and_what_was_said(sheet: Sheet) -> None:
    question = KINDS["choose"]
    assert isinstance(question, Lettered)
    panel = sheet.ask(question)
    region = panel.get_by_role("status").last.element_handle()
    right = question.reference()
    sheet.give(question, panel, right)
    panel.get_by_text("✓ Right").wait_for()

    tree = Tree(sheet.page)
    group = tree.find("group", question.title)
    assert tree.find("heading", question.title, within=group)
    options = tree.find("radiogroup", "Your answer", within=group)
    radios = tree.all("radio", within=options)
    assert [tree.name(radio)[:3] for radio in radios] == [f"{letter}. " for letter in "ABCDE"]
    assert not any("`" in tree.name(radio) for radio in radios)
    assert [tree.property(radio, "checked") for radio in radios] == [
        "true" if letter == right else "false" for letter in question.options
    ]
    buttons = tree.all("button", within=group)
    assert [tree.name(each) for each in buttons] == ["Check", "Hint", "Show steps", "Run it"]
    assert all(tree.description(each) for each in buttons)
    live = tree.all("status", within=group)[-1]
    assert tree.property(live, "live") == "polite"
    # What is in it changes, while the region itself stays: else it may go unread.
    assert region.evaluate("region => region.isConnected && region.innerText.includes('✓ Right')")
    assert region.query_selector("[role=status]") is None


class Tree:
    """Chromium's accessibility tree of a page, as a screen reader gets it."""

    def __init__(self, page: Any) -> None:
        session = page.context.new_cdp_session(page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        self._nodes = {node["nodeId"]: node for node in nodes}

    def all(self, role: str, within: Any = None) -> list[Any]:
        """The nodes of a role, in the order of the page."""
        roots = [within] if within else [n for n in self._nodes.values() if "parentId" not in n]
        return [node for root in roots for node in self._below(root) if self.role(node) == role]

    def find(self, role: str, name: str, within: Any = None) -> Any:
        (node,) = (n for n in self.all(role, within) if self.name(n).startswith(name))
        return node

    def _below(self, node: Any) -> Iterator[Any]:
        for child in (self._nodes[each] for each in node.get("childIds", ())):
            yield child
            yield from self._below(child)

    def role(self, node: Any) -> str:
        return str(node.get("role", {}).get("value", ""))

    def name(self, node: Any) -> str:
        return str(node.get("name", {}).get("value", ""))

    def description(self, node: Any) -> str:
        return str(node.get("description", {}).get("value", ""))

    def property(self, node: Any, name: str) -> str:
        values = {each["name"]: each["value"] for each in node.get("properties", ())}
        return str(values.get(name, {}).get("value")).lower()


@ONE_APP_WILL_DO
def test_the_last_choice_counts_when_the_kernel_was_busy(sheet: Sheet) -> None:
    """The page holds all changes but the first back until the kernel has taken that."""
    question = KINDS["choose"]
    assert isinstance(question, Lettered)
    panel = sheet.ask(question)
    *_, (mistake, letter) = question.wrong_answers().items()
    sheet.go_to(BUSY)
    sheet.press("Control+Enter")
    sheet.give(question, panel, letter)
    panel.get_by_text(f"Known mistake: {mistake}").wait_for()


def test_nothing_is_cut_off_at_twice_the_size(sheet: Sheet) -> None:
    """1200 pixels at 200% are 600."""
    sheet.ask(KINDS["choose"])
    sheet.page.set_viewport_size({"width": 600, "height": 700})
    parts = sheet.page.locator(".warmup-panel, .warmup-panel :not(input)")
    cut_off = parts.evaluate_all(CUT_OFF)
    sheet.page.set_viewport_size({"width": 1200, "height": 1400})
    assert cut_off == []


def test_all_words_stand_out_from_what_is_behind_them(sheet: Sheet) -> None:
    sheet.ask(KINDS["choose"])
    assert sheet.page.locator(".warmup-panel *").evaluate_all(PALE) == []


@ONE_APP_WILL_DO
def test_a_reload_in_another_theme_keeps_answers_and_progress(
    sheet: Sheet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    question = KINDS["choose"]
    panel = sheet.ask(question)
    sheet.give(question, panel, question.reference())
    panel.get_by_text("✓ Right").wait_for()
    with sheet.page.expect_response(lambda response: response.request.method == "PUT"):
        sheet.press("Control+S")
    sheet.app.set("apputils-extension/themes", '{"theme": "JupyterLab Dark"}')
    sheet.page.reload()
    sheet.app.wait_until_idle(sheet.page)

    panel.get_by_text("✓ Right").wait_for()
    assert panel.get_by_role("radiogroup", name="Your answer").locator("input:checked").count() == 1
    sheet.page.locator("body[data-jp-theme-light=false]").wait_for(state="attached")
    sheet.page.screenshot(path=tmp_path / "dark.png")
    assert sheet.page.locator(".warmup-panel *").evaluate_all(PALE) == []

    mistake, answer = a_mistake(question)
    sheet.give(question, panel, answer)
    panel.get_by_text(f"Known mistake: {mistake}").wait_for()
    monkeypatch.setenv("WARMUP_HOME", str(sheet.app.home))
    record = progress.load().of(question.name)
    assert record.passed
    assert mistake in record.misconceptions


CUT_OFF = """(all) => all
  .filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.outerHTML.slice(0, 200))"""

PALE = """(all) => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const colour = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => {
    const linear = [r, g, b].map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const found = colour(getComputedStyle(each).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const [dark, bright] = [colour(getComputedStyle(element).color), behind(element)]
      .map(light).sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  return all
    .filter((each) => each.checkVisibility())
    .filter((each) => !each.matches("pre span"))  // Jupyter colours code by itself.
    .filter((each) => [...each.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((each) => contrast(each) < 4.5)
    .map((each) => `${contrast(each).toFixed(1)}: ${each.outerHTML.slice(0, 120)}`);
}"""
