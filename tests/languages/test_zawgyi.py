"""Burmese typed with old phones: staff are told that a Zawgyi font is needed to read it."""

from __future__ import annotations

import pytest

from bot.cases.queries import display_text
from bot.languages import LANGUAGES, catalogue
from bot.languages.po_files import load_catalogue
from bot.text import is_zawgyi


@pytest.mark.parametrize(
    "words",
    [
        "\u1000\u101a\u1039\u1015\u102b",
        "\u1031\u101e\u1001\u103a\u1004\u1039",
        "110 \u1031\u1000\u102c",
    ],
)
def test_zawgyi_is_marked_and_the_words_stay(words: str) -> None:
    assert is_zawgyi(words)
    told = display_text(words, catalogue("zh_Hant", "staff"))
    assert told.startswith(words)
    assert "Zawgyi" in told


@pytest.mark.parametrize("tag", LANGUAGES)
def test_nothing_we_say_ourselves_is_taken_for_it(tag: str) -> None:
    """In Burmese that is a thousand sentences in Unicode, stacked letters and all."""
    assert [
        words for it in load_catalogue(tag).entries for words in it.forms if is_zawgyi(words)
    ] == []


def test_words_of_others_stay_as_they_are() -> None:
    assert display_text("hello", catalogue("en", "staff")) == "hello"
