"""Words that wait for a good moment answer the person once they arrive after its yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.chat.messages import MessageSide
from bot.hotline.commands.types import Verb
from bot.monitoring.readings import read_database
from tests.dispatch.passphrases.test_identity_confirmation import quiet
from tests.dispatch.relay.test_answers_that_are_lost import due_at, taken_over
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

pytestmark = pytest.mark.both_databases
WORDS = "I am here. What do you need?"


def presses(person: ChatPerson) -> None:
    person.presses("I can write now")


def types(person: ChatPerson) -> None:
    person.says("yes")


def is_alone_again(person: ChatPerson) -> None:
    person.says("he is gone now")


every_yes = pytest.mark.parametrize("says_yes", [presses, types, is_alone_again])


def delivered(home: HotlineHarness) -> None:
    """Let the words that waited arrive, a moment after the bot said who writes."""
    home.run(home.close_writer_idle(2))


def overdue_later(home: HotlineHarness) -> int:
    """Return how many emergencies are overdue minutes later."""
    home.advance_time(300)
    later = home.loop.now()
    found = home.database.writer.run_sync(lambda work: read_database(work, later))
    return found.overdue[Priority.EMERGENCY]


@every_yes
def test_words_that_arrive_after_a_bare_yes_are_the_answer_and_nothing_is_overdue(
    hotline: HotlineHarness, says_yes: Callable[[ChatPerson], None]
) -> None:
    person, mei, case = taken_over(hotline)
    mei.says(case, WORDS)
    hotline.advance_time(30)
    says_yes(person)
    delivered(hotline)
    assert person.last == WORDS
    assert due_at(hotline) is None
    ((answered_at,),) = hotline.ask("SELECT answered_at FROM cases")
    assert answered_at is not None
    assert overdue_later(hotline) == 0


@every_yes
def test_until_the_words_arrive_a_reply_is_due_from_the_yes_on(
    hotline: HotlineHarness, says_yes: Callable[[ChatPerson], None]
) -> None:
    person, mei, case = taken_over(hotline)
    mei.says(case, WORDS)
    hotline.advance_time(30)
    says_yes(person)
    due = due_at(hotline)
    assert due is not None
    assert due <= hotline.loop.now() + 2 * MINUTE


@every_yes
def test_a_yes_after_which_nothing_arrives_leaves_a_reply_due(
    hotline: HotlineHarness, says_yes: Callable[[ChatPerson], None]
) -> None:
    person, _mei, _case = taken_over(hotline)
    hotline.advance_time(30)
    says_yes(person)
    delivered(hotline)
    assert overdue_later(hotline) == 1


@every_yes
@pytest.mark.parametrize("when", ["before the yes", "after the yes"])
def test_other_words_that_the_caseworker_had_not_read_are_still_to_be_answered(
    hotline: HotlineHarness, says_yes: Callable[[ChatPerson], None], when: str
) -> None:
    person, mei, case = taken_over(hotline)
    mei.says(case, WORDS)
    hotline.advance_time(30)
    if when == "before the yes":
        person.says("There are three of us.")
    says_yes(person)
    if when == "after the yes":
        person.says("There are three of us.")
    delivered(hotline)
    assert WORDS in person.texts
    assert overdue_later(hotline) == 1


def test_words_written_after_the_other_words_answer_them_too(hotline: HotlineHarness) -> None:
    person, mei, case = taken_over(hotline)
    mei.says(case, WORDS)
    hotline.advance_time(30)
    person.says("There are three of us.")
    mei.says(case, "Three: I see.")
    types(person)
    delivered(hotline)
    assert person.last == "Three: I see."
    assert overdue_later(hotline) == 0


def test_a_yes_that_is_typed_in_a_talk_is_words_to_be_answered(hotline: HotlineHarness) -> None:
    person, mei, case = taken_over(hotline)
    presses(person)
    mei.says(case, "Are you three?")
    assert due_at(hotline) is None
    types(person)
    assert overdue_later(hotline) == 1


def test_a_typed_yes_stands_in_the_case_in_the_words_of_the_person(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = taken_over(hotline)
    types(person)
    said = [it.content.text for it in mei.reads(case) if it.side == MessageSide.PERSON]
    assert said == ["yes"]


def test_a_yes_in_a_chat_that_went_quiet_asks_nothing_once_the_person_is_known_again(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = quiet(hotline)
    mei.says(case, WORDS)
    mei.run_command(Verb.PHRASE, case, code="opener")
    types(person)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == []
    delivered(hotline)
    assert WORDS in person.texts
    assert due_at(hotline) is None
