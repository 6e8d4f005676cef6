"""The course in a real browser: JupyterLab in Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from warmup_lib import questions
from warmup_lib.builder.quizzes import KERNEL

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright comes with 'dev'")

CHROMIUM = shutil.which("chromium")
ROOT = Path(__file__).parent.parent.parent
TOKEN = "a-token-for-this-test"
SECOND = 1000

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed (Debian: apt-get install chromium)"
    ),
    # Playwright leaves its own sockets and event loop to the garbage collector.
    pytest.mark.filterwarnings("default::ResourceWarning"),
    pytest.mark.filterwarnings("default::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("browser") / "course"
    for folder in ("lessons", "quizzes"):
        shutil.copytree(ROOT / folder, course / folder)
    return course


@pytest.fixture(scope="module")
def lab(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves a copy of the course."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    settings = home / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    # Every cell is drawn, also those below the window, so that all can be looked at.
    settings.write_text('{"windowingMode": "none"}')
    log = (home / "lab.log").open("w")
    options = [f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options, "--allow-root"],
        cwd=course,
        env={
            **os.environ,
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_it_serves(f"{address}/api", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def wait_until_it_serves(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "JupyterLab has stopped; see lab.log"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab does not answer at {address}")


@pytest.fixture
def page(lab: str) -> Iterator[Any]:
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(60 * SECOND)
        yield page
        browser.close()


def open_notebook(page: Any, lab: str, path: str) -> None:
    page.goto(f"{lab}/lab/tree/{path}?token={TOKEN}&reset")
    page.get_by_text("| Idle").wait_for()


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
    page: Any, lab: str, course: Path, tmp_path: Path
) -> None:
    path = "lessons/02_lambda_lr.ipynb"
    notebook: Any = nbformat.read(course / path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, course / path)

    open_notebook(page, lab, path)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    code_cells = sum(cell.cell_type == "code" for cell in notebook.cells)
    page.get_by_text(f"[{code_cells}]:", exact=True).first.wait_for()
    page.get_by_text("| Idle").wait_for()
    page.screenshot(path=tmp_path / "lesson.png")

    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert page.locator(".jp-OutputArea-output[data-mime-type*='stderr']").count() == 0
    figures = page.locator(".jp-OutputArea-output img")
    assert figures.count() >= 1
    assert all(figures.nth(i).get_attribute("alt") for i in range(figures.count()))


def test_the_quiz_names_the_mistake_and_then_passes(page: Any, lab: str, tmp_path: Path) -> None:
    open_notebook(page, lab, "quizzes/lambda_lr/lambda_lr.ipynb")

    write_and_run(page, "first_print = ", "first_print = 0.06")
    page.get_by_text("reads-before-step").wait_for()
    page.get_by_text("the print comes after that").wait_for()
    assert page.get_by_text("✗ Not yet · 0 of 1 point").count() == 1
    page.screenshot(path=tmp_path / "wrong.png")

    write_and_run(page, "first_print = ", "first_print = 0.08")
    page.get_by_text("✓ Right · 1 of 1 point").wait_for()
    assert page.get_by_text("reads-before-step").count() == 0
    page.screenshot(path=tmp_path / "right.png")


def test_an_untouched_quiz_runs_without_a_traceback(page: Any, lab: str) -> None:
    open_notebook(page, lab, "quizzes/lambda_lr/lambda_lr.ipynb")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.get_by_text("○ Not attempted yet").nth(len(questions.names("lambda_lr")) - 1).wait_for()
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0


def test_the_explorer_follows_the_mouse_and_the_arrow_keys(
    page: Any, lab: str, course: Path, tmp_path: Path
) -> None:
    cell = nbformat.v4.new_code_cell(
        "from warmup_lib.explore import explore\n\nexplore(base_lr=0.3, warmup=10)"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=KERNEL)
    nbformat.write(notebook, course / "play.ipynb")
    open_notebook(page, lab, "play.ipynb")
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
