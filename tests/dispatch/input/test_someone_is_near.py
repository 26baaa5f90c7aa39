"""Where someone is near, the line answers no question, and at most one short message follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, catalogue
from bot.languages.alarms.find import find_listed
from bot.languages.questions import LEAVING, find_question, likely_question
from bot.languages.typed.someone_near import find_someone_near
from flows.texts import questions
from flows.texts.phrases import CHAT_CLEARED
from tests.dispatch.input.test_answers_where_a_place_is_asked import WHERE, asked_where
from tests.dispatch.relay.test_takeover import OPENER, asked_whether_to_write, met
from tests.languages.test_someone_near import NEAR, OTHERWISE
from tests.support.dispatch_inspection import (
    current_step,
    frames,
    messages_of_people,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

PLACES = (("report", "what"), ("report", "county"), ("report", "safe"), ("danger", "tell"))


def lines(language: str) -> list[str]:
    """Return lines without a cry for help by the lists, or with a wish that nothing is written."""
    return [
        text
        for text in NEAR[language]
        if not find_listed(text) or ((it := find_someone_near(text)) and it.asks_for_silence)
    ]


def goodbyes(language: str) -> tuple[str, ...]:
    return tuple(catalogue(language).gettext(it.text.source) for it in questions.ANSWERS["leaving"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_the_line_is_kept_and_answered_with_one_short_message(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    assert len(lines(language)) >= 5
    for text in lines(language):
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        before = frames(person)[-1].answers
        if (text, place) == ("送らないで", ("danger", "tell")):  # there it says no
            continue
        heard = person.says(text)
        assert len(heard) == 1, (text, heard)
        assert heard[0] in goodbyes(language), text
        assert current_step(person) == place, text
        assert frames(person)[-1].answers == before, text
        assert text in str(stored_conversation(person))


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_place_is_asked_it_is_no_place_and_reaches_the_case(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in lines(language)[:3]:
        person = asked_where(sqlite_hotline, language)
        heard = person.says(text)
        assert len(heard) == 1, (text, heard)
        assert current_step(person) == WHERE, text
        newest = messages_of_people(sqlite_hotline)[-1]
        assert (newest.text, newest.asked) == (text, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_that_looks_similar_is_answered_as_ever(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in OTHERWISE[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()["report", "county"], language=language)
        is_goodbye = find_question(text, language) == LEAVING or (likely_question(text) == LEAVING)
        assert is_goodbye or not set(goodbyes(language)) & set(person.says(text)), text


def test_a_first_line_begins_no_conversation(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    assert person.says("don't write, boss is here") == [questions.LEAVING.source]
    assert "boss is here" in str(stored_conversation(person))
    assert len(person.says("hello, he is gone")) >= 1
    assert current_step(person) is not None


def test_a_cry_for_help_in_the_same_line_comes_first(sqlite_hotline: HotlineHarness) -> None:
    for text in ("he is here", "don't write, boss is here, he will kill me"):
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()["report", "what"])
        person.says(text)
        assert current_step(person) == ("danger", "tell"), text


def test_a_yes_to_an_alert_is_none_while_someone_is_near(sqlite_hotline: HotlineHarness) -> None:
    for text in ("yes, boss is watching me", "ok he is reading my phone"):
        person = sqlite_hotline.person()
        place_at(person, reachable_positions()["danger", "tell"])
        assert person.says(text) == [questions.LEAVING.source], text
        assert current_step(person) == ("danger", "tell"), text
        assert text in str(stored_conversation(person))


def test_a_choice_of_the_open_question_is_chosen(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["contact", "contact_rule"])
    person.says("don't message me")
    assert current_step(person) != ("contact", "contact_rule")
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["report", "they_know"])
    person.says("she's beside me")
    assert current_step(person) != ("report", "they_know")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_opener_is_not_repeated_to_who_is_not_alone(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in NEAR[language][:3]:
        person = asked_whether_to_write(sqlite_hotline, language)
        assert person.says(text) == [], text


def test_a_caseworker_who_writes_is_told_and_the_bot_says_nothing(
    sqlite_hotline: HotlineHarness,
) -> None:
    person, _mei, _case = met(sqlite_hotline)
    assert person.says("don't reply now, she is watching") == []
    assert messages_of_people(sqlite_hotline)[-1].text.startswith("don't reply now")


def test_an_opener_that_is_due_waits_while_someone_is_near(
    sqlite_hotline: HotlineHarness,
) -> None:
    person, _mei, _case = met(sqlite_hotline)
    person.send_update(person.membership("kicked"), person.membership("member"))
    assert person.says("don't write, boss is here") == []
    assert person.says("ok he is gone") == [OPENER]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_message_has_the_button_that_clears_the_chat(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["report", "what"], language=language)
    person.says(lines(language)[0])
    label = catalogue(language).pgettext("button", "Clear chat")
    assert person.labels() == [label]
    person.presses(label)
    assert person.texts == [catalogue(language).gettext(CHAT_CLEARED.source)]
