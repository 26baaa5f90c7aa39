"""One word for one thing in every language: the glossary beside each catalogue holds it to that."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest

from bot.languages import FALLBACK, LANGUAGES, LOCALES
from tests.support.content.catalogue_files import CataloguePhrase, phrases_of

TRANSLATED = [tag for tag in LANGUAGES if tag != FALLBACK]
DUTY_AT_WORK = (
    "In Taiwan some people must tell the police at once when they suspect it at work: in "
    "immigration, labor, social, health, civil, household registration, school and tourism work, "
    "at employment agencies, in fishing inspection."
)
"""Immigration is a field of work here, and no office."""
SAID_OTHERWISE = {
    "ja": {DUTY_AT_WORK},
    "zh_Hans": {DUTY_AT_WORK},
    "zh_Hant": {  # offices of Taiwan, as they are called in Taiwan
        "National Immigration Agency in Taiwan (移民署)",
        "1955, line of the Ministry of Labor in Taiwan (勞動部)",
        "Labor office of the city or county in Taiwan (勞工局)",
        "113, protection line in Taiwan (衛生福利部)",
        "Social affairs office of the city or county in Taiwan (社會局)",
    },
    "th": {"Visiting Taiwan"},  # for want of room
}
"""By language, English whose translation leaves the word out: seen, and meant."""

every_language = pytest.mark.parametrize("tag", TRANSLATED)


@cache
def glossary(tag: str) -> dict[str, list[str]]:
    """Return the words of a language by the English word."""
    words: dict[str, list[str]] = tomllib.loads(
        (LOCALES / tag / "glossary.toml").read_text(encoding="utf-8")
    )["words"]
    return words


def astray(phrases: list[CataloguePhrase], words: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return which English words are said otherwise, and in which messages."""
    return [
        (word, it.source)
        for it in phrases
        for word, said in words.items()
        if re.search(rf"\b{word}(?:s|d|r|rs)?\b", it.source, re.IGNORECASE)
        and not any(each.casefold() in _plain(it.words) for each in said)
    ]


def _plain(words: str) -> str:
    return words.casefold().replace("\u00a0", " ")


@every_language
def test_a_word_is_said_as_the_glossary_says_it(tag: str) -> None:
    found = astray(phrases_of(tag), glossary(tag))
    assert [(w, s) for w, s in found if s not in SAID_OTHERWISE.get(tag, set())] == []


def test_every_glossary_has_the_same_words() -> None:
    assert {tuple(glossary(tag)) for tag in TRANSLATED} == {tuple(glossary("id"))}
    assert all(said for tag in TRANSLATED for said in glossary(tag).values())


def test_a_word_that_strays_would_be_found() -> None:
    words = {"broker": ["agensi"]}
    right = CataloguePhrase((None, "Your broker."), "Agensi Anda.", frozenset())
    wrong = CataloguePhrase((None, "Two brokers."), "Dua calo.", frozenset())
    other = CataloguePhrase((None, "It is broken."), "Rusak.", frozenset())
    assert astray([right, wrong, other], words) == [("broker", "Two brokers.")]


@every_language
def test_what_stands_in_sayings_otherwise_is_still_needed(tag: str) -> None:
    found = {source for _, source in astray(phrases_of(tag), glossary(tag))}
    assert SAID_OTHERWISE.get(tag, set()) <= found
