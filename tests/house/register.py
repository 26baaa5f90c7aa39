"""How each language speaks to the person, and what a locked screen must never show.

The lists are those of the language guides this project was written from: what is said on a locked
screen can be read by whoever holds the phone, and some words put the reader below us, call them
what others call them, or are only ever written by a machine.
"""

from __future__ import annotations

import re
import unicodedata

import regex

FIRST_SEEN = 40
"""Signs of a message that a locked screen shows."""
LONG = 4
"""Letters beyond which a word is looked for inside others too."""

ON_A_LOCKED_SCREEN = {
    "id": (
        "perdagangan orang", "perdagangan manusia", "tppo", "korban", "polisi", "penyelamatan",
        "kabur", "kaburan", "overstay", "lapor", "psk",
    ),
    "vi": (
        "buôn người", "buôn bán người", "mua bán người", "nạn nhân", "cảnh sát", "công an",
        "giải cứu", "tố cáo", "bỏ trốn", "bất hợp pháp", "mại dâm",
    ),
    "fil": (
        "trafficking", "biktima", "pulis", "pulisya", "rescue", "tnt", "takas", "tumakas",
        "illegal", "isumbong", "sumbong", "prosti",
    ),
    "th": (
        "ค้ามนุษย์", "เหยื่อ", "ตำรวจ", "แจ้งความ", "หนี", "ผิดกฎหมาย", "ผีน้อย", "ค้าประเวณี",
    ),
    "zh_Hant": (
        "人口販運", "販運", "警察", "被害", "受害", "求助", "求救", "通報", "移民署", "薪水",
        "救援", "檢舉", "報案", "個案", "案件",
    ),
}  # fmt: skip
"""Words that never stand where a locked screen shows them."""

NEVER = {
    "id": (
        "kita", "harap", "mohon", "dimohon", "korban", "pelapor", "ilegal", "kaburan", "kasus",
        "pihak berwajib", "bapak", "ibu", "kakak", "mbak", "kamu", "sistem",
    ),
    "vi": (
        "chúng ta", "vui lòng", "xin", "công an", "nạn nhân", "quý vị", "quý khách", "hệ thống",
        "bỏ trốn", "bất hợp pháp", "tố cáo", "trình báo", "đối tượng", "cán bộ", "trẻ em",
    ),
    "fil": (
        "tayo", "natin", "atin", "mangyaring", "biktima", "illegal", "tnt", "takas", "kaso",
        "ulat", "sumbong", "ma'am", "sir", "kuya", "ate", "kabayan", "ikaw", "mo", "menor",
        "sistema", "silungan",
    ),
    "th": (
        "ค่ะ", "คะ", "ครับ", "ท่าน", "ฉัน", "ผม", "หนู", "กรุณา", "โปรด", "เหยื่อ", "แจ้งความ",
        "คดี", "รายงาน", "ระบบ", "ผิดกฎหมาย", "หลบหนี", "เด็ก",
    ),
    "zh_Hant": (
        "您們", "妳", "被害", "受害", "檢舉", "報案", "舉報", "收容", "強暴", "外勞", "黑工",
        "非法", "逃", "客服", "專員", "兒童", "少年", "案件", "個案", "保證", "視頻", "短信",
        "信息", "網絡", "賬", "屏幕", "用戶", "系統", "點擊", "鏈接",
    ),
}  # fmt: skip
"""Words that are never said to a person."""

TO_THE_YOUNG = "It is good that you write."
"""How the one message begins that is said to somebody under 18: there Chinese says `你`."""
SOUND = re.compile(r"[!\uff01]|\.\.\.")
"""Marks of a raised voice or a pause; English is held to the same in `tests/flows`."""


def says(words: str, word: str) -> bool:
    """Tell whether a word stands in a sentence, as a reader of the language would see it.

    Thai and Chinese put no spaces between words, and in Thai a mark above a letter makes another
    word of it: what a reader sees as one sign is compared as one.
    """
    words, word = words.casefold(), word.casefold()
    if unicodedata.name(word[0]).startswith(("THAI", "CJK")):
        signs, sought = regex.findall(r"\X", words), regex.findall(r"\X", word)
        starts = range(len(signs) - len(sought) + 1)
        return any(signs[at : at + len(sought)] == sought for at in starts)
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words) is not None


def _in(words: str, word: str) -> bool:
    """Tell whether a long Latin word stands inside another: `korban` in `korbannya`."""
    return len(word) > LONG and word.isascii() and word in words.casefold()


def shown_locked(tag: str, words: str) -> list[str]:
    """Return what of a message a locked screen must not show."""
    first = words[:FIRST_SEEN]
    return [word for word in ON_A_LOCKED_SCREEN[tag] if says(first, word) or _in(first, word)]


def never_said(tag: str, words: str) -> list[str]:
    """Return words of a message that this language never says to a person."""
    return [word for word in NEVER[tag] if says(words, word)] + SOUND.findall(words)


def misspelt(tag: str, words: str, source: str = "") -> list[str]:
    """Return what is written otherwise than this language writes."""
    return [fault for fault, pattern in SPELLING.get(tag, {}).items() if pattern.search(words)] + (
        ["你"] if tag == "zh_Hant" and "你" in words and not source.startswith(TO_THE_YOUNG) else []
    )


BESIDE = "no space beside a digit or a Latin word"
SPELLING = {
    "th": {
        "a full stop": re.compile(r"\.(?!\d)"),
        "Thai digits": re.compile(r"[\u0e50-\u0e59]"),
        "a broken am": re.compile("\u0e4d\u0e32"),
        BESIDE: re.compile(r"[\u0e00-\u0e7f][0-9A-Za-z{]|[0-9A-Za-z}][\u0e00-\u0e7f]"),
    },
    "zh_Hant": {
        "narrow punctuation": re.compile(r"[\u4e00-\u9fff][,?!:;.()]|[,?!:;()][\u4e00-\u9fff]"),
        "other quotes": re.compile('[\u2018-\u201d"]'),
        BESIDE: re.compile(r"[\u4e00-\u9fff][0-9A-Za-z{]|[0-9A-Za-z}][\u4e00-\u9fff]"),
    },
    "vi": {"old tone marks": re.compile(r"\b\w*(?:oà|oá|oả|oã|oạ|uỳ|uý|uỷ|uỹ|uỵ)\b")},
}
"""By language: what is wrong, and how it is found."""


def not_traditional(words: str) -> set[str]:
    """Return Chinese signs that Taiwan does not write: those its old character set never had."""
    ours = {sign for sign in words if "\u4e00" <= sign <= "\u9fff"}
    return {sign for sign in ours if not sign.encode("big5", "ignore")}
