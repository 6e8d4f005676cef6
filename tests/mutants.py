"""Mutants: a right answer with one small mistake in it, made by machine.

Cosmic Ray's operators make the mistakes of any program: another operator, another
comparison, a number off by one. ``mutation_operators`` makes those of a schedule and
of a training loop.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from mutation_operators import OWN

# No student writes these; most of them would only raise.
_UNWRITTEN = re.compile(r"_(RShift|LShift|Bit(And|Or|Xor)|Is|IsNot|Invert)(_|$)|(Add|Sub)_Mod$")
_NEED_ARGUMENTS = ("core/VariableReplacer", "core/VariableInserter")

OPERATORS: Sequence[Operator] = [
    *(operator() for operator in OWN),
    *(
        plugins.get_operator(name)()
        for name in plugins.operator_names()
        if not _UNWRITTEN.search(name) and name not in _NEED_ARGUMENTS
    ),
]


@dataclass(frozen=True)
class Mutant:
    """A function with one mistake: what was changed, its source, and the function itself."""

    description: str
    source: str
    function: Callable[..., Any]


def mutants_of(function: Callable[..., Any]) -> Iterator[Mutant]:
    """Every mutant of a function written with ``def``, each source once."""
    source = textwrap.dedent(inspect.getsource(function))
    plain = _plain(source)
    seen = {plain}
    for mutated in _mutated(source):
        if mutated not in seen:
            seen.add(mutated)
            yield Mutant(_change(plain, mutated), mutated, compiled(mutated, function))


def compiled(source: str, like: Callable[..., Any]) -> Callable[..., Any]:
    """The function that a ``def`` gives where ``like`` was defined."""
    names = dict(inspect.unwrap(like).__globals__)
    exec(compile(source, "<mutant>", "exec"), names)
    function: Callable[..., Any] = names[_definition(ast.parse(source)).name]
    return function


def _mutated(source: str) -> Iterator[str]:
    nodes = list(ast_nodes(get_ast(source)))
    for operator in OPERATORS:
        occurrences = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for occurrence in range(occurrences):
            try:
                yield _plain(mutate_code(source, operator, occurrence))
            except SyntaxError:
                continue  # A positional argument behind a keyword.


def _plain(source: str) -> str:
    """A function's source without docstring, comments and needless brackets."""
    module = ast.parse(source)
    definition = _definition(module)
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:] or [ast.Pass()]
    # Without the empty line before a function in it.
    return ast.unparse(module).replace("\n\n", "\n")


def _definition(module: ast.Module) -> ast.FunctionDef:
    (definition,) = module.body
    if not isinstance(definition, ast.FunctionDef):
        raise ValueError("a function must be written with `def`, to make mutants of it")
    return definition


def _change(before: str, after: str) -> str:
    """The lines that differ, old → new."""
    old, new = before.splitlines(), after.splitlines()
    if sorted(map(str.strip, old)) == sorted(map(str.strip, new)):
        was, is_now = next((a.strip(), b.strip()) for a, b in zip(old, new, strict=True) if a != b)
        return f"`{is_now}` out of its block" if was == is_now else f"`{is_now}` before `{was}`"
    lines = list(difflib.ndiff(old, new))
    gone, come = ("; ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")
    return f"`{gone}` → `{come}`" if come else f"without `{gone}`"
