"""Style rules of each language: words never used, words a locked screen must not show, spelling.

Anyone near the phone can read a locked screen. Forbidden words put the reader down, label them as
others do, or sound like a machine. The lists are in `locales/TAG/glossary.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata

from bot.languages import FALLBACK, LANGUAGES, LOCALES

PREVIEW_LENGTH = 40
"""Characters of a message that a locked screen shows."""
INFIX_MIN_LENGTH = 4
"""Longer words are also searched for within other words."""

FRAGMENT_FILES = frozenset(
    {"bot/places/taiwan/recipients.py", "bot/places/taiwan/directory.py", "bot/places/place.py"}
)
"""Files whose phrases are parts of a message, never its beginning."""

_GLOSSARIES = {
    tag: tomllib.loads((LOCALES / tag / "glossary.toml").read_text(encoding="utf-8"))
    for tag in LANGUAGES
    if tag != FALLBACK
}
LOCK_SCREEN_FORBIDDEN = {tag: tuple(it["not_on_locked_screen"]) for tag, it in _GLOSSARIES.items()}
"""Words that must not be on a locked screen, by language."""
FORBIDDEN = {tag: tuple(it["never_used"]) for tag, it in _GLOSSARIES.items()}
"""Words never used towards a person, by language."""

UNDER_18_OPENING = "It is good that you write."
"""The beginning of the one message to people under 18: there Chinese uses `你`."""
UNSPACED = ("THAI", "CJK", "KHMER", "MYANMAR", "HIRAGANA", "KATAKANA")
"""Scripts without spaces between words, as in the Unicode names of their characters."""
STACKING_MARKS = "\u17d2\u1039"
"""Characters after which a consonant is written below the previous one."""
LOUD_PUNCTUATION = re.compile(r"[!\uff01]|\.\.\.")
"""Exclamation marks and dots; `tests/flows` checks English for the same."""


def contains_word(text: str, word: str) -> bool:
    """Return whether a word occurs in a text, as a reader of the language sees it.

    Scripts without spaces are compared by characters with their marks, because a mark makes another
    word.
    """
    text, word = text.casefold(), word.casefold()
    if unicodedata.name(word[0]).startswith(UNSPACED):
        starts = [match.start() for match in re.finditer(f"(?={re.escape(word)})", text)]
        return any(_is_whole(text, at, at + len(word)) for at in starts)
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Return whether the part splits no character from its stacked letter or mark."""
    stacked = begin > 0 and text[begin - 1] in STACKING_MARKS
    return not stacked and not unicodedata.category(text[end : end + 1] or " ").startswith("M")


def _contains_inside(text: str, word: str) -> bool:
    """Return whether a long Latin word occurs within another: `korban` in `korbannya`."""
    return len(word) > INFIX_MIN_LENGTH and word.isascii() and word in text.casefold()


def forbidden_on_lock_screen(tag: str, text: str) -> list[str]:
    """Return the words at the beginning of a message that a locked screen must not show."""
    preview = text[:PREVIEW_LENGTH]
    return [
        word
        for word in LOCK_SCREEN_FORBIDDEN.get(tag, ())
        if contains_word(preview, word) or _contains_inside(preview, word)
    ]


def forbidden_words(tag: str, text: str) -> list[str]:
    """Return the words and marks of a message that are never used towards a person."""
    words = [word for word in FORBIDDEN[tag] if contains_word(text, word)]
    return words + LOUD_PUNCTUATION.findall(text)


def spelling_faults(tag: str, text: str, source: str = "") -> list[str]:
    """Return the spelling and style faults of a translation."""
    faults = [fault for fault, pattern in SPELLING.get(tag, {}).items() if pattern.search(text)]
    if tag in CHINESE and "你" in text and not source.startswith(UNDER_18_OPENING):
        faults.append("你")
    if tag == "zh_Hans" and STATE_AUTHORITIES.search(text) and "台湾" not in text:
        faults.append("whose state it is")
    if tag == "ja" and text.count("あなた") > 1:
        faults.append("あなた again")
    return faults


CHINESE = ("zh_Hant", "zh_Hans")
STATE_AUTHORITIES = re.compile("移民署|警察|法律规定|政府")
"""Authorities that a reader from China takes for those of China unless Taiwan is named."""
MISSING_SPACE = "no space next to a digit or a Latin word"
CHINESE_SPELLING = {
    "narrow punctuation": re.compile(r"[\u4e00-\u9fff][,?!:;.()]|[,?!:;()][\u4e00-\u9fff]"),
    MISSING_SPACE: re.compile(r"[\u4e00-\u9fff][0-9A-Za-z{]|[0-9A-Za-z}][\u4e00-\u9fff]"),
}
SPELLING = {
    "th": {
        "a full stop": re.compile(r"\.(?!\d)"),
        "Thai digits": re.compile(r"[\u0e50-\u0e59]"),
        "a broken am": re.compile("\u0e4d\u0e32"),
        MISSING_SPACE: re.compile(r"[\u0e00-\u0e7f][0-9A-Za-z{]|[0-9A-Za-z}][\u0e00-\u0e7f]"),
    },
    "zh_Hant": {**CHINESE_SPELLING, "other quotes": re.compile('[\u2018-\u201d"]')},
    "zh_Hans": {**CHINESE_SPELLING, "other quotes": re.compile('[「」『』"]')},
    "km": {
        "Khmer digits": re.compile(r"[\u17e0-\u17e9]"),
        "letters out of use": re.compile(r"[\u17a3\u17a4\u17b4\u17b5\u17d3]"),
        "nothing stands below": re.compile(r"\u17d2(?![\u1780-\u17b3])"),
        "a space before the stop": re.compile(r"\s[\u17d4\u17d6]"),
        "a full stop": re.compile(r"(?<=[\u1780-\u17d3])\."),
        "ឲ្យ": re.compile("ឲ្យ"),
        MISSING_SPACE: re.compile(r"[\u1780-\u17d3][0-9A-Za-z{]|[0-9A-Za-z}][\u1780-\u17d3]"),
    },
    "my": {
        "Burmese digits": re.compile(r"[\u1040-\u1049]"),
        "Zawgyi": re.compile(r"[\u1060-\u1097]"),
        "a vowel before its letter": re.compile(r"(?<![\u1000-\u1021\u103b-\u103f])\u1031"),
        "marks out of order": re.compile(
            r"[\u103c-\u103e]\u103b|[\u103d\u103e]\u103c|\u103e\u103d"
        ),
        "the written style": re.compile("သည်။|၏"),
        "a question mark": re.compile(r"\?"),
        "a full stop": re.compile(r"(?<=[\u1000-\u103f])\."),
        MISSING_SPACE: re.compile(r"[\u1000-\u103f][0-9A-Za-z{]|[0-9A-Za-z}][\u1000-\u103f]"),
    },
    "ja": {
        "narrow punctuation": re.compile(
            r"[\u3041-\u30ff\u4e00-\u9fff][,?!:;.()]|[,?!:;()][\u3041-\u30ff\u4e00-\u9fff]"
        ),
        "other quotes": re.compile('[\u2018-\u201d"]'),
        "wide digits": re.compile(r"[\uff10-\uff19]"),
        "a space next to a digit": re.compile(
            r"[\u3041-\u30ff\u4e00-\u9fff] [0-9]|[0-9] [\u3041-\u30ff\u4e00-\u9fff]"
        ),
    },
    "vi": {"old tone marks": re.compile(r"\b\w*(?:oà|oá|oả|oã|oạ|uỳ|uý|uỷ|uỹ|uỵ)\b")},
}
"""Spelling faults and their patterns, by language."""


def not_simplified(text: str) -> set[str]:
    """Return the Chinese characters that are not in GB 2312, the first character set of China."""
    return {
        char
        for char in text
        if "\u4e00" <= char <= "\u9fff" and not char.encode("gb2312", "ignore")
    }


def not_traditional(text: str) -> set[str]:
    """Return the Chinese characters that are not in Big5, the old character set of Taiwan."""
    return {
        char for char in text if "\u4e00" <= char <= "\u9fff" and not char.encode("big5", "ignore")
    }
