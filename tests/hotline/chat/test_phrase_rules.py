"""A text of the phrasebook reaches a person as it was meant, in every script."""

from __future__ import annotations

import pytest

from bot.hotline.chat.phrase_rules import (
    MAX_LENGTH,
    FoundFault,
    TextFault,
    clean_text,
    find_text_fault,
    find_warnings,
    is_code,
)
from bot.languages import LANGUAGES, catalogue
from bot.languages.style_rules import LOCK_SCREEN_FORBIDDEN
from flows.texts.phrasebook import PHRASES


def test_every_shipped_text_keeps_the_rules() -> None:
    for phrase in PHRASES.values():
        for language in LANGUAGES:
            text = phrase.text.render(catalogue(language))
            assert find_text_fault(text, language, phrase.text.source) is None
            assert clean_text(text) == text
            assert is_code(phrase.code)


@pytest.mark.parametrize(
    ("text", "language", "fault"),
    [
        ("Um {time}", "vi", FoundFault(TextFault.BLANK_MISSING, "{place}")),
        ("{time} {place} {who}", "vi", FoundFault(TextFault.NO_SUCH_BLANK, "{who}")),
        ("{time} {place} {Time}", "vi", FoundFault(TextFault.NO_SUCH_BLANK, "{Time}")),
        ("{time} {place} }", "vi", FoundFault(TextFault.BRACES)),
        ("{time} {place} 2", "vi", FoundFault(TextFault.OTHER_DIGITS, "")),
        ("{time} {place} \u2028", "vi", FoundFault(TextFault.MARKUP)),
        ("{time} {place} \u1031\u1000", "my", FoundFault(TextFault.ZAWGYI)),
        ("{time}{place}" + "x" * (MAX_LENGTH - 13), "th", None),
        ("{time}{place}" + "x" * (MAX_LENGTH - 12), "th", FoundFault(TextFault.TOO_LONG, "301")),
    ],
)
def test_a_text_has_the_blanks_and_digits_of_the_english(
    text: str, language: str, fault: FoundFault | None
) -> None:
    assert find_text_fault(text, language, "At {time}, in {place}.") == fault


def test_what_a_keyboard_or_a_word_processor_adds_is_taken_away() -> None:
    assert clean_text("  Xin\u200b  chào \r\n\r\n {time} \ufeff") == "Xin chào\n\n{time}"
    assert clean_text("Vie\u0323\u0302t") == "Việt"


def test_words_a_locked_screen_must_not_show_are_named() -> None:
    language, (word, *_rest) = next(iter(LOCK_SCREEN_FORBIDDEN.items()))
    assert word in find_warnings(f"{word} .", language)
    assert not find_warnings("{time}", language)
    assert not find_warnings("police", "en")


@pytest.mark.parametrize(
    ("code", "is_right"),
    [("a", True), ("call_2", True), ("", False), ("Call", False), ("2", False), ("a.b", False),
     ("a@1", False), ("a" * 32, True), ("a" * 33, False)],
)  # fmt: skip
def test_a_code_can_be_typed_in_the_group(code: str, is_right: bool) -> None:
    assert is_code(code) == is_right
