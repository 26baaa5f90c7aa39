"""That someone comes back soon is no goodbye, no answer and no place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, catalogue
from flows.texts.phrases import KEPT_TOO, WITH_CASE
from tests.dispatch.input.test_answers_where_a_place_is_asked import LATER, WHERE, asked_where
from tests.dispatch.input.test_someone_is_near import goodbyes
from tests.languages.test_comes_back import BACK
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

CHOICES = (("danger", "tell"), ("urgent_details", "hurt"), ("report", "safe"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", CHOICES)
def test_the_question_stays_open_and_is_asked_again(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    for text in BACK[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        before = frames(person)[-1].answers
        heard = person.says(text)
        assert heard, text
        assert not set(goodbyes(language)) & set(heard), (text, heard)
        if current_step(person) == place:  # else it was a cry for help, as "he is coming back"
            assert frames(person)[-1].answers == before, text
        assert text in str(stored_conversation(person)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_place_is_asked_it_is_no_place_and_reaches_the_case(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    person = asked_where(sqlite_hotline, language)
    person.says(BACK[language][0])
    assert current_step(person) == WHERE
    newest = messages_of_people(sqlite_hotline)[-1]
    assert (newest.text, newest.asked) == (BACK[language][0], "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_once_staff_read_the_person_reads_that_they_have_it(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    person = asked_where(sqlite_hotline, language)
    person.says("Zhongshan Road 12")
    receipts = [catalogue(language).gettext(it.source) for it in (KEPT_TOO, WITH_CASE)]
    for text in BACK[language]:
        sqlite_hotline.advance_time(LATER)  # a burst is answered once
        heard = person.says(text)
        assert sum(it in receipts for it in heard) == 1, (text, heard)
