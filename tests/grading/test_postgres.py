"""The gradebook on a real PostgreSQL server, which is started here and ended again."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from pwd import getpwnam
from typing import Any
from urllib.parse import quote

import pytest

REQUIRED = os.environ.get("WARMUP_REQUIRE_POSTGRES") == "1"


def needed(name: str) -> None:
    """Skip where a module is not there, or fail where PostgreSQL must be tested."""
    if REQUIRED:
        __import__(name)
    pytest.importorskip(name, reason=f"{name} comes with the extra 'dev' or 'classroom'")


needed("nbgrader")
needed("psycopg")

from results import (  # noqa: E402  # after what skips
    NAMES,
    POINTS,
    QUIZ,
    copy_of_the_course,
    exported,
    record,
)

from warmup_lib.grading.gradebook import GradebookError, open_gradebook  # noqa: E402  # after what skips

UNPRIVILEGED = "nobody"
"""Who runs the server where the tests are root's: it refuses to run as root."""


def program(name: str) -> str:
    """A program of the server's; Debian does not put them on the PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, places)]))
    if found is None:
        if REQUIRED:
            pytest.fail(f"{name} is not installed, and WARMUP_REQUIRE_POSTGRES is 1")
        pytest.skip(f"{name} is not installed; it comes with the package 'postgresql'")
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an empty database, reached by a socket in a folder of its own."""
    initdb, postgres = program("initdb"), program("postgres")
    # Not pytest's folder: others cannot enter it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
        user = {"user": UNPRIVILEGED, "group": getpwnam(UNPRIVILEGED).pw_gid, "extra_groups": []}
    data = folder / "data"
    try:
        subprocess.run(
            [initdb, "-D", data, "-U", "teacher", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **user,
        )
        with (folder / "log").open("w") as log:
            running = subprocess.Popen(
                [postgres, "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"],
                stdout=log,
                stderr=log,
                cwd=folder,
                **user,
            )
        address = f"postgresql+psycopg://teacher@/postgres?host={quote(str(folder), safe='')}"
        try:
            wait_for(address, folder / "log")
            yield address
        finally:
            running.terminate()
            running.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


def wait_for(address: str, log: Path) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError

    engine = create_engine(address)
    for _ in range(100):
        try:
            engine.connect().close()
        except OperationalError:
            time.sleep(0.2)
        else:
            break
    else:
        pytest.fail(f"the server did not start: {log.read_text()}")
    engine.dispose()


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return copy_of_the_course(tmp_path / "course")


def rows(server: str) -> dict[str, list[Any]]:
    """Every row of every table."""
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(server)
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        found = {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in tables
        }
    engine.dispose()
    return found


def test_what_is_written_is_what_nbgrader_exports(server: str, course: Path) -> None:
    with open_gradebook(server, course) as gradebook:
        refused = gradebook.write(
            [record("ada"), record("x" * 129), record("nul\0"), record("ben", 0)]
        )
    assert len(refused) == 2
    found = exported(course, f"--CourseDirectory.db_url={server}")
    assert {s: float(row["score"]) for s, row in found.items()} == {
        "ada": POINTS,
        "ben": POINTS - 1,
    }
    assert not (course / "gradebook.db").exists()


def test_writing_again_changes_nothing_and_a_regrade_keeps_manual_scores(
    server: str, course: Path
) -> None:
    from nbgrader.api import Gradebook

    with open_gradebook(server, course) as gradebook:
        gradebook.write([record("cleo", 0, 1)])
    before = rows(server)
    with open_gradebook(server, course) as gradebook:
        gradebook.write([record("cleo", 0, 1)])
    assert rows(server) == before
    cell = f"{NAMES[0].rpartition('/')[2]}-check"
    with Gradebook(server) as theirs:
        grade = theirs.find_grade(cell, QUIZ, QUIZ, "cleo")
        grade.manual_score, grade.extra_credit = 0.5, 1
        theirs.db.commit()
        with open_gradebook(server, course) as gradebook:
            gradebook.write([record("cleo")])
        theirs.db.expire_all()
        assert (grade.auto_score, grade.manual_score, grade.extra_credit) == (1, 0.5, 1)
        assert theirs.find_submission(QUIZ, "cleo").score == POINTS + 0.5


def test_a_second_writer_is_refused_wherever_its_course_is(
    server: str, course: Path, tmp_path: Path
) -> None:
    elsewhere = copy_of_the_course(tmp_path / "elsewhere")
    with open_gradebook(server, course) as gradebook:
        with (
            pytest.raises(GradebookError, match="another run is writing to this gradebook"),
            open_gradebook(server, elsewhere),
        ):
            pass
        gradebook.write([record("dora")])
    with open_gradebook(server, elsewhere) as gradebook:
        gradebook.write([record("dora")])
