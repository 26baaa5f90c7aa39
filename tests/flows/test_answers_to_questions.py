"""Answers to what people ask: one for every kind, in every deployment, short in every language."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from bot.conversation import Fact
from bot.languages import LANGUAGES, catalogue
from bot.languages.questions import KINDS
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import VERIFIED_ON
from flows.texts.questions import ANSWERS

LONGEST_MESSAGE = 300
LONG = {"organisation": "x" * 40, "contact": "x" * 36, "hours": "x" * 45}
FACTS = sorted({fact for said in ANSWERS.values() for it in said for fact in it.when.facts()})
DEPLOYMENTS = [
    frozenset(it)
    for it in chain.from_iterable(combinations(FACTS, n) for n in range(len(FACTS) + 1))
]
"""Every set of facts on which an answer depends."""


def test_every_kind_has_an_answer() -> None:
    assert set(ANSWERS) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_something_is_said_in_every_deployment_and_never_much(kind: str) -> None:
    assert len(DEPLOYMENTS) == 2 ** len(FACTS)
    for facts in DEPLOYMENTS:
        said = [it for it in ANSWERS[kind] if it.when.holds({}, facts)]
        assert 1 <= len(said) <= 3, facts


def test_who_answers_is_said_in_one_way_only() -> None:
    for kind, messages in (("police", 2), ("readers", 1), ("how_long", 1)):
        for facts in DEPLOYMENTS:
            said = sum(it.when.holds({}, facts) for it in ANSWERS[kind])
            assert said == messages, (kind, facts)  # who they are, and what the law makes them tell


def test_officers_never_say_that_they_are_not_the_police() -> None:
    said = [it for it in ANSWERS["police"] if it.when.holds({}, frozenset({"police", "office"}))]
    assert said
    assert not any("not the police" in it.text.source for it in said)
    assert Fact("police").name in FACTS


@pytest.mark.parametrize("tag", LANGUAGES)
def test_an_answer_is_one_short_message_in_every_language(tag: str) -> None:
    numbers = TAIWAN.blanks(catalogue(tag), VERIFIED_ON)
    for said in chain.from_iterable(ANSWERS.values()):
        shown = said.text.render(catalogue(tag), LONG | numbers)
        assert len(shown) <= LONGEST_MESSAGE, shown
        assert "{" not in shown
        assert "?" not in shown
