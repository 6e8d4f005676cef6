"""What every question has: all that its author thinks about at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from warmup_lib.quiz.key import Unfolded, shown
from warmup_lib.quiz.observation import Value

if TYPE_CHECKING:
    from warmup_lib.plot import Picture


@dataclass(frozen=True)
class Misconception:
    """A wrong belief that can be run.

    Attributes:
        name: stable, in kebab-case; the class statistics count it.
        says: what a student who holds it should read; `{believed}` stands for
            what the model gives.
        model: the answer that this belief leads to, of the kind that the
            question's probe takes.
    """

    name: str
    says: str
    model: Any


@dataclass(frozen=True, kw_only=True)
class Question(ABC):
    """One question. Each kind says what its answers are and how they are exercised.

    Attributes:
        title: a few words.
        prompt: the task, in Markdown.
        hints: from gentle to telling, in the order in which they are given.
        steps: the worked steps, in Markdown; `{answer}` stands for the key.
        quick_check: one line to remember.
        holds: what is true of a right answer, said without giving it away.
        misconceptions: the known wrong answers.
        alternatives: other right answers, which must pass.
        difficulty: "warm-up", "core" or "hard".
        points: what it is worth.
        tolerance: relative difference up to which two numbers are the same.
        seen_in: where this bug was met in the wild, as a Markdown link; "" for none.
        name: `quiz/name`, given by the bank from the file's place.
    """

    kind: ClassVar[str]
    called: ClassVar[tuple[str, str]] = ("yours", "expected")
    """What an answer's values and the expected ones are called."""
    is_specified: ClassVar[bool] = False
    """Whether the task says every expected value, so that drawing them gives nothing away."""

    title: str
    prompt: str
    hints: Sequence[str]
    steps: str
    quick_check: str
    holds: str
    misconceptions: Sequence[Misconception] = ()
    alternatives: Sequence[Any] = ()
    difficulty: Literal["warm-up", "core", "hard"] = "core"
    points: int = 1
    tolerance: float = 1e-6
    seen_in: str = ""
    name: str = ""

    @property
    def variable(self) -> str:
        """The name under which the notebook holds the answer."""
        return self.name.rpartition("/")[2]

    @property
    def measures(self) -> str:
        """What each observed number is, as a figure names it."""
        return "value"

    @property
    def starter_is(self) -> str | None:
        """The misconception that an untouched answer cell holds, where it holds one."""
        return None

    def is_untouched(self, answer: Any) -> bool:  # noqa: ARG002  # what kinds with a starter look at
        """Whether an answer is still the code that the student got."""
        return False

    @abstractmethod
    def reference(self) -> Any:
        """A right answer, made by running code."""

    @abstractmethod
    def wrong_answers(self) -> Mapping[str, Any]:
        """By misconception, the answer it leads to."""

    @abstractmethod
    def probe(self, answer: Any) -> Sequence[Value]:
        """Exercise an answer; raises ``AnswerTroubleError`` where it cannot be."""

    @property
    @abstractmethod
    def labels(self) -> Sequence[str]:
        """What each observed value belongs to."""

    def facts(self) -> str:
        """Kind, difficulty, points, and where it was seen in the wild, in one line."""
        points = "1 point" if self.points == 1 else f"{self.points} points"
        wild = f" · seen in the wild: {self.seen_in}" if self.seen_in else ""
        return f"{self.kind} · {self.difficulty} · {points}{wild}"

    def unfolded(self) -> Unfolded | None:
        """The whole output, where one number of it is asked for."""
        return None

    def answer_shown(self) -> str:
        """The right answer as the worked steps name it."""
        return shown(self.probe(self.reference()))

    def why(self) -> str:
        """Why the right answer is right, where the steps do not say it."""
        return ""

    @abstractmethod
    def statement(self) -> str:
        """The prompt with its program or trace, in Markdown."""

    def picture(self) -> Picture | None:
        """The figure that belongs to the statement, where there is one."""
        return None

    def offered(self) -> str:
        """The options to choose from, in Markdown, where there are any."""
        return ""

    def task(self, figure: str = "") -> str:
        """All that the student reads, in Markdown, with the figure in its place."""
        return "\n\n".join(filter(None, [self.statement(), figure, self.offered()]))

    @abstractmethod
    def proof(self, answer: Any) -> str:
        """What running it prints, from which anybody can see which answer is right."""

    @abstractmethod
    def starter(self) -> str:
        """The source of the answer cell as the student gets it."""

    @abstractmethod
    def cell(self, answer: Any) -> str:
        """The source of an answer cell that gives ``answer``."""

    def solution(self) -> str:
        """The source that answers rightly, which stands below the starter."""
        return self.cell(self.reference())


def fenced(source: str, language: str = "python") -> str:
    """Source, or text to be shown as it is, as a Markdown block."""
    return f"```{language}\n{source}\n```"
