"""The mistakes of a schedule and of a training loop, as Cosmic Ray operators.

Each says which texts may stand in the place of a node of the parso tree.
"""

from __future__ import annotations

import re
import textwrap
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator


class Rewrite(Operator):
    """An operator that says which texts may stand in a node's place, each a mutation."""

    example: tuple[str, str]

    @abstractmethod
    def texts(self, node: Any) -> Iterator[str]: ...

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        return ((node.start_pos, node.end_pos) for _ in self.texts(node))

    def mutate(self, node: Any, index: int) -> Any:
        return parso.parse(node.get_first_leaf().prefix + list(self.texts(node))[index])

    @classmethod
    def examples(cls) -> Sequence[Example]:
        return (Example(*cls.example),)


class SwapMinMax(Rewrite):
    example = "min(x, 1)", "max(x, 1)"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "name" and node.value in ("min", "max"):
            yield "max" if node.value == "min" else "min"


class DropCap(Rewrite):
    """One argument of a minimum or maximum goes: the cap, or what it caps."""

    example = "min(x, y, 1)", "min(y, 1)"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "arglist" and _called(node) in ("min", "max"):
            for kept in _one_dropped(_parts(node)):
                yield ", ".join(kept) if len(kept) > 1 else f"[{kept[0]}]"


class DropKeyword(Rewrite):
    """A keyword argument goes, and its default comes back."""

    example = "f(x, n=1)", "f(x)"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "arglist":
            parts = _parts(node)
            for part, kept in zip(parts, _one_dropped(parts), strict=True):
                if _KEYWORD.match(part):
                    yield ", ".join(kept)


class SwapNeighbours(Rewrite):
    """Two arguments, or two elements of a list, change places."""

    example = "f(x, y)", "f(y, x)"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type in ("arglist", "testlist", "testlist_comp"):
            parts = [part for part in _parts(node) if not _KEYWORD.match(part)]
            rest = [part for part in _parts(node) if _KEYWORD.match(part)]
            if _called(node) not in ("min", "max"):
                yield from (", ".join([*swapped, *rest]) for swapped in _two_swapped(parts))


class SwapOperands(Rewrite):
    example = "x / y", "(y) / (x)"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type in ("arith_expr", "term") and len(node.children) == 3:
            left, sign, right = (child.get_code(False) for child in node.children)
            if sign in "-/":
                yield f"({right}) {sign} ({left})"


class DropBrackets(Rewrite):
    example = "(t + 1) / 5", "t + 1 / 5"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "atom" and node.children[0].value == "(":
            yield node.children[1].get_code(False)


class LastDigit(Rewrite):
    """A decimal fraction is off by one in its last digit."""

    example = "0.999", "1.000"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type == "number" and re.fullmatch(r"\d+\.\d+", node.value):
            value = Decimal(node.value)
            last_digit = Decimal(1).scaleb(int(value.as_tuple().exponent))
            yield from (str(value + last_digit), str(value - last_digit))


class DropStatement(Rewrite):
    example = "for x in y:\n    f()\n    g()\n", "for x in y:\n    g()\n"

    def texts(self, node: Any) -> Iterator[str]:
        for kept in _one_dropped(_statements(node)):
            yield _block(kept or [f"{_indent(node)}pass\n"])


class SwapStatements(Rewrite):
    example = "for x in y:\n    f()\n    g()\n", "for x in y:\n    g()\n    f()\n"

    def texts(self, node: Any) -> Iterator[str]:
        yield from map(_block, _two_swapped(_statements(node)))


class LeaveBlock(Rewrite):
    """The last statement of a loop or an ``if`` comes after it."""

    example = "for x in y:\n    f()\n    g()\n", "for x in y:\n    f()\ng()\n"

    def texts(self, node: Any) -> Iterator[str]:
        if node.type in ("for_stmt", "if_stmt", "while_stmt"):
            *kept, last = _statements(node.children[-1]) or [""]
            if kept:
                head = node.get_code(False).removesuffix("".join([*kept, last]))
                yield head + "".join(kept) + textwrap.indent(textwrap.dedent(last), _indent(node))


_KEYWORD = re.compile(r"\w+=")


def _parts(node: Any) -> list[str]:
    """Arguments or elements, without the commas between them."""
    return [child.get_code(False) for child in node.children[::2]]


def _called(arguments: Any) -> str:
    """The name of the function whose arguments these are."""
    brackets = arguments.parent
    return str(brackets.get_previous_leaf().value) if brackets.type == "trailer" else ""


def _statements(node: Any) -> list[str]:
    """The statements of a block, without a docstring."""
    if node.type != "suite":
        return []
    texts = [child.get_code() for child in node.children[1:]]
    return [text for text in texts if not text.lstrip().startswith('"""')]


def _indent(node: Any) -> str:
    """How far the block, or the statement, is indented."""
    first = node.children[1] if node.type == "suite" else node
    return " " * int(first.start_pos[1])


def _block(statements: Sequence[str]) -> str:
    return "\n" + "".join(statements)


def _one_dropped(parts: Sequence[str]) -> Iterator[list[str]]:
    return ([*parts[:index], *parts[index + 1 :]] for index in range(len(parts)))


def _two_swapped(parts: Sequence[str]) -> Iterator[list[str]]:
    return (
        [*parts[:index], parts[index + 1], parts[index], *parts[index + 2 :]]
        for index in range(len(parts) - 1)
    )


OWN: Sequence[type[Rewrite]] = Rewrite.__subclasses__()
