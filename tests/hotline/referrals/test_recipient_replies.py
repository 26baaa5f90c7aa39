"""What a recipient answered stands at the desk, and the person reads it as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.commands.texts import NO_SUCH_REPLY, NOT_REFERRED
from bot.hotline.commands.types import Verb
from bot.hotline.referrals.model import TAKES_IT, RecipientReply
from bot.languages import LANGUAGES, catalogue
from flows.texts.hotline import NEXT_STEP, RECIPIENT_REPLIES
from tests.hotline.referrals.test_revoke_referral_consent import (
    LOOKS,
    agreed,
    stands,
    takes_back_by_button,
)
from tests.support.people.caseworker_driver import CaseworkerDriver, refusals

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

EVERY_REPLY = pytest.mark.parametrize("reply", RecipientReply)
LONGEST_TIME = "November 24 21:40"


def referred(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str, str]:
    person, mei, case, referral = agreed(home)
    mei.says(case, "They know now.")
    mei.run_command(Verb.SEND_REFERRAL, case, code=referral)
    home.ask("UPDATE cases SET due_at = NULL RETURNING id")
    return person, mei, case, referral


def answered(reply: RecipientReply) -> str:
    """Return the beginning of what the person reads."""
    return RECIPIENT_REPLIES[reply].source.partition(" ({time})")[0]


@EVERY_REPLY
def test_the_person_reads_what_the_organisation_answered(
    hotline: HotlineHarness, reply: RecipientReply
) -> None:
    person, mei, case, referral = referred(hotline)
    assert not any(answered(it) in stands(person) for it in RecipientReply)
    mei.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.{reply}")
    shown = stands(person)
    assert [it for it in RecipientReply if answered(it) in shown] == [reply]
    assert (LOOKS in shown) == (reply in TAKES_IT)
    assert (NEXT_STEP["not_taken"].source in shown) == (reply not in TAKES_IT)


@EVERY_REPLY
def test_an_organisation_that_does_not_take_it_makes_a_reply_due(
    hotline: HotlineHarness, reply: RecipientReply
) -> None:
    _person, mei, case, referral = referred(hotline)
    mei.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.{reply}")
    (due,) = hotline.ask("SELECT due_at IS NOT NULL, status FROM cases")
    assert due == (reply not in TAKES_IT, "referred")


def test_the_newest_answer_is_the_one_that_is_shown(hotline: HotlineHarness) -> None:
    person, mei, case, referral = referred(hotline)
    mei.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.accepted", text="Ms Lin calls.")
    mei.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.finished")
    shown = stands(person)
    assert answered(RecipientReply.FINISHED) in shown
    assert answered(RecipientReply.ACCEPTED) not in shown
    assert "Ms Lin" not in shown
    written = hotline.ask("SELECT detail FROM audit WHERE deed = 'referral_reply' ORDER BY id")
    assert [it[0].rpartition(":")[2] for it in written] == ["accepted", "finished"]


def test_what_was_taken_back_has_no_answer(hotline: HotlineHarness) -> None:
    person, mei, case, referral = referred(hotline)
    mei.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.accepted")
    stands(person)
    takes_back_by_button(person)
    assert answered(RecipientReply.ACCEPTED) not in stands(person)
    again = mei.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.declined")
    assert refusals(again) == [NOT_REFERRED.source]


def test_an_answer_needs_a_referral_that_left(hotline: HotlineHarness) -> None:
    _person, mei, case, referral = agreed(hotline)
    for code, why in {
        f"{referral}.accepted": NOT_REFERRED,
        f"{'0' * 16}.accepted": NOT_REFERRED,
        f"{referral}.perhaps": NO_SUCH_REPLY,
        referral: NO_SUCH_REPLY,
        "": NO_SUCH_REPLY,
    }.items():
        assert refusals(mei.run_command(Verb.RECORD_REPLY, case, code=code)) == [why.source]
    assert hotline.ask("SELECT reply FROM referrals") == [(None,)]


def test_only_the_caseworker_who_holds_the_case_records_an_answer(hotline: HotlineHarness) -> None:
    _person, _mei, case, referral = referred(hotline)
    other = hotline.colleague("Jun")
    assert refusals(other.run_command(Verb.RECORD_REPLY, case, code=f"{referral}.accepted"))
    assert hotline.ask("SELECT reply FROM referrals") == [(None,)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_is_short_in_every_language(language: str) -> None:
    for text in RECIPIENT_REPLIES.values():
        shown = text.render(catalogue(language), {"time": LONGEST_TIME})
        assert LONGEST_TIME in shown
        assert len(shown) <= 300
        assert (shown == text.render(catalogue("en"), {"time": LONGEST_TIME})) == (language == "en")
