"""What a code is, and which codes follow from one cause."""

from __future__ import annotations

from dataclasses import dataclass

from warmup_lib.doctor.findings import Severity, Tier

LATER_OR_LOWER = frozenset(
    {
        "decay-rebounds",
        "decay-unfinished",
        "differs-from-plan",
        "falls-after-peak",
        "falls-during-warmup",
        "handover-jumps",
        "never-reaches-peak",
        "no-warmup",
        "overshoots-peak",
        "peak-skipped",
        "ramp-not-linear",
        "stuck-at-start",
        "warmup-restarts",
        "warmup-too-long",
        "warmup-too-short",
    }
)
"""What a plan says where the schedule lags, restarts, or is not followed."""

SOONER = frozenset(
    {
        "decay-ends-early",
        "decay-rebounds",
        "differs-from-plan",
        "epoch-length",
        "falls-after-peak",
        "handover-jumps",
        "no-warmup",
        "ramp-not-linear",
        "stepped-per-update",
        "warmup-too-short",
    }
)
"""What a plan says where the schedule is ahead of the updates."""


@dataclass(frozen=True)
class Code:
    """One kind of finding.

    Attributes:
        name: its stable name.
        severity: how bad it is.
        tier: the evidence that its rule needs.
        title: what is wrong, in a few words.
        meaning: what goes on, why it matters, and how to mend it.
        lesson: the stem of the lesson that teaches it.
        question: the question of the bank that asks about it.
        seen_in: real projects that had it, by project and number of the issue or pull request.
        explains: codes that are only consequences of this one, and are not said again.
    """

    name: str
    severity: Severity
    tier: Tier
    title: str
    meaning: str
    lesson: str
    question: str
    seen_in: tuple[str, ...] = ()
    explains: frozenset[str] = frozenset()
