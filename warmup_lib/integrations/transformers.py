"""The learning rate that each update of a transformers ``Trainer`` really used.

The order of the hooks is that of ``Trainer._inner_training_loop``: ``on_train_begin`` comes
when optimizer and scheduler are made and a checkpoint is loaded, ``on_train_end`` after the
last update; no hook tells of an exception.
"""

from __future__ import annotations

from typing import Any

from warmup_lib.integrations._recording import Recording

try:
    from transformers import TrainerCallback
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        'transformers must be installed; pip install "warmup-lib[peers]" has it', name=error.name
    ) from error


class TraceCallback(Recording, TrainerCallback):  # type: ignore[misc]  # Any, where not installed
    """Records the LR of every update that ``Trainer.train()`` makes, and its scheduler's steps.

    ::

        callback = TraceCallback()
        with callback:
            Trainer(model, args, train_dataset=data, callbacks=[callback]).train()
        callback.trace.used()

    Each ``train()`` has a fresh trace, which begins where it resumes. Training and
    checkpoints are as without it.

    ``Trainer`` tells its callbacks of no exception. Where one ends the training, the hooks
    go with the ``with`` block; without the block they stay, and hear whatever steps that
    optimizer, until the next ``train()``.

    Attributes:
        traces: one, once ``train()`` has begun.
    """

    def on_train_begin(self, *_: Any, optimizer: Any, lr_scheduler: Any = None, **__: Any) -> None:
        """Begin a fresh trace."""
        self._begin([optimizer], [] if lr_scheduler is None else [lr_scheduler])

    def on_train_end(self, *_: Any, **__: Any) -> None:
        """Remove the hooks."""
        self._end()

    def __enter__(self) -> TraceCallback:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
