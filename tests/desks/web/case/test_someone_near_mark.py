"""A caseworker sees that the person says that someone is near, below the words that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desks.web import texts
from tests.desks.web.case.test_concurrent_answers import met
from tests.desks.web.case.test_person_ended_chat import pane

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import WebDeskHarness


def test_the_mark_stands_below_these_words_and_no_others(web_desk: WebDeskHarness) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    person.says("my boss is at the factory")
    web_desk.settles()
    assert texts.SOMEONE_NEAR.source not in pane(mei, reference, "conversation")
    person.says("don't write, she is watching")
    web_desk.settles()
    shown = pane(mei, reference, "conversation")
    assert shown.count(texts.SOMEONE_NEAR.source) == 1
    assert shown.index("she is watching") < shown.index(texts.SOMEONE_NEAR.source)


@pytest.mark.parametrize("words", ["kapten datang", "他回來了", "he is coming"])
def test_the_mark_stands_below_words_that_say_that_someone_comes(
    web_desk: WebDeskHarness, words: str
) -> None:
    mei = web_desk.worker().comes()
    person, reference = met(web_desk, mei)
    person.says(words)
    web_desk.settles()
    assert pane(mei, reference, "conversation").count(texts.SOMEONE_NEAR.source) == 1


def test_the_mark_stands_in_a_report_as_well_if_the_words_came_before_it(
    web_desk: WebDeskHarness,
) -> None:
    mei = web_desk.worker().comes()
    person = web_desk.home.person("en")
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.says("don't write now, boss is here")
    web_desk.home.advance_time(120)
    person.says("He keeps my passport.")
    person.presses("Send", "Any time")
    reference = web_desk.newest()
    mei.told(reference, "claim")
    web_desk.settles()
    shown = pane(mei, reference, "conversation")
    assert shown.count(texts.SOMEONE_NEAR.source) == 1
    assert shown.index("boss is here") < shown.index(texts.SOMEONE_NEAR.source)
