"""``nbgrader autograde`` runs any Python notebook in the sandbox, in the place of a kernel.

One line in ``nbgrader_config.py``, after its ``c = get_config()``::

    c.Autograde.exporter_class = "warmup_lib.grading.nbgrader_execute.SandboxExporter"

Every notebook that nbgrader would execute, with its tests in it, is run in a process of its
own that can reach nothing, and its outputs are what nbgrader scores. The tests are in that
process too: a student can tamper with them there. Quizzes of this package are judged
outside, as :mod:`.nbgrader_quiz` has it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager, NoSuchKernel
from nbformat import from_dict
from nbgrader import utils
from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError
from traitlets import Dict

from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.kept_open import KeptOpen
from warmup_lib.grading.nbgrader_quiz import JudgedOrExecuted, QuizExporter, limits_of
from warmup_lib.grading.notebook_replies import Cell, CellRun, NotebookJob, error_output, read
from warmup_lib.grading.submitted_files import files_in, refuse_all_but_files

LIMITS = Limits(
    seconds=600.0, cpu_seconds=600, memory=2 << 30, processes=64, disk=256 << 20, output=32 << 20
)
"""What a notebook may use where ``SandboxedExecute.limits`` says nothing else."""

SANDBOX = KeptOpen("warmup_lib.grading.notebook_worker:work_on")
"""Where this process has notebooks run."""


class NotebookError(Exception):
    """A notebook cannot be run in the sandbox; says why and what to do."""


class SandboxedExecute(JudgedOrExecuted):
    """Stands in for nbgrader's ``Execute``, whose settings it takes: ``c.Execute.timeout``."""

    limits = Dict(
        help="What a whole notebook may use, such as {'seconds': 1200, 'memory': 4 << 30}."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any, *_: object) -> tuple[Any, Any]:
        """Run a notebook and put its outputs in.

        Raises:
            NotebookError: it is none for the sandbox.
            FilesError: the files beside it are too large.
            SandboxUnavailableError: nothing can be isolated here; nothing was run.
        """
        refuse_other_kernels(nb)
        job = NotebookJob(
            [
                Cell(place, cell.source, self._seconds(cell))
                for place, cell in enumerate(nb.cells)
                if self._is_run(cell)
            ],
            files_in(Path(resources["metadata"]["path"])),
            {"NBGRADER_EXECUTION": "autograde"},
        )
        limits = limits_of(LIMITS, self.limits)
        [(_name, result)] = SANDBOX.run_all([("notebook", job.to_bytes(), limits)])
        runs = read(result, job)
        if troubles := [run.trouble for run in runs.values() if run.trouble is not None]:
            of = resources["nbgrader"]
            self.log.warning("%s of %s: %s", of["notebook"], of["student"], troubles[0])
        for place, run in runs.items():
            self._put_in(nb.cells[place], run)
        return nb, resources

    def _is_run(self, cell: Any) -> bool:
        """Whether a cell is run; a tag of the student's keeps no test from it."""
        if cell.cell_type != "code" or not cell.source.strip():
            return False
        return utils.is_grade(cell) or self.skip_cells_with_tag not in cell.metadata.get("tags", [])

    def _seconds(self, cell: Any) -> float | None:
        seconds = self.timeout if self.timeout_func is None else self.timeout_func(cell)
        return float(seconds) if seconds and seconds > 0 else None

    def _put_in(self, cell: Any, run: CellRun) -> None:
        outputs = list(run.outputs)
        if run.trouble is not None:
            outputs.append(error_output("NotebookEnded", run.trouble, [run.trouble]))
        elif not run.in_time:
            told: Mapping[str, Any] = self.error_on_timeout
            outputs.append(error_output(told["ename"], told["evalue"], told["traceback"]))
        cell.execution_count = run.number
        cell.outputs = [from_dict(output) for output in outputs]


def refuse_other_kernels(notebook: Any) -> None:
    """See that a notebook is for the Python that runs nbgrader.

    Raises:
        NotebookError: it is for another language, or for a kernel of another environment.
    """
    spec = notebook.metadata.get("kernelspec", {})
    name = spec.get("name", NATIVE_KERNEL_NAME)
    language = spec.get("language") or notebook.metadata.get("language_info", {}).get("name")
    if (language or "python").casefold() != "python":
        raise NotebookError(
            f"the kernel {name!r} is for {language}, and the sandbox runs Python only; grade this "
            "assignment without SandboxExporter, and know that nothing is isolated then"
        )
    try:
        program = Path(KernelSpecManager().get_kernel_spec(name).argv[0])
    except NoSuchKernel:
        return  # The sandbox needs none.
    if program.is_absolute() and program.parent != Path(sys.executable).parent:
        raise NotebookError(
            f"the kernel {name!r} is run by {program}, and the sandbox runs notebooks by "
            f"{sys.executable}; install nbgrader and warmup_lib where that kernel is, and grade "
            "from there"
        )


class SandboxExporter(QuizExporter):
    """What ``nbgrader autograde`` reads and writes notebooks through; see this module."""

    executes = SandboxedExecute

    def from_filename(
        self, filename: str, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read a notebook and take nbgrader's steps with it.

        Raises:
            FilesError: something was handed in that is no plain file.
            NotebookError: its metadata is another nbgrader's. nbgrader itself ends the whole
                class here, and any student can write such a number into a notebook.
        """
        of = resources["nbgrader"]
        step = self.course.submitted_directory
        folder = Path(self.course.format_path(step, of["student"], of["assignment"]))
        if Path(filename).parent == folder:
            refuse_all_but_files(folder)
        try:
            return super().from_filename(filename, resources, **kw)
        except (SchemaTooOldError, SchemaTooNewError) as error:
            raise NotebookError(
                f"{filename} has metadata of another version of nbgrader ({error}); where all "
                "notebooks of the class have, back up the course and run: nbgrader update ."
            ) from None
