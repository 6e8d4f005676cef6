"""Lessons: every text has its notebook, and building does what it says."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
pytest.importorskip("jupytext")
pytest.importorskip("nbclient")

from warmup_lib.builder.lessons import (  # noqa: E402  # after the check that they can be imported
    LessonError,
    build_lesson,
    is_current,
    lesson_texts,
    notebook_path,
    write_lessons,
)

ROOT = Path(__file__).parents[1]
TEXTS = lesson_texts(ROOT)
NAMES = [text.stem for text in TEXTS]

TINY = """\
# Tiny

```{code-cell} ipython3
:tags: [nbval-ignore-output]

6 * 7
```
"""


def cells(text: Path) -> list[Any]:
    return list(nbformat.read(notebook_path(text), as_version=4).cells)


def outputs(text: Path) -> list[Any]:
    return [output for cell in cells(text) for output in cell.get("outputs", [])]


def write_text(root: Path, content: str, name: str = "07_tiny_one") -> Path:
    text = root / "lessons" / "text" / f"{name}.md"
    text.parent.mkdir(parents=True, exist_ok=True)
    text.write_text(content, encoding="utf-8")
    return text


def test_there_are_lessons_and_no_notebook_without_a_text() -> None:
    assert TEXTS
    assert sorted((ROOT / "lessons").glob("*.ipynb")) == [notebook_path(text) for text in TEXTS]


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_notebook_is_current(text: Path) -> None:
    assert is_current(text, notebook_path(text)) is None


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_every_code_cell_ran_in_order(text: Path) -> None:
    counts = [cell.execution_count for cell in cells(text) if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_no_cell_ended_in_an_error_or_wrote_to_stderr(text: Path) -> None:
    for output in outputs(text):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_figures_have_alt_text_and_a_text_twin(text: Path) -> None:
    figures = [
        out.data for out in outputs(text) if "<img" in out.get("data", {}).get("text/html", "")
    ]
    assert figures
    for data in figures:
        assert re.search(r'<img alt="[^"]{40,}"', data["text/html"])
        # The plain text of a check is its score; its figure's twin is the alt text.
        assert "update 0" in data["text/plain"] or data["text/plain"] == "0"
    assert not any("image/png" in out.get("data", {}) for out in outputs(text))


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_figure_cells_are_tagged_for_nbval(text: Path) -> None:
    for cell in cells(text):
        if any(
            "<img" in out.get("data", {}).get("text/html", "") for out in cell.get("outputs", [])
        ):
            assert "nbval-ignore-output" in cell.metadata["tags"], cell.id


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_a_lesson_is_one_sitting_and_ends_at_a_quiz(text: Path) -> None:
    assert len(cells(text)) <= 32
    if text.stem != "00_start_here":  # the map
        assert text.read_text(encoding="utf-8").count("**Predict") >= 5
    assert "Clear Outputs of All Cells" in text.read_text(encoding="utf-8")
    assert "quizzes/" in cells(text)[-1].source


@pytest.mark.parametrize("text", TEXTS, ids=NAMES)
def test_nothing_tells_which_machine_built_it(text: Path) -> None:
    written = notebook_path(text).read_text(encoding="utf-8")
    without_figures = re.sub(r"base64,[A-Za-z0-9+/=]+", "", written)
    for path in (str(ROOT), sys.prefix, str(Path.home()) + "/", "/tmp/", "/home/", "/Users/"):
        assert path not in without_figures
    assert "iopub" not in written
    assert '"version"' not in written


def test_built_lesson_is_executed_and_the_same_again(tmp_path: Path) -> None:
    text = write_text(tmp_path, TINY)
    (path,) = write_lessons(tmp_path)
    first = path.read_bytes()
    notebook = nbformat.reads(first.decode(), as_version=4)
    assert [cell.id for cell in notebook.cells] == ["07-tiny-one-01", "07-tiny-one-02"]
    assert notebook.cells[1].outputs[0].data["text/plain"] == "42"
    assert first.endswith(b"}\n")
    assert is_current(text, path) is None
    write_lessons(tmp_path, only=["07_tiny_one"])
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda content: content.replace("6 * 7", "6 * 8"), "source of cell 07-tiny-one-02"),
        (
            lambda content: content.replace("-ignore-output", "-skip"),
            "metadata of cell 07-tiny-one-02",
        ),
        (lambda content: content + "\nOne more.\n", "has 2 cells, its text 3"),
    ],
    ids=["source", "tag", "cell"],
)
def test_is_current_says_what_differs(tmp_path: Path, change: Any, says: str) -> None:
    from warmup_lib.builder.lessons import read_text

    text = write_text(tmp_path, TINY)
    path = notebook_path(text)
    assert is_current(text, path) == "07_tiny_one.ipynb is missing"
    nbformat.write(read_text(text), path)
    assert is_current(text, path) is None
    write_text(tmp_path, change(TINY))
    assert says in str(is_current(text, path))


def test_a_failing_cell_is_named_with_its_error(tmp_path: Path) -> None:
    text = write_text(tmp_path, TINY.replace("6 * 7", "1 / 0"))
    with pytest.raises(
        LessonError, match="lesson 07_tiny_one, cell 07-tiny-one-02: ZeroDivisionError: division"
    ):
        build_lesson(text)


def test_only_must_name_a_lesson(tmp_path: Path) -> None:
    write_text(tmp_path, TINY)
    with pytest.raises(ValueError, match=r"got '8_missing'; there are .*07_tiny_one"):
        write_lessons(tmp_path, only=["8_missing"])
