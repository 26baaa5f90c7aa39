"""Every safety sentence is recorded, or it is said why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app.safety_sentences import (
    NOT_RECORDED,
    RECORDING_ORDER,
    listed_texts,
    safety_sentences,
)
from bot.app.texts import spoken_texts
from bot.languages import LANGUAGES
from bot.languages.voice_files import is_recordable, safety_keys
from bot.places.registry import find_place

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.languages import MessageKey
    from bot.text import Text

TAIWAN = find_place("taiwan")


def misplaced(marked: Collection[MessageKey], listed: list[Text]) -> set[MessageKey]:
    """Return what is marked and not listed, listed and not marked, or listed twice."""
    keys = [(text.context, text.source) for text in listed]
    return {*marked} ^ {*keys} | {key for key in keys if keys.count(key) > 1}


def test_every_safety_sentence_is_recorded_or_has_a_reason_not_to_be() -> None:
    recorded, left_out = listed_texts(RECORDING_ORDER, TAIWAN), listed_texts(NOT_RECORDED, TAIWAN)
    assert len(recorded) > 30
    assert misplaced(safety_keys(), [*recorded, *left_out]) == set()


def test_a_safety_sentence_in_neither_or_in_both_tables_would_be_found() -> None:
    first, *others = listed_texts(RECORDING_ORDER, TAIWAN)
    left_out = listed_texts(NOT_RECORDED, TAIWAN)
    key = (first.context, first.source)
    assert misplaced(safety_keys(), [*others, *left_out]) == {key}
    assert misplaced(safety_keys(), [first, first, *others, *left_out]) == {key}


def test_every_sentence_that_is_recorded_is_one_the_bot_can_speak() -> None:
    spoken = set(spoken_texts(TAIWAN))
    recorded = listed_texts(RECORDING_ORDER, TAIWAN)
    assert [text.source for text in recorded if text not in spoken or not is_recordable(text)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_thirty_five_sentences_without_a_blank_are_recorded_in_each_language(tag: str) -> None:
    sentences = safety_sentences(tag, TAIWAN)
    assert [it.number for it in sentences] == list(range(1, 36))
    assert [it.words for it in sentences if "{" in it.words or not it.words] == []
    assert len({it.name for it in sentences}) == 35
    assert sentences[0].english == "If you can call safely, call now. In Taiwan, day and night:"
