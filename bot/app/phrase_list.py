"""Every phrase a person can read, with its location; used by checks and by other places.

Left out: what only staff read, and names of offices, which are not translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from bot.conversation import FlowRegistry, Review, replies
from bot.conversation.questions import text as text_questions
from bot.conversation.questions.choice import ListQuestion
from bot.languages import LANGUAGES
from bot.places.directory import ABOUT_ABROAD
from bot.places.place import AMOUNT, Place, PlaceSentence
from bot.text import Text
from flows.texts import (
    hotline,
    office_hours,
    organisation,
    phrases,
    prevention,
    questions,
    spoken,
    titles,
    website,
)
from flows.texts.phrasebook import PHRASES

NamedPhrase = tuple[str, Text]
"""The location of a phrase, and the phrase."""
PHRASE_MODULES = (
    phrases, hotline, office_hours, organisation, questions, spoken, titles, replies,
    text_questions, website, prevention,
)  # fmt: skip
"""Modules with phrases outside flows, each in a variable or in a table."""
LANGUAGE_NAMES = frozenset(language.own_name for language in LANGUAGES.values())
"""Names of languages in those languages; they are not translated."""


@dataclass(frozen=True)
class ShownPhrase:
    """One phrase as a person of a place reads it."""

    location: str
    text: Text
    is_label: bool  # whether it is on a button, or above an answer
    is_fragment: bool = False
    """Whether it is inside a message, so a locked screen never shows it first."""


def phrases_outside_flows() -> Iterator[NamedPhrase]:
    """Yield every phrase outside the flows that belongs to no place."""
    for phrase in PHRASES.values():
        yield f"phrasebook {phrase.code}", phrase.text
        yield from _named_phrases(f"phrasebook {phrase.code}", phrase.replies)
    for module in PHRASE_MODULES:
        for name, value in vars(module).items():
            yield from _named_phrases(f"{module.__name__}.{name}", value)


def phrases_of_flows(
    book: FlowRegistry, place: Place, extra_phrases: Iterable[NamedPhrase] = ()
) -> Iterator[ShownPhrase]:
    """Yield every phrase of the flows and the extra ones, each once, as a place words it."""
    seen: set[Text] = set()
    extra = (ShownPhrase(where, text, text.context is not None) for where, text in extra_phrases)
    for phrase in (*_flow_phrases(book), *extra):
        if phrase.text not in seen and phrase.text.source not in LANGUAGE_NAMES:
            seen.add(phrase.text)
            words = place.overrides.get((phrase.text.context, phrase.text.source), phrase.text)
            yield ShownPhrase(phrase.location, words, phrase.is_label)


def phrases_of_place(place: Place) -> Iterator[ShownPhrase]:
    """Yield the verified facts of a place; unverified ones are never shown."""
    for code, fact in place.facts():
        is_fragment = not isinstance(fact, PlaceSentence)
        for name in [it.name for it in fields(fact)] if fact.is_verified else ():
            named = _named_phrases(f"{place.name} {code} {name}", getattr(fact, name))
            for where, text in named:
                location = where.removesuffix(" text")
                yield ShownPhrase(location, text, is_label=False, is_fragment=is_fragment)
    for code, recipient in place.recipients.items():
        where = f"{place.name} {code} about"
        yield ShownPhrase(where, recipient.about, is_label=False, is_fragment=True)
    yield ShownPhrase("body abroad", ABOUT_ABROAD, is_label=False, is_fragment=True)
    yield ShownPhrase(f"{place.name} amount", AMOUNT, is_label=False, is_fragment=True)


def _flow_phrases(book: FlowRegistry) -> Iterator[ShownPhrase]:
    for flow in book.compiled.values():
        for step in flow.steps.values():
            labels = set(step.choices.values()) if isinstance(step, ListQuestion) else set()
            if isinstance(step, Review):
                labels = {step.show, step.go}
            for text in step.phrases():
                yield ShownPhrase(f"{flow.name}.{step.name}", text, text in labels)


def _named_phrases(where: str, value: object) -> Iterator[NamedPhrase]:
    """Yield a phrase, or every phrase of a table by its code; nothing for other values."""
    if isinstance(value, Text):
        yield where, value
    elif isinstance(value, Mapping):
        yield from ((f"{where} {code}", it) for code, it in value.items() if isinstance(it, Text))
