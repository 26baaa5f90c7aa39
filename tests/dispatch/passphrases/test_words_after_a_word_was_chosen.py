"""Where we only ask whether a second word is wanted, what is meant for us is no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages.typed.not_a_passphrase import is_as_long_as_sentence
from flows.texts import phrases
from tests.dispatch.passphrases.test_what_is_not_a_passphrase import reporter_at_the_word
from tests.dispatch.relay.test_messages_reach_case import written
from tests.support.dispatch_inspection import current_step

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

SENTENCE, SHORT = "they took the phone of my friend on the ship", "no food today"
ASKED = ("passphrase", "wants_second")


def asked_for_a_second(home: HotlineHarness) -> ChatPerson:
    person = reporter_at_the_word(home)
    person.says("blue lantern")
    assert current_step(person) == ASKED
    return person


def test_a_sentence_reaches_the_case(hotline: HotlineHarness) -> None:
    person = asked_for_a_second(hotline)
    before = written(hotline)
    person.says(SENTENCE)
    assert written(hotline) == [*before, SENTENCE]
    assert current_step(person) == ASKED


@pytest.mark.parametrize("text", [SHORT, "mango"])
def test_what_may_be_a_word_is_kept_nowhere_and_the_person_is_told(
    hotline: HotlineHarness, text: str
) -> None:
    person = asked_for_a_second(hotline)
    before = written(hotline)
    heard = person.says(text)
    assert heard[0] == phrases.MAY_BE_PASSPHRASE.source
    assert written(hotline) == before
    assert not is_as_long_as_sentence(text)
