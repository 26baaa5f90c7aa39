"""The invitation of a member: password, code of a phone, recovery key.

An administrator hands the link over. It works once, for one member; the database says for whom.
What was chosen before the code waits under the link (`bot.desks.web.auth.begun_enrolments`).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.desks.partner_room.auth.passwords import password_problem
from bot.desks.partner_room.auth.sign_in import show_recovery_key, start_room_session
from bot.desks.partner_room.context import PendingMember
from bot.desks.partner_room.routes import Access, get, post
from bot.desks.web.auth.throttle import RETRY_SECONDS, Line
from bot.desks.web.auth.totp import SecondFactors, parse_secret
from bot.partners.members import MemberState
from bot.vault.keys.passwords import MIN_LENGTH

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest
    from bot.partners.members import Member
    from bot.store.writer import Work
    from bot.text import Text


@get("/welcome/{link}", Access.PUBLIC)
async def _welcome(request: RoomRequest) -> Response:
    member = await _invited(request)
    return _expired(request) if member is None else _password_page(request, member)


@post("/welcome/{link}", "password", "again", access=Access.PUBLIC)
async def _choose_password(request: RoomRequest) -> Response:
    """Make the member's key, and show the secret for an authenticator app."""
    member = await _invited(request)
    if member is None:
        return _expired(request)
    form, context = request.form, request.context
    password = form.get("password", "")
    related = (member.name, member.partner, context.organisation)
    if problem := password_problem(password, form.get("again", ""), *related):
        return _password_page(request, member, problem)
    async with context.throttle.check_slot(Line.INVITED) as has_turn:
        if not has_turn:
            return _password_page(request, member, texts.LOGIN_BUSY)
        chosen = await asyncio.to_thread(context.access.choose, member, password)
    pending = PendingMember(member.id, chosen, SecondFactors.new_totp_secret())
    given, link, now = pending.given, request.param("link"), request.now
    await request.write(lambda work: context.begun.store(work, link, given, now))
    return _code_page(request, member, pending)


@post("/welcome/{link}/code", "code", access=Access.PUBLIC)
async def _finish(request: RoomRequest) -> Response:
    """Check the first code of the authenticator app, use the invitation up, and sign in."""
    member, context = await _invited(request), request.context
    pending = await _pending(request)
    if member is None or pending is None or pending.member_id != member.id:
        return _expired(request)
    code = "".join(request.form.get("code", "").split())
    step = SecondFactors.step_of(pending.code_secret, code, request.now)
    if not step:
        return _code_page(request, member, pending, texts.WRONG_CODE)
    link, given = parse_secret(request.param("link")), (pending.code_secret, step)
    enrol, now = context.access.enrol, request.now

    def store(work: Work) -> bool:
        context.begun.delete(work, request.param("link"))
        return enrol(work, member, link, pending.chosen, given, now)

    if not await request.write(store):
        return _expired(request)
    response = await start_room_session(request, member, pending.chosen.pair)
    return show_recovery_key(request, pending.chosen.recovery_key, response)


async def _invited(request: RoomRequest) -> Member | None:
    secret, now, context = parse_secret(request.param("link")), request.now, request.context

    def look(work: Work) -> Member | None:
        number = context.access.invited(work, secret, now) if secret else 0
        found = context.members.find(work, number) if number else None
        return found if found is not None and found.state is MemberState.INVITED else None

    return await request.read(look)


async def _pending(request: RoomRequest) -> PendingMember | None:
    begun, link, now = request.context.begun, request.param("link"), request.now
    given = await request.read(lambda work: begun.load(work, link, now))
    return PendingMember.of(given) if given is not None else None


def _expired(request: RoomRequest) -> Response:
    return request.render("link_expired.html", status=HTTPStatus.NOT_FOUND)


def _password_page(request: RoomRequest, member: Member, error: Text | None = None) -> Response:
    values = {"count": str(MIN_LENGTH), "seconds": str(RETRY_SECONDS)}
    return request.render(
        "welcome.html", status=HTTPStatus.UNAUTHORIZED if error else HTTPStatus.OK, who=member,
        link=request.param("link"), min_length=str(MIN_LENGTH),
        error=request.locale(error, **values) if error else "",
    )  # fmt: skip


def _code_page(
    request: RoomRequest, member: Member, pending: PendingMember, error: Text | None = None
) -> Response:
    secret = pending.code_secret
    issuer = f"{request.context.organisation or 'Haven'}: {member.partner}"
    return request.render(
        "welcome_code.html", status=HTTPStatus.UNAUTHORIZED if error else HTTPStatus.OK,
        link=request.param("link"),
        totp_address=SecondFactors.totp_address(secret, member.name, issuer),
        totp_secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        error=request.locale(error) if error else "",
    )  # fmt: skip
