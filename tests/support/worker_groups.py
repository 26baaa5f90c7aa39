"""Which files run on one worker of pytest-xdist: those that share what is dear to start.

A file runs on one worker; files with a browser share a few workers, and so do those that compare
calls with aiogram. This is a scheduler of our own, for the marks of `--dist loadgroup` have no
effect with pytest 9.2 and pytest-xdist 3.8: each test went to any worker, and every worker started
a browser, a PostgreSQL and aiogram.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling

from tests.support.paths import ROOT, TESTS

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BROWSERS = 3
"""Workers with a browser; with more, pages are too slow."""
WITH_AIOGRAM = 2
"""Workers that import it, which takes five seconds."""
CHECKED_BY_AIOGRAM = (TESTS / "desks" / "forum", TESTS / "sandbox")
"""Folders whose tests compare each call with aiogram."""
LONGEST = ("browser", "fire")
"""Folders with the longest tests: begun last, one of them would run alone at the end."""


@cache
def files_with_browser() -> tuple[Path, ...]:
    """Return the files whose tests open pages: of `browser/`, and those that name Playwright."""
    return tuple(
        path
        for path in sorted(TESTS.rglob("test_*.py"))
        if path.parent.name == "browser" or "playwright" in path.read_text(encoding="utf-8")
    )


@cache
def _groups() -> dict[Path, str]:
    with_browser = files_with_browser()
    groups = {path: f"browser {number % BROWSERS}" for number, path in enumerate(with_browser)}
    checked = [path for folder in CHECKED_BY_AIOGRAM for path in sorted(folder.glob("test_*.py"))]
    others = (path for path in checked if path not in groups)
    return groups | {path: f"aiogram {it % WITH_AIOGRAM}" for it, path in enumerate(others)}


def group_of(path: Path) -> str:
    """Return the group of a file: tests of one group run on one worker."""
    return _groups().get(path) or str(path)


def is_begun_first(path: Path) -> bool:
    """Tell whether the tests of a file may take the longest."""
    return path.relative_to(TESTS).parts[0] in LONGEST


class GroupScheduling(LoadScopeScheduling):
    """Hands out whole groups, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group_of(ROOT / nodeid.partition("::")[0])
