"""The source of the application, as the convention tests read it."""

from __future__ import annotations

import ast
import io
import os
import re
import tokenize
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("bot", "flows")
"""Packages that run for people. Tests are held to ruff and to their own names."""


SKIPPED = frozenset(
    {".venv", ".git", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__"}
)
"""Folders without a file of ours; a virtual environment alone has more files than Haven."""


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file of the repository, without entering the folders that are skipped."""
    found = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in SKIPPED]
        found += [Path(folder, name) for name in names]
    return tuple(sorted(found))


@cache
def modules() -> tuple[Path, ...]:
    """Return every Python file of the application."""
    return tuple(
        path
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
    )


def name_of(path: Path) -> str:
    """Return a path relative to the repository."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return a file's name as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_level_packages() -> set[str]:
    """Return every package or module directly under `bot/`, and `flows`."""
    inside = {module_of(path).split(".")[1] for path in modules() if module_of(path).count(".")}
    return (
        {f"bot.{name}" for name in inside if (ROOT / "bot" / name).is_dir()}
        | {module_of(path) for path in (ROOT / "bot").glob("*.py") if path.stem != "__init__"}
        | {"flows"}
    )


@cache
def text_of(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(text_of(path))


@cache
def nodes_of(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return every node of a tree, as `ast.walk` yields them: a dozen rules look at each."""
    return tuple(ast.walk(tree))


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module a file imports by name, anywhere in the file."""
    for node in nodes_of(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if re.fullmatch(r"flows(\.\w+)?", node.module):  # a name may be a module there
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the written name of every call: `datetime.now`, `print`."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, written(node.func)


def written(name: ast.expr) -> str:
    """Return `a.b.c` as it is written, and any other expression as `ast.unparse` writes it."""
    parts: list[str] = []
    node = name
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ast.unparse(name)  # much slower, and seldom needed
    return ".".join([node.id, *reversed(parts)])


@cache
def comments_in(source: str) -> tuple[tuple[int, str], ...]:
    """Return the line and the text of every comment."""
    if "#" not in source:
        return ()
    return tuple(
        (token.start[0], token.string)
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )


def docstrings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every docstring, those below an attribute included."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                yield node.lineno, text


def strings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every string, docstrings included."""
    for node in nodes_of(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
