"""How a checked file is shown: a line for each question, and what to mend."""

from __future__ import annotations

from warmup_lib.checking import Checked
from warmup_lib.commands import _show
from warmup_lib.commands._asked import command_for
from warmup_lib.quiz.feedback import Feedback, Outcome
from warmup_lib.quiz.view import plain

_MARKS = {
    Outcome.PASSED: ("✓", "green"),
    Outcome.NOT_ATTEMPTED: ("○", "dim"),
    Outcome.INCORRECT: ("✗", "yellow"),
    Outcome.COULD_NOT_CHECK: ("?", "red"),
}


def everything(checked: Checked) -> None:
    """All that was found in a file; of one question its whole feedback."""
    for trouble in checked.troubles:
        _show.warn(trouble)
    if len(checked.feedback) == 1:
        feedback(checked.feedback[0], checked.seed)
        return
    progress(checked)
    for each in checked.feedback:
        mark, style = _MARKS[each.outcome]
        _show.line(f"{mark} {each.question}", style)
        if each.outcome in (Outcome.INCORRECT, Outcome.COULD_NOT_CHECK):
            for sentence in _sentences(each):
                _show.line(f"    {sentence}")
    mend = checked.first_to_mend
    if mend is not None:
        _show.line(f"\nStuck? {command_for('hint', mend.question, checked.seed)}", "dim")


def progress(checked: Checked) -> None:
    """How many of the file's answers are right."""
    done, of = checked.passed, len(checked.feedback)
    _show.line(f"{checked.path.name}  {_show.bar(done, of)}  {done} of {of} right", "bold")


def feedback(each: Feedback, seed: str | None) -> None:
    """All that there is to say on one answer to a question with the numbers of ``seed``."""
    mark, style = _MARKS[each.outcome]
    _show.line(f"{mark} {each.question}: {each.outcome.value}", style)
    for sentence in _sentences(each):
        _show.line(f"  {sentence}")
    if not each.passed:
        _show.line(f"Stuck? {command_for('hint', each.question, seed)}", "dim")


def _sentences(each: Feedback) -> list[str]:
    known = [] if each.misconception is None else [f"Known mistake: {each.misconception}"]
    return [plain(text) for text in (*known, each.message, *each.details)]
