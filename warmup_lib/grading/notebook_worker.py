"""Running any notebook's cells in order, beside the student's code.

This is the untrusted end; :mod:`warmup_lib.grading.notebook_replies` reads what it says as
the student's own word. It says, a line of JSON for each cell when that has ended:
``{"cell": …, "number": …, "in_time": …, "outputs": […]}``. So what a notebook did until its
process ended is known.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from warmup_lib.cells import fresh_shell
from warmup_lib.cells import run_cell as run_silently
from warmup_lib.grading.notebook_shell import notebook_shell, run_cell

INLINE = "module://matplotlib_inline.backend_inline"
_ENOUGH = 24 << 20
"""Bytes after which outputs are left out but for what decides a score."""


def prepare() -> None:
    """Import, once and before any fork, what most notebooks need."""
    # matplotlib reads it when it is imported, as in a kernel.
    os.environ["MPLBACKEND"] = INLINE
    import matplotlib.backends.backend_agg
    import matplotlib.pyplot  # noqa: F401

    with fresh_shell() as shell:
        run_silently(shell, "None", 60.0)


def work_on(data: bytes, emit: Callable[[bytes], None]) -> None:
    """Run a notebook as :meth:`.notebook_replies.NotebookJob.to_bytes` has it.

    It is for a process of its own, which it leaves as the student's code has made it.
    """
    job = json.loads(data)
    os.environ.update(job["environment"])
    for name, content in job["files"].items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
    # As beside a notebook: what lies there can be imported, and there are no arguments.
    sys.path.insert(0, "")
    sys.argv = [""]
    if numpy := sys.modules.get("numpy"):
        # It was imported before the fork, and with it the state of its generator.
        numpy.random.seed()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_run(job["cells"], emit))


async def _run(cells: list[dict[str, Any]], emit: Callable[[bytes], None]) -> None:
    this_process = os.getpid()
    shell = notebook_shell()
    said = 0
    for cell in cells:
        ran = await run_cell(shell, cell["source"], cell["seconds"])
        if os.getpid() != this_process:
            os._exit(0)  # A cell has forked; one process is enough to go on.
        line = _line(cell, ran.number, ran.in_time, shell.outputs.list)
        if said + len(line) > _ENOUGH:
            short = [_shortened(each) for each in shell.outputs.list if _decides(each)]
            line = _line(cell, ran.number, ran.in_time, short[:3])
        said += len(line)
        emit(line)
        with suppress(asyncio.CancelledError):
            # What cells have started goes on between them.
            await asyncio.sleep(0)


def _line(cell: dict[str, Any], number: int, in_time: bool, outputs: list[Any]) -> bytes:
    data = {"cell": cell["index"], "number": number, "in_time": in_time, "outputs": outputs}
    # On a line of its own, whatever was written there by others.
    return b"\n" + json.dumps(data).encode() + b"\n"


def _decides(output: dict[str, Any]) -> bool:
    """Whether nbgrader reads a score from it."""
    kind = output["output_type"]
    return kind in ("error", "execute_result") or output.get("name") == "stderr"


def _shortened(output: dict[str, Any]) -> dict[str, Any]:
    if output["output_type"] == "error":
        return {**output, "traceback": output["traceback"][-1:]}
    if output["output_type"] == "stream":
        return {**output, "text": output["text"][:1000]}
    return {**output, "data": {"text/plain": output["data"].get("text/plain", "")[:1000]}}
