"""The evidence that the doctor is judged by: random correct runs, and runs with known mistakes.

``correct(rng)`` is a random correct run and its plan, ``conventions()`` are the right ones of many
libraries, ``PITFALLS`` are mistakes applied to random runs, and ``NOT_IN_A_TRACE`` tells of those
that leave nothing in a trace.
"""

# Each puts its mistakes into the list.
from . import (
    beyond,
    driving,
    groups,
    handover,
    lengths,
    products,
    resume,
    stepping,
    units,
)
from .cases import PITFALLS, Case, Pitfall, described
from .conventions import conventions
from .correct import correct, cut_short

NOT_IN_A_TRACE = {
    "11": "last_epoch on a fresh optimizer raises KeyError",
    "16b": "SequentialLR with a ReduceLROnPlateau raises ValueError",
    "21": "LinearLR(start_factor=0) raises ValueError",
    "36": "that warmup warms weight decay as well is a convention; the LRs are the same",
    "37": "a step without gradients is no update; a right run with one is among the conventions",
    "38": "get_lr() outside of step() is only seen in the code; no LR comes of it",
    "40": "float drift is no mistake; the correct runs have it, and must pass",
}

__all__ = [
    "NOT_IN_A_TRACE",
    "PITFALLS",
    "Case",
    "Pitfall",
    "beyond",
    "conventions",
    "correct",
    "cut_short",
    "described",
    "driving",
    "groups",
    "handover",
    "lengths",
    "products",
    "resume",
    "stepping",
    "units",
]
