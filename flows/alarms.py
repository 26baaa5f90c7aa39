"""Words that mean danger, in the languages people write.

Whoever writes one of them is shown the danger card, and staff read it sooner. Nothing else follows:
no word is ever blocked, answered with a lecture, or passed on. The lists are short on purpose: a
word that is common in harmless talk does not belong here. Drafts: no native speaker has read them.
"""

from __future__ import annotations

import re
from functools import cache

from bot.text import fold

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
            "tolong saya sekarang",
            "tolong kami sekarang",
            "selamatkan saya",
            "tolong cepat",
        ),
    },
    "vi": {
        # "Locked" alone is said of phones and accounts.
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
}
"""Language to code to words, for scripts that put spaces between words."""

UNSPACED_PHRASES: dict[str, dict[str, tuple[str, ...]]] = {
    "zh_Hant": {
        "suicide": ("自殺", "自杀", "想死", "不想活", "活不下去", "跳樓", "燒炭", "割腕"),
        "violence": (
            "拿刀",
            "刀子",
            "有槍",
            "他打我",
            "一直打我",
            "被打傷",
            "被毆打",
            "殺我",
            "流血",
        ),
        "coming": ("他來了", "他要來了", "來抓我", "他們來了", "他快到了", "他来了", "他们来了"),
        "locked": ("被關在", "關起來", "鎖起來", "鎖住", "出不去", "被关在", "锁起来"),
        "help_now": ("救我", "救救我", "救命", "快來救"),
    },
    "th": {
        "suicide": ("ฆ่าตัวตาย", "อยากตาย", "ไม่อยากมีชีวิต", "ทำร้ายตัวเอง"),
        # "มีด", knife, stands inside harmless words: only together with its verb.
        "violence": ("ถือมีด", "เอามีด", "มีปืน", "โดนตี", "ถูกตี", "จะฆ่า", "เลือดออก"),
        "coming": ("เขากำลังมา", "มันกำลังมา", "พวกเขากำลังมา", "มันมาแล้ว"),
        "locked": ("ถูกขัง", "โดนขัง", "ขังไว้", "ล็อกประตู", "ล็อคประตู", "ออกไปไม่ได้"),
        "help_now": ("ช่วยด้วย", "ช่วยฉันด้วย", "ช่วยผมด้วย", "ช่วยหนูด้วย"),
    },
    "km": {
        "suicide": ("ធ្វើអត្តឃាត", "សម្លាប់ខ្លួន", "ចង់ស្លាប់", "មិនចង់រស់"),
        # "កាំបិត", knife, is also in the kitchen: only in somebody's hand.
        "violence": ("កាន់កាំបិត", "មានកាំភ្លើង", "វាយខ្ញុំ", "សម្លាប់ខ្ញុំ", "ហូរឈាម", "ចេញឈាម"),
        "coming": ("គេកំពុងមក", "គាត់កំពុងមក", "វាកំពុងមក", "គេមកចាប់"),
        "locked": ("ចាក់សោខ្ញុំ", "ឃុំខ្ញុំ", "បង្ខាំងខ្ញុំ", "ចេញមិនបាន", "ចេញមិនរួច"),
        "help_now": ("ជួយខ្ញុំផង", "ជួយផង", "ជួយយើងផង", "សង្គ្រោះខ្ញុំ"),
    },
    # The last of each as old phones write it, in Zawgyi: the same signs mean other letters there.
    "my": {
        "suicide": ("သတ်သေ", "သေချင်", "မနေချင်တော့", "အဆုံးစီရင်", "သတ္ေသ", "ေသခ်င္"),
        "violence": ("ဓားနဲ့", "သေနတ်", "ရိုက်နေ", "ရိုက်နှက်", "သတ်မယ်", "သွေးထွက်", "ေသနတ္", "သတ္မယ္"),
        "coming": ("သူလာနေ", "သူ လာနေ", "သူတို့လာနေ", "သူတို့ လာနေ", "လာဖမ်း", "လာဖမ္း"),
        # "ပိတ်ထား", shut, is said of phones as well.
        "locked": ("သော့ခတ်ထား", "လှောင်ထား", "ပိတ်လှောင်", "ထွက်လို့မရ", "ေသာ့ခတ္ထား"),
        "help_now": ("ကယ်ပါ", "ကယ်ကြပါ", "ကယ်ပေး", "အခုကူညီပါ", "အခု ကူညီပါ", "ကယ္ပါ", "ကယ္ၾကပါ"),
    },
    "zh_Hans": {
        "suicide": ("自杀", "想死", "不想活", "活不下去", "跳楼", "烧炭", "割腕"),
        "violence": (
            "拿刀",
            "刀子",
            "有枪",
            "他打我",
            "一直打我",
            "被打伤",
            "被殴打",
            "杀我",
            "流血",
        ),
        "coming": ("他来了", "他要来了", "来抓我", "他们来了", "他快到了"),
        "locked": ("被关在", "关起来", "锁起来", "锁住", "出不去"),
        "help_now": ("救我", "救救我", "救命", "快来救"),
    },
    "ja": {
        "suicide": ("自殺", "死にたい", "生きていたくない", "飛び降り", "手首を切"),
        "violence": ("ナイフ", "刃物", "殴られ", "なぐられ", "殺され", "殺すと", "血が出"),
        "coming": ("あいつが来", "彼が来る", "追いかけて", "つかまえに来"),
        # "出られない" alone is said of the telephone.
        "locked": ("閉じこめられ", "閉じ込められ", "監禁", "外に出られない", "鍵をかけられ"),
        "help_now": ("今すぐ助け", "早く助け", "誰か助け", "だれか助け"),
    },
}
"""The same, for scripts that put none: found inside anything."""


def find_alarms(text: str) -> frozenset[str]:
    """Return what somebody's words may mean: suicide, violence, coming, locked, help_now.

    Every language is looked for, whatever the person chose to read: people mix them, and a
    frightened person writes in the first one that comes.
    """
    folded = fold(text).replace("\u2019", "'")
    spoken = _WORD.findall(folded)
    first_words = _by_first_word()
    found: set[str] = set()
    if here := first_words.keys() & spoken:
        apart = f" {' '.join(spoken)} "
        found = {code for word in here for code, phrase in first_words[word] if phrase in apart}
    if not folded.isascii():
        first_signs = _by_first_sign()
        for sign in first_signs.keys() & folded:
            found.update(code for phrase, code in first_signs[sign] if phrase in folded)
    return frozenset(found)


@cache
def _by_first_word() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for codes in SPACED_PHRASES.values():
        for code, phrases in codes.items():
            for phrase in phrases:
                words = _WORD.findall(fold(phrase))
                found.setdefault(words[0], []).append((code, f" {' '.join(words)} "))
    return found


@cache
def _by_first_sign() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for codes in UNSPACED_PHRASES.values():
        for code, phrases in codes.items():
            for phrase in phrases:
                folded = fold(phrase)
                found.setdefault(folded[0], []).append((folded, code))
    return found
