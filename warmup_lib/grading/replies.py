"""What came back from a sandbox, read as what it is: bytes that a student may have written.

Nothing in here is believed beyond the student's own answers. A line that is not as
:mod:`warmup_lib.grading.worker` writes it is counted and left out; of two answers to one
question the first one counts, so that no later one can take its place.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeAlias, get_args

from warmup_lib.grading.jobs import Job
from warmup_lib.grading.plain_values import Json, stand_in
from warmup_lib.quiz.examine import observe
from warmup_lib.quiz.observation import Observation, Trouble
from warmup_lib.quiz.observing import absent, missing, not_examined, untouched
from warmup_lib.quiz.question import Question
from warmup_lib.quiz.write import Fix, Write

LINE = 1 << 20
"""Bytes of the longest line that is read."""
TROUBLES = 50
"""How many of them are kept."""
TEXT = 2000
"""Characters of the longest text; what is beyond is cut off."""
_LINES = 10_000
_DEPTH = 40
_VALUES = 10_000
_DIGITS = 20
_DAY = 86_400.0
_NO_NUMBERS = ("nan", "inf", "-inf")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Missing:
    """No cell gave the answer its name; whether one would have, had it not failed."""

    defined: bool


@dataclass(frozen=True)
class Given:
    """A plain value, as :func:`~warmup_lib.grading.plain_values.rendered` gives it."""

    value: Json


@dataclass(frozen=True)
class Seen:
    """What an exercise saw of a function, and a digest of the function's code."""

    observation: Observation
    code: str | None


@dataclass(frozen=True)
class Died:
    """The answer took the process that tried it down; how that ended."""

    how: str


Answer: TypeAlias = Missing | Given | Seen | Died


@dataclass(frozen=True)
class Reply:
    """What is known of a submission's answers.

    Attributes:
        answers: by variable.
        seconds: how long each took, by the worker's word.
        troubles: cells that raised or did not end, a sentence each.
        notes: what was odd about the reply.
        begun: the place of the cell that began last, by the worker's word; as many as there are
            cells where all of them ended; ``None`` where nothing is said of it.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    begun: int | None = None

    def unanswered(self, job: Job) -> list[str]:
        """The variables of which nothing is known, to be asked for alone."""
        return [each.variable for each in job.asked if each.variable not in self.answers]

    def parted(self) -> tuple[Reply, Reply]:
        """The reply with its sound answers alone, and with those that are none or met trouble."""
        sound = {name: each for name, each in self.answers.items() if _is_sound(each)}
        amiss = {name: each for name, each in self.answers.items() if name not in sound}
        return replace(self, answers=sound), replace(self, answers=amiss)

    def with_later(self, later: Reply) -> Reply:
        """The reply with what that to a retry adds; what is known already stays."""
        return Reply(
            {**later.answers, **self.answers},
            {**later.seconds, **self.seconds},
            tuple(dict.fromkeys([*self.troubles, *later.troubles]))[:TROUBLES],
            tuple(dict.fromkeys([*self.notes, *later.notes])),
            later.begun,
        )


def _is_sound(answer: Answer) -> bool:
    if isinstance(answer, Seen):
        return answer.observation.trouble is None
    return isinstance(answer, Given)


def read(output: bytes, job: Job) -> Reply:
    """Read all that a sandbox has written; it raises nothing, whatever that is.

    Lines that cannot be read, and answers that nobody asked for, are left out and noted.
    """
    asked = {each.variable for each in job.asked}
    answers: dict[str, Answer] = {}
    seconds: dict[str, float] = {}
    troubles: list[str] = []
    invalid = repeated = unknown = 0
    begun: int | None = None
    *lines, rest = output[: job.limits.output].split(b"\n", _LINES)
    invalid += bool(rest.strip())  # Cut off, or one of far too many.
    for line in filter(bytes.strip, lines):
        try:
            data = _loaded(line)
            if data.keys() == {"trouble"}:
                troubles.append(_text(data["trouble"]))
                continue
            if data.keys() == {"begins"}:
                begun = _place(data["begins"], job)
                continue
            variable, answer, took = _answered(data)
        except (ValueError, RecursionError):
            invalid += 1
            continue
        if variable not in asked:
            unknown += 1
        elif variable in answers:
            repeated += 1
        else:
            answers[variable], seconds[variable] = answer, took
    notes = [
        _note(invalid, "could not be read"),
        _note(repeated, "answered again what was answered"),
        _note(unknown, "answered what was not asked"),
    ]
    if len(output) > job.limits.output:
        notes.append(f"the reply was cut off at {job.limits.output} bytes")
    kept = tuple(dict.fromkeys(troubles))[:TROUBLES]
    return Reply(answers, seconds, kept, tuple(filter(None, notes)), begun)


def observation(question: Question, answer: Answer | None) -> Observation:
    """What plain ``check`` would have seen of an answer.

    Args:
        question: with the numbers that it was asked with.
        answer: ``None`` where nothing is known of it.
    """
    variable, is_function = question.variable, isinstance(question, Write)
    if answer is None:
        return Observation(
            trouble="missing",
            message=f"`{variable}` could not be examined: the notebook ended, or met a limit, "
            "before it. Restart the kernel, run all cells from the top, and see which one does "
            "not come to its end.",
        )
    if isinstance(answer, Missing):
        return missing(variable) if answer.defined else absent(variable)
    if isinstance(answer, Died):
        return not_examined(variable, answer.how)
    if isinstance(answer, Given):
        if is_function:
            return not_examined(variable, "a value in the place of what a function does")
        return observe(question, stand_in(answer.value))
    if isinstance(question, Fix) and answer.code == question.starter_digest():
        return untouched(question.holds)
    # What the probe of a plain value would see is for this side to say.
    if not is_function and answer.observation.trouble is None:
        return not_examined(variable, "what it does in the place of its value")
    return answer.observation


def _note(count: int, what: str) -> str:
    if count == 0:
        return ""
    return f"{count} {'line' if count == 1 else 'lines'} of the reply {what}"


# A line


def _loaded(line: bytes) -> dict[str, Json]:
    if len(line) > LINE:
        raise ValueError("too long a line")
    data = json.loads(
        line.decode(),
        parse_constant=_no_number,
        parse_float=_float,
        parse_int=_int,
        object_pairs_hook=_object,
    )
    if not isinstance(data, dict):
        raise ValueError("a line is an object")
    return {key: _cleaned(value, 0) for key, value in data.items()}


def _place(place: Json, job: Job) -> int:
    if type(place) is not int or not 0 <= place <= len(job.pieces):
        raise ValueError("a cell begins at its place")
    return place


def _answered(data: Mapping[str, Json]) -> tuple[str, Answer, float]:
    _keys(data, "variable", "answer", "seconds")
    took = data["seconds"]
    if type(took) not in (int, float) or not 0 <= took <= _DAY:
        raise ValueError("seconds must be a time")
    return _text(data["variable"]), _answer(data["answer"]), float(took)


def _answer(data: Json) -> Answer:
    if not isinstance(data, dict):
        raise ValueError("an answer is an object")
    if "value" in data:
        _keys(data, "value")
        _exercise_stand_in(data["value"])
        return Given(data["value"])
    if "missing" in data:
        _keys(data, "missing", "defined")
        if data["missing"] is not True or type(data["defined"]) is not bool:
            raise ValueError("missing is true, and defined one of two")
        return Missing(data["defined"])
    if "died" in data:
        _keys(data, "died")
        return Died(_text(data["died"]))
    _keys(data, "observation", "code")
    code = data["code"]
    return Seen(_observation(data["observation"]), None if code is None else _text(code))


def _exercise_stand_in(value: Json) -> None:
    """See that a value can be made of it."""
    try:
        stand_in(value)
    except RecursionError:
        raise
    except Exception as error:
        raise ValueError(f"no value: {error!r:.100}") from None


def _observation(data: Json) -> Observation:
    """An observation as an exercise gives it: finite numbers, or trouble."""
    if isinstance(data, dict) and not (
        data.get("trouble") is None or data.get("trouble") in get_args(Trouble)
    ):
        raise ValueError("no such trouble")
    seen = Observation.from_json(data)
    if len(seen.values) > _VALUES or any(
        value not in _NO_NUMBERS if isinstance(value, str) else not math.isfinite(value)
        for value in seen.values
    ):
        raise ValueError("values must be numbers, and not too many")
    if seen.trouble is not None and seen.values:
        raise ValueError("values or trouble, not both")
    if seen.trouble is None:
        return replace(seen, message="")
    return seen


# JSON


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number that no float holds")
    return number


def _int(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError("a number that is too long")
    return int(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name that is there twice")
    return found


def _keys(data: Mapping[str, Json], *names: str) -> None:
    if data.keys() != set(names):
        raise ValueError(f"there must be {', '.join(names)}, and nothing else")


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise ValueError("a text must stand there")
    return value


def _cleaned(data: Json, depth: int) -> Json:
    """The same with texts that can be stored and shown anywhere."""
    if depth > _DEPTH:
        raise ValueError("too deep")
    if isinstance(data, str):
        return _UNPRINTABLE.sub("\ufffd", data[:TEXT])
    if isinstance(data, list):
        return [_cleaned(each, depth + 1) for each in data]
    if isinstance(data, dict):
        return {_cleaned(k, depth + 1): _cleaned(v, depth + 1) for k, v in data.items()}
    return data
