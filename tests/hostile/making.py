"""What a case is made of: a notebook of a real quiz, and what a student could know."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

from warmup_lib import questions
from warmup_lib.quiz.question import Question

ROOT = Path(__file__).parents[2]
QUIZ = "lambda_lr"
BANK = [questions.load(name) for name in questions.names(QUIZ)]
POINTS = {question.variable: question.points for question in BANK}
VARIABLES = list(POINTS)
FUNCTIONS = [
    "off_by_one",
    "ramp_from_one_nth",
    "ramp_from_zero",
    "step_per_batch",
    "ramp_of_each_group",
]
RELEASED = json.loads((ROOT / f"quizzes/{QUIZ}/{QUIZ}.ipynb").read_text(encoding="utf-8"))


def mistaken(question: Question) -> str:
    """The first wrong answer that is not what the student started from."""
    wrong = question.wrong_answers()
    return question.cell(next(wrong[name] for name in wrong if name != question.starter_is))


RIGHT = {question.variable: question.solution() for question in BANK}
WRONG = {question.variable: mistaken(question) for question in BANK}
UNTOUCHED = {question.variable: question.starter() for question in BANK}
# Right and wrong in turn: a mark that is lost or won anywhere shows.
HALF = {name: (WRONG if number % 2 else RIGHT)[name] for number, name in enumerate(VARIABLES)}
BASES = {"right": RIGHT, "wrong": WRONG, "untouched": UNTOUCHED, "half": HALF}


@dataclass(frozen=True)
class World:
    """What surrounds a submission; the student is told all of it.

    Attributes:
        mark: stands in everything that an attack leaves behind.
        course: the course's folder.
        student: who hands in.
        other: a student who handed in right answers.
        port: where somebody listens on this machine.
        abstract: the name of an abstract Unix socket where somebody listens.
        process: the id of a process outside.
    """

    mark: str
    course: Path
    student: str
    other: str
    port: int
    abstract: str
    process: int

    @property
    def own(self) -> Path:
        """The folder that is handed in."""
        return self.course / "submitted" / self.student / QUIZ

    @property
    def others(self) -> Path:
        """The folder of the other student."""
        return self.course / "submitted" / self.other / QUIZ

    @property
    def notebook(self) -> Path:
        """The file that is handed in."""
        return self.own / f"{QUIZ}.ipynb"

    def code(self, attack: str) -> str:
        """An attack's code, after all that the student knows."""
        package = ROOT / "warmup_lib"
        known = {
            "MARK": self.mark,
            "COURSE": str(self.course),
            "OWN": str(self.own),
            "OTHER": str(self.others),
            "PORT": self.port,
            "ABSTRACT": self.abstract,
            "PROCESS": self.process,
            "PACKAGE": str(package),
        }
        facts = "\n".join(f"{name} = {value!r}" for name, value in known.items())
        return f"{facts}\n{_TRIED}\n{dedent(attack).strip()}"


# So that what an attack has got shows in the record, as the reason why its cell ended.
_TRIED = """
def tried(*attempts):
    told = []
    for attempt in attempts:
        try:
            told.append(f"got {attempt()!r}")
        except BaseException as error:
            told.append(type(error).__name__)
    raise RuntimeError("tried: " + ", ".join(told))
"""


class Notebook:
    """The released notebook with answers in it, to be spoilt further."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.data: Any = copy.deepcopy(RELEASED)
        for name, source in answers.items():
            self.cell(name)["source"] = dedent(source).strip()

    @property
    def cells(self) -> list[dict[str, Any]]:
        return self.data["cells"]

    def cell(self, identity: str) -> dict[str, Any]:
        """A cell by its id."""
        return next(cell for cell in self.cells if cell["id"] == identity)

    def of(self, kind: str) -> Iterator[dict[str, Any]]:
        """The answer cells (``"solution"``), or the check cells (``"grade"``)."""
        for cell in self.cells:
            if cell["metadata"].get("nbgrader", {}).get(kind):
                yield cell

    def first(self, source: str) -> Notebook:
        """With a cell before all answers."""
        place = self.cells.index(self.cell(VARIABLES[0]))
        self.cells.insert(place, own_cell(source, "own-first"))
        return self

    def last(self, source: str) -> Notebook:
        """With a cell after all answers."""
        self.cells.append(own_cell(source, "own-last"))
        return self

    def as_bytes(self) -> bytes:
        """The file."""
        return json.dumps(self.data, indent=1).encode()


def own_cell(source: str, identity: str) -> dict[str, Any]:
    """A code cell that the student added."""
    return {
        "cell_type": "code",
        "id": identity,
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": dedent(source).strip(),
    }


def right(**others: str) -> Notebook:
    """All answers right but these."""
    return Notebook(RIGHT | others)


def half(**others: str) -> Notebook:
    """Every second answer wrong."""
    return Notebook(HALF | others)


def wrong(**others: str) -> Notebook:
    """All answers wrong but these."""
    return Notebook(WRONG | others)


def in_cell(body: str) -> str:
    """The first answer's cell, which does something before it answers."""
    return f"{dedent(body).strip()}\n{RIGHT['first_print']}"


def in_function(body: str) -> str:
    """A function that would be right, and does something first."""
    lines = dedent(body).strip().splitlines()
    inside = "\n".join(f"    {line}" for line in lines)
    return f"def ramp_from_zero(update):\n{inside}\n    return min(update / 5, 1.0)"


Made = Notebook | bytes | None
Make = Callable[[World], Made]


@dataclass(frozen=True)
class Case:
    """One submission and its verdict.

    Attributes:
        group: what kind it is of.
        name: what it does.
        make: hands it in, or gives the file to hand in.
        right: the questions that it deserves the points of.
        is_readable: whether there is anything to grade.
        says: what the instructor must be told, in the row or in a question's feedback.
        student: an id that is part of the attack; "" for an ordinary one.
        is_kept: whether nbgrader can keep the result of a student of this id.
        is_exact: otherwise what it breaks in its own notebook is its own loss: it deserves no
            more than these.
    """

    group: str
    name: str
    make: Make
    right: Collection[str]
    is_readable: bool = True
    says: tuple[str, ...] = ()
    student: str = ""
    is_kept: bool = True
    is_exact: bool = True

    @property
    def score(self) -> int:
        """The points that it deserves."""
        return sum(POINTS[name] for name in self.right)


@dataclass
class Group:
    """The cases of one kind."""

    name: str
    cases: list[Case] = field(default_factory=list)

    def __call__(self, deserves: str, *says: str, **more: Any) -> Callable[[Make], Make]:
        """Take a function as a case; the arguments are those of :meth:`add`."""

        def take(make: Make) -> Make:
            self.add(make.__name__, make, deserves, *says, **more)
            return make

        return take

    def add(
        self,
        name: str,
        make: Make,
        deserves: str,
        *says: str,
        loses: Collection[str] = (),
        wins: Collection[str] = (),
        **more: Any,
    ) -> None:
        """Take a case that deserves what one of ``BASES`` does, less or more some answers.

        ``"nothing"`` is there to be graded where a case is unreadable.
        """
        assert all(each.name != name for each in self.cases), name
        right = {
            variable
            for variable in VARIABLES
            if BASES.get(deserves, {}).get(variable) == RIGHT[variable]
        }
        right = (right - {*loses}) | {*wins}
        is_readable = deserves != "nothing"
        self.cases.append(Case(self.name, name, make, right, is_readable, says, **more))

    def in_cells(self, forms: Mapping[str, str], *says: str, **more: Any) -> None:
        """Take bodies of the first answer's cell, each of which costs that answer."""
        for name, body in forms.items():
            source = in_cell(body)
            more = {"loses": ["first_print"], **more}
            self.add(name, partial(_answering, first_print=source), "right", *says, **more)

    def in_functions(self, forms: Mapping[str, str], *says: str, **more: Any) -> None:
        """Take bodies of one answer that is a function, each of which costs that answer."""
        for name, body in forms.items():
            source = in_function(body)
            more = {"loses": ["ramp_from_zero"], **more}
            self.add(name, partial(_answering, ramp_from_zero=source), "right", *says, **more)


def _answering(_: World, **answers: str) -> Notebook:
    return right(**answers)


def identifier(text: str) -> str:
    """A name that a student may have."""
    return re.sub(r"\W+", "_", text)
