"""Lessons: ``lessons/text/NN_slug.md`` → ``lessons/NN_slug.ipynb``, executed.

The MyST text is where a lesson is edited; the notebook is what a learner opens.
Building the same text again gives the same file: cell ids come from the lesson's
name and the cell's place, and nothing that tells a time or a machine is kept.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

PAIRING = "ipynb,text//md:myst"
"""Jupytext's name for this layout, so that Jupyter saves both files together."""

METADATA = {
    "jupytext": {"formats": PAIRING},
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    # Without the version, which would change with the machine that built it.
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}

SECONDS_A_CELL = 120


class LessonError(RuntimeError):
    """A cell of a lesson failed; the message names lesson, cell and error."""


def lesson_texts(root: Path) -> list[Path]:
    """The texts of all lessons below the repository's ``root``, in order."""
    return sorted((root / "lessons" / "text").glob("*.md"))


def notebook_path(text: Path) -> Path:
    """Where the notebook of a text belongs.

    >>> notebook_path(Path("lessons/text/02_lambda_lr.md")).as_posix()
    'lessons/02_lambda_lr.ipynb'
    """
    return text.parent.parent / f"{text.stem}.ipynb"


def read_text(text: Path) -> Any:
    """The notebook that a text stands for: with ids and metadata, not executed."""
    import jupytext

    notebook = jupytext.read(text, fmt="md:myst")
    slug = text.stem.replace("_", "-")
    for index, cell in enumerate(notebook.cells, start=1):
        cell.id = f"{slug}-{index:02}"
    notebook.metadata = type(notebook.metadata)(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def build_lesson(text: Path) -> Any:
    """The notebook of a text, executed in a fresh kernel with the lessons folder as its own.

    Raises:
        LessonError: a cell raised an error, ran for more than two minutes, or ended the kernel.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError

    notebook = read_text(text)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_A_CELL,
        record_timing=False,
        # The kernel would remark on its transport in the terminal.
        extra_arguments=["--log-level=40"],
        coalesce_streams=True,
        resources={"metadata": {"path": str(notebook_path(text).parent)}},
    )
    try:
        # The checks in a lesson are no one's progress.
        with TemporaryDirectory() as home, mock.patch.dict(os.environ, WARMUP_HOME=home):
            client.execute()
    except CellExecutionError as error:
        raise _lesson_error(text, notebook, f"{error.ename}: {error.evalue}") from error
    except (CellControlSignal, DeadKernelError) as error:
        raise _lesson_error(text, notebook, str(error).strip()) from error
    notebook.metadata = type(notebook.metadata)(METADATA)
    _leave_out_widgets(notebook)
    return notebook


def _leave_out_widgets(notebook: Any) -> None:
    """A widget is nothing without its kernel; what stands in for it is kept."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if {"text/html", "text/markdown"} & output.get("data", {}).keys():
                output.data.pop("application/vnd.jupyter.widget-view+json", None)


def _lesson_error(text: Path, notebook: Any, what: str) -> LessonError:
    started = [cell.id for cell in notebook.cells if cell.get("execution_count")]
    return LessonError(f"lesson {text.stem}, cell {started[-1] if started else 'none'}: {what}")


def is_current(text: Path, ipynb: Path) -> str | None:
    """What differs between a text and its built notebook, or None if nothing does.

    Cell types, sources, metadata and ids are compared; outputs are not, and
    nothing is executed.
    """
    import nbformat

    if not ipynb.exists():
        return f"{ipynb.name} is missing"
    expected, built = read_text(text), nbformat.read(ipynb, as_version=4)
    if dict(built.metadata) != METADATA:
        return f"{ipynb.name}: the notebook's metadata differs"
    for wanted, found in zip(expected.cells, built.cells, strict=False):
        for part in ("id", "cell_type", "metadata", "source"):
            if wanted[part] != found[part]:
                return f"{ipynb.name}: the {part} of cell {wanted.id} differs"
    if len(expected.cells) != len(built.cells):
        return f"{ipynb.name} has {len(built.cells)} cells, its text {len(expected.cells)}"
    return None


def write_lessons(root: Path, only: Collection[str] | None = None) -> list[Path]:
    """Build lessons and write their notebooks.

    Args:
        root: the repository's folder.
        only: names such as ``"02_lambda_lr"``; None builds them all.

    Returns:
        The notebooks written.

    Raises:
        ValueError: ``only`` names a lesson that there is no text of.
        LessonError: a cell failed; lessons before it are written.
    """
    import nbformat

    texts = {text.stem: text for text in lesson_texts(root)}
    for name in only or ():
        if name not in texts:
            raise ValueError(f"only must name lessons, got {name!r}; there are {sorted(texts)}")
    written = []
    for name, text in texts.items():
        if only is None or name in only:
            path = notebook_path(text)
            # nbformat's own form, as Jupyter saves it: sorted keys, newline at the end.
            path.write_text(nbformat.writes(build_lesson(text)) + "\n", encoding="utf-8")
            written.append(path)
    return written
