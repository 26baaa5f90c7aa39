"""The caseworker's guide names the buttons of the desk as they are, the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

from tests.support.paths import ROOT

GUIDES = {"en": ROOT / "bot/desks/GUIDE.md", "zh_Hant": ROOT / "bot/desks/GUIDE.zh_Hant.md"}
CATALOGUE = ROOT / "locales/zh_Hant/LC_MESSAGES/staff.po"
MOST_PICTURES = 8


def bold(page: str) -> list[str]:
    """Return the texts in bold, in their order: those of buttons and of nothing else."""
    return [" ".join(it.split()) for it in re.findall(r"\*\*(.+?)\*\*", page, re.DOTALL)]


def translations() -> dict[str, set[str]]:
    """Return the Chinese texts of each English one: a word may be a button and a column."""
    found: dict[str, set[str]] = {}
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            if message.id and isinstance(message.id, str):
                found.setdefault(message.id, set()).add(str(message.string))
    return found


def wrong_names(english: list[str], chinese: list[str]) -> list[str]:
    """Return buttons that do not exist, and those another one is named for on the other page."""
    known = translations()
    wrong = [f"there is no {it}" for it in english if it not in known]
    pairs = zip(english, chinese, strict=False)
    wrong += [f"{one} is not {two}" for one, two in pairs if one in known and two not in known[one]]
    if len(english) != len(chinese):
        wrong.append(f"{len(english)} buttons in English, {len(chinese)} in Chinese")
    return wrong


def pages() -> tuple[str, str]:
    english, chinese = (path.read_text(encoding="utf-8") for path in GUIDES.values())
    return english, chinese


def test_both_guides_name_the_same_buttons_in_the_words_of_the_desk() -> None:
    english, chinese = (bold(page) for page in pages())
    assert len(english) > 50
    assert wrong_names(english, chinese) == []


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
    assert wrong_names(["Claim", "Seize"], ["接案", "抓"]) == ["there is no Seize"]
    assert wrong_names(["Claim"], ["送出"]) == ["Claim is not 送出"]
    assert wrong_names(["Claim", "Send"], ["接案"]) == ["2 buttons in English, 1 in Chinese"]
