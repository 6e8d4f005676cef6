"""The course in a real browser: JupyterLab in Debian's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from browser.apps import App
from warmup_lib import questions


def answer_cell(page: Any, beginning: str) -> Any:
    return page.locator(".jp-Notebook-cell", has=page.locator(".cm-content", has_text=beginning))


def write_and_run(page: Any, beginning: str, source: str) -> None:
    """Write into the cell that begins so, run it, and run the check below it."""
    cell = answer_cell(page, beginning).first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(source)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def test_lesson_2_runs_from_top_to_bottom(
    page: Any, lab: App, course: Path, tmp_path: Path
) -> None:
    path = "lessons/02_lambda_lr.ipynb"
    notebook: Any = nbformat.read(course / path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, course / path)

    lab.open(page, path)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    page.get_by_text(f"[{code_cells}]:", exact=True).first.wait_for()
    lab.wait_until_idle(page)
    page.screenshot(path=tmp_path / "lesson.png")

    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert page.locator(".jp-OutputArea-output[data-mime-type*='stderr']").count() == 0
    figures = page.locator(".jp-OutputArea-output img")
    assert figures.count() >= 1
    assert all(figures.nth(i).get_attribute("alt") for i in range(figures.count()))


@pytest.fixture(scope="module")
def quiz(browser: Any, lab: App) -> Iterator[Any]:
    """The page of a quiz that nobody has answered, run from top to bottom."""
    page = browser.new_page()
    lab.open(page, "quizzes/lambda_lr/lambda_lr.ipynb")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    yield page
    page.close()


def test_an_untouched_quiz_runs_without_a_traceback(quiz: Any) -> None:
    quiz.get_by_text("○ Not attempted yet").nth(len(questions.names("lambda_lr")) - 1).wait_for()
    assert quiz.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0


def test_the_quiz_names_the_mistake_and_then_passes(quiz: Any, tmp_path: Path) -> None:
    write_and_run(quiz, "first_print = ", "first_print = 0.06")
    quiz.get_by_text("reads-before-step").wait_for()
    quiz.get_by_text("the print comes after that").wait_for()
    assert quiz.get_by_text("✗ Not yet · 0 of 1 point").count() == 1
    quiz.screenshot(path=tmp_path / "wrong.png")

    write_and_run(quiz, "first_print = ", "first_print = 0.08")
    quiz.get_by_text("✓ Right · 1 of 1 point").wait_for()
    assert quiz.get_by_text("reads-before-step").count() == 0
    quiz.screenshot(path=tmp_path / "right.png")


def test_the_explorer_follows_the_mouse_and_the_arrow_keys(
    page: Any, lab: App, tmp_path: Path
) -> None:
    lab.write(
        "play.ipynb", "from warmup_lib.explore import explore\n\nexplore(base_lr=0.3, warmup=10)"
    )
    lab.open(page, "play.ipynb")
    page.locator(".jp-Notebook-cell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_text("peak 0.3 first at update 10,").wait_for()

    slider = page.locator(".widget-slider", has_text="warmup (updates)")
    handle = slider.locator(".noUi-handle")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("peak 0.3 first at update 11,").wait_for()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("peak 0.3 first at update 10,").wait_for()

    grip, track = handle.bounding_box(), slider.locator(".noUi-base").bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] / 2, grip["y"] + grip["height"] / 2, steps=8)
    page.mouse.up()
    page.get_by_text("peak 0.3 first at update 30,").wait_for()
    assert page.locator("td", has_text="30").count() == 1
    figure = page.locator(".widget-html img")
    assert "A linear warmup over 30 updates, then cosine" in figure.get_attribute("alt")
    page.screenshot(path=tmp_path / "explorer.png")
