"""Where the course's notebooks are, and a copy of them for the learner to work in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

FOLDER = "warmup-course"
"""What the learner's folder is called, unless they name another."""

_PACKAGE = Path(__file__).parent
_NOTEBOOKS = ("lessons/*.ipynb", "quizzes/*/*.ipynb")


class CourseError(OSError):
    """The notebooks cannot be found or copied; says what to do about it."""


@dataclass(frozen=True)
class Report:
    """What a copy did, each notebook by its path in the folder, such as ``lessons/x.ipynb``.

    Attributes:
        folder: the learner's.
        new: copied, since they were not there.
        same: left, since they are as they are shipped.
        yours: left, since they differ from what is shipped: the learner's work.
        kept: by notebook that was refreshed, the copy that has the learner's work now.
    """

    folder: Path
    new: tuple[str, ...]
    same: tuple[str, ...]
    yours: tuple[str, ...]
    kept: Mapping[str, str]


def source() -> Path:
    """The folder that has the course's ``lessons`` and ``quizzes``.

    A wheel carries them inside the package; an editable install reads them beside it.

    Raises:
        CourseError: they are in neither place.
    """
    for folder in (_PACKAGE / "course_files", _PACKAGE.parent):
        if _is_course(folder):
            return folder
    raise CourseError(
        f"the course's notebooks are missing from the package in {_PACKAGE}; install it again: "
        "pip install --force-reinstall --no-deps warmup-lib"
    )


def find(start: Path) -> Path | None:
    """The course's folder that ``start`` is in: the nearest with ``lessons`` and ``quizzes``."""
    start = start.absolute()
    return next((folder for folder in (start, *start.parents) if _is_course(folder)), None)


def copy(to: Path, *, refresh: bool = False) -> Report:
    """Copy the course's notebooks into a folder, which is made where it is not there.

    A notebook there that differs from the shipped one is the learner's work. It stays
    as it is; with ``refresh`` the shipped one takes its name, and the work is kept
    beside it as ``NAME.mine-1.ipynb``.

    Raises:
        CourseError: there are no notebooks, or the folder cannot have them.
    """
    shipped = source()
    _refuse_our_own(to, shipped)
    new, same, yours = [], [], []
    kept = {}
    for name in _names(shipped):
        content, target = (shipped / name).read_bytes(), to / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                _write(target, content)
                new.append(name)
            elif (theirs := target.read_bytes()) == content:
                same.append(name)
            elif not refresh:
                yours.append(name)
            else:
                kept[name] = _keep(target, theirs).relative_to(to).as_posix()
                _write(target, content)
        except (FileExistsError, NotADirectoryError):
            raise CourseError(
                f"{to} cannot be the course's folder, since a file is in the way of "
                f"{target.parent}; name another folder, or move that file"
            ) from None
        except OSError as error:
            raise CourseError(
                f"{target} could not be written: {(error.strerror or str(error)).lower()}; name a "
                "folder in which you can write, or mend that and run it again, which goes on "
                "from here"
            ) from error
    return Report(to, tuple(new), tuple(same), tuple(yours), kept)


def _is_course(folder: Path) -> bool:
    return (folder / "lessons").is_dir() and (folder / "quizzes").is_dir()


def _names(folder: Path) -> Iterator[str]:
    for pattern in _NOTEBOOKS:
        for path in sorted(folder.glob(pattern)):
            if path.parent.name != ".ipynb_checkpoints":
                yield path.relative_to(folder).as_posix()


def _refuse_our_own(to: Path, shipped: Path) -> None:
    place = to.resolve()
    ours = [_PACKAGE.resolve(), (shipped / "lessons").resolve(), (shipped / "quizzes").resolve()]
    if place == shipped.resolve() or any(place.is_relative_to(folder) for folder in ours):
        raise CourseError(
            f"{to} is where warmup_lib has its own files; name another folder, such as ~/{FOLDER}"
        )


def _keep(path: Path, content: bytes) -> Path:
    """A copy of the learner's notebook, under the first name that is free."""
    for number in count(1):
        mine = path.with_name(f"{path.stem}.mine-{number}{path.suffix}")
        with suppress(FileExistsError), mine.open("xb") as file:
            file.write(content)
            break
    return mine


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a kill leaves no half a notebook under the notebook's name."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
