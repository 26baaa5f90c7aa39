"""Vietnamese without accents: "ban em" is "my friend", and neither "sell me" nor "shoot me".

The same letters stand for "bạn" (friend), "bán" (sell) and "bắn" (shoot), and "gay" for "gãy"
(broken) and "gậy" (stick).
"""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import find_alarms

OF_A_FRIEND: dict[str, set[str]] = {
    "ban em bi danh gay tay": {"violence", "medical"},
    "bạn em bị đánh gãy tay": {"violence", "medical"},
    "ban toi bi danh": {"violence"},
    "ban em": set(),
}
CRIES = {
    "ho ban em": "moved",
    "ho ban em sang campuchia": "moved",
    "no cam gay danh em": "weapon",
    "no bi danh bang gay": "weapon",
    "chu cam sung ban em": "weapon",
    "họ bắn em chết": "weapon",
    "con gai em bi danh": "child",
    "be em bi danh": "child",
}


@pytest.mark.parametrize("text", OF_A_FRIEND)
def test_what_happened_to_a_friend_is_no_sale_no_weapon_and_no_child(text: str) -> None:
    assert find_alarms(text) == OF_A_FRIEND[text]


@pytest.mark.parametrize("text", CRIES)
def test_a_sale_a_weapon_and_a_child_are_still_found_without_accents(text: str) -> None:
    assert CRIES[text] in find_alarms(text)
