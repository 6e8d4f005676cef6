"""The table of the doctor's codes, between two markers in ``docs/doctor.md``."""

from __future__ import annotations

import re
from pathlib import Path

from warmup_lib.doctor.code import Code
from warmup_lib.doctor.codes import CODES

PATH = "docs/doctor.md"
BEGIN = (
    "<!-- Built by `python -m warmup_lib.builder docs` from warmup_lib/doctor: edit its codes. -->"
)
END = "<!-- End of what is built. -->"


def table() -> str:
    """All codes, as Markdown; each row can be linked to by its code."""
    head = ("Code", "Severity", "Evidence", "What it means, and what to do", "Learn", "Seen in")
    rows = [head, ("---",) * len(head), *map(_row, CODES.values())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _row(code: Code) -> tuple[str, ...]:
    quiz = code.question.partition("/")[0]
    return (
        f'<a id="{code.name}"></a>`{code.name}`',
        code.severity.value,
        code.tier.value,
        f"**{code.title}.** {code.meaning}".replace("|", r"\|"),
        f"[lesson {int(code.lesson[:2])}](../lessons/{code.lesson}.ipynb), "
        f"[{code.question}](../quizzes/{quiz}/{quiz}.ipynb)",
        ", ".join(map(_linked, code.seen_in)),
    )


def _linked(seen: str) -> str:
    """``owner/project#7`` as a link; others are not said with their owner.

    >>> _linked("owner/project#7")
    '[owner/project#7](https://github.com/owner/project/issues/7)'
    >>> _linked("project #7")
    'project #7'
    """
    found = re.fullmatch(r"([\w.-]+/[\w.-]+)#(\d+)", seen)
    return f"[{seen}](https://github.com/{found[1]}/issues/{found[2]})" if found else seen


def differences(root: Path) -> list[str]:
    """A line that says so, where the table is missing or not what the codes give."""
    path = root / PATH
    if path.exists() and _with_table(path.read_text(encoding="utf-8")) == path.read_text("utf-8"):
        return []
    return [f"{PATH} is not current; run: python -m warmup_lib.builder docs"]


def write_docs(root: Path) -> None:
    """Write the table into the page below the course's folder."""
    path = root / PATH
    path.write_text(_with_table(path.read_text(encoding="utf-8")), encoding="utf-8")


def _with_table(page: str) -> str:
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PATH} must have the lines {BEGIN!r} and {END!r} around its table")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"
