"""Cries in Japanese and Burmese that are written in Latin letters, as many phones do."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import find_alarms

CRIES = {
    "held": [
        "heya ni tojikomerareta", "kagi o kakerarete heya kara derarenai",
        "soto ni dashite kurenai",
        "akhan htae pait htar tal", "tan khar pait htar tal htwet lo ma ya bu",
    ],
    "violence": ["mainichi nagurarete imasu", "shachou ni nagurareta", "nay tine yite nay tal"],
    "danger_now": ["tasukete", "tasukete kudasai ima", "korosareru"],
    "self_harm": ["shinitai", "mou shinitai desu", "thay chin tal"],
}  # fmt: skip
ORDINARY = [
    "ogenki desu ka", "kyuuryou ga hikui desu", "nihongo de ii desu ka", "ima heya ni imasu",
    "lasa nal nal ya tal", "alote pyaung chin tal", "akhan kha bal lout lal",
]  # fmt: skip


@pytest.mark.parametrize("category", CRIES)
def test_a_cry_in_latin_letters_is_heard(category: str) -> None:
    assert [it for it in CRIES[category] if category not in find_alarms(it)] == []


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_ordinary_in_latin_letters_raises_nothing(text: str) -> None:
    assert find_alarms(text) == frozenset()
