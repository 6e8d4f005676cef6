"""The table of other libraries' calls and our recipes, in ``docs/recipes.md``.

No number in it is typed: they are computed from the recipes.
"""

from __future__ import annotations

from pathlib import Path

from warmup_lib import recipes, schedules
from warmup_lib.builder.peer_calls import LIBRARIES, LIVE, LOOPS, Library, Row
from warmup_lib.schedules import Schedule

PATH = "docs/recipes.md"
BASE_LR, WARMUP, TOTAL = 0.1, 5, 10
_TEMPLATE = Path(__file__).with_name("templates") / "recipes.md"


def schedule_of(row: Row, warmup: int = WARMUP, total: int = TOTAL) -> Schedule:
    """A row's recipe, for these counts.

    >>> [schedule_of(Row("LinearWarmup(optimizer, W)", "linear_warmup(W)"))(t) for t in (0, 3, 4)]
    [0.2, 0.8, 1.0]
    """
    names = {**vars(schedules), **vars(recipes), "W": warmup, "T": total}
    schedule: Schedule = eval(row.recipe, names)
    return schedule


def updates_of(row: Row, warmup: int = WARMUP, total: int = TOTAL) -> range:
    """The updates for which the call follows the recipe, or as many of them as tell."""
    return range(eval(row.follows, {"W": warmup, "T": total}))


def first_at_peak(row: Row) -> int | None:
    """The first update at the peak; None where there is none."""
    schedule = schedule_of(row)
    # A little below it: 0.001 + 0.999 is 1 up to rounding.
    return next((t for t in updates_of(row) if schedule(t) >= row.peak * (1 - 1e-9)), None)


def table() -> str:
    """All rows, as Markdown."""
    head = (
        "Library",
        "Call",
        "Recipe",
        "LRs 0, 1, 2, …",
        "First",
        "Peak at",
        "Counts",
        "Total",
        "Checked",
    )
    lines = [head, ("---",) * len(head)]
    lines += [_cells(library, row) for library in LIBRARIES for row in library.rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(library: Library, row: Row) -> tuple[str, ...]:
    schedule, peak = schedule_of(row), first_at_peak(row)
    lrs = [_rounded(BASE_LR * schedule(t)) for t in range(TOTAL)]
    return (
        library.name,
        f"`{row.call}`",
        f"`{row.recipe}`",
        " ".join(lrs),
        lrs[0],
        "never" if peak is None else str(peak),
        library.counts,
        row.total,
        library.checked,
    )


def _rounded(lr: float) -> str:
    # The end of a cosine is 0 up to rounding.
    return f"{lr:.4g}" if lr > 1e-12 else "0"


def _loops() -> str:
    names = {loop: dict.fromkeys(x.name for x in LIVE if x.loop == loop) for loop in LOOPS}
    return "\n".join(f"- {', '.join(names[loop])}: {how}." for loop, how in LOOPS.items())


def docs_text() -> str:
    """The page as its file holds it."""
    return _TEMPLATE.read_text(encoding="utf-8").format(
        base_lr=BASE_LR, warmup=WARMUP, total=TOTAL, table=table(), loops=_loops()
    )


def differences(root: Path) -> list[str]:
    """A line that says so, where the page is missing or not what the recipes give."""
    path = root / PATH
    if path.exists() and path.read_text(encoding="utf-8") == docs_text():
        return []
    return [f"{PATH} is not current; run: python -m warmup_lib.builder docs"]


def write_docs(root: Path) -> None:
    """Write the page below the course's folder."""
    (root / PATH).parent.mkdir(exist_ok=True)
    (root / PATH).write_text(docs_text(), encoding="utf-8")
