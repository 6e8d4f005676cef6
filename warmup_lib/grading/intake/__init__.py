"""Intake: from what an instructor has to clean submissions.

Where a submission lies and whose it is (:mod:`sources`, :mod:`naming`), how its bytes are read
from a folder (:mod:`folders`) or a zip (:mod:`archives`), what stands in them
(:mod:`notebooks`), and the notebook that is rebuilt from it (:mod:`rebuilding`). Nothing of a
student's is run here, and whatever a file holds, it costs at most its own mark.
"""

from __future__ import annotations

from warmup_lib.grading.intake.rebuilding import hand_ins, rebuilt
from warmup_lib.grading.intake.sources import IntakeError, how_many, submissions
from warmup_lib.grading.intake.upload import Upload
from warmup_lib.grading.intake.variant import SeedOf, own_numbers, same_numbers

__all__ = [
    "IntakeError",
    "SeedOf",
    "Upload",
    "hand_ins",
    "how_many",
    "own_numbers",
    "rebuilt",
    "same_numbers",
    "submissions",
]
