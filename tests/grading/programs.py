"""The programs that an instructor types, as they are typed, in a course."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run(course: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module as a program, however it ends."""
    programs = str(Path(sys.executable).parent)
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=course,
        env={**os.environ, "PATH": os.pathsep.join([programs, os.environ["PATH"]])},
        capture_output=True,
        text=True,
        check=False,
    )


def warmup(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(course, "warmup_lib.cli", *arguments)


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(course, "nbgrader", *arguments)
