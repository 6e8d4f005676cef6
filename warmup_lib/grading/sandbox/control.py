"""Small messages between the coordinator and the parent of the jobs, over a socket.

What a student wrote never goes through the parent, whose memory every child inherits: a
job comes as an open file, the reply goes out by a pipe, and the parent only hands both on.
"""

from __future__ import annotations

import array
import json
import os
import socket
from collections.abc import Mapping, Sequence
from typing import Any

_LARGEST = 1 << 16


class Control:
    """One end of the socket; a message is a JSON object, and open files with it."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    @classmethod
    def pair(cls) -> tuple[Control, Control]:
        """Two ends. A message comes whole or not at all."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours), cls(theirs)

    def fileno(self) -> int:
        return self._end.fileno()

    def close(self) -> None:
        self._end.close()

    def send(self, message: Mapping[str, Any], files: Sequence[int] = ()) -> None:
        """Send a message.

        Raises:
            OSError: the other end is gone.
        """
        data = json.dumps(message).encode()
        attached = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))]
        self._end.sendmsg([data], attached if files else [])

    def receive(self) -> tuple[dict[str, Any], list[int]] | None:
        """The next message with its files; ``None`` where the other end is gone."""
        try:
            data, attached, _, _ = self._end.recvmsg(
                _LARGEST, socket.CMSG_SPACE(4 * array.array("i").itemsize)
            )
        except ConnectionError:
            return None
        files = array.array("i")
        for _, _, raw in attached:
            files.frombytes(raw[: len(raw) - len(raw) % files.itemsize])
        for file in files:
            os.set_inheritable(file, False)
        return (json.loads(data), list(files)) if data else None
