"""What the browser tests share: a copy of the course, a server for each app, a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.apps import CHROMIUM, ROOT, SECOND, App, serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not item.path.is_relative_to(Path(__file__).parent):
            continue
        if CHROMIUM is None:  # A system package; `.ci/run` installs it, so CI skips nothing.
            why = "chromium is not installed (Debian: apt-get install chromium)"
            item.add_marker(pytest.mark.skip(reason=why))
        # Playwright leaves its own sockets and event loop to the garbage collector.
        for leak in ("ResourceWarning", "pytest.PytestUnraisableExceptionWarning"):
            item.add_marker(pytest.mark.filterwarnings(f"default::{leak}"))


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tmp_path_factory.mktemp("browser") / "course"
    for folder in ("lessons", "quizzes"):
        shutil.copytree(ROOT / folder, course / folder)
    return course


@pytest.fixture(scope="session")
def lab(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A JupyterLab that serves a copy of the course."""
    with serving("jupyterlab", "lab/tree", course, tmp_path_factory.mktemp("lab")) as app:
        yield app


@pytest.fixture(scope="session")
def notebook(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A Notebook 7 that serves a copy of the course."""
    pytest.importorskip("notebook", reason="Notebook 7 comes with 'classroom'")
    with serving("notebook", "notebooks", course, tmp_path_factory.mktemp("notebook")) as app:
        yield app


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser window, whose pages share what they have loaded.

    It is closed with its module: while it is open, nothing else can run an event loop.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright comes with 'dev'")
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context(viewport={"width": 1200, "height": 1400})
        context.set_default_timeout(60 * SECOND)
        yield context
        browser.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    yield page
    page.close()
