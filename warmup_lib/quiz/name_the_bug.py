"""Name the bug: a trace of learning rates, and the bugs that may have made it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from warmup_lib.quiz.compare import same_values
from warmup_lib.quiz.key import shown
from warmup_lib.quiz.lettered import Lettered
from warmup_lib.quiz.observation import Value

if TYPE_CHECKING:
    from warmup_lib.plot import Picture


@dataclass(frozen=True)
class Bug:
    """A bug that may have made the trace.

    Attributes:
        name: stable, in kebab-case; a wrong one is a misconception of that name.
        text: what the student reads, in Markdown.
        lrs: runs a loop that has this bug, and gives the LR that each update used.
        says: what a student who chose it should read, or why it is right.
    """

    name: str
    text: str
    lrs: Callable[[], Sequence[float]]
    says: str


@dataclass(frozen=True, kw_only=True)
class NameTheBug(Lettered):
    """The key is the one bug that makes the trace when it is run.

    A wrong choice is judged by the trace that its bug makes, so that the feedback
    can say where the two part.

    Attributes:
        bugs: the options.
        made_by: the name of the bug whose trace is shown.
        meant: the LR that each update was meant to use.
    """

    kind: ClassVar[str] = "name the bug"
    called: ClassVar[tuple[str, str]] = ("the bug you chose", "the trace")
    is_specified: ClassVar[bool] = True

    bugs: Sequence[Bug]
    made_by: str
    meant: Sequence[float]

    @cached_property
    def trace(self) -> Sequence[float]:
        """The LRs that the student sees, by update."""
        makers = [bug for bug in self.bugs if bug.name == self.made_by]
        if not makers:
            raise ValueError(
                f"made_by must name one of the bugs, got {self.made_by!r}; there are "
                f"{', '.join(bug.name for bug in self.bugs)}"
            )
        return makers[0].lrs()

    def _all(self) -> Sequence[Bug]:
        return self.bugs

    def _is_right(self, option: Bug) -> bool:
        return same_values(option.lrs(), self.trace, tolerance=self.tolerance)

    def probe(self, answer: Any) -> Sequence[Value]:
        bug: Bug = self.chosen(answer)
        return list(bug.lrs())

    @property
    def measures(self) -> str:
        return "LR"

    @property
    def labels(self) -> Sequence[str]:
        return [f"update {t}" for t in range(len(self.trace))]

    def statement(self) -> str:
        return f"{self.prompt}\n\nThe LRs that were used, from update 0:\n\n`{shown(self.trace)}`"

    def picture(self) -> Picture:
        from warmup_lib.plot import plot_lrs

        return plot_lrs({"used": self.trace, "meant": self.meant}, title=self.title)

    def proof(self, answer: Any) -> str:  # noqa: ARG002  # every bug is run, whatever was chosen
        traces = [f"{letter}. {shown(bug.lrs())}" for letter, bug in self.options.items()]
        return "\n".join([f"trace: {shown(self.trace)}", *traces])
