"""A partner refers a person to the hotline: a case in the queue, with what the person agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desks.partner_room.texts import FORM_FAULTS
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries.texts import NO_PARTNER
from bot.hotline.events import EventKind
from bot.partners.referring import MAX_FIELD, FormFault
from tests.support.people.caseworker_driver import refusals
from tests.support.people.partner_referrals import (
    PARTNER,
    follows,
    opens_a_room,
    refers_in,
    words_of,
)

if TYPE_CHECKING:
    from tests.support.harnesses.room_harness import RoomHarness, RoomMember

MISSING = {
    "words": FormFault.NO_WORDS, "language": FormFault.NO_LANGUAGE,
    "way": FormFault.NO_WAY, "asked_by": FormFault.NOT_ASKED,
    "asked_on": FormFault.NOT_ASKED, "asked_words": FormFault.NOT_ASKED,
    "may_read": FormFault.NOT_AGREED_TO_READING, "may_reach": FormFault.NOT_AGREED_TO_CONTACT,
}  # fmt: skip
"""By field: what a member reads who leaves it out."""


@pytest.fixture
def rosa(room: RoomHarness) -> RoomMember:
    return opens_a_room(room).comes()


def test_without_a_tick_for_each_agreement_nothing_is_sent(
    room: RoomHarness, rosa: RoomMember
) -> None:
    for name, why in MISSING.items():
        page = refers_in(rosa, **{name: " "})
        assert FORM_FAULTS[why].source in words_of(page), name
        assert "keeps our passports" in page.text or name == "words"
    too_long = refers_in(rosa, asked_words="x" * (MAX_FIELD + 1))
    assert FORM_FAULTS[FormFault.TOO_LONG].source in words_of(too_long)
    follows(room)
    assert room.home.ask("SELECT id FROM partner_referrals") == []
    assert room.home.ask("SELECT id FROM cases") == []


def test_it_becomes_a_case_of_the_queue_with_what_was_agreed(
    room: RoomHarness, rosa: RoomMember
) -> None:
    hua = room.desk.supervisor()
    assert refers_in(rosa).status_code == 303
    received = words_of(rosa.browser.get("/referrals"))
    assert "received" in received
    assert [it.kind for it in follows(room)].count(EventKind.OPENED) == 1
    ((reference, language, address),) = room.home.ask(
        "SELECT reference, language, address FROM cases"
    )
    assert (language, address) == ("id", None)
    assert room.home.ask("SELECT channel FROM case_origins") == [("partner",)]
    assert room.home.ask("SELECT count(*) FROM agreements") == [(0,)]  # we asked no one
    path, browser = f"/cases/{reference}", hua.comes().browser
    shown = words_of(browser.get(f"{path}/panes/file")) + words_of(browser.get(path))
    for needle in (PARTNER, "May I tell the hotline?", "keeps our passports", "0912 345 678"):
        assert needle in shown
    assert reference not in words_of(rosa.browser.get("/referrals"))


def test_the_partner_reads_back_how_far_it_is_and_no_more(
    room: RoomHarness, rosa: RoomMember
) -> None:
    refers_in(rosa)
    follows(room)
    ((case,),) = room.home.ask("SELECT id FROM cases")
    mei = room.home.colleague()
    mei.claims(case)
    assert "a caseworker took it up" in words_of(rosa.browser.get("/referrals"))
    assert refusals(mei.run_command(Verb.ASK_PARTNER_TO_CALL, case)) == []
    shown = words_of(rosa.browser.get("/referrals"))
    assert "please call the hotline" in shown
    assert "02-1234" in shown
    assert "Mei" not in shown


def test_only_a_case_of_a_partner_asks_a_partner_to_call(room: RoomHarness) -> None:
    room.desk.add_person()
    mei = room.home.colleague()
    case = mei.claims()
    assert refusals(mei.run_command(Verb.ASK_PARTNER_TO_CALL, case)) == [NO_PARTNER.source]


def test_staff_cannot_give_what_only_a_room_stores(room: RoomHarness) -> None:
    mei = room.home.colleague()
    forged = Command(verb=Verb.PARTNER_REFERS, by=mei.id, code="X.1", text="x", values={})
    room.home.send_staff_command(forged)
    assert room.home.ask("SELECT id FROM cases") == []
