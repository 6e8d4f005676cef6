"""Whether an answer can leave anything behind that another answer would see."""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

_PLAIN = (bool, int, float, complex, str, bytes, type(None), ModuleType, BuiltinFunctionType)
_LASTING = {"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "DELETE_ATTR"}
_OF_CELLS = {"STORE_DEREF", "DELETE_DEREF"}
_ANYTHING = {"exec", "eval", "globals", "vars", "setattr", "delattr", "__dict__"}


def is_self_contained(answer: Any, names: Mapping[str, Any]) -> bool:
    """Whether a function reaches nothing of the notebook's that can change.

    So it is with plain functions that use modules, what was imported from them, plain numbers
    and texts, and functions of the same kind. Where that is hard to say it is false.

    >>> names = {"peak": 0.1, "lrs": []}
    >>> exec("def ramp(t): return peak * min(t / 5, 1)", names)
    >>> exec("def log(t): lrs.append(t); return lrs", names)
    >>> is_self_contained(names["ramp"], names), is_self_contained(names["log"], names)
    (True, False)

    Args:
        answer: what the student gave.
        names: what the cells defined.
    """
    try:
        return type(answer) is FunctionType and _cannot_change(answer, names, set())
    except Exception:  # What it is made of may be anything.
        return False


def _cannot_change(value: Any, names: Mapping[str, Any], seen: set[int]) -> bool:
    kind = type(value)
    if kind in _PLAIN or id(value) in seen:
        return True
    if kind in (tuple, frozenset):
        return all(_cannot_change(each, names, seen) for each in value)
    if kind is FunctionType:
        seen.add(id(value))
        return _function_cannot(value, names, seen)
    # A class that was imported; of one that a cell defined there may be attributes to change.
    return (
        issubclass(kind, type)
        and value.__module__ in sys.modules
        and value.__module__ != "__main__"
    )


def _function_cannot(function: FunctionType, names: Mapping[str, Any], seen: set[int]) -> bool:
    if function.__globals__ is not names:
        # It was imported, unless it wraps one that was not.
        return function.__closure__ is None
    if function.__dict__:
        return False
    reached = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    reached += [cell.cell_contents for cell in function.__closure__ or ()]
    for code in _codes(function.__code__):
        if not _ANYTHING.isdisjoint(code.co_names):
            return False
        if any(_lasts(each, function.__code__.co_freevars) for each in dis.get_instructions(code)):
            return False
        reached += [names[name] for name in code.co_names if name in names]
    return all(_cannot_change(each, names, seen) for each in reached)


def _lasts(instruction: dis.Instruction, outer: tuple[str, ...]) -> bool:
    """Whether it changes what is there after the call, such as a name of a function around."""
    name = instruction.opname
    return name in _LASTING or (name in _OF_CELLS and instruction.argval in outer)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)
