"""A sentence that asks for it clears the chat like the button, and nothing else is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES, catalogue
from flows.texts import phrases
from tests.languages.test_clear_requests import ASKED, OTHERWISE
from tests.support.dispatch_inspection import (
    current_step,
    place_at,
    reachable_positions,
    send_report,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

CLEARED = phrases.CHAT_CLEARED.source
PLACES = (("report", "safe"), ("report", "what"), ("danger", "tell"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_a_sentence_clears_the_chat_in_every_language(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    cleared = catalogue(language).gettext(CLEARED)
    for text in ASKED[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        assert person.says(text) == [cleared], text
        assert person.texts == [cleared]
        assert text not in str(stored_conversation(person))
        assert current_step(person) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_denial_a_question_or_a_report_clears_nothing(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    cleared = catalogue(language).gettext(CLEARED)
    for text in OTHERWISE[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()["report", "safe"], language=language)
        assert cleared not in person.says(text), text
        assert current_step(person) is not None


def test_what_staff_read_already_stays_with_them(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    send_report(person)
    assert person.says("boss is coming delete everything") == [CLEARED]
    assert sqlite_hotline.ask("SELECT count(*) FROM cases") == [(1,)]


def test_a_cry_for_help_next_to_it_comes_first(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    start_report(person, until="safe")
    person.says("delete everything, he will kill me")
    assert current_step(person) == ("danger", "tell")


def test_who_chooses_a_passphrase_can_ask_for_it_in_a_sentence(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["passphrase", "word"])
    assert person.says("please delete this chat now") == [CLEARED]
