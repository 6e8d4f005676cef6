"""What a cell's code defines, read without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

_LONGEST = 50_000
"""Characters that are parsed; in longer code names are looked for line by line."""

_SHELL = re.compile(r"(?m)^[ \t]*[%!].*$")
_DEFINES = re.compile(
    r"(?m)^(?:(?:async[ \t]+)?def[ \t]+|class[ \t]+)(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)"
)
_OWN_SCOPE = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Code:
    """The source of a cell."""

    source: str

    @cached_property
    def tree(self) -> ast.Module | None:
        """The code without IPython's own lines; ``None`` where it is no Python."""
        if len(self.source) > _LONGEST or self.source.startswith("%%"):
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(_SHELL.sub("", self.source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def defines(self) -> frozenset[str]:
        r"""The names that the notebook has once the cell was run.

        >>> sorted(Code("%matplotlib inline\nif x:\n    a, (b, *c) = x\nelse: import d").defines)
        ['a', 'b', 'c', 'd']
        >>> sorted(Code("def f(:\n    y = 1\nz: int = 2\n").defines)
        ['f', 'z']
        """
        if self.source.startswith("%%") and not self.source.startswith(("%%time", "%%capture")):
            return frozenset()
        if self.tree is None:
            found = _DEFINES.findall(self.source)
            return frozenset(name for names in found for name in names if name)
        return frozenset(_defined(self.tree))

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to run in it."""
        return self.tree is not None and not self.tree.body and not _SHELL.search(self.source)

    def only_calls(self, names: Collection[str], package: str) -> bool:
        r"""Whether it does no more than call some functions, and import from their package.

        >>> code = Code("from warmup_lib import check\n\ncheck('lambda_lr/first_print')")
        >>> code.only_calls({"check"}, "warmup_lib"), Code("x = 1").only_calls((), "warmup_lib")
        (True, False)
        """
        if self.tree is None or _SHELL.search(self.source):
            return False
        return all(_is_aside(statement, names, package) for statement in self.tree.body)

    def text_in(self, name: str) -> str | None:
        """The plain text that the cell puts under a name; ``None`` for anything else."""
        values = [
            statement.value
            for statement in (self.tree.body if self.tree else ())
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            and any(
                isinstance(target, ast.Name) and target.id == name
                for target in (
                    statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                )
            )
        ]
        value = values[-1] if values else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
        return None


def _defined(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                names.add(node.id)
        elif not isinstance(node, _OWN_SCOPE):
            waiting += ast.iter_child_nodes(node)
    return names


def _is_aside(statement: ast.stmt, names: Collection[str], package: str) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == package and not statement.level
    if isinstance(statement, ast.Import):
        return all(alias.name == package for alias in statement.names)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id == package and function.attr in names
    is_one = isinstance(function, ast.Name) and function.id in names
    return is_one and all(isinstance(each, ast.Constant) for each in call.args)
