"""JupyterLab and Notebook 7: how the tests start them, open notebooks, and press keys."""

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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from warmup_lib.builder.quizzes import KERNEL

CHROMIUM = shutil.which("chromium")
ROOT = Path(__file__).parent.parent.parent
TOKEN = "a-token-for-this-test"
SECOND = 1000


@dataclass(frozen=True)
class App:
    """A server of the course, and the pages on which it shows notebooks."""

    address: str
    pages: str
    course: Path
    home: Path

    def open(self, page: Any, notebook: str) -> None:
        """Show a notebook of the course, with a kernel that waits for work."""
        page.goto(f"{self.address}/{self.pages}/{notebook}?token={TOKEN}&reset")
        self.wait_until_idle(page)

    def wait_until_idle(self, page: Any) -> None:
        page.locator(".jp-Toolbar-kernelName", has_text="Python 3").wait_for()
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    def write(self, notebook: str, *sources: str) -> None:
        """Make a notebook of code cells."""
        cells = [new_code_cell(source) for source in sources]
        nbformat.write(new_notebook(cells=cells, metadata=KERNEL), self.course / notebook)

    def set(self, plugin: str, settings: str) -> None:
        """Change settings, which hold from the next page on."""
        path = self.home / f"settings/@jupyterlab/{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(settings)


@contextmanager
def serving(module: str, pages: str, course: Path, home: Path) -> Iterator[App]:
    """Run ``python -m module`` on the course, without any configuration of its user's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = App(f"http://127.0.0.1:{port}", pages, course, home)
    # Every cell is drawn, also those below the window, so that all can be looked at.
    app.set("notebook-extension/tracker", '{"windowingMode": "none"}')
    app.set("apputils-extension/notification", '{"fetchNews": "false"}')
    log = (home / f"{module}.log").open("w")
    options = [f"--port={port}", f"--IdentityProvider.token={TOKEN}", "--no-browser"]
    server = subprocess.Popen(
        [sys.executable, "-m", module, *options, "--allow-root"],
        cwd=course,
        env={
            **os.environ,
            "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "WARMUP_HOME": str(home),
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_it_serves(app, server)
        yield app
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _wait_until_it_serves(app: App, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, f"the server has stopped; see its log in {app.home}"
        try:
            with urllib.request.urlopen(f"{app.address}/api", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {app.address}")
