"""Paths and links in the documents lead somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.support.paths import ROOT, TESTS
from tests.support.source_tree import name_of, project_files

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conventions.conftest import RuleCheck

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:py|md|toml))`")


def documents() -> list[Path]:
    found = [path for path in project_files() if path.suffix == ".md"]
    assert {"README.md", "tests/README.md"} <= {name_of(path) for path in found}
    return found


def broken_links(text: str, folder: Path) -> list[str]:
    return [link for link in LINK.findall(text) if not (folder / link).exists()]


def missing_paths(text: str, *folders: Path) -> list[str]:
    """Return the paths in backquotes that exist in none of some folders."""
    named = PATH.findall(text)
    return [it for it in named if not any((folder / it).exists() for folder in folders)]


def test_every_link_between_documents_leads_somewhere(check_rule: RuleCheck) -> None:
    found = [
        f"{name_of(path)}: {link}"
        for path in documents()
        for link in broken_links(path.read_text(encoding="utf-8"), path.parent)
    ]
    check_rule("broken links", found)


def test_every_test_behind_a_promise_exists() -> None:
    text = (TESTS / "README.md").read_text(encoding="utf-8")
    named = PATH.findall(text)
    assert len(named) > 60
    assert missing_paths(text, TESTS, ROOT) == []


def test_a_link_or_a_path_that_leads_nowhere_is_found() -> None:
    text = "See [this](README.md), [that](gone.md#part) and [them](https://example.org)."
    assert broken_links(text, ROOT) == ["gone.md"]
    paths = "`README.md`, `bot/`, `gone/test_x.py`, `a.b`, `python -m tests.fire`"
    assert missing_paths(paths, ROOT) == ["gone/test_x.py"]
