"""Each text of the desk has a name of its own; a second definition would silently replace it."""

from __future__ import annotations

import ast
from pathlib import Path

from bot.desks.web import texts


def assigned_names(source: str) -> list[str]:
    found = []
    for node in ast.parse(source).body:
        for target in node.targets if isinstance(node, ast.Assign) else ():
            several = target.elts if isinstance(target, ast.Tuple) else [target]
            found += [it.id for it in several if isinstance(it, ast.Name)]
    return found


def repeated_names(source: str) -> set[str]:
    names = assigned_names(source)
    return {name for name in names if names.count(name) > 1}


def test_no_two_texts_have_one_name() -> None:
    source = Path(texts.__file__).read_text(encoding="utf-8")
    assert len(assigned_names(source)) > 50
    assert repeated_names(source) == set()


def test_two_texts_of_one_name_would_be_found() -> None:
    assert repeated_names('A = _("one")\nB, A = _("two"), _("three")') == {"A"}
