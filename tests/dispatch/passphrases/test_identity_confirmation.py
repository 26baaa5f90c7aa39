"""A quiet chat is live again by a word, or once staff have made sure: no click alone does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Role
from bot.clock import HOUR, SECOND
from bot.hotline.commands.texts import (
    IDENTITY_REASON_NEEDED,
    OPENER_NEEDED,
    SECOND_CONFIRMATION_NEEDED,
)
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from flows.texts import phrases
from tests.dispatch.passphrases.test_passphrases import LONG, SECOND_WORD, WORD, tries, with_words
from tests.dispatch.relay.test_staff_commands import told
from tests.support.dispatch_inspection import stored_conversation
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

HOW = "She rang from the shelter and told me what we agreed on yesterday."
OPENER = "I can write now"
KNOWN = phrases.RECOGNISED.source


def quiet(
    home: HotlineHarness, *, again: str = "hello"
) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return somebody who writes in a chat that went quiet, and whoever holds their case."""
    person, case = with_words(home)
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    person.presses(OPENER)
    home.advance_time(LONG)
    person.says(again)
    return person, mei, case


def compromised(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return somebody who was made to write the second word, and whoever holds their case."""
    person, mei, case = quiet(home, again="/start")
    person.presses("English", "I have written before")
    person.says(SECOND_WORD)
    return person, mei, case


def is_live(home: HotlineHarness, person: ChatPerson, case: str) -> bool:
    confirmed = [it.case for it in home.board.events if it.kind is EventKind.IDENTITY_CONFIRMED]
    is_known = case in stored_conversation(person).cases
    assert is_known == (case in confirmed)
    return is_known


def is_frozen(home: HotlineHarness) -> bool:
    ((at,),) = home.ask("SELECT frozen_at FROM words")
    return at is not None


# --- a quiet chat ----------------------------------------------------------------------------


def test_a_click_alone_makes_no_quiet_chat_live(hotline: HotlineHarness) -> None:
    person, mei, case = quiet(hotline)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [OPENER_NEEDED.source]
    assert not is_live(hotline, person, case)


def test_an_unanswered_opener_does_not_confirm_an_identity(hotline: HotlineHarness) -> None:
    person, mei, case = quiet(hotline)
    mei.run_command(Verb.PHRASE, case, code="opener")
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [OPENER_NEEDED.source]
    assert not is_live(hotline, person, case)


@pytest.mark.parametrize("reply", ["Not now", "Who is this?"])
def test_nor_one_that_was_answered_with_no(hotline: HotlineHarness, reply: str) -> None:
    person, mei, case = quiet(hotline)
    mei.run_command(Verb.PHRASE, case, code="opener")
    person.presses(reply)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [OPENER_NEEDED.source]
    assert not is_live(hotline, person, case)


def test_it_is_live_once_the_person_answered_and_a_caseworker_is_sure(
    hotline: HotlineHarness,
) -> None:
    person, mei, case = quiet(hotline)
    mei.run_command(Verb.PHRASE, case, code="opener")
    person.presses(OPENER)
    assert not is_live(hotline, person, case)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == []
    assert is_live(hotline, person, case)


def test_an_answer_from_before_a_silence_counts_no_more(hotline: HotlineHarness) -> None:
    person, mei, case = quiet(hotline)
    mei.run_command(Verb.PHRASE, case, code="opener")
    person.presses(OPENER)
    hotline.advance_time(LONG)
    person.says("hello again")
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [OPENER_NEEDED.source]
    assert not is_live(hotline, person, case)


def test_an_answer_from_before_the_chat_went_quiet_counts_no_more(hotline: HotlineHarness) -> None:
    person, mei, case = quiet(hotline)
    assert stored_conversation(person).case != case
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [OPENER_NEEDED.source]


def test_confirming_an_identity_needs_an_opener_in_the_chat(hotline: HotlineHarness) -> None:
    person, case = with_words(hotline)
    mei = hotline.colleague()
    mei.claims(case)
    hotline.advance_time(LONG)
    person.says("hello")
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [OPENER_NEEDED.source]


# --- a chat that somebody made the person open -------------------------------------------------


def test_after_a_duress_passphrase_confirmation_needs_a_reason(hotline: HotlineHarness) -> None:
    person, mei, case = compromised(hotline)
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case)) == [IDENTITY_REASON_NEEDED.source]
    assert refusals(mei.run_command(Verb.CONFIRM_IDENTITY, case, text="  ")) == [
        IDENTITY_REASON_NEEDED.source
    ]
    assert is_frozen(hotline)
    assert not is_live(hotline, person, case)


def test_after_a_duress_passphrase_one_confirmation_is_not_enough(hotline: HotlineHarness) -> None:
    person, mei, case = compromised(hotline)
    before = person.texts
    for _ in range(3):
        assert told(mei.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)) == [
            SECOND_CONFIRMATION_NEEDED.source
        ]
    assert is_frozen(hotline)
    assert not is_live(hotline, person, case)
    assert person.texts == before
    assert KNOWN not in person.texts


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_two_who_are_sure_let_it_go_on_and_both_reasons_stay(
    hotline: HotlineHarness, role: Role
) -> None:
    person, mei, case = compromised(hotline)
    other = hotline.colleague("Hua", role=role)
    why = []
    if role is Role.SUPERVISOR:
        other.gives_reason(case)
        why = ["She is ill."]
    mei.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)
    assert refusals(other.run_command(Verb.CONFIRM_IDENTITY, case, text="I heard her voice.")) == []
    assert not is_frozen(hotline)
    assert is_live(hotline, person, case)
    notes = [it.content.text for it in mei.reads(case) if it.side == "note"]
    assert notes == [*why, HOW, "I heard her voice."]
    assert hotline.ask("SELECT actor FROM audit WHERE deed = 'sure' ORDER BY id") == [
        (mei.id,), (other.id,)
    ]  # fmt: skip


def test_a_caseworker_of_another_queue_cannot_be_the_second(hotline: HotlineHarness) -> None:
    _person, mei, case = compromised(hotline)
    others = [
        hotline.colleague("Jun", queues=("fishers",)),
        hotline.colleague("Wu", role=Role.AUDITOR),
    ]
    ((queue,),) = hotline.ask("SELECT queue FROM cases")
    assert queue != "fishers"
    mei.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)
    for other in others:
        assert refusals(other.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW))
    assert is_frozen(hotline)


def test_two_are_sure_within_an_hour_or_not_at_all(hotline: HotlineHarness) -> None:
    person, mei, case = compromised(hotline)
    hua = hotline.colleague("Hua")
    mei.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)
    hotline.advance_time(HOUR // SECOND + 1)
    person.says("hello")
    assert told(hua.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)) == [
        SECOND_CONFIRMATION_NEEDED.source
    ]
    assert is_frozen(hotline)


def test_a_second_duress_passphrase_undoes_the_first_confirmation(hotline: HotlineHarness) -> None:
    person, mei, case = compromised(hotline)
    hua = hotline.colleague("Hua")
    mei.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)
    hotline.advance_time(1)
    tries(person, SECOND_WORD)
    assert told(hua.run_command(Verb.CONFIRM_IDENTITY, case, text=HOW)) == [
        SECOND_CONFIRMATION_NEEDED.source
    ]
    assert is_frozen(hotline)


def test_the_right_passphrase_needs_no_caseworker(hotline: HotlineHarness) -> None:
    """The negative control: what the person alone knows opens the chat as ever."""
    person, _mei, case = quiet(hotline, again="/start")
    person.presses("English", "I have written before")
    person.says(WORD)
    assert case in stored_conversation(person).cases
