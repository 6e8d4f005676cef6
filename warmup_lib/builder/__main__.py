"""Build what is built: ``python -m warmup_lib.builder [COMMAND]``.

Without an argument everything is written. ``check`` writes nothing, and fails where
a built file is not what its source gives.
"""

from __future__ import annotations

import sys
from pathlib import Path

from warmup_lib import questions
from warmup_lib.builder import doctor_table, figures, index, lessons, quizzes, recipe_table

COMMANDS = ("lessons", "quizzes", "figures", "docs", "check")
USAGE = f"usage: python -m warmup_lib.builder [{'|'.join(COMMANDS)}]   (in the course's folder)\n"


def main(arguments: list[str]) -> int:
    """Build below the current folder; returns the exit code."""
    root = Path()
    what = arguments[0] if arguments else "all"
    if len(arguments) > 1 or what not in ("all", *COMMANDS):
        sys.stderr.write(USAGE)
        return 2
    if not (root / "nbgrader_config.py").exists():
        sys.stderr.write("there is no nbgrader_config.py here; go to the course's folder\n")
        return 2
    if what == "check":
        differences = stale(root)
        sys.stdout.writelines(f"{line}\n" for line in differences)
        return 1 if differences else 0
    if what in ("all", "quizzes"):
        write_quizzes(root)
    if what in ("all", "lessons"):
        lessons.write_lessons(root)
    if what in ("all", "figures"):
        figures.write_figures(root)
    if what in ("all", "docs"):
        recipe_table.write_docs(root)
        doctor_table.write_docs(root)
    return 0


def write_quizzes(root: Path) -> None:
    """Write ``solutions/``, ``quizzes/`` and the bank's index."""
    index.write_index(root)
    for path, text in quizzes.build(questions.QUIZZES).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for quiz in questions.QUIZZES:
        sys.stdout.write(f"{quiz}: {len(questions.names(quiz))} questions\n")


def stale(root: Path) -> list[str]:
    """One line for each built file that is missing, stray, or not what its source gives."""
    built = quizzes.build(questions.QUIZZES)
    return [
        *quizzes.differences(built, root),
        *_stale_lessons(root),
        *index.differences(root),
        *recipe_table.differences(root),
        *doctor_table.differences(root),
    ]


def _stale_lessons(root: Path) -> list[str]:
    texts = {lessons.notebook_path(text): text for text in lessons.lesson_texts(root)}
    stray = sorted(set((root / "lessons").glob("*.ipynb")) - texts.keys())
    return [
        *(
            f"lessons/{difference}; run: python -m warmup_lib.builder lessons"
            for notebook, text in texts.items()
            if (difference := lessons.is_current(text, notebook)) is not None
        ),
        *(f"lessons/{notebook.name} has no text in lessons/text/; delete it" for notebook in stray),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
