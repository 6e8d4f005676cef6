"""nbgrader's view of this course: solutions/ is its source folder, quizzes/ its release."""

c = get_config()  # noqa: F821  # nbgrader gives it

c.CourseDirectory.course_id = "warmup"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "quizzes"

# An answer cell holds its own starter; the solution below it is cut out, not replaced.
c.ClearSolutions.code_stub = {"python": ""}
