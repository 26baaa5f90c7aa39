"""What is understood of what people write, on sentences the lists were not written from.

`tests/languages/sentences/*/*.toml` hold, for each language, urgent sentences, ordinary sentences,
typed answers with the label they mean, and names of languages.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.questions.choice import ListQuestion
from bot.languages import LANGUAGES
from bot.languages.alarms import CATEGORIES, find_alarms, load_phrases
from bot.languages.names import match_language
from bot.languages.typed_answers import load_answers, match_label
from flows import ALL_FLOWS

FOLDER = Path(__file__).parent / "sentences" / "first"
LEAST = 50
"""Sentences of each kind a language has, at least."""
FOUND = dict.fromkeys(("id", "vi", "en", "zh_Hant", "fil", "th"), 0.85)
"""Share of urgent sentences that must be found; 0.7 for the other languages."""
MOST_FALSE = 0.03
UNDERSTOOD, NAMED = 0.9, 0.95


def sentences(tag: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{tag}.toml").read_text(encoding="utf-8"))


def missed(tag: str) -> list[str]:
    return [it for it in sentences(tag)["urgent"] if not find_alarms(it)]


def false_alarms(tag: str) -> list[str]:
    return [it for it in sentences(tag)["ordinary"] if find_alarms(it)]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_urgent_sentences_are_found_and_ordinary_ones_are_not(tag: str) -> None:
    known = sentences(tag)
    assert len(known["urgent"]) >= LEAST
    assert len(known["ordinary"]) >= LEAST
    assert len(missed(tag)) <= (1 - FOUND.get(tag, 0.7)) * len(known["urgent"]), missed(tag)
    assert len(false_alarms(tag)) <= MOST_FALSE * len(known["ordinary"]), false_alarms(tag)


def test_an_empty_phrase_list_would_miss_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.languages.alarms._spaced_index", dict)
    assert len(missed("en")) == len(sentences("en")["urgent"])


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_lists_every_category(tag: str) -> None:
    assert {phrase.category for phrase in load_phrases(tag)} == set(CATEGORIES)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_typed_answers_are_understood(tag: str) -> None:
    typed = sentences(tag)["typed"]
    assert len(typed) >= LEAST
    wrong = [
        (it["text"], it["means"], found)
        for it in typed
        if (found := match_label(it["text"], labels_beside(it["means"]), tag)) != it["means"]
    ]
    assert len(wrong) <= (1 - UNDERSTOOD) * len(typed), wrong


def labels_beside(label: str) -> set[str]:
    """Return the labels of the first question that offers this one."""
    return next(it for it in questions() if label in it)


def questions() -> list[set[str]]:
    return [
        {label.source for label in step.choices.values()}
        for flow in ALL_FLOWS
        for step in flow.steps
        if isinstance(step, ListQuestion)
    ]


def test_no_typed_answer_means_two_choices_of_one_question() -> None:
    clashes = {
        (tag, plain, *sorted(labels & asked))
        for tag in LANGUAGES
        for plain, labels in load_answers(tag).labels.items()
        for asked in questions()
        if len(labels & asked) > 1
    }
    assert clashes == set()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_languages_are_known_by_name(tag: str) -> None:
    names = sentences(tag)["languages"]
    wrong = [(text, it) for text, it in names.items() if match_language(text) != it]
    assert len(wrong) <= (1 - NAMED) * len(names), wrong


def test_a_story_names_no_language_and_is_no_typed_answer() -> None:
    story = "I came to Taiwan to work and my employer speaks Chinese and takes my passport away"
    assert match_language(story) is None
    assert match_label(story, {"Yes", "No"}, "en") is None
