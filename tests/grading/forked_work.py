"""The worker in a child process, with a pipe in the place of a sandbox."""

from __future__ import annotations

import faulthandler
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from warmup_lib import questions
from warmup_lib.asked import asked
from warmup_lib.grading import worker
from warmup_lib.grading.handed_in import HandedIn, Piece
from warmup_lib.grading.jobs import Asking, Job, Limits
from warmup_lib.grading.marking import asking
from warmup_lib.quiz.question import Question

LIMITS = Limits(cell_seconds=5.0, question_seconds=2.0)


def worked(job: Job, wrap: Callable[[int], Callable[[bytes], None]] | None = None) -> bytes:
    """All that the worker says of a job."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:

        def emit(data: bytes) -> None:
            while data:
                data = data[os.write(writer, data) :]

        try:
            _keep_only(writer)
            torch.set_num_threads(1)
            faulthandler.disable()
            signal.alarm(60)
            worker.work_on(job.to_bytes(), wrap(writer) if wrap else emit)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as output:
        said = output.read()
    os.waitpid(child, 0)
    return said


def _keep_only(writer: int) -> None:
    """Hostile answers write to every descriptor; pytest's own must not be among them."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(3, writer)
    os.closerange(writer + 1, 1024)


def job_of(cells: str | Sequence[Piece], *asked_for: Asking, limits: Limits = LIMITS) -> Job:
    """A job with one cell, or several, and what is asked."""
    pieces = [Piece("its only", cells)] if isinstance(cells, str) else cells
    return Job(pieces, asked_for, limits)


def pieces_of(quiz: str, sources: Callable[[Question], str]) -> list[Piece]:
    """The cells of a quiz's notebook whose answer cells are these."""
    pieces = [Piece("the set-up", questions.quiz_module(quiz).SETUP)]
    for name in questions.names(quiz):
        question = asked(name).question
        pieces.append(Piece(question.variable, sources(question), question.variable))
    return pieces


def quiz_job(quiz: str, pieces: Sequence[Piece]) -> Job:
    return Job(pieces, [asking(asked(name).question) for name in questions.names(quiz)], LIMITS)


def handed_in(quiz: str, pieces: Sequence[Piece], trouble: str | None = None) -> HandedIn:
    return HandedIn("ada", quiz, Path("ada.ipynb"), "0" * 64, tuple(pieces), trouble=trouble)
