"""A quiet chat is live again by a word, or once staff have made sure: no click alone does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.hotline.commands.texts import ASK_FIRST, SAY_HOW, SURE_ALONE
from bot.hotline.commands.types import Verb
from bot.hotline.events import Happened
from flows import phrases
from tests.colleagues import refusals
from tests.dispatch.peeking import kept
from tests.dispatch.test_known_again import LONG, SECOND_WORD, WORD, tries, with_words
from tests.dispatch.test_orders import told

if TYPE_CHECKING:
    from tests.colleagues import Colleague
    from tests.houses import Home
    from tests.people import Person

HOW = "She rang from the shelter and told me what we agreed on yesterday."
OPENER = "I can write now"
KNOWN = phrases.KNOWN_AGAIN.source


def quiet(home: Home, *, again: str = "hello") -> tuple[Person, Colleague, str]:
    """Return somebody who writes in a chat that went quiet, and whoever holds their case."""
    person, case = with_words(home)
    mei = home.colleague()
    mei.claims(case)
    mei.takes_over(case)
    person.presses(OPENER)
    home.passes(LONG)
    person.says(again)
    return person, mei, case


def compromised(home: Home) -> tuple[Person, Colleague, str]:
    """Return somebody who was made to write the second word, and whoever holds their case."""
    person, mei, case = quiet(home, again="/start")
    person.presses("English", "Nobody can see", "I have written before")
    person.says(SECOND_WORD)
    return person, mei, case


def is_live(home: Home, person: Person, case: str) -> bool:
    confirmed = [it.case for it in home.board.events if it.what is Happened.CONFIRMED]
    is_known = case in kept(person).cases
    assert is_known == (case in confirmed)
    return is_known


def is_frozen(home: Home) -> bool:
    ((at,),) = home.ask("SELECT frozen_at FROM words")
    return at is not None


# --- a quiet chat ----------------------------------------------------------------------------


def test_a_click_alone_makes_no_quiet_chat_live(home: Home) -> None:
    person, mei, case = quiet(home)
    assert refusals(mei.does(Verb.CONFIRM, case)) == [ASK_FIRST.source]
    assert not is_live(home, person, case)


def test_nor_an_opener_that_nobody_has_answered(home: Home) -> None:
    person, mei, case = quiet(home)
    mei.does(Verb.PHRASE, case, code="opener")
    assert refusals(mei.does(Verb.CONFIRM, case)) == [ASK_FIRST.source]
    assert not is_live(home, person, case)


@pytest.mark.parametrize("reply", ["Not now", "Who is this?"])
def test_nor_one_that_was_answered_with_no(home: Home, reply: str) -> None:
    person, mei, case = quiet(home)
    mei.does(Verb.PHRASE, case, code="opener")
    person.presses(reply)
    assert refusals(mei.does(Verb.CONFIRM, case)) == [ASK_FIRST.source]
    assert not is_live(home, person, case)


def test_it_is_live_once_the_person_answered_and_a_caseworker_is_sure(home: Home) -> None:
    person, mei, case = quiet(home)
    mei.does(Verb.PHRASE, case, code="opener")
    person.presses(OPENER)
    assert not is_live(home, person, case)
    assert refusals(mei.does(Verb.CONFIRM, case)) == []
    assert is_live(home, person, case)


def test_an_answer_from_before_a_silence_counts_no_more(home: Home) -> None:
    person, mei, case = quiet(home)
    mei.does(Verb.PHRASE, case, code="opener")
    person.presses(OPENER)
    home.passes(LONG)
    person.says("hello again")
    assert refusals(mei.does(Verb.CONFIRM, case)) == [ASK_FIRST.source]
    assert not is_live(home, person, case)


def test_an_answer_from_before_the_chat_went_quiet_counts_no_more(home: Home) -> None:
    person, mei, case = quiet(home)
    assert kept(person).case != case
    assert refusals(mei.does(Verb.CONFIRM, case)) == [ASK_FIRST.source]


def test_whoever_holds_the_case_and_not_the_chat_asks_first(home: Home) -> None:
    person, case = with_words(home)
    mei = home.colleague()
    mei.claims(case)
    home.passes(LONG)
    person.says("hello")
    assert refusals(mei.does(Verb.CONFIRM, case)) == [ASK_FIRST.source]


# --- a chat that somebody made the person open -------------------------------------------------


def test_after_a_second_word_nobody_is_sure_without_saying_how(home: Home) -> None:
    person, mei, case = compromised(home)
    assert refusals(mei.does(Verb.CONFIRM, case)) == [SAY_HOW.source]
    assert refusals(mei.does(Verb.CONFIRM, case, words="  ")) == [SAY_HOW.source]
    assert is_frozen(home)
    assert not is_live(home, person, case)


def test_after_a_second_word_nobody_is_sure_alone(home: Home) -> None:
    person, mei, case = compromised(home)
    before = person.texts
    for _ in range(3):
        assert told(mei.does(Verb.CONFIRM, case, words=HOW)) == [SURE_ALONE.source]
    assert is_frozen(home)
    assert not is_live(home, person, case)
    assert person.texts == before
    assert KNOWN not in person.texts


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_two_who_are_sure_let_it_go_on_and_both_reasons_stay(home: Home, role: Role) -> None:
    person, mei, case = compromised(home)
    other = home.colleague("Hua", role=role)
    mei.does(Verb.CONFIRM, case, words=HOW)
    assert refusals(other.does(Verb.CONFIRM, case, words="I heard her voice.")) == []
    assert not is_frozen(home)
    assert is_live(home, person, case)
    notes = [it.content.words for it in mei.reads(case) if it.side == "note"]
    assert notes == [HOW, "I heard her voice."]
    assert home.ask("SELECT actor FROM audit WHERE deed = 'sure' ORDER BY id") == [
        (mei.id,), (other.id,)
    ]  # fmt: skip


def test_whoever_serves_another_queue_is_no_second(home: Home) -> None:
    _person, mei, case = compromised(home)
    others = [home.colleague("Jun", queues=("fishers",)), home.colleague("Wu", role=Role.AUDITOR)]
    ((queue,),) = home.ask("SELECT queue FROM cases")
    assert queue != "fishers"
    mei.does(Verb.CONFIRM, case, words=HOW)
    for other in others:
        assert refusals(other.does(Verb.CONFIRM, case, words=HOW))
    assert is_frozen(home)


def test_two_are_sure_within_an_hour_or_not_at_all(home: Home) -> None:
    person, mei, case = compromised(home)
    hua = home.colleague("Hua")
    mei.does(Verb.CONFIRM, case, words=HOW)
    home.passes(HOUR // SECOND + 1)
    person.says("hello")
    assert told(hua.does(Verb.CONFIRM, case, words=HOW)) == [SURE_ALONE.source]
    assert is_frozen(home)


def test_a_second_word_written_again_undoes_that_one_was_sure(home: Home) -> None:
    person, mei, case = compromised(home)
    hua = home.colleague("Hua")
    mei.does(Verb.CONFIRM, case, words=HOW)
    home.passes(1)
    tries(person, SECOND_WORD)
    assert told(hua.does(Verb.CONFIRM, case, words=HOW)) == [SURE_ALONE.source]
    assert is_frozen(home)


def test_the_right_word_needs_nobody(home: Home) -> None:
    """The negative control: what the person alone knows opens the chat as ever."""
    person, _mei, case = quiet(home, again="/start")
    person.presses("English", "Nobody can see", "I have written before")
    person.says(WORD)
    assert case in kept(person).cases
