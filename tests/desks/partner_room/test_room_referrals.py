"""A referral in the partner's room: exactly what was agreed, and the answer reaches both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.desks.delivery_texts import DESK_REPLIES
from bot.hotline.commands.types import Verb
from bot.hotline.deliveries import blockers, texts
from bot.hotline.deliveries.model import OPENED_WITHIN
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.deliveries.room import WORDS_NEEDED
from bot.hotline.events import EventKind
from bot.partners.delivered import DeskReply, PartnerAnswer
from bot.partners.partners import Partners
from flows.texts.hotline import REFERRAL
from tests.desks.web.case.test_referral_page import _CODE as CODE
from tests.desks.web.case.test_referral_page import asked, file
from tests.hotline.referrals.test_recipient_replies import answered
from tests.hotline.referrals.test_revoke_referral_consent import (
    agreed,
    in_talk,
    newest,
    stands,
    takes_back_by_button,
    tells_nobody_else,
)
from tests.support.people.caseworker_driver import refusals
from tests.support.people.partner_referrals import (
    PARTNER,
    RECIPIENT,
    answers_it,
    deliver,
    delivers,
    follows,
    opens_a_room,
    opens_it,
    words_of,
)

if TYPE_CHECKING:
    from bot.hotline.events import Event
    from tests.support.harnesses.room_harness import RoomHarness

ASKS = "a partner asks"
"""Stands at a case in the lists of the desk."""


def told(events: list[Event]) -> list[str]:
    """Return what staff are told of the partner."""
    return [it.text.source for it in events if it.kind is EventKind.PARTNER_ANSWERED and it.text]


def test_a_member_reads_exactly_what_was_agreed_and_nothing_of_the_case(
    room: RoomHarness,
) -> None:
    it = delivers(room)
    ((reference,),) = room.home.ask("SELECT reference FROM cases")
    listed = words_of(it.member.browser.get("/referrals"))
    closed = words_of(it.member.browser.get(f"/referrals/{it.number}"))
    assert it.number in listed
    assert "It is about my pay" not in listed + closed
    page = opens_it(it)
    referral = room.home.house.staff.service.hotline.referrals
    parts = room.run(lambda work: referral.find(work, it.case, it.referral)).included_parts
    assert ("It is about my pay" in page) == any("pay" in str(each.answer) for each in parts)
    assert page.count("語言 Language English") == sum(each.code == "language" for each in parts)
    for needle in (reference, it.case, it.referral, "Mei", it.mei.id, str(it.person.id)):
        assert needle not in listed + closed + page
    ((opened_by, state),) = room.home.ask("SELECT opened_by, state FROM referral_deliveries")
    assert (opened_by, state) == (it.member.about.id, "opened")


def test_a_person_reads_that_what_was_delivered_is_not_read_yet(room: RoomHarness) -> None:
    opens_a_room(room)
    person, mei, case = in_talk(room.home)
    mei.run_command(Verb.REFER, case, code=RECIPIENT)
    person.presses("Show it to me", "You may tell them")
    assert refusals(deliver(mei, case, newest(room.home))) == []
    assert "lies ready for them: " in person.last
    assert "No one there has read it yet. You can still take it back." in person.last
    assert not any("has been told" in text for text in person.texts)


def test_an_answer_reaches_the_caseworker_and_the_person_once(room: RoomHarness) -> None:
    it = delivers(room)
    opens_it(it)
    before = len(room.home.post.texts(it.person.id))
    assert told(answers_it(it, "accepted", "Ms Lin calls.")) == [
        texts.ANSWERED[PartnerAnswer.ACCEPTED].source
    ]
    heard = room.home.post.texts(it.person.id)[before:]
    assert [answered("accepted") in text for text in heard] == [True]
    assert answered("accepted") in stands(it.person)
    assert "Ms Lin" not in "".join(heard)


def test_a_person_who_is_away_reads_the_answer_only_when_they_ask(room: RoomHarness) -> None:
    it = delivers(room)
    opens_it(it)
    room.home.advance_time(3600)
    it.member.comes()
    before = len(room.home.post.texts(it.person.id))
    answers_it(it, "no_place")
    assert room.home.post.texts(it.person.id)[before:] == []
    assert room.home.ask("SELECT reply FROM referrals") == [("no_place",)]
    assert room.home.ask("SELECT due_at IS NOT NULL FROM cases") == [(1,)]
    assert room.home.ask("SELECT count(*) FROM delivery_copies") == [(0,)]


def test_a_question_is_answered_by_a_fixed_sentence_and_never_in_words(
    room: RoomHarness,
) -> None:
    it = delivers(room)
    opens_it(it)
    empty = it.member.browser.post(
        f"/referrals/{it.number}/answer", {"answer": "asked", "words": ""}
    )
    assert WORDS_NEEDED.source in words_of(empty)
    reply = {"code": f"{it.number}.{DeskReply.WILL_ASK}"}
    not_asked = it.mei.run_command(Verb.REPLY_TO_PARTNER, it.case, **reply)
    assert refusals(not_asked) == [texts.NOT_ASKED.source]
    question = answers_it(it, "asked", "Does she need a bed for a child?")
    assert told(question) == [texts.ANSWERED[PartnerAnswer.ASKED].source]
    done = it.mei.run_command(Verb.REPLY_TO_PARTNER, it.case, text="She is 15.", **reply)
    assert refusals(done) == []
    page = words_of(it.member.browser.get(f"/referrals/{it.number}"))
    assert DESK_REPLIES[DeskReply.WILL_ASK].source in page
    assert "She is 15" not in page
    ((author,),) = room.home.ask("SELECT author FROM delivery_messages WHERE side = 'partner'")
    assert author == str(it.member.about.id)


def test_nothing_more_is_told_in_the_room_once_the_person_took_it_back(room: RoomHarness) -> None:
    """Also not from a page of the desk that was opened before."""
    it = delivers(room)
    opens_it(it)
    answers_it(it, "asked", "May we call her?")
    takes_back_by_button(it.person)
    reply = {"code": f"{it.number}.{DeskReply.GO_AHEAD}"}
    refused = it.mei.run_command(Verb.REPLY_TO_PARTNER, it.case, **reply)
    assert refusals(refused) == [texts.NOT_READABLE.source]
    page = words_of(it.member.browser.get(f"/referrals/{it.number}"))
    assert DESK_REPLIES[DeskReply.GO_AHEAD].source not in page


def test_the_caseworker_delivers_and_replies_in_the_referral_panel(room: RoomHarness) -> None:
    rosa = opens_a_room(room)
    mei, person, reference = asked(room.desk)
    person.presses("You may tell them")
    page = file(mei, reference)
    code = CODE.search(page.partition("/do/deliver")[2])
    assert code is not None
    assert mei.does(reference, "deliver", code=code[1]).json()["told"] == texts.DELIVERED.source
    ((number,),) = room.home.ask("SELECT id FROM referral_deliveries")
    rosa.comes().browser.post(f"/referrals/{number}/open")
    given = {"answer": "asked", "words": "Does she need a bed for a child?"}
    rosa.browser.post(f"/referrals/{number}/answer", given)
    follows(room)
    page = file(mei, reference)
    for needle in ("Does she need a bed for a child?", PARTNER, number, "/do/partner_reply"):
        assert needle in page
    assert ASKS in words_of(mei.browser.get("/queue/mine"))
    said = mei.does(reference, "partner_reply", code=f"{number}.call_us").json()
    assert (said["refused"], said["told"]) == (False, texts.REPLIED.source)
    page = file(mei, reference)
    assert DESK_REPLIES[DeskReply.CALL_US].source in page
    assert "/do/partner_reply" not in page
    assert ASKS not in words_of(mei.browser.get("/queue/mine"))


def test_what_was_not_read_is_gone_at_once_and_the_person_reads_that(room: RoomHarness) -> None:
    it = delivers(room)
    takes_back_by_button(it.person)
    assert REFERRAL["revoked_unread"].source in it.person.last
    assert room.home.ask("SELECT count(*) FROM delivery_copies") == [(0,)]
    page = opens_it(it)
    assert blockers.TAKEN_BACK.source in page
    assert "It is deleted" not in words_of(it.member.browser.get("/referrals"))


def test_what_was_read_is_asked_to_be_deleted_and_the_person_reads_when(
    room: RoomHarness,
) -> None:
    it = delivers(room)
    opens_it(it)
    takes_back_by_button(it.person)
    assert REFERRAL["revoked_read"].source.partition("{")[0] in it.person.last
    asked = words_of(it.member.browser.get(f"/referrals/{it.number}"))
    assert "Please stop working on it" in asked
    refused = it.member.browser.post(
        f"/referrals/{it.number}/answer", {"answer": "accepted", "words": ""}
    )
    assert blockers.TAKEN_BACK.source in words_of(refused)
    assert it.member.browser.post(f"/referrals/{it.number}/deleted").status_code == 303
    assert room.home.ask("SELECT count(*) FROM delivery_stops") == [(0,)]


def test_a_person_who_wants_no_one_told_closes_every_room(room: RoomHarness) -> None:
    it = delivers(room)
    tells_nobody_else(it.person)
    assert blockers.TAKEN_BACK.source in opens_it(it)


def test_what_no_one_opens_comes_back_with_an_alert(room: RoomHarness) -> None:
    it = delivers(room)
    room.home.ask("UPDATE cases SET due_at = NULL RETURNING id")
    room.home.advance_time(OPENED_WITHIN / 1_000_000 + 60)
    check, now = room.home.house.staff.returns.check, room.now()
    (event,) = room.run(lambda work: check(work, now))
    assert event.text == texts.RETURNED_LATE
    assert it.mei.id in event.to
    assert room.home.ask("SELECT reply FROM referrals") == [("no_answer",)]
    assert room.home.ask("SELECT due_at IS NOT NULL FROM cases") == [(1,)]
    it.member.comes()
    assert blockers.OVER.source in opens_it(it)
    assert OPENED_WITHIN // DAY == 7


def test_what_blocks_a_delivery_is_said_and_paper_stays_possible(room: RoomHarness) -> None:
    _person, mei, case, referral = agreed(room.home)

    def why() -> list[str]:
        return refusals(deliver(mei, case, referral))

    assert why() == [blockers.NO_ROOM.source]
    partner, now = room.partner(PARTNER), room.now()
    links = RecipientPartners(room.context.audit)
    room.run(lambda work: links.link(work, RECIPIENT, partner, "operator", now))
    assert why() == [blockers.NO_MEMBERS.source]
    rosa = room.member(PARTNER, "Rosa")
    assert why() == [blockers.NO_MEMBERS.source]  # no one approved her key
    room.approve(rosa)
    room.home.ask("UPDATE partner_members SET public = X'" + "11" * 32 + "' RETURNING id")
    assert why() == [blockers.KEY_CHANGED.source]
    disable = Partners(room.context.audit).disable
    room.run(lambda work: disable(work, partner, "operator", now))
    assert why() == [blockers.PARTNER_DISABLED.source]
    assert refusals(mei.run_command(Verb.SEND_REFERRAL, case, code=referral)) == []
    assert room.home.ask("SELECT count(*) FROM referral_deliveries") == [(0,)]


def test_no_one_but_the_partner_it_was_sent_to_finds_a_referral(room: RoomHarness) -> None:
    it = delivers(room)
    room.partner("Other House")
    other = room.approve(room.member("Other House", "Ben")).comes()
    for path in ("", "/open", "/answer", "/deleted"):
        address = f"/referrals/{it.number}{path}"
        given = {"answer": "accepted", "words": ""} if path == "/answer" else {}
        found = other.browser.post(address, given) if path else other.browser.get(address)
        assert found.status_code == 404, path
    assert it.number not in words_of(other.browser.get("/referrals"))


def test_a_colleague_whose_key_came_later_is_told_who_can_open_it(room: RoomHarness) -> None:
    it = delivers(room)
    later = room.approve(room.member(PARTNER, "Ben")).comes()
    said = words_of(later.browser.post(f"/referrals/{it.number}/open"))
    assert "before you had a key" in said
    assert room.home.ask("SELECT opened_at FROM referral_deliveries") == [(None,)]


def test_erasing_the_case_leaves_a_number_and_nothing_else(room: RoomHarness) -> None:
    it = delivers(room)
    opens_it(it)
    answers_it(it, "asked", "Does she need a bed for a child?")
    room.desk.erases(room.home.ask("SELECT reference FROM cases")[0][0])
    assert room.home.ask("SELECT id FROM referral_deliveries") == []
    assert room.home.ask("SELECT delivery_id FROM delivery_copies") == []
    assert room.home.ask("SELECT id FROM delivery_messages") == []
    page = words_of(it.member.browser.get("/referrals"))
    assert it.number in page
    assert "please delete what you wrote down" in page
    assert it.member.browser.post(f"/referrals/{it.number}/deleted").status_code == 303
    assert room.home.ask("SELECT count(*) FROM delivery_stops") == [(0,)]
