"""Keeps what an answer does to the session away from the next one."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from unittest import mock

from warmup_lib.quiz.observation import AnswerTroubleError


@contextmanager
def isolated() -> Iterator[None]:
    """Run the block without a sound, under torch's own defaults, and put back what it changed.

    nbgrader scores a test cell 0 for anything on stderr, be it a warning or a log.
    """
    silence = _Silence()
    logging_was_off_to = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            redirect_stdout(silence),
            redirect_stderr(silence),
            mock.patch("builtins.input", _no_input),
            warnings.catch_warnings(),
            _torch_defaults(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging_was_off_to)


class _Silence(io.TextIOBase):
    """Takes any amount of text, and keeps none."""

    def write(self, text: str) -> int:
        return len(text)


def _no_input(*prompt: object) -> str:  # noqa: ARG001  # what input() is given
    raise AnswerTroubleError(
        "raised", "The function calls `input()`, and nobody is there to type; use its arguments."
    )


@contextmanager
def _torch_defaults() -> Iterator[None]:
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    grad, dtype = torch.is_grad_enabled(), torch.get_default_dtype()
    device, random_state = torch.get_default_device(), torch.get_rng_state()
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    _set_default_device(torch.device("cpu"))
    try:
        yield
    finally:
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        _set_default_device(device)
        torch.set_rng_state(random_state)


def _set_default_device(device: object) -> None:
    torch = sys.modules["torch"]
    if torch.get_default_device() != device:
        # None rather than the CPU: naming a device slows down every call that makes a tensor.
        torch.set_default_device(None if device == torch.device("cpu") else device)
