"""What lies around a class and must not be reached, and what must not be left over."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

import pytest

REQUIRED = os.environ.get("WARMUP_REQUIRE_BWRAP") == "1"
needs_bwrap = pytest.mark.skipif(
    not REQUIRED and (not sys.platform.startswith("linux") or shutil.which("bwrap") is None),
    reason="bubblewrap is not installed: apt-get install bubblewrap",
)


class Listeners:
    """Listens where nobody should be able to connect, and notes who does.

    Attributes:
        port: of TCP and UDP, on this machine alone.
        abstract: the name of an abstract Unix socket.
        heard: what came.
    """

    def __init__(self, abstract: str) -> None:
        self.abstract = abstract
        self.heard: list[str] = []
        self._stack = ExitStack()
        tcp = self._socket(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.port = int(tcp.getsockname()[1])
        self._socket(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self.port))
        with suppress(OSError):  # Not every machine has it.
            self._socket(socket.AF_INET6, socket.SOCK_STREAM, ("::1", self.port))
        self._socket(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{abstract}")

    def also_at(self, path: Path) -> None:
        """Listen on a socket in the file system, where its path is short enough."""
        with suppress(OSError):
            self._socket(socket.AF_UNIX, socket.SOCK_STREAM, str(path))

    def _socket(self, family: int, kind: int, address: object) -> socket.socket:
        listening = self._stack.enter_context(socket.socket(family, kind))
        listening.bind(address)  # type: ignore[arg-type]
        if kind == socket.SOCK_STREAM:
            listening.listen()
        threading.Thread(target=self._listen, args=(listening, kind), daemon=True).start()
        return listening

    def _listen(self, listening: socket.socket, kind: int) -> None:
        with suppress(OSError):
            while True:
                if kind == socket.SOCK_STREAM:
                    connection, who = listening.accept()
                    connection.close()
                else:
                    _, who = listening.recvfrom(100)
                self.heard.append(f"{listening.family!r}: {who!r}")

    def __enter__(self) -> Listeners:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._stack.close()


def processes() -> dict[int, tuple[int, int]]:
    """Every process: its parent, and when it began."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                found[int(folder.name)] = int(fields[1]), int(fields[19])
    return found


def below(pid: int) -> set[tuple[int, int]]:
    """All that descends from a process, each with when it began."""
    seen = processes()
    found, left = set(), {pid}
    while left:
        left = {each for each, (parent, _) in seen.items() if parent in left}
        found |= {(each, seen[each][1]) for each in left}
    return found


class Watcher(threading.Thread):
    """Notes every process that descends from this one while a block runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._before = below(os.getpid())
        self._seen: set[tuple[int, int]] = set()
        self._ends = threading.Event()

    def run(self) -> None:
        while not self._ends.wait(0.2):
            self._seen |= below(os.getpid()) - self._before

    def still_running(self, mark: str, *, but: int, seconds: float = 5.0) -> list[str]:
        """Of these, and of all that carry a mark, those that do not end."""
        until = time.monotonic() + seconds
        while (left := self._left(mark, but)) and time.monotonic() < until:
            time.sleep(0.1)
        return left

    def _left(self, mark: str, but: int) -> list[str]:
        now = processes()
        left = {pid for pid, began in self._seen if pid in now and now[pid][1] == began}
        left |= {pid for pid in now if mark.encode() in _said_by(pid)}
        return [f"{pid}: {_said_by(pid)[:200]!r}" for pid in sorted(left - {but, os.getpid()})]

    def __enter__(self) -> Watcher:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._ends.set()
        self.join()


def _said_by(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
