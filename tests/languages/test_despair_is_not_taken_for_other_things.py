"""Who says that others kill them, or that family should not worry, is shown no text on suicide."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import SELF_HARM, find_alarms

THREATS = [
    "tell them and i am dead", "báo là em chết", "if i tell i am dead",
    "kalau saya lapor saya mati",
    "pag nagsalita ako patay ako", "我說出去就死定了", "说了我就死定了", "ถ้าบอกใคร หนูตายแน่",
    "បើខ្ញុំប្រាប់គេ ខ្ញុំស្លាប់", "ပြောရင် ကျွန်မ အသတ်ခံရမယ်", "ばれたら殺される",
]  # fmt: skip
OTHER = [
    "my friend is next to me and wants help too", "sudah pergi dia", "dia sudah keluar",
    "dont write to my family they will be worried", "my sister is here and wants to ask for help",
    "đừng báo gia đình em, họ lo", "jangan hubungi keluarga saya, nanti khawatir",
    "wag nyo tawagan pamilya ko, mag aalala sila", "不要通知我家人 他們會擔心",
]  # fmt: skip
DESPAIR = [
    "i want to die", "my friend wants to die", "she says she wants to die", "saya mau mati saja",
    "em muốn chết", "gusto ko nang mamatay", "我不想活了", "อยากตาย", "ខ្ញុំចង់ស្លាប់",
    "သေချင်တယ်", "死にたいです", "my sister does not want to live",
]  # fmt: skip


@pytest.mark.parametrize("text", THREATS)
def test_a_threat_of_others_is_danger_and_no_despair(text: str) -> None:
    found = find_alarms(text)
    assert found
    assert SELF_HARM not in found


@pytest.mark.parametrize("text", OTHER)
def test_what_is_said_of_friends_and_family_is_no_despair(text: str) -> None:
    assert SELF_HARM not in find_alarms(text)


@pytest.mark.parametrize("text", DESPAIR)
def test_despair_is_heard_as_before(text: str) -> None:
    assert SELF_HARM in find_alarms(text)
