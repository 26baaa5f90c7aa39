"""Partners, and who of them is invited to the partners' room."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web.administration import partner_texts as texts
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.errors import HavenError
from bot.partners.names import MAX_NAME_LENGTH, NameRefusedError
from bot.partners.partners import Partner, Partners

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response
    from bot.partners.members import Member
    from bot.store.writer import Work
    from bot.text import Text

PAGE = "/administration/partners"
MAX_DIGITS = 12


@get(PAGE, Permission.STAFF)
async def _partners(request: DeskRequest) -> Response:
    return await _partners_page(request)


@post(PAGE, Permission.STAFF, "name")
async def _add(request: DeskRequest) -> Response:
    """Add a partner, or say what is wrong with its name."""
    name, add = request.form.get("name", ""), Partners(request.context.audit).add
    by, now = request.caseworker.id, request.now
    try:
        new = await request.write(lambda work: add(work, name, by, now))
    except HavenError as error:
        return await _partners_page(request, _refusal(error), name)
    request.flash(texts.PARTNER_ADDED, name=new.name)
    return request.redirect(PAGE)


@get(f"{PAGE}/{{number}}/invite", Permission.STAFF)
async def _invite_form(request: DeskRequest) -> Response:
    """Ask for the second factor first, so that nothing that was typed is lost."""
    partner = await _find_partner(request, request.param("number"))
    if asked := require_step_up(request, f"{PAGE}/{partner.id}/invite"):
        return asked
    return _invite_page(request, partner)


@post(f"{PAGE}/invite", Permission.STAFF, "partner", "name", needs_step_up=True)
async def _invite(request: DeskRequest) -> Response:
    """Invite someone; their link is on the page that follows, and nowhere else."""
    partner = await _find_partner(request, request.form.get("partner", ""))
    name, by, now = request.form.get("name", ""), request.caseworker.id, request.now
    invite = request.context.partner_members.invite
    try:
        member, secret = await request.write(lambda work: invite(work, partner.name, name, by, now))
    except HavenError as error:
        return _invite_page(request, partner, _refusal(error), name)
    address = request.context.partner_room_url
    return request.render(
        "partner_invitation.html", member=member, link=f"{address}/welcome/{secret}",
        has_room=bool(address),
    )  # fmt: skip


@post(f"{PAGE}/end", Permission.STAFF, "member", needs_step_up=True)
async def _end(request: DeskRequest) -> Response:
    """End a member's access at once."""
    number, by, now = _number(request.form.get("member", "")), request.caseworker.id, request.now
    members = request.context.partner_members

    def end(work: Work) -> Member:
        found = members.find(work, number)
        if found is None or not members.disable(work, number, by, now):
            raise NotFoundError("no member with access")
        return found

    ended = await request.write(end)
    request.flash(texts.ACCESS_ENDED, name=ended.name)
    return request.redirect(PAGE)


async def _partners_page(
    request: DeskRequest, error: Text | None = None, typed: str = ""
) -> Response:
    def look(work: Work) -> tuple[list[Partner], list[Member]]:
        return Partners.all(work), request.context.partner_members.all(work)

    partners, members = await request.read(look)
    active = [it for it in members if it.state.value != "disabled"]
    return request.render(
        "partners.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        rows=[(it, [one for one in active if one.partner_id == it.id]) for it in partners],
        states=texts.STATES, longest=MAX_NAME_LENGTH, typed=typed[:200],
        error=_said(request, error), has_room=bool(request.context.partner_room_url),
    )  # fmt: skip


def _invite_page(
    request: DeskRequest, partner: Partner, error: Text | None = None, typed: str = ""
) -> Response:
    return request.render(
        "partner_invite.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        partner=partner, longest=MAX_NAME_LENGTH, typed=typed[:200], error=_said(request, error),
    )  # fmt: skip


def _said(request: DeskRequest, error: Text | None) -> str:
    return request.locale(error, longest=str(MAX_NAME_LENGTH)) if error is not None else ""


def _refusal(error: HavenError) -> Text:
    if isinstance(error, NameRefusedError):
        return texts.NAME_REFUSALS[error.problem]
    return texts.NAME_TAKEN


async def _find_partner(request: DeskRequest, typed: str) -> Partner:
    """Return an active partner; raise NotFoundError for any other number."""
    number = _number(typed)
    partners = await request.read(Partners.all)
    found = next((it for it in partners if it.id == number and it.is_active), None)
    if found is None:
        raise NotFoundError("no such partner")
    return found


def _number(typed: str) -> int:
    is_number = typed.isascii() and typed.isdecimal() and len(typed) <= MAX_DIGITS
    return int(typed) if is_number else 0
