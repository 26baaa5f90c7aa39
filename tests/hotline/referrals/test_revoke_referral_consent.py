"""Whoever takes back that others may be told is taken at their word: nothing can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.texts import CONSENT_WITHDRAWN, DO_NOT_ASK_AGAIN
from bot.hotline.commands.types import Verb
from bot.hotline.events import EventKind
from bot.messages import button_token
from tests.dispatch.relay.test_staff_commands import wanting
from tests.hotline.referrals.test_referral_consent_dialog import in_talk, stages
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

TO = "labor_1955"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path)
    yield home
    home.close()


def agreed(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str, str]:
    """Return somebody who agreed that exactly this is told, and the bot answers them again."""
    person, mei, case = in_talk(home)
    mei.run_command(Verb.REFER, case, code=TO)
    person.presses("Show it to me", "You may tell them")
    mei.hand_back(case)
    return person, mei, case, newest(home)


def newest(home: HotlineHarness) -> str:
    return str(home.ask("SELECT id FROM referrals ORDER BY rowid DESC LIMIT 1")[0][0])


def tells_nobody_else(person: ChatPerson) -> None:
    person.says("/mydata")
    heard = person.presses("Tell nobody else")
    assert any("tell them nothing" in text for text in heard)


def takes_all_back(person: ChatPerson) -> None:
    person.presses("Take it back", "Take it back")


TAKES_BACK = {"tell nobody else": tells_nobody_else, "take it back": takes_all_back}


def are_told(home: HotlineHarness) -> list[str]:
    return [
        it.code for it in home.board.events if it.kind is EventKind.REFERRED and it.code == "sent"
    ]


@pytest.mark.parametrize("takes_back", TAKES_BACK.values(), ids=TAKES_BACK)
def test_what_was_agreed_to_cannot_be_told_once_it_is_taken_back(
    hotline: HotlineHarness, takes_back: Callable[[ChatPerson], None]
) -> None:
    person, mei, case, referral = agreed(hotline)
    takes_back(person)
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == [
        CONSENT_WITHDRAWN.source
    ]
    assert are_told(hotline) == []
    assert hotline.ask("SELECT state, sent_at FROM referrals") == [("revoked", None)]


def test_a_referral_is_sent_while_its_consent_stands(hotline: HotlineHarness) -> None:
    """The negative control: it is the taking back that ends it, and not the hand-back."""
    _person, mei, case, referral = agreed(hotline)
    assert stages(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == ["sent"]


def stands(person: ChatPerson) -> str:
    """Return what a person reads of where their case stands."""
    return person.presses("Has anyone read it?")[0]


LOOKS, TAKEN_BACK = "the organisation you agreed to looks at it", "You took back that others"


def takes_back_by_button(person: ChatPerson) -> None:
    """Press the button under what was agreed to, however much came after it."""
    shown = person.home.post.chats[person.id]
    number, token = next(
        (number, button_token(button, said.prefix))
        for number, said in shown.items()
        for row in said.rows
        for button in row
        if button.label == "I take it back"
    )
    person.send_update(person.press(token, number))


@pytest.mark.parametrize("takes_back", [tells_nobody_else, takes_back_by_button])
def test_once_it_is_taken_back_no_organisation_is_said_to_look_at_it(
    hotline: HotlineHarness, takes_back: Callable[[ChatPerson], None]
) -> None:
    person, mei, case, referral = agreed(hotline)
    mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    assert LOOKS in stands(person)  # negative control
    takes_back(person)
    assert LOOKS not in stands(person)
    assert TAKEN_BACK in stands(person)


def test_a_referred_case_whose_consent_is_taken_back_is_due_again(
    hotline: HotlineHarness,
) -> None:
    person, mei, case, referral = agreed(hotline)
    mei.says(case, "They know now.")
    mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    hotline.ask("UPDATE cases SET due_at = NULL RETURNING id")
    tells_nobody_else(person)
    assert hotline.ask("SELECT status, state FROM cases, referrals") == [("referred", "revoked")]
    assert hotline.ask("SELECT count(*) FROM cases WHERE due_at > 0") == [(1,)]


def test_staff_see_at_once_that_it_is_taken_back(hotline: HotlineHarness) -> None:
    person, _mei, case, referral = agreed(hotline)
    before = len(hotline.board.events)
    tells_nobody_else(person)
    (seen,) = [it for it in hotline.board.events[before:] if it.kind is EventKind.REFERRED]
    assert (seen.case, seen.by, seen.code) == (case, "", "revoked")
    assert seen.referral
    assert seen.referral.id == referral
    rows = hotline.ask("SELECT actor, deed FROM audit WHERE deed = 'referral_revoke'")
    assert rows == [("person", "referral_revoke")]


def test_a_question_that_is_open_agrees_to_nothing_any_more(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.run_command(Verb.REFER, case, code=TO)
    person.presses("Show it to me")
    number, said = person.asked()
    (yes,) = [it for row in said.rows for it in row if it.label == "You may tell them"]
    mei.hand_back(case)
    tells_nobody_else(person)
    person.send_update(person.press(said.prefix + yes.token, number))
    assert hotline.ask("SELECT state FROM referrals") == [("withdrawn",)]
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=newest(hotline))) == [
        CONSENT_WITHDRAWN.source
    ]


def test_a_caseworker_can_revoke_consent_on_spoken_request(
    hotline: HotlineHarness,
) -> None:
    _person, mei, case, referral = agreed(hotline)
    mei.run_command(Verb.REVOKE_CONSENT, case, code="others")
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == [
        CONSENT_WITHDRAWN.source
    ]
    assert are_told(hotline) == []


def test_a_consent_hidden_by_a_changed_row_is_still_revoked(
    hotline: HotlineHarness,
) -> None:
    """Whoever writes into the database lets nobody be told of what was taken back."""
    person, mei, case, referral = agreed(hotline)
    rows = hotline.ask("SELECT state, sealed, asked FROM referrals")
    tells_nobody_else(person)
    (state, sealed, asked) = rows[0]
    hotline.ask(
        f"UPDATE referrals SET state = '{state}', sealed = X'{bytes(sealed).hex()}', "  # noqa: S608
        f"asked = X'{bytes(asked).hex()}' RETURNING id"
    )
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == [
        CONSENT_WITHDRAWN.source
    ]


def test_what_opens_no_more_is_taken_back_as_well(hotline: HotlineHarness) -> None:
    person, mei, case, referral = agreed(hotline)
    hotline.ask("UPDATE referrals SET asked = X'00' RETURNING id")
    tells_nobody_else(person)
    assert hotline.ask("SELECT state, sent_at FROM referrals") == [("revoked", None)]
    mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    assert are_told(hotline) == []


def test_revoking_referral_consent_covers_earlier_cases_of_the_chat(
    hotline: HotlineHarness,
) -> None:
    person, mei, case, referral = agreed(hotline)
    hotline.advance_time(3600)
    person.says("/start")
    person.presses("English", "Talk to a person", "I am safe here")
    person.presses("Send", "Any time")
    tells_nobody_else(person)
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == [
        CONSENT_WITHDRAWN.source
    ]


def test_another_chat_takes_nothing_back(hotline: HotlineHarness) -> None:
    """The negative control: it is this chat's, and nobody else's."""
    _person, mei, case, referral = agreed(hotline)
    other, _theirs = wanting(hotline)
    tells_nobody_else(other)
    assert stages(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == ["sent"]


def met_again(person: ChatPerson, mei: CaseworkerDriver, case: str) -> None:
    mei.take_over(case)
    person.presses("I can write now")


def test_after_revoking_consent_no_referral_is_proposed(
    hotline: HotlineHarness,
) -> None:
    person, mei, case, _referral = agreed(hotline)
    tells_nobody_else(person)
    met_again(person, mei, case)
    before = person.texts
    assert refusals(mei.run_command(Verb.REFER, case, code=TO)) == [DO_NOT_ASK_AGAIN.source]
    assert person.texts == before
    assert hotline.ask("SELECT count(*) FROM referrals") == [(1,)]


def test_revoking_consent_before_a_proposal_prevents_it(hotline: HotlineHarness) -> None:
    person, mei, case = in_talk(hotline)
    mei.hand_back(case)
    tells_nobody_else(person)
    met_again(person, mei, case)
    assert refusals(mei.run_command(Verb.REFER, case, code=TO)) == [DO_NOT_ASK_AGAIN.source]


def test_a_person_may_consent_again_after_revoking(
    hotline: HotlineHarness,
) -> None:
    person, mei, case, old = agreed(hotline)
    tells_nobody_else(person)
    met_again(person, mei, case)
    hotline.advance_time(1)
    mei.run_command(Verb.REFER, case, code=TO, text="She asks me to tell 1955 after all.")
    new = newest(hotline)
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=new)) == [
        CONSENT_WITHDRAWN.source
    ]
    person.presses("Show it to me", "You may tell them")
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=old)) == [
        CONSENT_WITHDRAWN.source
    ]
    assert stages(mei.run_command(Verb.SEND_REFERRAL, case, code=new)) == ["sent"]
    notes = [it.content.text for it in mei.reads(case) if it.side == "note"]
    assert notes == ["She asks me to tell 1955 after all."]
