"""A student's value as plain JSON, and an ordinary value again from that.

:func:`rendered` runs beside the student's code. What it gives is trusted by nobody:
:func:`stand_in` makes of any JSON a value that only holds still, on which a question's
probe sees what it would have seen of the student's own.

>>> rendered([0.1, ..., 3])
[0.1, {'is': 'dots'}, 3]
>>> stand_in(_)
[0.1, Ellipsis, 3]
>>> stand_in(rendered(range(3)))[1]
1
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, SupportsFloat, TypeAlias

from warmup_lib.quiz.observation import said

Json: TypeAlias = Any
"""What :mod:`json` reads: no type says it well."""

ITEMS = 1000
"""No question asks for so many."""
TEXT = 1000
SHOWN = 200
DEPTH = 8
"""Deeper than any answer, and than what a message shows."""
_NODES = 5_000
_WHOLE = 1 << 53
"""Up to this a whole number and its float are the same."""
_NO_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_COLLECTIONS: Mapping[str, type] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_INERT = (type(None), type(...), bool, int, float, str)
_OTHER = "object"
_TRAITS = {"is", "type", "shown", "number", "is_bool", "text", "items", "length", "as_list"}
_SHOWN_BY_REPRLIB = {name[5:] for name in dir(reprlib.Repr) if name.startswith("repr_")}


# Beside the student's code


def rendered(value: object) -> Json:
    """A value as JSON of bounded size."""
    return _Rendering().of(value, 0)


def is_inert(value: Any) -> bool:
    """Whether no code of the student's runs as a value is rendered."""
    if type(value) in (list, tuple):
        return len(value) <= ITEMS and all(type(each) in _INERT for each in value)
    return type(value) in _INERT


class _Rendering:
    def __init__(self) -> None:
        self._left = _NODES

    def of(self, value: Any, depth: int) -> Json:
        self._left -= 1
        kind = type(value)
        if value is None or kind is bool:
            return value
        if value is ...:
            return {"is": "dots"}
        if kind is int and abs(value) <= _WHOLE:
            return value
        if kind is float:
            return value if math.isfinite(value) else {"is": str(value)}
        if kind is str and len(value) <= TEXT:
            return value
        if depth < DEPTH and kind in (list, dict, *_COLLECTIONS.values()) and len(value) <= ITEMS:
            return self._collection(value, depth + 1)
        return self._other(value, depth + 1)

    def _collection(self, value: Any, depth: int) -> Json:
        if isinstance(value, dict):
            pairs = [[self.of(k, depth), self.of(v, depth)] for k, v in value.items()]
            return {"is": "dict", "items": pairs}
        items = self._items(value, depth)
        return items if type(value) is list else {"is": type(value).__name__, "items": items}

    def _items(self, values: Any, depth: int) -> Json:
        return [self.of(value, depth) for value in islice(values, ITEMS) if self._left > 0]

    def _other(self, value: Any, depth: int) -> Json:
        """What a probe may ask of any object."""
        found: dict[str, Json] = {"is": _OTHER, "type": _cut(type(value).__name__, SHOWN)}
        found["shown"] = _cut(_shown(value), SHOWN)
        if isinstance(value, SupportsFloat):
            found["number"] = _number(value)
        if str(getattr(value, "dtype", "")).endswith("bool"):
            found["is_bool"] = True
        if depth > DEPTH:
            return found
        if isinstance(value, str):
            found["text"] = _cut(str(value))
        elif isinstance(value, Sequence) and not isinstance(value, bytes):
            found["items"] = self._items(value, depth)
            found["length"] = len(value)
            if isinstance(value, (list, tuple)):
                found["is"] = "list" if isinstance(value, list) else "tuple"
        if hasattr(value, "tolist"):
            try:
                found["as_list"] = self.of(value.tolist(), depth)
            except Exception as error:  # It may be the method of a class, and want an object.
                found["as_list"] = {"raises": said(error)}
        return found


def _shown(value: object) -> str:
    try:
        return reprlib.repr(value)
    except Exception:  # Such as of a number with too many digits.
        return f"<{type(value).__name__}>"


def _number(value: SupportsFloat) -> Json:
    """The number that it is; ``None`` where it is none."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None
    except Exception as error:  # The class is the student's, and so is its __float__.
        return {"raises": said(error)}
    return number if math.isfinite(number) else {"is": str(number)}


def _cut(text: str, most: int = TEXT) -> str:
    """Text of bounded length, its beginning and its end."""
    return text if len(text) <= most else text[: most // 2] + text[-most // 2 :]


# Where it is judged


def stand_in(data: Json) -> Any:
    """An ordinary value for what :func:`rendered` gave.

    Raises:
        ValueError: it is something else.
    """
    try:
        return _built(data, 0)
    except (TypeError, KeyError) as error:
        raise ValueError(f"no value: {error!r:.100}") from None


def _built(data: Json, depth: int) -> Any:
    if depth > 2 * DEPTH:
        raise ValueError("too deep for a value")
    if data is None or isinstance(data, (bool, int, str)):
        return data
    if isinstance(data, float):
        if not math.isfinite(data):
            raise ValueError("a number that is none")
        return data
    if isinstance(data, list):
        return [_built(each, depth + 1) for each in data]
    if not isinstance(data, dict):
        raise ValueError(f"no JSON: {type(data).__name__}")
    kind = data["is"]
    if data == {"is": "dots"}:
        return ...
    if data.keys() == {"is"}:
        return _NO_FLOATS[kind]
    if "type" in data:
        return _object(data, depth)
    if data.keys() != {"is", "items"}:
        raise ValueError("a collection has items, and nothing else")
    items = _built(_typed(data["items"], list), depth)
    return dict(items) if kind == "dict" else _COLLECTIONS[kind](items)


def _object(data: Mapping[str, Json], depth: int) -> Any:
    """An object of a class of that name, with these traits and no others."""
    if not data.keys() <= _TRAITS or not {"type", "shown"} <= data.keys():
        raise ValueError("an object has other traits")
    shown = _typed(data["shown"], str)
    body: dict[str, Any] = {"__repr__": lambda _: shown, "__hash__": object.__hash__}
    if "number" in data:
        body["__float__"] = _method(data["number"], depth, _as_float)
    if data.get("is_bool"):
        body["dtype"] = "bool"
    if "as_list" in data:
        body["tolist"] = _method(data["as_list"], depth)
    items: list[Any] = _built(_typed(data.get("items", []), list), depth + 1)
    length = _typed(data.get("length", len(items)), int)
    if not len(items) <= length < 1 << 60:
        raise ValueError("a length that is none")
    if length > len(items):
        body["__len__"] = lambda _: length
    name, base = _typed(data["type"], str), _BASES[data["is"]]
    if name in _SHOWN_BY_REPRLIB - {"int", "str"} and not (name == data["is"] and items):
        # reprlib goes by the name alone, and would ask for what is not there.
        name = f"another {name}"
    if "text" in data:
        return type(name, (str,), body)(_typed(data["text"], str))
    if base is object and "items" in data:
        base = _Items
    return type(name, (base,), body)(*([items] if "items" in data else []))


def _method(data: Json, depth: int, result: Callable[[Any], Any] = lambda value: value) -> Any:
    """A method that gives a value, or raises as the student's own did."""
    if isinstance(data, dict) and data.keys() == {"raises"}:
        name, _, text = _typed(data["raises"], str).partition(": ")
        error = type(name, (Exception,), {})(text)

        def raising(_: object) -> Any:
            raise error

        return raising
    value = _built(data, depth + 1)
    if result is _as_float and value is not None and type(value) not in (int, float):
        raise ValueError("a number that is none")
    return lambda _: result(value)


def _as_float(number: float | None) -> float:
    if number is None:
        raise ValueError("no number")
    return float(number)


class _Items(Sequence[Any]):
    """What is a sequence, but neither a list nor a tuple."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


_BASES: Mapping[str, type] = {_OTHER: object, "list": list, "tuple": tuple}


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"a {kind.__name__} must stand where {value!r:.40} does")
    return value
