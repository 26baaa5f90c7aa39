"""Mutants of a source file: one small change each, made in its syntax tree.

Comparisons, boolean and arithmetic operators, numbers and truth values, conditions, what is
returned, and statements that only have an effect. Strings, annotations, docstrings and what is
logged are left as they are.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
TYPES = {"annotation", "returns", "type_params"}
"""Fields of a node that hold types."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CLASS_OPTIONS = {"slots", "frozen", "eq", "kw_only", "array_like"}
"""Of dataclasses and structs."""
LOG = "log."
"""How a statement begins that only logs."""
MAX_SHOWN = 90


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    path: str
    """Of the file, from the repository's root."""
    line: int
    function: str
    """The qualified name of the outermost function it is in; empty: it runs at import."""
    kind: str
    before: str
    after: str
    number: int
    """Its place among the changes of this file."""
    place: int = 0
    """Its place among changes of this function that read the same."""

    @property
    def name(self) -> str:
        """What stays the same while other lines of the file change."""
        where = self.function or "<module>"
        return f"{self.path}::{where}: {self.before} -> {self.after} #{self.place}"


@dataclass(frozen=True)
class _Change:
    """A node to be replaced by another one: in this field of this parent."""

    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST
    kind: str


def mutants_of(root: Path, path: str) -> list[Mutant]:
    """Return the mutants of a file, in the order of its text."""
    tree = ast.parse((root / path).read_text("utf-8"))
    found, seen = [], dict[tuple[str, str, str], int]()
    functions = _functions(tree)
    for number, change in enumerate(_changes(tree)):
        old = _old(change)
        before, after = _shown(old), _shown(change.new)
        function = functions.get(id(old), "")
        place = seen.get((function, before, after), 0)
        seen[function, before, after] = place + 1
        line = getattr(old, "lineno", 0)
        found.append(Mutant(path, line, function, change.kind, before, after, number, place))
    return found


def mutated_tree(root: Path, mutant: Mutant) -> ast.Module:
    """Return the syntax tree of the file with this change; lines keep their numbers."""
    tree = ast.parse((root / mutant.path).read_text("utf-8"))
    change = list(_changes(tree))[mutant.number]
    new = ast.copy_location(change.new, _old(change))
    if change.index is None:
        setattr(change.parent, change.field, new)
    else:
        getattr(change.parent, change.field)[change.index] = new
    return ast.fix_missing_locations(tree)


def _old(change: _Change) -> ast.AST:
    value = getattr(change.parent, change.field)
    return cast("ast.AST", value if change.index is None else value[change.index])


def _shown(node: ast.AST) -> str:
    words = " ".join(ast.unparse(node).split())
    return words if len(words) <= MAX_SHOWN else f"{words[: MAX_SHOWN - 1]}…"


def _functions(tree: ast.Module) -> dict[int, str]:
    """Return the outermost function of every node in a body that runs when it is called."""
    found: dict[int, str] = {}

    def walk(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, FUNCTIONS):
                for statement in node.body:
                    found.update((id(it), prefix + node.name) for it in ast.walk(statement))

    walk(tree.body, "")
    return found


def _changes(node: ast.AST) -> Iterator[_Change]:
    """Yield every change below a node, always in the same order."""
    for field, value in ast.iter_fields(node):
        if field in TYPES:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not _is_left_out(child):
                for kind, new in _replacements(field, child):
                    yield _Change(node, field, index, new, kind)
                yield from _changes(child)


def _is_left_out(node: ast.AST) -> bool:
    """Tell whether a node is for type checkers, or says how a class of data is made."""
    if isinstance(node, ast.keyword):
        return node.arg in CLASS_OPTIONS
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def _replacements(field: str, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.BoolOp):
        new = copy.copy(node)
        new.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean operator", new
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negation", node.operand
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        changed = copy.copy(node)
        changed.op = OPERATORS[type(node.op)]()
        yield "operator", changed
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    if field == "test" and not isinstance(node, ast.Compare | ast.UnaryOp):
        yield "condition", ast.UnaryOp(ast.Not(), cast("ast.expr", node))
    if isinstance(node, ast.stmt):
        yield from _statement(node)


def _compared(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for place, operator in enumerate(node.ops):
        for other in COMPARISONS.get(type(operator), ()):
            new = copy.copy(node)
            new.ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
            yield "comparison", new


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield "constant", ast.Constant(node.value + 1)


def _statement(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Return):
        is_false = isinstance(node.value, ast.Constant) and not node.value.value
        if node.value is not None and not is_false:  # nothing tells None from another falsehood
            yield "returned value", ast.Return(ast.Constant(None))
    elif _only_has_an_effect(node):
        yield "statement", ast.Pass()


def _only_has_an_effect(node: ast.stmt) -> bool:
    """Tell whether a statement can be left out without a name that is missing then."""
    if isinstance(node, ast.Expr):
        is_call = isinstance(node.value, ast.Call | ast.Await | ast.Yield | ast.YieldFrom)
        return is_call and not ast.unparse(node).startswith(LOG)
    if isinstance(node, ast.Assign):
        return all(isinstance(it, ast.Attribute | ast.Subscript) for it in node.targets)
    return isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break | ast.Delete)
