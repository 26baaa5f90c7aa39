"""Who says in their own words that no one is in danger, and who says that someone is."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.languages.typed.no_danger import LONGEST, find_denied_danger, load_no_danger_words

NO_DANGER = {
    "en": [
        "nobody is in danger",
        "no one is in danger right now",
        "no danger",
        "there is no danger",
        "im not in danger",
        "i am not in any danger",
        "we are not in danger",
        "nobody here is in danger",
        "not dangerous",
        "she isnt in danger",
    ],
    "id": [
        "tidak ada yang dalam bahaya",
        "tidak ada bahaya",
        "saya tidak dalam bahaya",
        "gak ada bahaya",
        "ga bahaya",
        "tidak berbahaya",
        "nggak ada yang bahaya",
        "tdk ada bahaya",
        "aku gak dalam bahaya",
        "tidak ada orang yang dalam bahaya",
    ],
    "vi": [
        "không ai nguy hiểm",
        "không có ai gặp nguy hiểm",
        "không nguy hiểm",
        "em không gặp nguy hiểm",
        "ko nguy hiem",
        "khong ai nguy hiem",
        "không có nguy hiểm gì",
        "tôi không bị nguy hiểm",
        "chẳng ai nguy hiểm cả",
        "không ai bị nguy hiểm ạ",
    ],
    "fil": [
        "walang nasa panganib",
        "walang panganib",
        "hindi ako nasa panganib",
        "hindi naman delikado",
        "wala pong nanganganib",
        "hindi po ako nanganganib",
        "di delikado",
        "walang peligro",
        "wala namang panganib",
        "wala pong nasa panganib",
    ],
    "zh_Hant": [
        "沒有人有危險",
        "沒有危險",
        "我沒有危險",
        "沒危險",
        "現在沒有危險",
        "沒人有危險",
        "並沒有危險",
        "不危險",
        "我們都沒有危險",
        "目前沒有人有危險",
    ],
    "zh_Hans": [
        "没有人有危险",
        "没有危险",
        "我没有危险",
        "没危险",
        "现在没有危险",
        "没人有危险",
        "并没有危险",
        "不危险",
        "我们都没有危险",
        "目前没有人有危险",
    ],
    "th": [
        "ไม่มีใครอยู่ในอันตราย",
        "ไม่มีอันตราย",
        "ไม่มีใครเป็นอันตราย",
        "ไม่อันตราย",
        "ไม่ได้อยู่ในอันตราย",
        "หนูไม่ได้อันตราย",
        "ไม่มีใครอันตราย",
        "ไม่มีใครตกอยู่ในอันตราย",
        "ตอนนี้ไม่มีอันตราย",
        "ไม่มีอันตรายค่ะ",
    ],
    "km": [
        "គ្មានគ្រោះថ្នាក់ទេ",
        "មិនមានគ្រោះថ្នាក់ទេ",
        "អត់មានគ្រោះថ្នាក់ទេ",
        "គ្មានអ្នកណាមានគ្រោះថ្នាក់ទេ",
        "គ្មានអ្នកណាគ្រោះថ្នាក់ទេ",
        "ខ្ញុំមិនមានគ្រោះថ្នាក់ទេ",
        "មិនគ្រោះថ្នាក់ទេ",
        "អត់គ្រោះថ្នាក់ទេ",
        "គ្មាននរណាម្នាក់មានគ្រោះថ្នាក់ទេ",
        "គ្មានគ្រោះថ្នាក់",
    ],
    "my": [
        "ဘယ်သူမှ အန္တရာယ် မရှိဘူး",
        "အန္တရာယ် မရှိပါဘူး",
        "အန္တရာယ်မရှိဘူး",
        "ကျွန်မ အန္တရာယ် မရှိပါဘူး",
        "အန္တရာယ် မရှိပါ",
        "အန္တရာယ် မဖြစ်ပါဘူး",
        "အန္တရာယ် မရှိသေးဘူး",
        "ဘယ်သူမှ အန္တရာယ်ထဲမှာ မရှိဘူး",
        "အခု အန္တရာယ် မရှိဘူး",
        "အန္တရာယ် ဘာမှ မရှိဘူး",
    ],
    "ja": [
        "危険はありません",
        "危険じゃない",
        "危険ではありません",
        "危なくない",
        "危なくないです",
        "誰も危険じゃないです",
        "危険はない",
        "今は危険はないです",
        "私は危険ではない",
        "誰も危ない目にあっていません",
    ],
}
"""Ten plain ways to say it in each language."""
IN_DANGER = {
    "en": [
        "no one helps me, danger",
        "not safe",
        "no we are in danger",
        "not safe, danger",
        "nobody is safe",
        "i cant get out, danger",
    ],
    "id": [
        "tidak aman",
        "tidak ada yang tolong, bahaya",
        "saya tidak aman bahaya",
        "bahaya tidak bisa keluar",
    ],
    "vi": [
        "không an toàn",
        "không ai giúp em, nguy hiểm",
        "nguy hiểm lắm không ra được",
        "nguy hiểm",
    ],
    "fil": [
        "hindi ligtas",
        "walang tumutulong, delikado",
        "delikado, hindi ako makalabas",
        "nasa panganib ako",
    ],
    "zh_Hant": ["不安全", "沒有人幫我\uff0c危險", "危險 不能出去", "有危險"],
    "zh_Hans": ["不安全", "没有人帮我\uff0c危险", "危险 不能出去", "有危险"],
    "th": ["ไม่ปลอดภัย", "ไม่มีใครช่วย อันตราย", "อันตราย ออกไปไม่ได้", "อันตรายมาก"],
    "km": ["មិនមានសុវត្ថិភាព", "គ្មានអ្នកណាជួយទេ គ្រោះថ្នាក់", "គ្រោះថ្នាក់ ចេញមិនបាន", "មានគ្រោះថ្នាក់"],
    "my": ["မလုံခြုံဘူး", "ဘယ်သူမှ မကူညီဘူး အန္တရာယ်", "အန္တရာယ် ထွက်လို့မရဘူး", "အန္တရာယ်ရှိတယ်"],
    "ja": ["安全じゃない", "誰も助けてくれない、危険", "危険、出られない", "危ない"],
}
"""Cries with a negation in them, which is about something else, and plain ones."""
DENIED_BESIDE = {
    "en": [
        "not in danger but i am scared",
        "no danger but not safe",
        "no i am in danger",
        "no in danger",
    ],
    "id": ["tidak saya dalam bahaya", "tidak bahaya tapi saya takut"],
    "vi": ["không nguy hiểm nhưng em sợ"],
    "zh_Hant": ["不是 我有危險"],
}
"""Danger is said, or feared, although a denial stands there."""
NOT_YET = {
    "en": ["not yet in danger"],
    "id": ["belum bahaya"],
    "vi": ["chưa nguy hiểm"],
    "th": ["ยังไม่อันตราย"],
    "zh_Hant": ["還沒有危險"],
}
"""It says neither that there is danger nor that there is none."""


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_one_in_danger_is_known_in_ten_ways(tag: str) -> None:
    assert len(NO_DANGER[tag]) >= 10
    found = {it: find_denied_danger(it) for it in NO_DANGER[tag]}
    assert [it for it, denied in found.items() if denied is None or not denied.is_all] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_one_in_danger_is_no_alarm(tag: str) -> None:
    assert {it: found for it in NO_DANGER[tag] if (found := find_alarms(it))} == {}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_cry_with_a_negation_denies_no_danger(tag: str) -> None:
    assert [it for it in IN_DANGER[tag] if find_denied_danger(it)] == []


@pytest.mark.parametrize("tag", DENIED_BESIDE)
def test_what_stands_next_to_a_denial_is_left_to_read(tag: str) -> None:
    found = {it: find_denied_danger(it) for it in DENIED_BESIDE[tag]}
    assert [it for it, denied in found.items() if denied is not None and denied.is_all] == []


@pytest.mark.parametrize("tag", NOT_YET)
def test_not_yet_denies_danger_and_is_not_sure(tag: str) -> None:
    for text in NOT_YET[tag]:
        denied = find_denied_danger(text)
        assert denied is not None, text
        assert not denied.is_all, text


def test_a_question_is_no_sure_denial() -> None:
    denied = find_denied_danger("no danger?")
    assert denied is not None
    assert not denied.is_all


def test_a_story_is_not_read_for_denials() -> None:
    assert find_denied_danger("no danger" + " here" * LONGEST) is None


def test_doubled_words_take_no_time() -> None:
    assert (
        find_denied_danger("not in any in any in any in any in any in any in any in any x") is None
    )


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_language_has_all_lists(tag: str) -> None:
    assert all(load_no_danger_words(tag).values())
