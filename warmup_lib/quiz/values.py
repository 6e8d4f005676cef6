"""Code written with named values, and the same with other values in their place.

A question that varies is written with module constants, so that it is linted and
runs; the student reads literals.
"""

from __future__ import annotations
import __future__

import inspect
import itertools
import linecache
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

_numbers = itertools.count()


def filled(source: str, values: Mapping[str, Any]) -> str:
    """``source`` with each of the names that stands in it replaced by its value.

    >>> filled("min((t + 1) / WARMUP, 1.0)", {"WARMUP": 5})
    'min((t + 1) / 5, 1.0)'
    """
    for name, value in values.items():
        literal = repr(value).replace("\\", r"\\")
        source = re.sub(rf"\b{name}\b", literal, source)
    return source


def with_values(function: Callable[..., Any], values: Mapping[str, Any]) -> Callable[..., Any]:
    """The function with literal values in place of the module constants named.

    Its source can be shown and taken apart as that of any other function. What is
    not written with ``def`` stays as it is.

    >>> WARMUP = 5
    >>> def ramp(t):
    ...     return min((t + 1) / WARMUP, 1.0)
    >>> with_values(ramp, {"WARMUP": 4})(1)
    0.5
    """
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        return function
    written = textwrap.dedent(inspect.getsource(function))
    source = filled(written, values)
    if source == written:
        return function
    # inspect asks linecache for the source, under this name.
    place = f"<{function.__module__}.{function.__name__} {next(_numbers)}>"
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    names = dict(function.__globals__)
    annotations_as_text = function.__code__.co_flags & __future__.annotations.compiler_flag
    exec(compile(source, place, "exec", flags=annotations_as_text, dont_inherit=True), names)
    rewritten: Callable[..., Any] = names[function.__name__]
    return rewritten
