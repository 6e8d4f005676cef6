"""Reaching a dask cluster: one that is there, or one that is started on this machine."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from warmup_lib.grading import dask_worker
from warmup_lib.grading.sandbox.results import SandboxUnavailableError

if TYPE_CHECKING:
    from distributed import Client, LocalCluster
    from distributed.security import Security

_PLAIN: dict[str, object] = {
    # Scheduler and workers have an HTTP server each, which asks nobody for a key.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Nobody sees what these would show, and they look a hundred times a second.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
}


@contextmanager
def open_client(scheduler: str | None, workers: int, patience: float) -> Iterator[Client]:
    """A client of a cluster.

    Args:
        scheduler: its address; ``None`` starts a cluster on this machine.
        workers: how many workers are started then.
        patience: seconds that whatever is at the address may take to answer.

    Raises:
        SandboxUnavailableError: dask is not installed, or there is no scheduler.
    """
    try:
        from distributed import Client
        from distributed.security import Security

        security = Security.temporary() if scheduler is None else Security()
    except ImportError as error:
        raise SandboxUnavailableError(
            f"grading on dask's workers needs what is not installed here ({error}); install it "
            "with: pip install 'warmup-lib[cluster]'"
        ) from None
    with ExitStack() as opened:
        opened.enter_context(_quiet())
        if scheduler is not None:
            _refuse_if_silent(scheduler, security, patience)
        where = scheduler or opened.enter_context(_local(workers, security))
        yield opened.enter_context(Client(where, security=security, set_as_default=False))


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask says nothing but errors; of a connection that is lost it is told here."""
    import dask

    levels = {"distributed": logging.ERROR, "distributed.client": logging.CRITICAL}
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    try:
        # Of which it warns; intake refuses what is too large.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def _local(workers: int, security: Security) -> Iterator[LocalCluster]:
    """Workers on this machine, to which nobody but this process can talk."""
    import dask
    from distributed import LocalCluster

    with (
        tempfile.TemporaryDirectory(prefix="warmup-", ignore_cleanup_errors=True) as folder,
        dask.config.set({"temporary-directory": folder, **_PLAIN}),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host="127.0.0.1",
            # Everybody on this machine can connect to it; who does not have the key is refused.
            security=security,
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
            # Jobs have limits of their own, and are no processes of the worker's.
            memory_limit=None,
            # What matters is said here; a worker that is told to end may log that as an error.
            silence_logs=logging.CRITICAL,
            preload=[dask_worker.__name__],
        ) as cluster,
    ):
        yield cluster


def _refuse_if_silent(address: str, security: Security, patience: float) -> None:
    """Raise a plain error where no scheduler answers; a client that finds none cannot be closed."""
    from distributed import rpc

    async def meet() -> None:
        given = security.get_connection_args("client")
        async with rpc(address, connection_args=given) as scheduler:
            # Something else than dask may take the connection, and say nothing.
            await asyncio.wait_for(scheduler.identity(n_workers=0), patience)

    try:
        asyncio.run(meet())
    except (OSError, asyncio.TimeoutError, TypeError, ValueError) as error:
        said = str(error) or f"it does not say what dask says within {patience:g} seconds"
        raise SandboxUnavailableError(
            f"there is no dask scheduler at {address!r}: {said}\nStart one with: dask scheduler, "
            "and give the address that it prints. For one at tls://, dask's configuration has to "
            "name the certificates."
        ) from None
