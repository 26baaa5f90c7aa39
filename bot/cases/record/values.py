"""Typed values, and what can be read from them; what was typed is kept as it is.

A parsed form is a help for drafts, exports and comparison and never replaces the typed one. What
could be read in two ways is not parsed: `3/4/2026` is March to some readers and April to others.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale

from bot.cases.record.fields import ValueType
from bot.conversation.questions.parse_input import MINGUO_OFFSET, parse_day, plain_digits
from bot.languages import LANGUAGES
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

YEARS = range(1900, 2200)
MONTHS = range(1, 13)
_YEAR = re.compile(r"(\d{4})\s?年?")
_MONTH = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?月?")
_MINGUO_YEAR = re.compile(r"民國\s?(\d{1,3})\s?年")
_MINGUO_MONTH = re.compile(r"民國\s?(\d{1,3})\s?年\s?(\d{1,2})\s?月")
_MINGUO_DAY = re.compile(r"(?:民國\s?)?(1\d\d)\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?")
"""Three digits are a year of the Republic of China; two could be a year of either calendar."""
_EXTENSION = re.compile(r"\s*(?:#|ext\.?|分機)\s*(\d{1,6})\s*$", re.IGNORECASE)
_AMOUNT = re.compile(r"([^\d\s]*)\s*(\d[\d.,' ]*)\s*([^\d]*)")
_GROUPED = re.compile(r"\d{1,3}(?:[., ']\d{3})+")
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2})?")
_MULTIPLES: Mapping[str, int] = {
    "k": 1_000, "rb": 1_000, "ribu": 1_000, "nghìn": 1_000, "ngàn": 1_000, "千": 1_000,
    "tr": 1_000_000, "triệu": 1_000_000, "juta": 1_000_000, "jt": 1_000_000, "m": 1_000_000,
    "million": 1_000_000, "萬": 10_000, "万": 10_000,
}  # fmt: skip
_CURRENCIES: Mapping[str, str] = {
    "nt$": "TWD", "nt": "TWD", "ntd": "TWD", "twd": "TWD", "元": "TWD", "台幣": "TWD",
    "新台幣": "TWD", "新臺幣": "TWD", "臺幣": "TWD", "rp": "IDR", "idr": "IDR", "rupiah": "IDR",
    "vnd": "VND", "đ": "VND", "₫": "VND", "đồng": "VND", "php": "PHP", "₱": "PHP", "peso": "PHP",
    "pesos": "PHP", "thb": "THB", "฿": "THB", "baht": "THB", "บาท": "THB", "usd": "USD",
    "us$": "USD", "cny": "CNY", "rmb": "CNY", "人民幣": "CNY", "人民币": "CNY", "jpy": "JPY",
    "日圓": "JPY", "khr": "KHR", "៛": "KHR", "mmk": "MMK", "kyat": "MMK", "hkd": "HKD",
    "eur": "EUR", "€": "EUR",
}  # fmt: skip
"""A sign that several currencies share (`$`, `¥`) is none of them."""
_COUNTRY_NAMES: Mapping[str, str] = {
    "viet nam": "VN", "burma": "MM", "mainland china": "CN", "philippine": "PH",
    "\u5927\u9678": "CN", "\u4e2d\u570b": "CN",
}  # fmt: skip
_LANGUAGE_NAMES: Mapping[str, str] = {
    "bahasa indonesia": "id", "bahasa": "id", "tagalog": "fil", "mandarin": "zh_Hant",
    "\u570b\u8a9e": "zh_Hant", "\u4e2d\u6587": "zh_Hant",
}  # fmt: skip
"""Usual names that are not the ones of the standard."""
CHINESE = "CJK"
SCRIPTS = ("LATIN", "CJK", "HIRAGANA", "KATAKANA", "THAI", "KHMER", "MYANMAR", "HANGUL")


def parse_value(kind: ValueType, typed: str, region: str = "") -> str:
    """Return the parsed form of a value; empty if there is none.

    A day is ISO 8601, also shortened to a month or a year; a telephone number is E.164, with
    `;ext=` where it has an extension; an amount is `45000000 IDR`; a country is ISO 3166 alpha-2; a
    language is the tag of its locale. `region` is the country whose numbers have no prefix.
    """
    if kind is ValueType.PHONE:
        return parse_phone(typed, region)
    parse = _PARSERS.get(kind)
    return parse(typed) if parse else ""


def parse_phone(typed: str, region: str = "") -> str:
    """Return a telephone number as E.164; empty for what is none."""
    import phonenumbers  # noqa: PLC0415 - 0.8 MB, which few processes need

    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", plain_digits(typed)))
    extension = _EXTENSION.search(unicodedata.normalize("NFKC", plain_digits(typed)))
    bare = plain.strip()
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    for number in (bare, f"+{bare}"):  # 886912345678 is often written without its plus
        try:
            parsed = phonenumbers.parse(number, region or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            found = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            return f"{found};ext={extension[1]}" if extension else found
    return ""


def parse_date(typed: str) -> str:
    """Return a day, a month or a year as ISO 8601; empty for words and for what is ambiguous."""
    plain = plain_digits(fold(typed)).strip()
    if found := parse_day(plain):
        return found
    for pattern, offset in ((_MINGUO_DAY, MINGUO_OFFSET), (_MINGUO_MONTH, MINGUO_OFFSET),
                            (_MINGUO_YEAR, MINGUO_OFFSET), (_MONTH, 0), (_YEAR, 0)):  # fmt: skip
        if match := pattern.fullmatch(plain):
            return _iso(*(int(part) for part in match.groups()), offset=offset)
    return ""


def _iso(year: int, month: int = 0, day: int = 0, *, offset: int) -> str:
    if day:
        return parse_day(f"{year + offset}-{month}-{day}") or ""
    if year + offset not in YEARS or (month and month not in MONTHS):
        return ""
    return f"{year + offset:04}-{month:02}" if month else f"{year + offset:04}"


def parse_amount(typed: str) -> str:
    """Return an amount and its currency, if one number and one currency are named."""
    plain = unicodedata.normalize("NFKC", plain_digits(typed)).strip().lower()
    match = _AMOUNT.fullmatch(plain)
    number = _parse_decimal(match[2].strip()) if match else None
    if match is None or number is None:
        return ""
    words = [word for word in re.split(r"[\s.]+", f"{match[1]} {match[3]}") if word]
    factor, currency = 1, ""
    for word in words:
        if word in _MULTIPLES and factor == 1:
            factor = _MULTIPLES[word]
        elif word in _CURRENCIES and not currency:
            currency = _CURRENCIES[word]
        elif word[:1] in _MULTIPLES and word[1:] in _CURRENCIES and not currency:  # 3萬元
            factor, currency = _MULTIPLES[word[:1]], _CURRENCIES[word[1:]]
        else:
            return ""
    return f"{number * factor:f}".rstrip("0").rstrip(".") + f" {currency}" if currency else ""


def _parse_decimal(text: str) -> float | None:
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"\D", "", text))
    return float(text.replace(",", ".")) if _PLAIN.fullmatch(text) else None


def parse_number(typed: str) -> str:
    """Return a number with the digits 0 to 9; empty for words."""
    plain = plain_digits(unicodedata.normalize("NFKC", typed)).strip()
    return plain if re.fullmatch(r"-?\d{1,12}(?:\.\d{1,8})?", plain) else ""


@lru_cache(maxsize=1)
def _territories() -> dict[str, str]:
    """Return the codes of countries by their name in each language of the bot, folded."""
    found = dict(_COUNTRY_NAMES)
    for tag in LANGUAGES:
        for code, name in Locale.parse(tag).territories.items():
            if code.isalpha():
                found.setdefault(fold(name), code)
                found.setdefault(fold(code), code)
    return found


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    found = dict(_LANGUAGE_NAMES)
    for tag, language in LANGUAGES.items():
        found[fold(language.own_name)] = tag
        for code, name in Locale.parse(tag).languages.items():
            found.setdefault(fold(name), code)
            found.setdefault(fold(code), code)
    return found


def parse_country(typed: str) -> str:
    """Return the code of a country, named in a language of the bot or by its code."""
    return _territories().get(fold(typed).strip(), "")


def parse_language(typed: str) -> str:
    """Return the tag of a language, named in a language of the bot or by its code."""
    return _languages().get(fold(typed).strip(), "")


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language; the code where there is none."""
    return str(Locale.parse(language).territories.get(code, code))


def language_name(tag: str, language: str) -> str:
    """Return the name of a language in a language; the tag where there is none."""
    return str(Locale.parse(language).languages.get(tag, tag))


def script_of(text: str) -> str:
    """Return the script of most letters of a text, e.g. `LATIN`; empty for none."""
    names = [unicodedata.name(char, "").split(" ")[0] for char in text if char.isalpha()]
    known = [name for name in names if name in SCRIPTS]
    return max(sorted(set(known)), key=known.count) if known else ""


_PARSERS: Mapping[ValueType, Callable[[str], str]] = {
    ValueType.DATE: parse_date,
    ValueType.AMOUNT: parse_amount,
    ValueType.NUMBER: parse_number,
    ValueType.COUNTRY: parse_country,
    ValueType.LANGUAGE: parse_language,
}
