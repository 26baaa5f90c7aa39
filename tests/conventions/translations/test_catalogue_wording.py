"""In every language: neutral on a locked screen, in the right register, buttons quoted exactly."""

from __future__ import annotations

import re

import pytest

from bot.languages import FALLBACK, LANGUAGES
from bot.languages.style_rules import (
    FORBIDDEN,
    FRAGMENT_FILES,
    LOCK_SCREEN_FORBIDDEN,
    contains_word,
    forbidden_on_lock_screen,
    forbidden_words,
)
from tests.support.content.catalogue_files import CataloguePhrase, phrases_of
from tests.support.content.spelling_rules import not_simplified, not_traditional, spelling_faults

TRANSLATED = [tag for tag in LANGUAGES if tag != FALLBACK]
BEGINNING = {"organisation": "Garden", "hours": "09:00-21:00", "contact": "example.org",
             "reference": "K7M4Q2", "numbers": "110", "keep_days": "90", "copy_days": "30",
             "span": "9", "time": "21:40"}  # fmt: skip
"""What stands in a blank where a message begins with one."""
NOT_OURS = {"Clear history"}
"""Quoted words that stand on somebody else's button."""
QUOTED = re.compile("“([^”]+)”|「([^」]+)」|«([^»]+)»")

every_language = pytest.mark.parametrize("tag", TRANSLATED)


def messages(tag: str) -> list[CataloguePhrase]:
    """Return what is sent as a message; a number of the directory stands inside one."""
    return [it for it in phrases_of(tag) if not it.is_label and it.files.isdisjoint(FRAGMENT_FILES)]


def begun(words: str) -> str:
    for blank, value in BEGINNING.items():
        words = words.replace("{" + blank + "}", value)
    return words


def test_every_language_has_its_lists() -> None:
    assert set(LOCK_SCREEN_FORBIDDEN) == set(FORBIDDEN) == set(TRANSLATED)


@every_language
def test_a_locked_screen_shows_nothing(tag: str) -> None:
    shown = {it.source: forbidden_on_lock_screen(tag, begun(it.words)) for it in messages(tag)}
    assert {source: words for source, words in shown.items() if words} == {}


@every_language
def test_no_translation_uses_a_forbidden_form_of_address(tag: str) -> None:
    said = {it.key: forbidden_words(tag, it.words) for it in phrases_of(tag)}
    assert {key: words for key, words in said.items() if words} == {}


@every_language
def test_a_language_is_written_as_its_readers_write_it(tag: str) -> None:
    found = {it.key: spelling_faults(tag, it.words, it.source) for it in phrases_of(tag)}
    assert {key: faults for key, faults in found.items() if faults} == {}


@pytest.mark.parametrize("domain", ["messages", "staff"])
def test_chinese_is_the_chinese_of_taiwan(domain: str) -> None:
    strange = {it.key: not_traditional(it.words) for it in phrases_of("zh_Hant", domain)}
    assert {key: signs for key, signs in strange.items() if signs} == {}


def test_simplified_chinese_is_written_and_not_converted() -> None:
    strange = {it.key: not_simplified(it.words) for it in phrases_of("zh_Hans")}
    # The names offices have on their own doors in Taiwan stand beside ours, as they are written.
    ours = {key: signs for key, signs in strange.items() if signs and not key[1].endswith(")")}
    assert ours == {}


# --- Controls: what must be found, and what must not ----------------------------------------


@every_language
def test_every_word_of_the_lists_would_be_found(tag: str) -> None:
    for word in LOCK_SCREEN_FORBIDDEN[tag]:
        assert word in forbidden_on_lock_screen(tag, f"{word} {'x' * 60}")
        assert forbidden_on_lock_screen(tag, f"{'x' * 60} {word}") == []
    for word in FORBIDDEN[tag]:
        assert word in forbidden_words(tag, f"({word})")


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ("หนี้ที่ต้องทำงานใช้คืน", "หนี"),  # debt, not flight
        ("kitab", "kita"),
        ("ilegalitas", "ilegal"),
        ("hình ảnh mùa xinh", "xin"),
        ("umaasa", "sa"),
        ("អ្នកចាស់", "ចាស"),  # old, not a woman's yes
        ("အစိုးရရဲ့", "ရဲ"),  # of, not the police
        ("တနင်္လာ", "နင်"),  # Monday, not a rude "you"
        ("နင်း", "နင်"),
    ],
)
def test_a_word_inside_another_is_not_that_word(words: str, word: str) -> None:
    assert word in words
    assert not contains_word(words, word)


SLIPS = [
    ("th", "โทร 110 ได้เลย.", "a full stop"),
    ("th", "โทร110", "no space next to a digit or a Latin word"),
    ("zh_Hant", "您好,請說", "narrow punctuation"),
    ("zh_Hant", "請按“送出”", "other quotes"),
    ("zh_Hant", "請打110。", "no space next to a digit or a Latin word"),
    ("zh_Hant", "你可以停下來。", "你"),
    ("vi", "xoá hoà", "old tone marks"),
    ("zh_Hans", "您好,请说", "narrow punctuation"),
    ("zh_Hans", "请按「发送」", "other quotes"),
    ("zh_Hans", "请打110。", "no space next to a digit or a Latin word"),
    ("zh_Hans", "你可以停下来。", "你"),
    ("zh_Hans", "法律规定一定要说。", "whose state it is"),
    ("km", "ហៅ ១១០", "Khmer digits"),
    ("km", "ហៅ110", "no space next to a digit or a Latin word"),
    ("km", "ឲ្យគេ", "ឲ្យ"),
    ("km", "បាន ។", "a space before the stop"),
    ("km", "បាន.", "a full stop"),
    ("km", "កំុ្", "nothing stands below"),
    ("km", "\u17a3", "letters out of use"),
    ("my", "၁၁၀ ကို ခေါ်ပါ။", "Burmese digits"),
    ("my", "110ကို ခေါ်ပါ။", "no space next to a digit or a Latin word"),
    ("my", "ေမး", "a vowel before its letter"),
    ("my", "\u1000\u103d\u103b", "marks out of order"),
    ("my", "\u1000\u1064", "Zawgyi"),
    ("my", "ဖြစ်သည်။", "the written style"),
    ("my", "ရမလား?", "a question mark"),
    ("ja", "はい,そうです", "narrow punctuation"),
    ("ja", "“送る”を押す", "other quotes"),
    ("ja", "１１０に電話", "wide digits"),
    ("ja", "18 歳", "a space next to a digit"),
    ("ja", "あなたのことは、あなたが決めます。", "あなた again"),
]
"""Language, words, and the fault in them."""


def test_a_spelling_fault_is_found() -> None:
    assert [slip for slip in SLIPS if slip[2] not in spelling_faults(slip[0], slip[1])] == []


def test_simplified_chinese_would_be_found() -> None:
    assert not_traditional("这个聊天") == {"这", "个"}


# --- Quoted buttons -------------------------------------------------------------------------


def quoted(words: str) -> list[str]:
    return sorted("".join(found) for found in QUOTED.findall(words))


def misquoted(phrases: list[CataloguePhrase]) -> list[str]:
    """Return messages that quote a button otherwise than it is labelled."""
    label = {it.source: it.words for it in phrases if it.key[0] == "button"}
    label |= {words: words for words in NOT_OURS}
    return [
        it.source
        for it in phrases
        if not it.is_label and quoted(it.words) != sorted(label[q] for q in quoted(it.source))
    ]


@every_language
def test_a_message_quotes_a_button_as_it_is_labelled(tag: str) -> None:
    assert misquoted(phrases_of(tag)) == []


def test_a_misquoted_button_would_be_found() -> None:
    send = CataloguePhrase(("button", "Send"), "Kirim", frozenset())
    wrong = CataloguePhrase((None, "Press “Send”."), "Tekan “Kirimkan”.", frozenset())
    right = CataloguePhrase((None, "Use “Send”."), "Pakai “Kirim”.", frozenset())
    assert misquoted([send, wrong, right]) == [wrong.source]
