"""The source of the application, as the convention tests read it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("bot", "flows")
"""Packages that run for people. Tests are held to ruff and to their own names."""


def modules() -> list[Path]:
    """Return every Python file of the application."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


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


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module a file imports by name, anywhere in the file."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if re.fullmatch(r"flows(\.\w+)?", node.module):  # a name may be a module there
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the written name of every call: `datetime.now`, `print`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def comments_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every comment."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def docstrings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every docstring, those below an attribute included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            text = node.value.value
            if isinstance(text, str):
                yield node.lineno, text


def strings_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every string, docstrings included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
