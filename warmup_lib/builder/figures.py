"""The README's picture: a schedule that was meant, beside what a common mistake makes of it."""

from __future__ import annotations

from pathlib import Path

from torch import zeros
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

from warmup_lib.plot import Picture, plot_lrs
from warmup_lib.schedulers import ScheduleLR
from warmup_lib.schedules import cosine_decay, join, linear_warmup
from warmup_lib.trace import dry_run

UPDATES = 60


def readme_picture() -> Picture:
    """Traces of the schedulers themselves, by dry run."""
    meant = join(linear_warmup(10), cosine_decay(50), at=10)
    optimizer = SGD([zeros(1, requires_grad=True)], lr=0.1)
    right = dry_run(optimizer, ScheduleLR(optimizer, meant), UPDATES)
    per_epoch = dry_run(optimizer, ScheduleLR(optimizer, meant), UPDATES, updates_per_step=10)
    optimizer = SGD([zeros(1, requires_grad=True)], lr=0.1)
    uncapped = dry_run(optimizer, LambdaLR(optimizer, lambda t: (t + 1) / 30), UPDATES)
    return plot_lrs(
        {
            "10 updates of warmup, then a cosine": right.used(),
            "the same, stepped once per epoch of 10 updates": per_epoch.used(),
            "a ramp of 30 updates without a cap": uncapped.used(),
        },
        title="One warmup that was meant, and two that were not",
    )


def write_figures(root: Path) -> None:
    (root / "docs").mkdir(exist_ok=True)
    readme_picture().save(root / "docs/schedules.png")
