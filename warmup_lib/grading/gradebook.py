"""Results into nbgrader's own gradebook, where formgrader and ``nbgrader export`` find them.

The tables are nbgrader's, and so is the code that saves a quiz's cells. Scores are written
with plain SQL: one transaction a submission, so that whatever happens a submission is
there whole or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from filelock import FileLock, Timeout

from warmup_lib.builder.course_config import configure
from warmup_lib.grading.gradebook_rows import GradebookError as GradebookError
from warmup_lib.grading.gradebook_rows import QuizRows, save_quiz, scores_of
from warmup_lib.grading.nbgrader_places import refusal, submitted_at
from warmup_lib.grading.records import Record

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

WAIT = 60.0
"""Seconds for which a gradebook that something else is writing to is waited for."""

BACKUPS = 5
"""Copies that are kept of a SQLite gradebook."""

_LONGEST_WAIT_FOR_WRITER = 5.0
_ADVISORY_LOCK = 0x7761726D7570  # "warmup"


class GradebookWriter:
    """Writes records into a gradebook; made by :func:`open_gradebook`."""

    def __init__(self, engine: Engine, course: Path, config: Any, wait: float) -> None:
        self._engine = engine
        self._course = course
        self._config = config
        self._wait = wait
        self._quizzes: dict[str, QuizRows] = {}
        self._is_backed_up = False

    def write(self, records: Iterable[Record]) -> dict[str, str]:
        """Write records as they come, each in one transaction.

        Scores of the autograder are overwritten; manual scores, extra credit and comments
        are an instructor's and stay. Where a manual score stands on an automatic one that
        has changed, the cell is marked for a look in formgrader. A submission that could
        not be read gets no score, and is marked for a look.

        Returns:
            By student, why a record was not written, where nbgrader cannot keep the id.

        Raises:
            GradebookError: the gradebook cannot be written, or the quiz there is another
                than that of the records.
        """
        refused = {}
        for record in records:
            why = refusal(record.student)
            if why is not None:
                refused[record.student] = why
                continue
            with _said_plainly(self._wait):
                self._write(record)
        return refused

    def scores(self, quiz: str) -> dict[str, float]:
        """By student, what the autograder gave for a quiz; 0 where it gave nothing.

        Raises:
            GradebookError: the gradebook cannot be read.
        """
        with _said_plainly(self._wait), self._engine.begin() as connection:
            return scores_of(connection, quiz)

    @property
    def address(self) -> str:
        """Where it is, without a password."""
        url = self._engine.url
        return f"{url.get_backend_name()}://{url.host or ''}:{url.port or ''}/{url.database}"

    def _write(self, record: Record) -> None:
        if not self._is_backed_up:
            _back_up(self._engine.url, self._wait)
            self._is_backed_up = True
        rows = self._rows(record.quiz)
        time = submitted_at(self._course, record.student, record.quiz)
        with self._engine.begin() as connection:
            rows.write(connection, record, time)

    def _rows(self, quiz: str) -> QuizRows:
        if quiz not in self._quizzes:
            self._quizzes[quiz] = save_quiz(self._engine, self._config, quiz)
        return self._quizzes[quiz]


@contextmanager
def open_gradebook(
    url: str | None, course: Path, *, wait: float = WAIT
) -> Iterator[GradebookWriter]:
    """The gradebook of a course, for its one writer.

    Tables and quizzes are made as nbgrader would where they are not there. A SQLite
    gradebook is copied first, to ``gradebook.db.backup.1``, and the last five copies are
    kept; a PostgreSQL one is its server's to back up.

    Args:
        url: SQLAlchemy's address of it; ``None`` for what the course's
            ``nbgrader_config.py`` says, by default ``gradebook.db`` in the course.
        course: the course's folder.
        wait: how long to wait where something else, such as formgrader, is writing to it.

    Raises:
        GradebookError: it cannot be opened, or another run is writing to it.
    """
    course = course.resolve()
    with ExitStack() as stack:
        with _said_plainly(wait):
            config = course_config(course)
            address = _address(url, config, wait)
            stack.enter_context(_one_writer(address, course, wait))
            engine = _make_tables(address, config)
            stack.callback(engine.dispose)
            stack.enter_context(_one_writer_on_server(engine))
        yield GradebookWriter(engine, course, config, wait)


def course_config(course: Path) -> Any:
    """What nbgrader is to know of a course: ours, and over it what its own file says."""
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    config = Config()
    configure(config)
    if (course / "nbgrader_config.py").is_file():
        config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config())
    config.CourseDirectory.root = str(course)
    return config


def _address(url: str | None, config: Any, wait: float) -> URL:
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy import make_url

    address = make_url(url or CourseDirectory(config=config).db_url)
    if address.get_backend_name() == "sqlite":
        return address.update_query_dict({"timeout": str(wait)})
    return address


@contextmanager
def _one_writer(address: URL, course: Path, wait: float) -> Iterator[None]:
    is_file = address.get_backend_name() == "sqlite" and address.database
    database = Path(address.database or "") if is_file else course / "gradebook.db"
    lock = FileLock(f"{database}.lock", timeout=min(wait, _LONGEST_WAIT_FOR_WRITER))
    try:
        lock.acquire()
    except Timeout:
        raise GradebookError(
            f"another run is writing to {database}; wait until it has ended, or stop it"
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _one_writer_on_server(engine: Engine) -> Iterator[None]:
    """On PostgreSQL the other writer may be on another machine."""
    from sqlalchemy import text

    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ask = text("SELECT pg_try_advisory_lock(:key)")
        if not connection.scalar(ask, {"key": _ADVISORY_LOCK}):
            raise GradebookError(
                "another run is writing to this gradebook; wait until it has ended, or stop it"
            )
        # It ends with the connection.
        yield


def _make_tables(address: URL, config: Any) -> Engine:
    """Make nbgrader's tables where they are missing, and an engine for them."""
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy import create_engine, event

    plain = address.render_as_string(hide_password=False)
    with mock.patch("nbgrader.api.get_alembic_version", _version_of_tables):
        Gradebook(plain, CourseDirectory(config=config).course_id).close()
    engine = create_engine(address)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        # The lock is taken where a transaction begins, which is where it is waited for.
        event.listen(engine, "begin", lambda opened: opened.exec_driver_sql("BEGIN IMMEDIATE"))

    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # Transactions are begun below, not by the driver.
    # Fewer waits for the disk, for a commit each: a copy was made before, and the results
    # are on the disk already, in their records. Both settings end with the connection.
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        connection.execute("PRAGMA journal_mode = PERSIST")
        connection.execute("PRAGMA synchronous = NORMAL")


def _version_of_tables() -> str | None:
    """What nbgrader starts alembic's program for, which takes seconds and a PATH with it."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


def _back_up(address: URL, wait: float) -> None:
    """Copy a SQLite gradebook as it is, also while others use it."""
    database = Path(address.database or "")
    if address.get_backend_name() != "sqlite" or not database.is_file():
        return
    temporary = database.with_name(f"{database.name}.backup.tmp")
    temporary.unlink(missing_ok=True)
    with closing(sqlite3.connect(database, timeout=wait)) as source:
        # Reading first waits as long as it is told to; the copying itself would for ever.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(temporary)) as copy:
            source.backup(copy)
    older = [database.with_name(f"{database.name}.backup.{n}") for n in range(1, BACKUPS + 1)]
    for number in range(BACKUPS - 1, 0, -1):
        if older[number - 1].exists():
            older[number - 1].replace(older[number])
    temporary.replace(older[0])


@contextmanager
def _said_plainly(wait: float) -> Iterator[None]:
    import sqlalchemy

    try:
        yield
    except (sqlalchemy.exc.DBAPIError, sqlite3.Error) as error:
        why = str(getattr(error, "orig", None) or error).strip()
        hint = f" for {wait:g} seconds; close what else uses it" if "locked" in why else ""
        raise GradebookError(
            f"the gradebook could not be written: {why}{hint}. The results are kept in their "
            "records: run the command again"
        ) from error
    except OSError as error:
        raise GradebookError(f"the gradebook could not be written: {error}") from error
