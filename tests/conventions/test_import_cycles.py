"""Imports go in one direction: no cycle between modules, not even one for types only."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.support.source_tree import module_of, modules, nodes_of, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conventions.conftest import RuleCheck

Graph = dict[str, set[str]]
FEWEST_MODULES, FEWEST_IMPORTS = 300, 1500


def imported(tree: ast.AST, known: set[str]) -> set[str]:
    """Return the modules a file imports: `from a import b` is `a.b` where that is a module."""
    found = set()
    for node in nodes_of(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found & known


def import_graph() -> Graph:
    trees = {module_of(path): tree_of(path) for path in modules()}
    known = set(trees)
    return {name: imported(tree, known) - {name} for name, tree in trees.items()}


def entangled(graph: Graph) -> Graph:
    """Return the modules on a cycle or above one: all that import nothing else are left out."""
    left = {name: set(after) for name, after in graph.items()}
    while free := {name for name, after in left.items() if not after}:
        left = {name: after - free for name, after in left.items() if name not in free}
    return left


def cycles(whole: Graph) -> Iterator[list[str]]:
    """Yield a shortest cycle for each group of modules that reach each other."""
    graph = entangled(whole)
    backwards = {name: {it for it in graph if name in graph[it]} for name in graph}
    seen: set[str] = set()
    for start in sorted(graph):
        cycle = [] if start in seen else shortest_cycle(graph, start)
        if cycle:
            yield cycle
            seen |= reachable(graph, start) & reachable(backwards, start)


def shortest_cycle(graph: Graph, start: str) -> list[str]:
    """Return the shortest way from a module back to itself, or nothing."""
    ways = [[start, after] for after in sorted(graph[start])]
    visited = set(graph[start])
    for way in ways:
        if way[-1] == start:
            return way
        for after in sorted(graph[way[-1]] - visited):
            visited.add(after)
            ways.append([*way, after])
    return []


def reachable(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for after in graph[waiting.pop()] - found:
            found.add(after)
            waiting.append(after)
    return found


def test_no_module_imports_itself_through_others(check_rule: RuleCheck) -> None:
    graph = import_graph()
    assert len(graph) > FEWEST_MODULES
    assert sum(map(len, graph.values())) > FEWEST_IMPORTS
    check_rule("import cycles", [" -> ".join(cycle) for cycle in cycles(graph)])


# --- Controls --------------------------------------------------------------------------------


def test_a_cycle_is_found_and_named() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"d", "a"}, "d": set(), "e": {"f"}, "f": {"e"}}
    assert list(cycles(graph)) == [["a", "b", "c", "a"], ["e", "f", "e"]]
    assert list(cycles({"a": {"b", "c"}, "b": {"c"}, "c": set()})) == []


def test_an_import_for_types_only_or_inside_a_function_counts() -> None:
    tree = ast.parse(
        "if TYPE_CHECKING:\n    from bot.x import y\ndef f():\n    import bot.z\nimport os\n"
    )
    assert imported(tree, {"bot.x", "bot.x.y", "bot.z"}) == {"bot.x.y", "bot.z"}
    assert imported(tree, {"bot.x", "bot.z"}) == {"bot.x", "bot.z"}
