"""Every phrase is there in every offered language, its blanks, digits and commands intact."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import pytest

from bot.app.flow_checks import LONGEST_MESSAGE, SAMPLE_BLANKS
from bot.app.texts import build_system_texts
from bot.languages import FALLBACK, LANGUAGES, LOCALES, STAFF_LANGUAGES
from bot.languages.po_files import message_key, messages_by_key
from bot.languages.style_rules import find_faults
from bot.settings import Settings
from tests.support.content.catalogue_files import (
    DOMAINS,
    FILES,
    WHOLE,
    CataloguePhrase,
    blanks_in,
    extracted,
    files_of,
    phrases_of,
    read_in,
    template,
    written,
)
from tests.support.paths import ROOT
from tests.support.source_tree import comments_in, modules, name_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Catalog

LARGEST = 4096
"""What Telegram takes in one message."""
DEPLOYMENTS = {
    "usual": Settings(organisation="O" * 40, contact="c" * 40, hours="09:00-21:00", keep_days=90),
    "large": Settings(organisation="O" * 60, contact="c" * 80, hours="09:00-21:00", keep_days=365),
}
"""Blanks about as long as they are, and as long as the settings let them be."""
FILLED = {
    "usual": SAMPLE_BLANKS,
    "large": {"amount": "14000", "number": "1955",
              "title": "t" * 60, "time": "t" * 80, "place": "p" * 80,
              "partner": "p" * 40,
              "name": "@" + "n" * 32,
              "sign": "s" * 80, "who": "w" * 80, "recipient": "r" * 80, "about": "a" * 200,
              "trail": "t" * 800, "held": "h" * 800, "until": "11/24",
              "words": "w" * 60, "service": "s" * 40, "count": "12",
              "first": "Monday", "last": "Friday",
              "when": "Monday to Friday 09:00-21:00",
              "handle": "@" + "h" * 32, "address": "a" * 60, "day": "November 24, 2026"},
}  # fmt: skip
"""What a caseworker, a moment, the directory or a list fills in."""
NAMED_ALIKE = {
    "id": {"video", "file", "NT${amount}", "{service}: {time}"},
    "vi": {"video", "{service}: {time}"},
    "fil": {
        "video",
        "voice message",
        "file",
        "School, internship",
        "NT${amount}",
        "{service}: {time}",
    },
    "th": {"{service}: {time}"},
}
"""Words that are the same in English, beside the names of counties: seen and meant."""
every_file = pytest.mark.parametrize(("tag", "domain"), FILES)
every_whole_file = pytest.mark.parametrize(("tag", "domain"), WHOLE)


# --- Complete -----------------------------------------------------------------------------


def lacks(catalogue: Catalog, wanted: Catalog) -> dict[str, list[object]]:
    """Return what a catalogue should have and has not, and the other way round."""
    have, want = messages_by_key(catalogue), messages_by_key(wanted)
    found: dict[str, list[object]] = {
        "missing": [key for key in want if key not in have],
        "of nothing": [key for key in have if key not in want],
        "empty": [key for key, message in have.items() if not message.string],
        "half": [key for key, message in have.items() if not all(message.string)],
        "fuzzy": [key for key, message in have.items() if message.fuzzy],
        "obsolete": list(catalogue.obsolete),
    }
    return {fault: keys for fault, keys in found.items() if keys}


@every_whole_file
def test_every_phrase_of_the_source_is_there(tag: str, domain: str) -> None:
    assert lacks(written(tag, domain), extracted(domain)) == {}, (
        "python -m tests.support.content.catalogue_files"
    )


@every_file
def test_what_is_still_being_written_lacks_nothing_but_words(tag: str, domain: str) -> None:
    """Such a language is not offered until somebody has caught up; `haven languages status`."""
    found = lacks(written(tag, domain), extracted(domain))
    assert found.keys() <= {"empty", "half"}, "python -m tests.support.content.catalogue_files"


def test_a_phrase_that_is_not_translated_would_be_found() -> None:
    assert lacks(template("messages"), template("staff")).keys() >= {"missing", "empty"}


def test_there_is_a_catalogue_for_every_language_that_is_offered() -> None:
    people = {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/messages.po")}
    staff = {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/staff.po")}
    assert people | {FALLBACK} == set(LANGUAGES)
    assert staff | {FALLBACK} == set(STAFF_LANGUAGES)


@pytest.mark.parametrize("domain", DOMAINS)
def test_translators_are_given_what_the_source_says_now(domain: str) -> None:
    """With its remarks and the files it stands in; lines move too often to be compared."""
    given, said = messages_by_key(template(domain)), messages_by_key(extracted(domain))
    assert given.keys() == said.keys(), "python -m tests.support.content.catalogue_files"
    for key, message in said.items():
        assert files_of(given[key]) == files_of(message), key
        remarks = [" ".join(one.auto_comments) for one in (given[key], message)]
        assert remarks[0] == remarks[1], key


def lost_notes(source: str, remarks: str) -> Iterator[int]:
    """Yield the line of every note whose first line is in no remark: it stands inside `_(`."""
    for line, comment in comments_in(source):
        note = comment.removeprefix("# ")
        if note.startswith("Translators:") and note not in remarks:
            yield line


def test_every_note_in_the_source_reaches_translators() -> None:
    messages = [message for domain in DOMAINS for message in extracted(domain)]
    remarks = "\n".join(" ".join(message.auto_comments) for message in messages)
    lost = [
        f"{name_of(path)}:{line}"
        for path in modules()
        for line in lost_notes(text_of(path), remarks)
    ]
    assert lost == []


def test_a_note_that_reaches_no_one_would_be_found() -> None:
    source = "# Translators: a name.\nA = _(\n    # Translators: a day.\n    'It is {day}.'\n)\n"
    assert list(lost_notes(source, "Translators: a name. Another remark.")) == [3]


def test_no_phrase_stands_where_no_translator_finds_it() -> None:
    marked = re.compile(r"(?<!\w)(?:_|pgettext|ngettext)\(\s*[\"']")
    known = {path for domain in DOMAINS for m in extracted(domain) for path, _ in m.locations}
    inside = {
        name_of(path)
        for package in ("bot", "flows")
        for pattern in ("*.py", "*.html")
        for path in (ROOT / package).rglob(pattern)
        if marked.search(path.read_text(encoding="utf-8"))
    }
    assert inside == known


@every_file
def test_plurals_are_counted_as_the_language_counts(tag: str, domain: str) -> None:
    catalogue = written(tag, domain)
    assert (catalogue.num_plurals, catalogue.plural_expr) == LANGUAGES[tag].plurals


# --- Intact -------------------------------------------------------------------------------


@every_file
def test_blanks_digits_commands_and_signs_are_intact(tag: str, domain: str) -> None:
    found = {
        phrase.key: find_faults(phrase.source, phrase.words) for phrase in phrases_of(tag, domain)
    }
    assert {key: wrong for key, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("source", "words", "fault"),
    [
        ("Call {contact}.", "Hubungi {kontak}.", "other blanks"),
        ("Call 110.", "โทร 191", "other digits"),
        ("Call 110.", "โทร ๑๑๐", "other digits"),
        ("Morning 6-12", "Pagi 6.12", "other digits"),
        ("Type /stop", "Ketik /berhenti", "other commands"),
        ("One\ntwo", "Satu dua", "other lines"),
        ("Not sure", "Không chắc", "not NFC"),
        ("Hello", "Ha\u200blo", "invisible characters"),
        ("Hello", "Ha\u202elo", "invisible characters"),
        ("Hello", "Halo<br>", "markup"),
        ("Hello", "Halo&nbsp;", "markup"),
        ("Hello", " Halo", "stray spaces"),
    ],
)
def test_what_a_translation_loses_would_be_found(source: str, words: str, fault: str) -> None:
    words = unicodedata.normalize("NFD", words) if fault == "not NFC" else words
    assert find_faults(source, words) == [fault]


@cache
def blanks_of(size: str, tag: str) -> dict[str, str]:
    """Return what a deployment fills in."""
    usual = build_system_texts(DEPLOYMENTS[size]).blanks(read_in(tag))
    return {**usual, "reference": "K7M4Q2", "span": "09:00-21:00", **FILLED[size]}


def filled(words: str, size: str, tag: str) -> str:
    """Return a message as it is sent."""
    for blank, value in blanks_of(size, tag).items():
        words = words.replace("{" + blank + "}", value)
    return words


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_message_is_short_with_its_blanks_filled_in(tag: str) -> None:
    said = {it.key: it.words for it in phrases_of(tag)} if tag != FALLBACK else english()
    usual = {key: len(filled(words, "usual", tag)) for key, words in said.items()}
    large = {key: len(filled(words, "large", tag)) for key, words in said.items()}
    assert {key: length for key, length in usual.items() if length > LONGEST_MESSAGE} == {}
    assert {key: length for key, length in large.items() if length > LARGEST} == {}
    assert not any(blanks_in(filled(words, "usual", tag)) for words in said.values())


def english() -> dict[tuple[str | None, str], str]:
    return {
        message_key(message): message_key(message)[1]
        for message in messages_by_key(extracted("messages")).values()
    }


def test_a_long_message_would_be_found() -> None:
    assert len(filled("{numbers}" * 4, "usual", "id")) > LONGEST_MESSAGE
    assert blanks_in(filled("{nothing}", "usual", "id"))


def same_as_english(phrases: list[CataloguePhrase]) -> list[CataloguePhrase]:
    kept = [it for it in phrases if it.words == it.source and not it.is_county]
    return [it for it in kept if not it.is_own_name]


@every_file
def test_nothing_was_left_in_english(tag: str, domain: str) -> None:
    left = {it.source for it in same_as_english(phrases_of(tag, domain))}
    assert left <= NAMED_ALIKE.get(tag, set())


def test_a_phrase_left_in_english_would_be_found() -> None:
    left = CataloguePhrase(("button", "Send"), "Send", frozenset({"flows/texts/phrases.py"}))
    county = CataloguePhrase((None, "Miaoli"), "Miaoli", frozenset({"flows/texts/counties.py"}))
    assert same_as_english([left, county]) == [left]
