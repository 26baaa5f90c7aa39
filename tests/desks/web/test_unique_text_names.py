"""What pages say has one name each: a second word of that name would be said in its place."""

from __future__ import annotations

import ast
from pathlib import Path

from bot.desks.web import texts

LISTS = sorted(Path(texts.__file__).parent.glob("*words.py"))


def names_in(source: str) -> list[str]:
    """Return the names a list of words defines."""
    found = []
    for node in ast.parse(source).body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            several = target.elts if isinstance(target, ast.Tuple) else [target]
            found += [it.id for it in several if isinstance(it, ast.Name)]
    return found


def twice(sources: list[str]) -> set[str]:
    names = [name for source in sources for name in names_in(source) if name != "ALSO"]
    return {name for name in names if names.count(name) > 1}


def test_no_two_words_have_one_name() -> None:
    assert len(LISTS) > 2
    assert twice([path.read_text(encoding="utf-8") for path in LISTS]) == set()


def test_two_words_of_one_name_would_be_seen() -> None:
    assert twice(['A = _("one")', 'B, A = _("two"), _("three")']) == {"A"}
