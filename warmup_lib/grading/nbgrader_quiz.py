"""``nbgrader autograde`` grades this package's quizzes as ``warmup grade`` does.

One line in ``nbgrader_config.py``, after its ``c = get_config()``::

    c.Autograde.exporter_class = "warmup_lib.grading.nbgrader_quiz.QuizExporter"

nbgrader reads and writes every notebook through its *exporter*, twice: as it was handed in,
and as it is to be executed. Where it is one of our quizzes, this exporter gives it the clean
notebook in the place of what was handed in, and in the place of executing that the outputs
that the judge has. From there on nbgrader goes its own way: the gradebook, late penalties,
manual scores and feedback are its own. All other notebooks are nbgrader's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from nbconvert.exporters import NotebookExporter
from nbformat import from_dict
from nbgrader.preprocessors import Execute
from traitlets import Dict, Unicode

from warmup_lib.grading.autograded import filled
from warmup_lib.grading.grade import Run
from warmup_lib.grading.intake import SeedOf, own_numbers, rebuilt, same_numbers
from warmup_lib.grading.jobs import Limits
from warmup_lib.grading.kept_open import KeptOpen
from warmup_lib.grading.nbgrader_submission import QuizError, Submission, is_marked
from warmup_lib.grading.records import Record
from warmup_lib.grading.sandbox import WORKER

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory

SANDBOX = KeptOpen(WORKER)
"""Where this process has quizzes run."""


@dataclass(frozen=True)
class _Graded:
    """What nbgrader is to see of a quiz that was graded.

    Attributes:
        record: the result.
        outputs: by check cell, its outputs.
    """

    record: Record
    outputs: Mapping[str, list[Any]]


class JudgedOrExecuted(Execute):  # type: ignore[misc]  # nbgrader has no types
    """Leaves a quiz, which was judged, as it is; executes any other notebook."""

    def __call__(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        if self.parent.graded is not None:
            return nb, resources
        result: tuple[Any, Any] = super().__call__(nb, resources)
        return result


class QuizExporter(NotebookExporter):
    """What ``nbgrader autograde`` reads and writes notebooks through; see this module.

    Attributes:
        graded: the quiz that is in hand; ``None`` for any other notebook.
    """

    salt_file = Unicode(
        "", help="The file of the course's secret, where students have numbers of their own."
    ).tag(config=True)
    seed = Unicode("", help="What picked the numbers, where everybody has the same variant.").tag(
        config=True
    )
    limits = Dict(
        help="What one submission may use, such as {'seconds': 120, 'memory': 2 << 30}."
    ).tag(config=True)

    executes: type[Execute] = JudgedOrExecuted
    graded: _Graded | None = None

    @property
    def course(self) -> CourseDirectory:
        """The course as nbgrader sees it, which runs this exporter for it."""
        converter: Any = self.parent
        return converter.coursedir

    def register_preprocessor(self, preprocessor: Any, enabled: bool = False) -> Any:
        """Register a step of nbgrader's; in the place of ``Execute``, our own."""
        if isinstance(preprocessor, type) and issubclass(preprocessor, Execute):
            preprocessor = self.executes
        return super().register_preprocessor(preprocessor, enabled)  # type: ignore[no-untyped-call]

    def from_filename(
        self, filename: str, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Read a notebook and take nbgrader's steps with it.

        Raises:
            QuizError: the quiz cannot be graded; the student has no score.
            SandboxUnavailableError: nothing can be isolated here; nothing was run.
        """
        submission = Submission.of(self.course, resources["nbgrader"])
        if not submission.is_quiz():
            self.graded = None
            return super().from_filename(filename, resources, **kw)
        if Path(filename).parent != submission.path.parent:
            self._see_that_it_is_in_hand(submission)
            return super().from_filename(filename, resources, **kw)
        self.graded = None
        with TemporaryDirectory() as folder:
            notebook = Path(folder, f"{submission.notebook}.ipynb")
            notebook.write_text(json.dumps(self._grade(submission)), encoding="utf-8")
            return super().from_filename(str(notebook), resources, **kw)

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Take nbgrader's steps with a notebook; the checks of a quiz have their outputs."""
        if self.graded is not None:
            _put_in(nb, self.graded)
        result: tuple[Any, dict[str, Any]]
        result = super().from_notebook_node(nb, resources, **kw)  # type: ignore[no-untyped-call]
        return result

    def _grade(self, submission: Submission) -> dict[str, Any]:
        """Grade what was handed in; the notebook that ``warmup grade`` would write."""
        handed_in = rebuilt(submission.upload(), handed_out=self._handed_out())
        limits = limits_of(Limits(), self.limits)
        run = Run(submission.notebook, Path(self.course.root), limits, fresh=True)
        SANDBOX.open(meanwhile=run.prepare)
        (graded,) = run.grade([handed_in], SANDBOX)
        if handed_in.trouble is not None:
            raise QuizError(handed_in.trouble)
        for said in (*graded.record.troubles, *graded.record.notes):
            self.log.warning("%s of %s: %s", submission.notebook, submission.student, said)
        released = json.loads(submission.released.read_text(encoding="utf-8"))
        notebook = filled(released, handed_in, graded.record)
        checks = [cell for cell in notebook["cells"] if is_marked(cell, "grade")]
        outputs = {cell["id"]: cell["outputs"] for cell in checks}
        self.graded = _Graded(graded.record, outputs)
        return notebook

    def _handed_out(self) -> SeedOf | None:
        if self.salt_file and self.seed:
            raise QuizError(
                f"QuizExporter.salt_file is {self.salt_file!r} and QuizExporter.seed is "
                f"{self.seed!r}; set the first where students have numbers of their own, the "
                "second where everybody has the same"
            )
        if self.salt_file:
            path = Path(self.course.root, self.salt_file)
            return own_numbers(path.read_bytes().strip())
        return same_numbers(self.seed) if self.seed else None

    def _see_that_it_is_in_hand(self, submission: Submission) -> None:
        of = None if self.graded is None else (self.graded.record.student, self.graded.record.quiz)
        if of != (submission.student, submission.notebook):
            raise QuizError(
                f"{submission.notebook} of {submission.student} was not graded before it came "
                "here; run nbgrader autograde on what was handed in"
            )


def limits_of(default: Limits, given: Mapping[str, float]) -> Limits:
    """Limits, some of them as a configuration has them.

    Raises:
        ValueError: there is no such limit, or it is no number above 0.

    >>> limits_of(Limits(), {"seconds": 5}).seconds
    5.0
    """
    kinds = {each.name: type(getattr(default, each.name)) for each in fields(Limits)}
    for name, value in given.items():
        if name not in kinds or not isinstance(value, (int, float)) or not value > 0:
            raise ValueError(
                f"limits must be numbers above 0 for {', '.join(kinds)}, got {name!r}: {value!r}"
            )
    return replace(default, **{name: kinds[name](value) for name, value in given.items()})


def _put_in(notebook: Any, graded: _Graded) -> None:
    """Put the outputs of the checks in.

    Raises:
        QuizError: a cell would get points for having none.
    """
    points = {
        f"{name.rpartition('/')[2]}-check": each.feedback.points
        for name, each in graded.record.marked.items()
    }
    for cell in notebook.cells:
        if not is_marked(cell, "grade"):
            continue
        name, worth = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
        if points.get(name) != worth:
            raise QuizError(
                f"{name} is worth {worth:g} points in this course, and was judged for "
                f"{points.get(name)}; make the quiz anew with: make build"
            )
        cell.outputs = [from_dict(each) for each in graded.outputs[name]]
