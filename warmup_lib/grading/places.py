"""Where a course keeps what grading makes: ``grading/QUIZ`` below the course's folder."""

from __future__ import annotations

from pathlib import Path

FOLDER = "grading"


def records_folder(course: Path, quiz: str) -> Path:
    """Where the records of a quiz are, one file a student.

    >>> records_folder(Path("course"), "lambda_lr").as_posix()
    'course/grading/lambda_lr/records'
    """
    return course / FOLDER / quiz / "records"


def class_page(course: Path, quiz: str) -> Path:
    """Where the page is that says what the class believes.

    >>> class_page(Path("course"), "lambda_lr").as_posix()
    'course/grading/lambda_lr/class.html'
    """
    return course / FOLDER / quiz / "class.html"


def lesson(quiz: str) -> str:
    """The lesson that a quiz follows, below the course's folder.

    >>> lesson("lambda_lr")
    'lessons/02_lambda_lr.ipynb'
    """
    from warmup_lib.questions import QUIZZES

    return f"lessons/{list(QUIZZES).index(quiz) + 1:02d}_{quiz}.ipynb"


def delivered_list(course: Path, quiz: str) -> Path:
    """The list of results that are in the gradebook.

    >>> delivered_list(Path("course"), "lambda_lr").as_posix()
    'course/grading/lambda_lr/delivered.txt'
    """
    return course / FOLDER / quiz / "delivered.txt"
