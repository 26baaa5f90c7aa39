"""Values of a record as staff read them: choices, countries and languages in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.record.fields import ValueType
from bot.cases.record.values import country_name, language_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.record.entries import EntryContent
    from bot.cases.record.fields import RecordField
    from bot.text import Catalogue, Text


def display_value(
    field: RecordField, content: EntryContent, words: Catalogue, language: str
) -> str:
    """Return a value as it was typed, or the name of what was chosen; not escaped."""
    if chosen := (field.choices or {}).get(content.typed):
        return chosen.render(words)
    if field.type is ValueType.COUNTRY and content.parsed:
        return country_name(content.parsed, language)
    if field.type is ValueType.LANGUAGE and content.parsed:
        return language_name(content.parsed, language)
    return content.typed


def display_parsed(field: RecordField, content: EntryContent) -> str:
    """Return the parsed form where it says more than what is shown; empty if it does not."""
    if field.type in {ValueType.COUNTRY, ValueType.LANGUAGE} or content.parsed == content.typed:
        return ""
    return content.parsed


def county_text(content: EntryContent, counties: Mapping[str, Text], people: Catalogue) -> str:
    """Return the name of a county that an answer chose by its code; empty for other values."""
    named = counties.get(content.typed)
    return named.render(people) if named is not None else ""
