"""Who does not want the police is not taken for one who asks for them, in ten languages."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import find_alarms
from bot.languages.alarms.police_refused import refuses_police

REFUSED = [
    "please dont call police", "dont tell police", "no police please", "do not call the police",
    "i don\u2019t want police", "police is friend of my boss, so dont tell them",
    "不要叫警察", "別叫警察", "别叫警察", "請不要報警", "不要通知警察", "我怕警察 不要叫他們",
    "wag nyo pong tawagan police pls", "ayoko po ng pulis", "wag po kayo tumawag ng pulis",
    "jangan panggil polisi", "jangan lapor polisi ya kak", "gak mau polisi",
    "đừng gọi công an", "dung bao canh sat", "em không muốn báo công an",
    "อย่าแจ้งตำรวจ", "ไม่ต้องเรียกตำรวจ", "ห้ามบอกตำรวจ",
    "ရဲကို မခေါ်ပါနဲ့", "ရဲကို မပြောပါနဲ့", "កុំហៅប៉ូលិស", "សូមកុំប្រាប់ប៉ូលិស",
    "警察を呼ばないで", "警察に言わないでください", "警察はいやです",
]  # fmt: skip
WANTED = [
    "call police", "please call the police, don't wait", "dont wait call police",
    "why dont you call police",
    "i cannot call the police myself, please do it",
    "叫警察", "快報警 不要等", "請不要掛斷,快請警方來", "要不要報警",
    "tumawag po kayo ng pulis", "hindi ako makatawag sa pulis, kayo na po",
    "panggil polisi", "jangan tunggu, panggil polisi",
    "警察问完话要放我跟老板回去 我不要", "gọi công an giùm em", "đừng đợi, gọi công an",
    "ช่วยแจ้งตำรวจ", "ရဲခေါ်ပေးပါ", "ជួយហៅប៉ូលិស", "警察呼んでください 声出せません",
    "don't call the police of this village, call the police in Taipei",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_who_does_not_want_the_police_does_not_ask_for_them(text: str) -> None:
    assert refuses_police(text)
    assert "police" not in find_alarms(text)


@pytest.mark.parametrize("text", WANTED)
def test_a_call_for_the_police_stays_one(text: str) -> None:
    assert not refuses_police(text)


@pytest.mark.parametrize("text", ["call police", "please call the police, don't wait"])
def test_a_plain_call_for_the_police_is_an_alarm(text: str) -> None:
    assert "police" in find_alarms(text)


def test_what_else_a_text_alarms_is_kept() -> None:
    assert "weapon" in find_alarms("he has a knife, dont call police")
