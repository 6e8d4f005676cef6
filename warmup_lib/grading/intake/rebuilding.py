"""The clean notebook: the released set-up, then the student's own code, and nothing else."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from warmup_lib import questions
from warmup_lib.grading.handed_in import SET_UP, HandedIn, Piece
from warmup_lib.grading.intake.code import Code
from warmup_lib.grading.intake.notebooks import Cell, NoNotebookError, cells_in
from warmup_lib.grading.intake.released import Released, plain, released
from warmup_lib.grading.intake.sources import submissions
from warmup_lib.grading.intake.upload import Upload
from warmup_lib.grading.intake.variant import SeedOf, is_variant, seed_of
from warmup_lib.grading.intake.wording import all_bounded, bounded, listed

OURS = ("ask", "check", "hint", "solution")
"""What a cell may call that shows something to the learner and answers nothing."""


def hand_ins(
    quiz: str,
    source: Path,
    *,
    only: Collection[str] = (),
    pattern: str | None = None,
    handed_out: SeedOf | None = None,
) -> Iterator[HandedIn]:
    """What each student handed in, clean, in the order of their ids.

    Args:
        quiz: the quiz's name.
        source: see :func:`~warmup_lib.grading.intake.sources.submissions`.
        only: the ids to take; all of them for none.
        pattern: tells the student from a name; see there.
        handed_out: the seed of each student's numbers (:func:`~.variant.own_numbers`,
            :func:`~.variant.same_numbers`); without it the notebook's word counts.

    Raises:
        IntakeError: the source or the pattern is of no use. (When the first submission is
            asked for.)
        LookupError: there is no such quiz.
    """
    for upload in submissions(quiz, source, only=only, pattern=pattern):
        yield rebuilt(upload, handed_out=handed_out)


def rebuilt(upload: Upload, *, handed_out: SeedOf | None = None) -> HandedIn:
    """The clean notebook of an upload; whatever its bytes are, nothing is raised."""
    digest = "" if upload.data is None else hashlib.sha256(upload.data).hexdigest()
    handed_in = HandedIn(upload.student, upload.quiz, upload.path, digest, notes=upload.notes)
    if upload.data is None:
        return replace(handed_in, trouble=upload.trouble or "There is nothing to read.")
    release = released(upload.quiz)
    try:
        cells, notes = cells_in(upload.data)
        mine = _Sorted(release, cells)
        mine.refuse_other_work()
    except NoNotebookError as error:
        return replace(handed_in, trouble=bounded(str(error)))
    codes = [each.code for each in mine.students]
    seed, more = seed_of(upload.student, [*codes, *mine.variants], handed_out)
    pieces = [Piece(SET_UP, release.set_up), *mine.pieces(seed)]
    notes = [*upload.notes, *notes, *more, *mine.notes]
    return replace(handed_in, pieces=tuple(pieces), notes=all_bounded(notes), seed=seed)


@dataclass(frozen=True, eq=False)
class _Own:
    """A code cell of the student's, and the question whose id it has."""

    code: Code
    labelled: str | None


# Nearly all locked cells are those of every other notebook, and parsing them is what takes time.
@lru_cache(maxsize=64)
def _is_ours(release: Released, code: Code) -> bool:
    """Whether a cell is the set-up, or only shows something, or is empty."""
    return (
        code.is_blank
        or plain(code.source) == plain(release.set_up)
        or code.only_calls(OURS, "warmup_lib")
    )


class _Sorted:
    """The cells of a notebook, sorted into ours and the student's."""

    def __init__(self, release: Released, cells: Sequence[Cell]) -> None:
        self.release = release
        self.students: list[_Own] = []
        self.variants: list[Code] = []
        self.notes: list[str] = []
        changed = []
        for cell in cells:
            code = Code(cell.source)
            identity, role = self._role(cell)
            if not cell.is_code:
                if role == "answer":
                    self.notes.append(f"The cell of {identity} is no code cell any more.")
            elif role == "locked":
                if not _is_ours(release, code):
                    changed.append(identity)
            elif role == "answer":
                self.students.append(_Own(code, self._question(code, identity)))
            elif is_variant(code):
                self.variants.append(code)
            elif not _is_ours(release, code):
                self.students.append(_Own(code, None))
        if changed:
            self.notes.append(
                f"What was written into locked cells does not count: {listed(changed)}."
            )

    def _role(self, cell: Cell) -> tuple[str, str | None]:
        for identity in cell.identities:
            if role := self.release.role(identity):
                return identity, role
        return "", None

    def _question(self, code: Code, identity: str) -> str | None:
        """The question of an answer cell, unless it holds the answers to others instead."""
        answers = code.defines.intersection(self.release.variables)
        return identity if not answers or identity in answers else None

    def refuse_other_work(self) -> None:
        """Raise where the notebook answers another quiz, or none."""
        quiz = self.release.quiz
        names = {name for own in self.students for name in (*own.code.defines, own.labelled)}
        if len(names.intersection(self.release.variables)) > 1:
            return
        for other in questions.QUIZZES:
            if other != quiz and len(names.intersection(released(other).variables)) > 2:
                raise NoNotebookError(
                    f"This is a notebook of the quiz {other}; ask the student for that of {quiz}."
                )
        if not self.students:
            raise NoNotebookError(
                f"The notebook has no answer to any question of {quiz}, nor any code of the "
                "student's; ask for the notebook with the answers."
            )

    def pieces(self, seed: str | None) -> Iterator[Piece]:
        """The student's cells in order, each answer under its question's name."""
        claims, by_name = self._claims()
        answering = {
            id(own): variable
            for variable, claiming in claims.items()
            for own in self._that_count(variable, claiming, seed)
        }
        claimed = {id(own) for claiming in claims.values() for own in claiming}
        self._note_what_is_lost(by_name)
        added = 0
        for own in self.students:
            if id(own) in answering:
                variable = answering[id(own)]
                yield Piece(variable, own.code.source, variable)
            elif id(own) not in claimed:
                added += 1
                yield Piece(f"added cell {added}", own.code.source)

    def _claims(self) -> tuple[dict[str, list[_Own]], list[str]]:
        """The cells that may answer each question, and the questions whose ids were lost."""
        claims: dict[str, list[_Own]] = defaultdict(list)
        for own in self.students:
            if own.labelled is not None:
                claims[own.labelled].append(own)
        named: dict[str, list[_Own]] = defaultdict(list)
        for own in self.students:
            answers = own.code.defines.intersection(self.release.variables)
            if own.labelled is None and len(answers) == 1:
                named[next(iter(answers))].append(own)
        by_name = [each for each in self.release.variables if each in named and each not in claims]
        claims.update((variable, named[variable]) for variable in by_name)
        return claims, by_name

    def _that_count(
        self, variable: str, claiming: Sequence[_Own], seed: str | None
    ) -> Sequence[_Own]:
        """The cells of one question, of which the last answer counts, as in a run from the top.

        A copy of the cell as it was released is no answer, and is left out; so is one of two
        that are the same. The others stay: they are halves of a cell that was split, or earlier
        tries whose helpers the last one may need.
        """
        if len(claiming) == 1:
            return claiming
        starters = self.release.starters(variable, seed)
        touched = [own for own in claiming if plain(own.code.source) not in starters]
        self.notes.append(
            f"{len(claiming)} cells answer {variable}; the last one with an answer in it counts."
        )
        return list({plain(own.code.source): own for own in touched or claiming[-1:]}.values())

    def _note_what_is_lost(self, by_name: Sequence[str]) -> None:
        if by_name:
            self.notes.append(
                f"Cell metadata was lost; recognised by the name it defines: {listed(by_name)}."
            )
        there = {name for own in self.students for name in (*own.code.defines, own.labelled)}
        if missing := [each for each in self.release.variables if each not in there]:
            self.notes.append(f"There is no cell for {listed(missing)}.")
