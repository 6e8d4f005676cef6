"""The worker of the sandbox's tests: a job is Python code, and replies by ``emit``."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable


def run(data: bytes, emit: Callable[[bytes], None]) -> None:
    def reply(what: object) -> None:
        emit(str(what).encode())

    def error_of(function: Callable[[], object]) -> None:
        """Reply with the name of the error that a call ends in, or with what it gives."""
        try:
            reply(function())
        except OSError as error:
            reply(errno.errorcode.get(error.errno or 0, repr(error)))

    scope = {"emit": emit, "reply": reply, "error_of": error_of, "os": os}
    exec(compile(data, "job", "exec"), scope)
