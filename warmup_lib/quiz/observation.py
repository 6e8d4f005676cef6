"""What was seen of an answer when it was exercised, as plain data."""

from __future__ import annotations

import hashlib
import math
import reprlib
from dataclasses import dataclass
from typing import Any, Literal, SupportsFloat, TypeAlias, get_args

Value: TypeAlias = float | str
Trouble: TypeAlias = Literal["not attempted", "missing", "wrong type", "raised", "timed out"]


@dataclass(frozen=True)
class Observation:
    """The values that an answer gave, or the trouble that kept it from giving them.

    Attributes:
        values: LRs, factors or printed numbers in order, or the option chosen.
        trouble: what kind of obstacle there was, ``None`` where there was none.
        message: the trouble in a sentence for the student.
    """

    values: tuple[Value, ...] = ()
    trouble: Trouble | None = None
    message: str = ""

    def fingerprint(self) -> str:
        """The same for the same values and trouble, and hardly ever for others."""
        return hashlib.sha256(repr((self.values, self.trouble, self.message)).encode()).hexdigest()[
            :16
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; :meth:`from_json` reads them back.

        >>> seen = Observation((0.02, 0.04))
        >>> Observation.from_json(seen.to_json()) == seen
        True
        """
        return {"values": list(self.values), "trouble": self.trouble, "message": self.message}

    @classmethod
    def from_json(cls, data: object) -> Observation:
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: it is something else; what comes from a student's process may be.
        """
        if not isinstance(data, dict) or data.keys() != {"values", "trouble", "message"}:
            raise ValueError("an observation has values, trouble and message, and nothing else")
        values, trouble, message = data["values"], data["trouble"], data["message"]
        if not isinstance(values, list) or not all(type(v) in (float, int, str) for v in values):
            raise ValueError("values must be a list of numbers and texts")
        if trouble is not None and trouble not in get_args(Trouble):
            raise ValueError(f"trouble must be one of {get_args(Trouble)}, or None")
        if not isinstance(message, str):
            raise ValueError("message must be text")
        try:
            return cls(tuple(v if type(v) is str else float(v) for v in values), trouble, message)
        except OverflowError:
            raise ValueError("values must be numbers that a float can hold") from None


class AnswerTroubleError(Exception):
    """Raised by a probe when an answer cannot be exercised; says why to the student."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


def as_number(value: object, what: str) -> float:
    """``value`` as a finite float, or the trouble with it, ``what`` naming it.

    Integers, floats, NumPy scalars and tensors of one element are numbers;
    booleans and text are not.

    Raises:
        AnswerTroubleError: ``value`` is not one finite number.

    >>> as_number(1, "the factor")
    1.0
    """
    if value is ...:
        raise AnswerTroubleError("not attempted", f"{what} is still `...`; replace the dots.")
    if isinstance(value, str):
        raise AnswerTroubleError(
            "wrong type",
            f"{what} is the text `{reprlib.repr(value)}`; a number has no quotes around it.",
        )
    is_bool = isinstance(value, bool) or str(getattr(value, "dtype", "")).endswith("bool")
    if is_bool or not isinstance(value, SupportsFloat):
        raise AnswerTroubleError("wrong type", f"{what} must be a number, and is {_called(value)}.")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        raise AnswerTroubleError(
            "wrong type", f"{what} must be one number, and is {_called(value)}."
        ) from None
    if not math.isfinite(number):
        raise AnswerTroubleError("wrong type", f"{what} is `{number}`, which is no learning rate.")
    return number


def _called(value: object) -> str:
    return "`None`" if value is None else f"of type `{type(value).__name__}`"


def said(error: BaseException) -> str:
    """An exception in one line of bounded length, whatever its text is."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # The class is the student's, and so is its __str__.
        text = ""
    name = type(error).__name__
    return f"{name}: {text[:200]}" if text else name
