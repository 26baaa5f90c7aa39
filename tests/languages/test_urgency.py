"""The weights are those of the examples, and the examples are no sentences they are measured by."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from bot.languages.alarms.find import find_alarms
from bot.languages.alarms.phrases import CATEGORIES
from bot.languages.urgency import (
    LONGEST_SENTENCE,
    MODEL,
    UrgencyTable,
    load_model,
    read_weights,
    sentences_of,
)
from tests.languages import scores
from tests.support.content.urgency_model import (
    Example,
    digest_of,
    load_examples,
    make_table,
    read_examples,
)

LEAST_URGENT, LEAST_ORDINARY = 25, 500
"""Examples that a language has at least: in each category, and of what is ordinary."""


def test_the_weights_were_made_from_the_examples_as_they_are() -> None:
    examples = load_examples()
    assert read_weights(MODEL, UrgencyTable).digest == digest_of(examples)
    changed = [*examples, Example("one more", is_urgent=False, category="")]
    assert read_weights(MODEL, UrgencyTable).digest != digest_of(changed)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_has_examples_of_every_category(tag: str) -> None:
    found = read_examples(tag)
    for category in CATEGORIES:
        assert sum(it.category == category for it in found) >= LEAST_URGENT, category
    assert sum(not it.is_urgent for it in found) >= LEAST_ORDINARY


def test_no_example_is_a_sentence_of_a_held_set() -> None:
    known = {it.words.casefold() for it in load_examples()}
    held = {
        sentence.casefold()
        for name in scores.HELD_SETS
        for tag in LANGUAGES
        for kind in ("urgent", "ordinary")
        for sentence in scores.sentences(name, tag)[kind]
    }
    assert held & known == set()
    assert len(held) > 2_000


def test_learning_finds_the_words_that_matter() -> None:
    few = [
        Example("the red door is locked", is_urgent=True, category="held"),
        Example("a blue door is locked", is_urgent=True, category="held"),
        Example("the red knife is here", is_urgent=True, category="weapon"),
        Example("the red door is open", is_urgent=False, category=""),
        Example("a blue bag is here", is_urgent=False, category=""),
        Example("the bag is open", is_urgent=False, category=""),
    ]
    once, again = make_table(few, is_silent=True), make_table(few, is_silent=True)
    assert once == again
    model = once.model()
    assert model.likelihood("my room is locked").odds > 1
    assert model.likelihood("my room is open").odds < -1
    assert model.category("everything locked") == "held"
    assert model.category("his knife") == "weapon"


def test_the_most_urgent_sentence_of_a_long_text_counts() -> None:
    ordinary = "We cook rice on Sunday and talk about home. " * 40
    assert find_alarms(ordinary) == frozenset()
    urgent = "He locked us in and beats us at night. "
    assert find_alarms(ordinary + urgent + ordinary) == find_alarms(urgent)
    assert find_alarms(ordinary + "He keeps us\nlocked up. " + ordinary)


def test_a_text_of_any_length_is_looked_at_whole() -> None:
    for text in ("word " * 500, "x" * 500, "One. Two! " * 100, "他打我。" * 99):
        parts = sentences_of(text)
        assert max(map(len, parts)) <= LONGEST_SENTENCE
        assert "".join(parts).strip() == text.strip()
    assert sentences_of(" \n ") == []
    assert load_model().likelihood("").evidence == 0


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("I want to kill myself", "self_harm"),
        ("aku gak mau hidup lagi", "self_harm"),
        ("他有刀在門口", "weapon"),
        ("họ khóa cửa nhốt tụi em", "held"),
        ("she drank bleach and does not wake up", "medical"),
    ],
)
def test_a_category_is_named(words: str, category: str) -> None:
    assert load_model().category(words) == category
