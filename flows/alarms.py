"""Phrases that mean danger, in all languages.

A person who writes one is shown the danger flow, and the case gets a higher priority. Nothing else
follows: no text is blocked, lectured about or passed on. The lists are short, because a phrase that
is common in harmless texts does not belong here. No native speaker has reviewed them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[\w']+")

SPACED_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "suicide": ("suicide", "kill myself", "want to die", "end my life", "hurt myself"),
        "violence": ("knife", "gun", "beating me", "going to kill", "will kill me", "bleeding"),
        "coming": ("he is coming", "hes coming", "he's coming", "they are coming", "coming now"),
        "locked": ("locked in", "locked me", "locked us", "cannot get out", "can't get out"),
        "help_now": ("help me now", "help us now", "sos", "save me"),
    },
    "id": {
        "suicide": ("bunuh diri", "ingin mati", "mau mati", "pengen mati", "akhiri hidup"),
        "violence": ("pisau", "pistol", "dipukul", "dipukuli", "mau dibunuh", "berdarah"),
        "coming": ("dia datang sekarang", "dia mau datang", "mereka datang sekarang"),
        "locked": ("dikunci", "dikurung", "disekap", "tidak bisa keluar", "gak bisa keluar"),
        "help_now": (
            "tolong saya sekarang", "tolong kami sekarang", "selamatkan saya", "tolong cepat",
        ),
    },
    "vi": {
        # "Locked" alone is used of phones and accounts.
        # Without its marks "tự tử" reads like "từ từ", slowly: it is listed with them only.
        "suicide": ("tự tử", "tự sát", "tu sat", "muốn chết", "muon chet", "không muốn sống"),
        "violence": ("cầm dao", "cam dao", "có súng", "bị đánh", "bi danh", "giết tôi", "giet toi"),
        "coming": ("nó đang đến", "no dang den", "họ đang đến", "ho dang den", "nó sắp đến"),
        "locked": ("bị nhốt", "bi nhot", "nhốt tôi", "nhot toi", "khóa trong", "khoa trong"),
        "help_now": ("cứu tôi", "cuu toi", "cứu em", "cuu em", "cứu với", "cuu voi"),
    },
    "fil": {
        "suicide": ("magpakamatay", "gusto ko nang mamatay", "ayoko nang mabuhay", "papakamatay"),
        "violence": ("kutsilyo", "baril", "sinasaktan", "binubugbog", "papatayin", "dumudugo"),
        "coming": ("parating na siya", "parating na sila", "paparating na", "andyan na siya"),
        "locked": ("nakakulong", "ikinulong", "kinulong", "hindi makalabas", "di makalabas"),
        "help_now": ("tulungan nyo ako ngayon", "tulungan ninyo ako ngayon", "iligtas", "saklolo"),
    },
}  # fmt: skip
"""By language and code, for scripts with spaces between words."""

UNSPACED_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "zh_Hant": {
        "suicide": ("自殺", "自杀", "想死", "不想活", "活不下去", "跳樓", "燒炭", "割腕"),
        "violence": (
            "拿刀", "刀子", "有槍", "他打我", "一直打我", "被打傷", "被毆打", "殺我", "流血",
        ),
        "coming": ("他來了", "他要來了", "來抓我", "他們來了", "他快到了", "他来了", "他们来了"),
        "locked": ("被關在", "關起來", "鎖起來", "鎖住", "出不去", "被关在", "锁起来"),
        "help_now": ("救我", "救救我", "救命", "快來救"),
    },
    "th": {
        "suicide": ("ฆ่าตัวตาย", "อยากตาย", "ไม่อยากมีชีวิต", "ทำร้ายตัวเอง"),
        # "มีด", knife, occurs within harmless words: only together with a verb.
        "violence": ("ถือมีด", "เอามีด", "มีปืน", "โดนตี", "ถูกตี", "จะฆ่า", "เลือดออก"),
        "coming": ("เขากำลังมา", "มันกำลังมา", "พวกเขากำลังมา", "มันมาแล้ว"),
        "locked": ("ถูกขัง", "โดนขัง", "ขังไว้", "ล็อกประตู", "ล็อคประตู", "ออกไปไม่ได้"),
        "help_now": ("ช่วยด้วย", "ช่วยฉันด้วย", "ช่วยผมด้วย", "ช่วยหนูด้วย"),
    },
    "km": {
        "suicide": ("ធ្វើអត្តឃាត", "សម្លាប់ខ្លួន", "ចង់ស្លាប់", "មិនចង់រស់"),
        # "កាំបិត", knife, is also in the kitchen: only with the verb "hold".
        "violence": ("កាន់កាំបិត", "មានកាំភ្លើង", "វាយខ្ញុំ", "សម្លាប់ខ្ញុំ", "ហូរឈាម", "ចេញឈាម"),
        "coming": ("គេកំពុងមក", "គាត់កំពុងមក", "វាកំពុងមក", "គេមកចាប់"),
        "locked": ("ចាក់សោខ្ញុំ", "ឃុំខ្ញុំ", "បង្ខាំងខ្ញុំ", "ចេញមិនបាន", "ចេញមិនរួច"),
        "help_now": ("ជួយខ្ញុំផង", "ជួយផង", "ជួយយើងផង", "សង្គ្រោះខ្ញុំ"),
    },
    # The last phrases of each list are in Zawgyi, as old phones write Burmese.
    "my": {
        "suicide": ("သတ်သေ", "သေချင်", "မနေချင်တော့", "အဆုံးစီရင်", "သတ္ေသ", "ေသခ်င္"),
        "violence": ("ဓားနဲ့", "သေနတ်", "ရိုက်နေ", "ရိုက်နှက်", "သတ်မယ်", "သွေးထွက်", "ေသနတ္", "သတ္မယ္"),
        "coming": ("သူလာနေ", "သူ လာနေ", "သူတို့လာနေ", "သူတို့ လာနေ", "လာဖမ်း", "လာဖမ္း"),
        # "ပိတ်ထား", shut, is used of phones as well.
        "locked": ("သော့ခတ်ထား", "လှောင်ထား", "ပိတ်လှောင်", "ထွက်လို့မရ", "ေသာ့ခတ္ထား"),
        "help_now": ("ကယ်ပါ", "ကယ်ကြပါ", "ကယ်ပေး", "အခုကူညီပါ", "အခု ကူညီပါ", "ကယ္ပါ", "ကယ္ၾကပါ"),
    },
    "zh_Hans": {
        "suicide": ("自杀", "想死", "不想活", "活不下去", "跳楼", "烧炭", "割腕"),
        "violence": (
            "拿刀", "刀子", "有枪", "他打我", "一直打我", "被打伤", "被殴打", "杀我", "流血",
        ),
        "coming": ("他来了", "他要来了", "来抓我", "他们来了", "他快到了"),
        "locked": ("被关在", "关起来", "锁起来", "锁住", "出不去"),
        "help_now": ("救我", "救救我", "救命", "快来救"),
    },
    "ja": {
        "suicide": ("自殺", "死にたい", "生きていたくない", "飛び降り", "手首を切"),
        "violence": ("ナイフ", "刃物", "殴られ", "なぐられ", "殺され", "殺すと", "血が出"),
        "coming": ("あいつが来", "彼が来る", "追いかけて", "つかまえに来"),
        # "出られない" alone is used of phone calls.
        "locked": ("閉じこめられ", "閉じ込められ", "監禁", "外に出られない", "鍵をかけられ"),
        "help_now": ("今すぐ助け", "早く助け", "誰か助け", "だれか助け"),
    },
}  # fmt: skip
"""By language and code, for scripts without spaces: found within any text."""


def find_alarms(text: str) -> frozenset[str]:
    """Return the codes whose phrases occur: suicide, violence, coming, locked, help_now.

    All languages are searched, because people mix them, above all when they are afraid.
    """
    folded = fold(text).replace("\u2019", "'")
    words = _WORD.findall(folded)
    by_word = _by_first_word()
    codes: set[str] = set()
    if starts := by_word.keys() & words:
        spaced = f" {' '.join(words)} "
        codes = {code for word in starts for code, phrase in by_word[word] if phrase in spaced}
    if not folded.isascii():
        by_character = _by_first_character()
        for character in by_character.keys() & folded:
            codes.update(code for code, phrase in by_character[character] if phrase in folded)
    return frozenset(codes)


@cache
def _by_first_word() -> dict[str, list[tuple[str, str]]]:
    index: dict[str, list[tuple[str, str]]] = {}
    for code, phrase in _pairs(SPACED_PHRASES):
        words = _WORD.findall(phrase)
        index.setdefault(words[0], []).append((code, f" {' '.join(words)} "))
    return index


@cache
def _by_first_character() -> dict[str, list[tuple[str, str]]]:
    index: dict[str, list[tuple[str, str]]] = {}
    for code, phrase in _pairs(UNSPACED_PHRASES):
        index.setdefault(phrase[0], []).append((code, phrase))
    return index


def _pairs(phrases: dict[str, dict[str, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    for codes in phrases.values():
        yield from ((code, fold(phrase)) for code in codes for phrase in codes[code])
