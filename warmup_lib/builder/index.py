"""The bank's index: what can be told of each question without running it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from warmup_lib import questions

PATH = "warmup_lib/questions/index.json"


def index_text() -> str:
    """The index as its file holds it."""
    facts = {name: asdict(facts_of(name)) for name in questions.all_names()}
    return json.dumps(facts, indent=1, ensure_ascii=False) + "\n"


def facts_of(name: str) -> questions.Facts:
    """The facts of one question."""
    question = questions.load(name)
    return questions.Facts(
        title=question.title,
        kind=question.kind,
        difficulty=question.difficulty,
        points=question.points,
        misconceptions=tuple(question.wrong_answers()),
        source=question.seen_in,
        varies=questions.varies(name),
    )


def differences(root: Path) -> list[str]:
    """A line that says so, where the file is missing or not what the bank gives."""
    path = root / PATH
    if path.exists() and path.read_text(encoding="utf-8") == index_text():
        return []
    return [f"{PATH} is not current; run: python -m warmup_lib.builder quizzes"]


def write_index(root: Path) -> None:
    """Write the index below the course's folder."""
    (root / PATH).write_text(index_text(), encoding="utf-8")
