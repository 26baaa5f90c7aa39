"""One value of a field: as it is written, as it is read, and what is allowed.

What does not fit is neither changed nor guessed: writing and reading return None for it, and the
caller puts it where it is seen.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from babel.core import get_global

from bot.cases.record.fields import CHOSEN, RecordField, ValueType
from bot.cases.record.values import parse_country, parse_language, parse_phone, parse_value
from bot.exports.htcds.mapping import ValueForm, load_mapping
from bot.exports.htcds.standard import standard_fields
from bot.text import Text, fold, pgettext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.cases.record.entries import EntryContent
    from bot.exports.htcds.mapping import FieldMapping

BETWEEN_CODES = ";"
TRUE, FALSE = "true", "false"
_YES = frozenset({"true", "yes", "1", "y", "t", "checked", "\u662f"})
_NO = frozenset({"false", "no", "0", "n", "f", "unchecked", "\u5426"})
_OF_RECORD = {"yes": TRUE, "no": FALSE}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_E164 = re.compile(r"\+?[1-9]\d{1,14}")
_TWO_LETTERS = re.compile(r"[A-Z]{2}")
_BIBLIOGRAPHIC = frozenset(
    {
        "alb", "arm", "baq", "bur", "chi", "cze", "dut", "fre", "geo", "ger", "gre", "ice", "mac",
        "mao", "may", "per", "rum", "slo", "tib", "wel",
    }
)  # fmt: skip
"""Codes of ISO 639-2/B; the standard is written with those of ISO 639-2/T."""
_OTHER_CODES = {"zh_Hant": "zho", "zh_Hans": "zho"}

ALLOWED: Mapping[ValueForm, Text] = {
    ValueForm.DATE: pgettext("allowed value", "a whole day, as 2026-11-30"),
    ValueForm.NUMBER: pgettext("allowed value", "a number, as 3 or 25.0330"),
    ValueForm.CHECKBOX: pgettext("allowed value", "true or false"),
    ValueForm.PHONE: pgettext("allowed value", "a number with its country code, as +886912345678"),
    ValueForm.COUNTRY: pgettext("allowed value", "two letters of ISO 3166, as TW or VN"),
    ValueForm.LANGUAGE: pgettext("allowed value", "three letters of ISO 639-2, as vie or ind"),
}
"""What may stand in a field that has no list of codes."""


class ReadValue(NamedTuple):
    """A value as an entry of the record holds it."""

    typed: str
    parsed: str = ""


def write_entry(mapping: FieldMapping, content: EntryContent) -> str | None:
    """Return a value of the record as the standard writes it; None if it does not fit."""
    typed, parsed = content.typed, content.parsed
    match mapping.form:
        case ValueForm.TEXT | ValueForm.LONG_TEXT:
            return typed
        case ValueForm.CODE | ValueForm.CODES:
            return typed if typed in mapping.codes else None
        case ValueForm.CHECKBOX:
            return _OF_RECORD.get(typed)
        case ValueForm.LANGUAGE:
            return three_letters(parsed)
        case form:
            return parsed if _FITS[form].fullmatch(parsed) else None


_FITS = {
    ValueForm.DATE: _DAY, ValueForm.NUMBER: re.compile(r".+"), ValueForm.PHONE: _E164,
    ValueForm.COUNTRY: _TWO_LETTERS,
}  # fmt: skip


def read_typed(field: RecordField, text: str, region: str) -> ReadValue | None:
    """Return a value of a column for what does not fit the standard; None if it is no choice."""
    if field.type in CHOSEN:
        return ReadValue(text) if text in (field.choices or {}) else None
    return ReadValue(text, parse_value(field.type, text, region))


def read_value(name: str, mapping: FieldMapping, text: str, region: str) -> ReadValue | None:
    """Return a value of a field of the standard; None if it is not allowed there."""
    return _READERS[mapping.form](name, mapping, text, region)


def _read_text(_name: str, mapping: FieldMapping, text: str, region: str) -> ReadValue | None:
    record = mapping.record_field
    return ReadValue(text, parse_value(record.type, text, region) if record else "")


def _read_code(name: str, _mapping: FieldMapping, text: str, _region: str) -> ReadValue | None:
    code = _codes(name).get(_key(text))
    return None if code is None else ReadValue(code)


def _read_number(_name: str, _mapping: FieldMapping, text: str, _region: str) -> ReadValue | None:
    parsed = parse_value(ValueType.NUMBER, text)
    return ReadValue(text, parsed) if parsed else None


def _read_date(_name: str, _mapping: FieldMapping, text: str, _region: str) -> ReadValue | None:
    parsed = parse_value(ValueType.DATE, text)
    return ReadValue(text, parsed) if _DAY.fullmatch(parsed) else None


def _read_country(_name: str, _mapping: FieldMapping, text: str, _region: str) -> ReadValue | None:
    found = read_country(text)
    return ReadValue(text, found) if found else None


def _read_language(_name: str, _mapping: FieldMapping, text: str, _region: str) -> ReadValue | None:
    found = read_language(text)
    return ReadValue(text, found) if found else None


@lru_cache(maxsize=128)
def _codes(name: str) -> dict[str, str]:
    """Return the codes of a field by what is read as one: code, label or another word."""
    field, mapping = standard_fields()[name], load_mapping().fields[name]
    named = zip(field.labels, field.values, strict=False)
    return (
        {_key(alias): code for alias, code in mapping.alias.items()}
        | {_key(label): code for label, code in named}
        | {_key(code): code for code in mapping.codes}
    )


def _key(text: str) -> str:
    return re.sub(r"[\s_\u2019'-]+", "", fold(text))


def _read_checkbox(_name: str, mapping: FieldMapping, text: str, _region: str) -> ReadValue | None:
    said = fold(text).strip()
    if said not in _YES | _NO:
        return None
    if mapping.record_field is None:
        return ReadValue(TRUE if said in _YES else FALSE)
    return ReadValue("yes" if said in _YES else "no")


def _read_phone(_name: str, _mapping: FieldMapping, text: str, region: str) -> ReadValue | None:
    if parsed := parse_phone(text, region):
        return ReadValue(text, parsed) if _E164.fullmatch(parsed) else None
    digits = re.sub(r"[\s().-]", "", text)
    if not _E164.fullmatch(digits):
        return None
    return ReadValue(text, f"+{digits.removeprefix('+')}")


def read_country(text: str) -> str:
    """Return the two letters of a country, named by two or three letters or in words; or empty."""
    aliases = {fold(name): code for name, code in load_mapping().country_aliases.items()}
    known = aliases.get(fold(text).strip()) or parse_country(text)
    if known:
        return known
    successors = get_global("territory_aliases").get(text.strip().upper(), ())
    return successors[0] if len(successors) == 1 else ""


def read_language(text: str) -> str:
    """Return the tag of a language, named by a code of two or three letters or in words."""
    return _from_three_letters().get(fold(text).strip()) or parse_language(text)


def three_letters(tag: str) -> str | None:
    """Return the code of ISO 639-2/T of a language; None if it has none."""
    if tag in _OTHER_CODES:
        return _OTHER_CODES[tag]
    return tag if len(tag) == _THREE else _to_three_letters().get(tag)


@lru_cache(maxsize=1)
def _to_three_letters() -> dict[str, str]:
    aliases = get_global("language_aliases").items()
    return {
        tag: code
        for code, tag in aliases
        if len(code) == _THREE and len(tag) == _TWO and code not in _BIBLIOGRAPHIC | _ALSO_READ
    }


_TWO, _THREE = 2, 3
_ALSO_READ = frozenset({"cmn", "tgl", "prp", "twi"})
"""Codes of a variety that is read as the language."""


@lru_cache(maxsize=1)
def _from_three_letters() -> dict[str, str]:
    aliases = get_global("language_aliases").items()
    return {code: tag for code, tag in aliases if len(code) == _THREE}


_READERS: Mapping[ValueForm, Callable[[str, FieldMapping, str, str], ReadValue | None]] = {
    ValueForm.TEXT: _read_text,
    ValueForm.LONG_TEXT: _read_text,
    ValueForm.CODE: _read_code,
    ValueForm.CODES: _read_code,
    ValueForm.DATE: _read_date,
    ValueForm.NUMBER: _read_number,
    ValueForm.CHECKBOX: _read_checkbox,
    ValueForm.PHONE: _read_phone,
    ValueForm.COUNTRY: _read_country,
    ValueForm.LANGUAGE: _read_language,
}
