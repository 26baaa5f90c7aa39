"""The page for organisations states only law that was read, and asks a lawyer the rest."""

from __future__ import annotations

import re

from tests.support.paths import ROOT

PAGE = ROOT / "bot/cli/ORGANISATIONS.md"
SOURCE = re.compile(r"\[V: L [A-Z]\d{7}[^\]]*\]")


def section(title: str, page: str) -> str:
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def rows_without_source(table: str) -> list[str]:
    rows = [it for it in table.splitlines() if it.startswith("| ")][2:]
    assert rows
    return [row for row in rows if not SOURCE.fullmatch(row.rstrip(" |").rpartition("| ")[2])]


def unasked(section_text: str) -> list[str]:
    """Return the numbered items that are no question, or ask nothing at their end."""
    items = re.split(r"^\d+\. ", section_text, flags=re.MULTILINE)[1:]
    assert items
    return [it for it in items if not it.strip().endswith("?")]


def test_every_legal_fact_names_the_law_in_which_it_was_read() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rows_without_source(section("Law in Taiwan: a checklist", page)) == []
    assert "GK]" not in page


def test_what_is_not_known_is_asked() -> None:
    assert unasked(section("Questions for your lawyer", PAGE.read_text(encoding="utf-8"))) == []


def test_a_fact_without_a_source_and_an_answer_among_questions_are_found() -> None:
    table = "| says | source |\n| --- | --- |\n| x | [V: L D0080177 Art 9] |\n| y | [GK] |\n"
    assert rows_without_source(table) == ["| y | [GK] |"]
    assert unasked("1. Is it so?\n2. It is so.\n") == ["It is so.\n"]
