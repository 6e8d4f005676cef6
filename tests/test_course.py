"""The course's notebooks: where they are, and a copy that keeps the learner's work."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from warmup_lib import course
from warmup_lib.course import CourseError

ROOT = Path(__file__).parent.parent
IGNORED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
LESSON, QUIZ = "lessons/00_start.ipynb", "quizzes/one/one.ipynb"
MINE = "quizzes/one/one.mine-1.ipynb"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small course beside its package, as an editable install has it."""
    root = tmp_path / "repository"
    for name in (
        LESSON,
        QUIZ,
        "lessons/text/00_start.md",
        "lessons/.ipynb_checkpoints/00_start-checkpoint.ipynb",
        "quizzes/.ipynb_checkpoints/one-checkpoint.ipynb",
        "quizzes/one/notes.txt",
        "solutions/one/one.ipynb",
        "warmup_lib/course.py",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"shipped {name}")
    monkeypatch.setattr(course, "_PACKAGE", root / "warmup_lib")
    return root


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "my course"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# Where they are


def test_an_editable_install_has_them_beside_the_package() -> None:
    assert course.source() == ROOT


def test_a_wheel_has_them_in_the_package(shipped: Path) -> None:
    inside = shipped / "warmup_lib" / "course_files"
    (inside / "lessons").mkdir(parents=True)
    (inside / "quizzes").mkdir()
    assert course.source() == inside


@pytest.mark.usefixtures("shipped")
def test_a_package_without_them_says_how_to_get_them(shipped: Path) -> None:
    shutil.rmtree(shipped / "quizzes")
    with pytest.raises(CourseError, match="install it again: pip install"):
        course.source()


def test_the_course_is_found_from_anywhere_in_it(shipped: Path, tmp_path: Path) -> None:
    assert course.find(shipped) == shipped
    assert course.find(shipped / "quizzes" / "one") == shipped
    inner = shipped / "quizzes" / "inner"
    (inner / "lessons").mkdir(parents=True)
    (inner / "quizzes").mkdir()
    assert course.find(inner / "quizzes") == inner
    assert course.find(tmp_path) is None


def test_it_is_found_from_a_relative_path(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shipped / "lessons")
    assert course.find(Path()) == shipped


# Copying


@pytest.mark.usefixtures("shipped")
def test_notebooks_are_copied_and_nothing_else(to: Path) -> None:
    report = course.copy(to)
    assert files(to) == {LESSON, QUIZ} == set(report.new)
    assert (to / QUIZ).read_text() == f"shipped {QUIZ}"
    assert (report.same, report.yours, report.kept) == ((), (), {})


@pytest.mark.usefixtures("shipped")
def test_a_second_copy_changes_nothing(to: Path) -> None:
    course.copy(to)
    before = (to / QUIZ).stat().st_mtime_ns
    report = course.copy(to, refresh=True)
    assert set(report.same) == {LESSON, QUIZ}
    assert (report.new, report.yours, report.kept) == ((), (), {})
    assert (to / QUIZ).stat().st_mtime_ns == before


@pytest.mark.usefixtures("shipped")
def test_the_learners_work_stays_and_is_named(to: Path) -> None:
    course.copy(to)
    (to / QUIZ).write_text("my answers")
    (to / LESSON).unlink()
    report = course.copy(to)
    assert (report.yours, report.new) == ((QUIZ,), (LESSON,))
    assert (to / QUIZ).read_text() == "my answers"
    assert files(to) == {LESSON, QUIZ}


@pytest.mark.usefixtures("shipped")
def test_a_refresh_keeps_the_learners_work_beside_the_new_notebook(to: Path) -> None:
    course.copy(to)
    for number in (1, 2):
        (to / QUIZ).write_text(f"my answers {number}")
        report = course.copy(to, refresh=True)
        mine = f"quizzes/one/one.mine-{number}.ipynb"
        assert report.kept == {QUIZ: mine}
        assert (to / mine).read_text() == f"my answers {number}"
        assert (to / QUIZ).read_text() == f"shipped {QUIZ}"
    assert (to / MINE).read_text() == "my answers 1"


@pytest.mark.usefixtures("shipped")
def test_a_write_that_fails_leaves_the_learners_work(
    to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    course.copy(to)
    (to / QUIZ).write_text("my answers")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CourseError, match=r"one\.ipynb could not be written: no space left"):
        course.copy(to, refresh=True)
    assert (to / QUIZ).read_text() == (to / MINE).read_text() == "my answers"
    assert files(to) == {LESSON, QUIZ, MINE}


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_file_in_the_way_is_told(to: Path, inside: str) -> None:
    to.write_text("")
    with pytest.raises(CourseError, match="a file is in the way"):
        course.copy(to / inside)
    assert to.read_text() == ""


@pytest.mark.usefixtures("shipped")
def test_a_folder_in_the_place_of_a_notebook_is_told(to: Path) -> None:
    (to / QUIZ).mkdir(parents=True)
    with pytest.raises(CourseError, match="is a directory"):
        course.copy(to)


@pytest.mark.parametrize("place", [".", "lessons", "quizzes/mine", "warmup_lib", "warmup_lib/mine"])
def test_the_packages_own_folders_are_refused(shipped: Path, place: str) -> None:
    before = files(shipped)
    with pytest.raises(CourseError, match="warmup_lib has its own files; name another folder"):
        course.copy(shipped / place)
    assert files(shipped) == before


def test_the_repository_may_have_a_copy_beside_them(shipped: Path) -> None:
    assert len(course.copy(shipped / "warmup-course").new) == 2


# The wheel


def run(*command: object, cwd: Path, **environment: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_wheel_carries_the_notebooks_for_init(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    for name in ("warmup_lib", "lessons", "quizzes"):
        shutil.copytree(ROOT / name, tree / name, ignore=IGNORED)
    for folder in ("lessons", "quizzes/lambda_lr", "warmup_lib"):  # what JupyterLab leaves
        (tree / folder / ".ipynb_checkpoints").mkdir()
        (tree / folder / ".ipynb_checkpoints" / "x-checkpoint.ipynb").write_text("{}")

    pip = ("pip", "--disable-pip-version-check", "--quiet")
    run(
        *pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, tree,
        cwd=tmp_path,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    carried = set(zipfile.ZipFile(wheel).namelist())
    notebooks = {
        path.relative_to(ROOT).as_posix()
        for pattern in ("lessons/*.ipynb", "quizzes/*/*.ipynb")
        for path in ROOT.glob(pattern)
    }
    prefix = "warmup_lib/course_files/"
    assert {name for name in carried if name.startswith(prefix)} == {
        prefix + name for name in notebooks
    }
    assert not any(".ipynb_checkpoints" in name for name in carried)
    assert not any(name.startswith(prefix) and name.endswith(".md") for name in carried)

    site = tmp_path / "site"
    run(*pip, "install", "--no-deps", "--no-index", "--target", site, wheel, cwd=tmp_path)
    told = run("warmup_lib.cli", "init", cwd=tmp_path, PYTHONPATH=str(site))
    assert f"{len(notebooks)} of them new" in told
    assert files(tmp_path / "warmup-course") == notebooks
