"""Size of the source: files in one package, suppressed lint rules, long files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.support.paths import ROOT
from tests.support.source_tree import PACKAGES, comments_in, modules, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tests.conventions.conftest import RuleCheck

LONG_FILE = 600
"""Lines after which a file is named in the report; no test fails on it."""
MOST_NOQA = 150
MOST_TOP_LEVEL_FILES = 10
MOST_MODULES = 20
"""Modules of one package, its `__init__.py` not counted."""
FEWEST_FILES = 300


def line_count(text: str) -> int:
    return text.count("\n")


def long_files(lines: dict[str, int]) -> list[str]:
    return [f"{name}: {count} lines" for name, count in lines.items() if count > LONG_FILE]


def noqa_lines(name: str, text: str) -> list[str]:
    return [f"{name}:{line}" for line, comment in comments_in(text) if "noqa" in comment]


def above(most: int, found: list[str]) -> list[str]:
    """Return what exceeds a limit, all of it listed so that the reader can choose."""
    return found[most:]


def crowded(paths: Iterable[Path], root: Path) -> list[str]:
    """Return one entry for each module above the limit of its package."""
    sizes = Counter(path.parent for path in paths if path.stem != "__init__")
    return [
        f"{folder.relative_to(root).as_posix()}: {count} modules ({number})"
        for folder, count in sizes.items()
        for number in range(MOST_MODULES, count)
    ]


def test_at_most_150_lint_rules_are_suppressed(check_rule: RuleCheck) -> None:
    found = [it for path in modules() for it in noqa_lines(name_of(path), text_of(path))]
    check_rule("noqa above 150", above(MOST_NOQA, found))


def test_at_most_ten_files_stand_directly_in_bot() -> None:
    names = sorted(path.name for path in (ROOT / "bot").glob("*.py"))
    assert "errors.py" in names
    assert above(MOST_TOP_LEVEL_FILES, names) == []


def test_a_package_has_at_most_20_modules(check_rule: RuleCheck) -> None:
    check_rule("modules above 20 in a package", crowded(modules(), ROOT))


def test_files_over_600_lines_are_reported(record_property: Callable[[str, object], None]) -> None:
    """A long file is a warning, not a failure: a subject must not be cut in two for a number."""
    lines = {name_of(path): line_count(text_of(path)) for path in modules()}
    assert len(lines) > FEWEST_FILES
    for found in long_files(lines):
        record_property("convention", found)


# --- Controls --------------------------------------------------------------------------------


def test_what_is_too_large_is_found() -> None:
    assert long_files({"a.py": LONG_FILE, "b.py": LONG_FILE + 1}) == ["b.py: 601 lines"]
    assert noqa_lines("a.py", 'x = "noqa"\ny = 1  # noqa: E501 - why\n') == ["a.py:2"]
    assert above(2, ["a", "b", "c"]) == ["c"]
    folder = ROOT / "bot" / "crowd"
    full = [folder / f"m{number}.py" for number in range(MOST_MODULES)]
    assert crowded([*full, folder / "__init__.py"], ROOT) == []
    assert crowded([*full, folder / "one_more.py"], ROOT) == ["bot/crowd: 21 modules (20)"]
    assert PACKAGES == ("bot", "flows")
