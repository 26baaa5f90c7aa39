"""Referrals addressed to the partner: listed, opened by a press, answered.

Opening is a form and not a link: each opening is recorded, and the content stands only in the
answer to that form. Nothing on these pages names a case, a caseworker or a chat.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.delivery_texts import ANSWER_NAMES, ANSWERS_GIVEN, DESK_REPLIES, STATES
from bot.desks.partner_room import texts
from bot.desks.partner_room.request import NothingHereError
from bot.desks.partner_room.routes import get, post
from bot.partners.delivered import (
    MAX_WORDS,
    GivenAnswer,
    PartnerAnswer,
    RoomMember,
    copy_data,
    read_content,
)
from bot.partners.members import MemberState

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest
    from bot.partners.delivered import DeliveredReferral, RoomReferral
    from bot.store.writer import Work


def room_member(request: RoomRequest) -> RoomMember:
    """Return who is signed in, as the referrals know them."""
    return RoomMember(request.member.id, request.partner_id)


@get("/referrals")
async def _referrals(request: RoomRequest) -> Response:
    member, context = room_member(request), request.context

    def load(work: Work) -> tuple[list[RoomReferral], dict[str, int]]:
        found = context.referrals.listed(work, member, request.now)
        return found, context.referrals.erased(work, member)

    found, erased = await request.read(load)
    sent = await request.read(lambda work: context.incoming.listed(work, member.partner))
    return request.render(
        "referrals.html", waits_for_approval=request.member.state is MemberState.WAITING,
        referrals=found, erased=erased, sent=sent, states=STATES, answers=ANSWERS_GIVEN,
        sent_states=texts.INCOMING_STATES,
    )  # fmt: skip


@get("/referrals/{referral}")
async def _referral(request: RoomRequest) -> Response:
    return await _page(request)


@post("/referrals/{referral}/open")
async def _open(request: RoomRequest) -> Response:
    """Record that the member opens it, and show it once."""
    number, member, opener = request.param("referral"), room_member(request), request.opener()
    context, now = request.context, request.now
    found = await request.write(lambda work: context.referrals.open(work, member, number, now))
    if found is None:
        raise NothingHereError("no such referral of this partner")
    if not isinstance(found, bytes):
        return await _page(request, refused=request.locale(found))
    return await _page(request, content=read_content(opener.open(copy_data(number), found)))


@post("/referrals/{referral}/answer", "answer", "words")
async def _answer(request: RoomRequest) -> Response:
    number, member, words = request.param("referral"), room_member(request), request.form["words"]
    known = {it.value: it for it in PartnerAnswer}
    answer = known.get(request.form.get("answer", ""))
    await request.read(lambda work: _own(work, request))
    if answer is None:
        return await _page(request, refused=request.locale(texts.CANNOT_DO), words=words)
    given = GivenAnswer(member.id, answer, words, request.now)
    referrals = request.context.referrals
    why = await request.write(lambda work: referrals.answer(work, number, member, given))
    if why is not None:
        message = request.locale(why, most=str(MAX_WORDS))
        return await _page(request, refused=message, words=words)
    request.flash(texts.ANSWER_SENT)
    return request.redirect(f"/referrals/{number}")


@post("/referrals/{referral}/deleted")
async def _deleted(request: RoomRequest) -> Response:
    """Record that the partner deleted what they had noted."""
    number, member, now = request.param("referral"), room_member(request), request.now
    confirm = request.context.referrals.confirm_deleted
    if not await request.write(lambda work: confirm(work, member, number, now)):
        raise NothingHereError("nothing to delete")
    request.flash(texts.DELETION_NOTED)
    return request.redirect("/referrals")


async def _page(
    request: RoomRequest, *, content: DeliveredReferral | None = None, refused: str = "",
    words: str = "",
) -> Response:  # fmt: skip
    found = await request.read(lambda work: _own(work, request))
    return request.render(
        "referral.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        referral=found, content=content, refused=refused, words=words, states=STATES,
        answers=ANSWER_NAMES, given=ANSWERS_GIVEN, possible=found.possible_answers,
        replies=DESK_REPLIES,
        most_words=MAX_WORDS,
    )  # fmt: skip


def _own(work: Work, request: RoomRequest) -> RoomReferral:
    """Return a referral of the member's partner; raise NothingHereError for any other."""
    member = room_member(request)
    found = request.context.referrals.find(work, member, request.param("referral"), request.now)
    if found is None:
        raise NothingHereError("no such referral of this partner")
    return found
