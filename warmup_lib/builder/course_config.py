"""What nbgrader has to know of this course, in ``nbgrader_config.py`` and when it builds."""

from __future__ import annotations

from typing import Any


def configure(config: Any) -> None:
    """Name the course and its folders in a traitlets ``Config``."""
    config.CourseDirectory.course_id = "warmup"
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "quizzes"
    # An answer cell holds its own starter; the solution below it is cut out, not replaced.
    config.ClearSolutions.code_stub = {"python": ""}
