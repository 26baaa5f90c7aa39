"""The caseworker's guide names the buttons of the desk as they are, the same in both languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from tests.support.paths import ROOT

GUIDES = {"en": ROOT / "bot/desks/GUIDE.md", "zh_Hant": ROOT / "bot/desks/GUIDE.zh_Hant.md"}
CATALOGUE = ROOT / "locales/zh_Hant/LC_MESSAGES/staff.po"
MOST_PICTURES = 12


def bold(part: str) -> list[str]:
    """Return the texts in bold: those of buttons and of nothing else."""
    return [" ".join(it.split()) for it in re.findall(r"\*\*(.+?)\*\*", part, re.DOTALL)]


def parts(page: str) -> list[str]:
    return page.split("\n## ")


@cache
def translations() -> dict[str, set[str]]:
    """Return the Chinese texts of each English one: a word may be a button and a column."""
    found: dict[str, set[str]] = {}
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            if message.id and isinstance(message.id, str):
                found.setdefault(message.id, set()).add(str(message.string))
    return found


def wrong_names(english: list[str], chinese: list[str]) -> list[str]:
    """Return buttons that do not exist, and those that one page names and the other does not."""
    known, left = translations(), list(chinese)
    wrong = []
    for name in english:
        found = next((it for it in left if it in known.get(name, ())), None)
        if found is None:
            wrong.append(f"{name} is not in Chinese" if name in known else f"there is no {name}")
        else:
            left.remove(found)
    return [*wrong, *(f"{it} is not in English" for it in left)]


def pages() -> tuple[str, str]:
    english, chinese = (path.read_text(encoding="utf-8") for path in GUIDES.values())
    return english, chinese


def test_both_guides_name_the_same_buttons_in_the_words_of_the_desk() -> None:
    english, chinese = (parts(page) for page in pages())
    assert sum(len(bold(part)) for part in english) > 50
    pairs = zip(english, chinese, strict=True)
    assert [it for one, two in pairs for it in wrong_names(bold(one), bold(two))] == []


def test_both_guides_have_the_same_parts_and_ten_things_that_go_wrong() -> None:
    english, chinese = pages()
    for pattern in (r"^## \d", r"^\d+\. ", r"^- ", r"^\| ", r"^!\["):
        counts = [len(re.findall(pattern, page, re.MULTILINE)) for page in (english, chinese)]
        assert counts[0] == counts[1] > 0, pattern
    rows = [it for it in english.splitlines() if it.startswith("| ")]
    assert len(rows) == 2 + 10


def test_the_guides_show_few_pictures_and_each_exists() -> None:
    for path in GUIDES.values():
        shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", path.read_text(encoding="utf-8"))
        assert 0 < len(shown) <= MOST_PICTURES
        assert all((Path(path).parent / it).exists() for it in shown)


def test_a_button_with_another_name_is_found() -> None:
    seized = ["there is no Seize", "抓 is not in English"]
    assert wrong_names(["Claim", "Seize"], ["抓", "接案"]) == seized
    assert wrong_names(["Claim"], ["送出"]) == ["Claim is not in Chinese", "送出 is not in English"]
    assert wrong_names(["Claim", "Send"], ["接案"]) == ["Send is not in Chinese"]
