"""nbgrader's view of this course: solutions/ is its source folder, quizzes/ its release."""

from warmup_lib.builder.course_config import configure

configure(get_config())  # noqa: F821  # nbgrader gives it
