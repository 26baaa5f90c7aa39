"""The source itself, as the house rules read it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
OURS = ("bot", "flows")
"""Packages that run for people; tests are held to ruff and to their own names."""


def modules() -> list[Path]:
    """Return every Python file of the application."""
    return sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    """Return where a file stands, as people write it."""
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    """Return a file's name as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top_level_packages() -> set[str]:
    """Return every room: a package or a module directly under `bot/`; the flows are one."""
    inside = {module_of(path).split(".")[1] for path in modules() if module_of(path).count(".")}
    return (
        {f"bot.{room}" for room in inside if (ROOT / "bot" / room).is_dir()}
        | {module_of(path) for path in (ROOT / "bot").glob("*.py") if path.stem != "__init__"}
        | {"flows"}
    )


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a file as Python reads it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module a file imports by name, wherever in it."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "flows":
                yield from (f"flows.{alias.name}" for alias in node.names)


def calls_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every call, by its line, as it is written: `datetime.now`, `print`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
