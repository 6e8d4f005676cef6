"""The learning rate that each update of a Lightning ``Trainer`` really used.

The order of the hooks is that of ``Trainer._run`` and its ``fit_loop``: ``on_fit_start``
comes before a checkpoint is loaded, ``on_train_start`` after that if there is anything to
train, then ``on_train_end``, or ``on_exception`` (``trainer/call.py``) also for
``KeyboardInterrupt``.
"""

from __future__ import annotations

from typing import Any

from warmup_lib.integrations._recording import Recording

try:
    from lightning.pytorch import Callback
except ModuleNotFoundError:
    try:
        from pytorch_lightning import Callback
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            'lightning must be installed; pip install "warmup-lib[peers]" has it', name=error.name
        ) from error


class TraceCallback(Recording, Callback):  # type: ignore[misc]  # Any, where not installed
    """Records the LR of every update that ``Trainer.fit()`` makes, and its schedulers' steps.

    ::

        callback = TraceCallback()
        Trainer(callbacks=[callback]).fit(model, data)
        callback.trace.used()

    Each ``fit()`` has fresh traces, which begin where it resumes; ``validate()``, ``test()``
    and ``predict()`` leave them. Training and checkpoints are as without it. Where Lightning
    trains in processes that it spawns, the traces stay in those.

    Attributes:
        traces: one for each optimizer, in the order of ``configure_optimizers``.
    """

    def on_fit_start(self, *_: Any) -> None:
        """Drop the traces of an earlier fit: this one may find nothing left to train."""
        self._begin([], [])

    def on_train_start(self, trainer: Any, *_: Any) -> None:
        """Begin fresh traces."""
        # Lightning's stand-in for no optimizer has no groups.
        optimizers = [optimizer for optimizer in trainer.optimizers if optimizer.param_groups]
        self._begin(optimizers, [config.scheduler for config in trainer.lr_scheduler_configs])

    def on_train_end(self, *_: Any) -> None:
        """Remove the hooks."""
        self._end()

    def on_exception(self, *_: Any) -> None:
        """Remove the hooks."""
        self._end()
