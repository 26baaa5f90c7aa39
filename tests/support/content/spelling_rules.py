"""Spelling and style of each language: rules that only the tests of the catalogues apply."""

from __future__ import annotations

import re

UNDER_18_OPENING = "It is good that you write."
"""The beginning of the one message to people under 18: there Chinese uses `你`."""


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
