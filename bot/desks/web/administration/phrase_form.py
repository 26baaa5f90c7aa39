"""Forms of the phrasebook: what they mean, and faults by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.administration import texts
from bot.desks.web.administration.hours_form import ParsedForm
from bot.hotline.chat.phrase_rules import (
    MAX_LENGTH,
    FoundFault,
    TextFault,
    clean_text,
    find_english_fault,
    find_text_fault,
    is_code,
)
from bot.languages import FALLBACK, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.desks.web.administration.hours_form import Faults
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.text import Text

TEXT, SEEN = "text", "seen"
TEXT_PREFIX = "text."
"""What the field of a text begins with, before the language."""
TRANSLATIONS = tuple(tag for tag in LANGUAGES if tag != FALLBACK)
CREATE_FIELDS = frozenset({"code", "group", *(TEXT_PREFIX + tag for tag in LANGUAGES)})
CHANGE_FIELDS = frozenset({TEXT, SEEN})
_FAULTS: Mapping[TextFault, Text] = {
    TextFault.EMPTY: texts.PHRASE_EMPTY,
    TextFault.TOO_LONG: texts.PHRASE_TOO_LONG,
    TextFault.NO_SUCH_BLANK: texts.PHRASE_NO_SUCH_BLANK,
    TextFault.BLANK_MISSING: texts.PHRASE_BLANK_MISSING,
    TextFault.BRACES: texts.PHRASE_BRACES,
    TextFault.OTHER_DIGITS: texts.PHRASE_OTHER_DIGITS,
    TextFault.MARKUP: texts.PHRASE_MARKUP,
    TextFault.ZAWGYI: texts.PHRASE_ZAWGYI,
}


@dataclass(frozen=True, slots=True)
class NewPhrase:
    """A phrase as it was filled in."""

    code: str
    group: str
    texts: Mapping[str, str]
    """By language; English first, and only those that were written."""


def parse_new_phrase(
    values: Mapping[str, str], book: Phrasebook, groups: Collection[str]
) -> ParsedForm[NewPhrase]:
    """Return the phrase of a form."""
    faults: Faults = {}
    code, group = values.get("code", "").strip(), values.get("group", "")
    if not is_code(code):
        faults["code"] = (texts.PHRASE_CODE_WRONG, {})
    elif any(it.code == code for it in book.all_phrases()):
        faults["code"] = (texts.PHRASE_CODE_TAKEN, {})
    if group not in groups:
        faults["group"] = (texts.PHRASE_NO_GROUP, {})
    written = {tag: clean_text(values.get(TEXT_PREFIX + tag, "")) for tag in LANGUAGES}
    english = written.pop(FALLBACK)
    known = {*book.blank_labels, *book.default_blanks()}
    if (found := find_english_fault(english, known)) is not None:
        faults[TEXT_PREFIX + FALLBACK] = _told(found)
    for tag, text in written.items():
        if text and (found := find_text_fault(text, tag, english)) is not None:
            faults[TEXT_PREFIX + tag] = _told(found)
    if faults:
        return ParsedForm(values, None, faults)
    filled = {FALLBACK: english} | {tag: text for tag, text in written.items() if text}
    return ParsedForm(values, NewPhrase(code, group, filled))


def parse_text(
    values: Mapping[str, str], book: Phrasebook, code: str, language: str
) -> ParsedForm[str]:
    """Return the text of a form; it has the blanks of the English, which stay what they are."""
    text = clean_text(values.get(TEXT, ""))
    found = find_text_fault(text, language, book.text(code, FALLBACK))
    if found is not None:
        return ParsedForm(values, None, {TEXT: _told(found)})
    if text == book.text(code, language) and book.has_text(code, language):
        return ParsedForm(values, None, {TEXT: (texts.PHRASE_UNCHANGED, {})})
    return ParsedForm(values, text)


def _told(found: FoundFault) -> tuple[Text, dict[str, str]]:
    return _FAULTS[found.fault], {"about": found.about, "most": str(MAX_LENGTH)}
