"""What an operator must know about an upgrade: a paragraph of `CHANGELOG.md` for each release."""

from __future__ import annotations

import re
from pathlib import Path

import bot

_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+)[^\n]*\n", re.MULTILINE)
_NOTES = re.compile(r"^\*\*Upgrading\*\*\n(.*?)(?=^\*\*|\Z)", re.MULTILINE | re.DOTALL)


def changelog() -> str:
    """Return the changelog of this release; an installed package holds a copy."""
    package = Path(str(bot.__file__)).parent
    for path in (package / "CHANGELOG.md", package.parent / "CHANGELOG.md"):
        if path.exists():
            return path.read_text(encoding="utf-8")
    return ""


def upgrade_notes(text: str, *, after: str | None, until: str) -> list[tuple[str, str]]:
    """Return release and paragraph of every release after one, oldest first; None: the last."""
    parts = _RELEASE.split(text)
    found = []
    for release, section in zip(parts[1::2], parts[2::2], strict=True):
        wanted = release == until if after is None else _order(after) < _order(release)
        if wanted and _order(release) <= _order(until) and (notes := _NOTES.search(section)):
            found.append((release, notes[1].strip()))
    return found[::-1]


def _order(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", release)[:3])
