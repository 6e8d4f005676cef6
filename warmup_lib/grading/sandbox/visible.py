"""Which files a job may read: Python, its packages, this package without the answers."""

from __future__ import annotations

import site
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import warmup_lib

# The questions hold the answers, and the course's own notebooks and their builder more of them.
HIDDEN = ("questions", "course_files", "builder")

_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
# Where courses, exchanges and other people's programs may lie.
_NOT_OF_USR = ("/usr/local", "/usr/src", "/usr/games")


@dataclass(frozen=True)
class Visible:
    """What can be seen in the sandbox, read-only, at the path that it has outside.

    Attributes:
        paths: files and folders.
        hidden: folders in them that are empty in there.
        imports: folders to import from, beside those that Python finds by itself.
    """

    paths: Sequence[Path]
    hidden: Sequence[Path]
    imports: Sequence[Path]

    def kept(self) -> list[Path]:
        """What of it lies under ``/tmp``, where each job gets an empty folder of its own."""
        return [path for path in self.paths if path.is_relative_to("/tmp")]

    def arguments(self) -> list[str]:
        """The same for bubblewrap."""
        given = ["--ro-bind", "/usr", "/usr"]
        for folder in filter(_is_folder, _NOT_OF_USR):
            given += ["--tmpfs", folder]
        for name in _SYSTEM:
            path = Path(name)
            if path.is_symlink():
                given += ["--symlink", str(path.readlink()), name]
            elif path.exists():
                given += ["--ro-bind", name, name]
        given += ["--dir", "/etc"]
        for name in _SETTINGS:
            given += ["--ro-bind-try", name, name]
        # The folders that bubblewrap makes by itself are for root alone.
        folders = {folder for path in self.paths for folder in path.parents}
        for folder in sorted(map(str, folders)):
            given += ["--dir", folder]
        for path in self.paths:
            given += ["--ro-bind", str(path), str(path)]
        for path in self.hidden:
            given += ["--tmpfs", str(path), "--remount-ro", str(path)]
        for folder in filter(_is_folder, _NOT_OF_USR):
            given += ["--remount-ro", folder]
        return given


def visible(more: Sequence[Path] = ()) -> Visible:
    """What this Python needs in order to import torch, IPython and this package.

    Args:
        more: further folders to import from.
    """
    package = Path(warmup_lib.__file__).resolve().parent
    imports = [*_user_site(), *(path.resolve() for path in more)]
    paths = [*_of_python(), package, *imports]
    hidden = [package / name for name in HIDDEN if (package / name).is_dir()]
    return Visible(_outermost(paths), hidden, imports)


def _of_python() -> Iterator[Path]:
    prefixes = dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix))
    for prefix in map(Path, prefixes):
        # Not all of it: under /usr/local, or where conda is, lies much else.
        for name in ("bin", "lib", "lib64", "pyvenv.cfg"):
            if (path := prefix / name).exists():
                yield path
    yield from (Path(folder) for folder in site.getsitepackages() if _is_folder(folder))


def _user_site() -> Iterator[Path]:
    folder = site.getusersitepackages()
    if site.ENABLE_USER_SITE and folder in sys.path and _is_folder(folder):
        yield Path(folder)


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """Each once, and none that lies in another, or in what is visible anyway."""
    there = [Path("/usr/bin"), Path("/usr/lib"), Path("/usr/lib64")]
    found: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(outer) for outer in [*there, *found]):
            found.append(path)
    return found


def _is_folder(path: str) -> bool:
    return Path(path).is_dir()
