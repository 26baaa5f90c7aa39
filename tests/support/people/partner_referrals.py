"""Steps of a referral between a hotline and a partner's room, each by its own name.

A story calls them one after the other; each does what people do, over the real pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from bot.hotline.commands.types import Verb
from bot.hotline.deliveries.delivering import OpenRoom
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.referrals.consent_dialog import ConsentAction, ConsentPress
from tests.hotline.referrals.test_revoke_referral_consent import agreed
from tests.support.people.caseworker_driver import refusals

if TYPE_CHECKING:
    import httpx

    from bot.desks.web.context import DeskContext
    from bot.hotline.events import Event
    from bot.store.writer import Work
    from tests.support.harnesses.room_harness import RoomHarness, RoomMember
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

RECIPIENT, PARTNER = "labor_1955", "Harbour House"
"""Whom the person agrees to, and the partner that it is."""
_TEXT = re.compile(r"<(style|script|head)\b[\s\S]*?</\1>|<[^>]+>")


@dataclass(slots=True)
class DeliveredToRoom:
    """A referral in the room of a partner, and everyone it concerns."""

    room: RoomHarness
    person: ChatPerson
    mei: CaseworkerDriver
    case: str
    referral: str
    number: str
    member: RoomMember


def opens_a_room(room: RoomHarness, recipient: str = RECIPIENT, name: str = "Rosa") -> RoomMember:
    """Found the partner with one approved member, and link the recipient to it."""
    partner = room.partner(PARTNER)
    links, now = RecipientPartners(room.context.audit), room.now()
    room.run(lambda work: links.link(work, recipient, partner, "operator", now))
    return room.approve(room.member(PARTNER, name))


def agrees_to_be_referred(room: RoomHarness) -> tuple[ChatPerson, CaseworkerDriver, str, str]:
    """Let a person agree that exactly this is told; return them, the caseworker and the ids."""
    return agreed(room.home)


def delivers(room: RoomHarness) -> DeliveredToRoom:
    """Let a person agree, and deliver it to the room of a partner whose member is signed in."""
    member = opens_a_room(room)
    person, mei, case, referral = agrees_to_be_referred(room)
    assert refusals(deliver(mei, case, referral)) == []
    (number,) = room.home.ask("SELECT id FROM referral_deliveries")[0]
    return DeliveredToRoom(room, person, mei, case, referral, number, member.comes())


def deliver(mei: CaseworkerDriver, case: str, referral: str) -> list[Event]:
    """Press *Deliver to their room* at the desk."""
    return mei.run_command(Verb.DELIVER_REFERRAL, case, code=referral)


def deliver_directly(work: Work, front: DeskContext, case: str, recipient: str, now: int) -> str:
    """Let a person agree to all their parts and deliver them, without a chat; return the number."""
    parts = [(it, True) for it in front.referrals.offerable_parts(work, case).values()]
    offer = front.referrals.offer(work, case, recipient, parts, "mei", now)
    pressed = ConsentPress(offer.id, offer.digest, ConsentAction.AGREE, 0)
    front.referrals.handle_press(work, case, pressed, now)
    sent = front.referrals.mark_sent(work, case, offer.id, "mei", now)
    found = front.deliveries.find_room(work, recipient, now)
    assert sent is not None
    assert isinstance(found, OpenRoom), found
    return front.deliveries.deliver(work, sent, found, now).number


def follows(room: RoomHarness) -> list[Event]:
    """Let the bot carry out what a room has stored; return what desks were shown."""
    before = len(room.home.board.events)
    room.home.run(room.home.house.dispatcher.resume())
    room.home.settle()
    return room.home.board.events[before:]


def opens_it(it: DeliveredToRoom) -> str:
    """Let the member open the referral; return what the page says."""
    page = it.member.browser.post(f"/referrals/{it.number}/open")
    follows(it.room)
    return words_of(page)


def answers_it(it: DeliveredToRoom, answer: str, words: str = "") -> list[Event]:
    """Let the member answer; return what desks were shown."""
    given = {"answer": answer, "words": words}
    reply = it.member.browser.post(f"/referrals/{it.number}/answer", given)
    assert reply.status_code == 303, words_of(reply)
    return follows(it.room)


def refers_in(member: RoomMember, **changed: str) -> httpx.Response:
    """Let a member refer a person to the hotline, who agreed to it."""
    return member.browser.post("/refer", referral_form(**changed))


def referral_form(**changed: str) -> dict[str, str]:
    """Return what a member types into the form, some of it changed."""
    return {
        "words": "The captain keeps our passports. We sleep on deck.", "language": "id",
        "county": "KHH", "way": "0912 345 678", "times": "after 20:00", "if_other": "wrong_number",
        "asked_by": "Rosa", "asked_on": "2026-11-28", "asked_words": "May I tell the hotline?",
        "may_read": "1", "may_reach": "1",
    } | changed  # fmt: skip


def words_of(page: httpx.Response) -> str:
    """Return what a page says, without its tags."""
    return " ".join(unescape(_TEXT.sub(" ", page.text)).split())
