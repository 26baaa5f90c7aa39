"""Who says to be under 18 is a child at risk, in ten languages; no other number is an age."""

from __future__ import annotations

import pytest

from bot.languages.alarms.ages import says_own_age_under_18
from bot.languages.alarms.find import find_alarms

UNDER = [
    "i am 16 years old", "im only 15", "my age 17", "I\u2019m 14", "i am sixteen",
    "hi im 17 and i work in a bar",
    "16 po ako", "17 lang po ako", "15 years old lang po ako",
    "16 anyos pa lang ako", "edad ko po 17",
    "umur saya 16", "saya masih 15 tahun", "aku baru 17", "umurku 16 kak",
    "em 16 tuổi", "em mới 15 tuổi thôi", "con năm nay 17 tuoi",
    "หนูอายุ 16", "หนูเพิ่งอายุ 15", "ผมอายุ ๑๗ ปี", "อายุ 16 ค่ะ",
    "我16歲", "我16岁", "我今年17", "我才十六歲", "我還沒滿 我今年15歲", "十五岁",
    "16才です", "まだ17歳です", "私は十六歳です", "１５歳なんです",
    "အသက် ၁၆", "၁၅ နှစ်ပဲ", "ကျွန်မ အသက် ၁၇ နှစ်",
    "ខ្ញុំអាយុ១៦ឆ្នាំ", "អាយុ ១៧", "ខ្ញុំ អាយុទើបតែ 15",
]  # fmt: skip
OTHER = [
    "i worked 16 years", "16 people", "16 hours", "i am 26", "room 17", "0912 161 716",
    "i am 16 km away",
    "i am 17 weeks pregnant", "i am here 10 months", "i am 10 minutes late", "im 16th in line",
    "i am 18",
    "we are 12", "i am 12 years in taiwan", "age 25", "when i am 1.5 hours away",
    "16 kami dito", "16 oras ako nagtatrabaho", "15 years na ako dito", "alas 16 ako umuwi",
    "saya kerja 16 jam", "saya 12 tahun di taiwan", "saya 16 bulan belum dibayar", "umur saya 26",
    "em làm 16 tiếng", "em 26 tuổi", "em làm 10 năm", "ngày 16 em về",
    "หนูทำงาน 16 ชั่วโมง", "อายุ 26 ค่ะ", "ห้อง 17", "หนูอยู่ที่นี่ 10 เดือน",
    "我26歲", "我工作16小時", "我們16個人", "17號房", "我十八歲", "我二十六歲", "我今年3月來",
    "26歳です", "16時です", "17人です", "二十六歳です",
    "အသက် ၂၆", "၁၆ နာရီ", "အလုပ် ၁၅ နှစ်", "၁၇ ယောက်",
    "ខ្ញុំអាយុ២៦ឆ្នាំ", "ខ្ញុំធ្វើការ ១៦ ម៉ោង", "បន្ទប់ ១៧",
]  # fmt: skip


@pytest.mark.parametrize("text", UNDER)
def test_an_age_under_18_is_a_child_at_risk(text: str) -> None:
    assert "child" in find_alarms(text)


@pytest.mark.parametrize("text", OTHER)
def test_another_number_is_no_age_of_a_child(text: str) -> None:
    assert not says_own_age_under_18(text)


def test_the_age_of_another_person_is_not_ones_own() -> None:
    others = ["my daughter is 16", "ลูกสาวฉันอายุ 16", "我女兒16歲", "娘は16歳です", "កូនខ្ញុំអាយុ១៦"]
    assert [it for it in others if says_own_age_under_18(it)] == []
