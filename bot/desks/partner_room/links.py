"""Links of a partner: made, named, ended; each with its code and its QR."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.partner_room import texts
from bot.desks.partner_room.request import NothingHereError, Response, RoomRequest
from bot.desks.partner_room.routes import get, post
from bot.partners.names import MAX_NAME_LENGTH, NameRefusedError
from bot.partners.partner_figures import load_partner_figures
from bot.partners.partners import (
    Campaign,
    CampaignNameTakenError,
    Campaigns,
    NewCampaign,
    campaign_url,
)

if TYPE_CHECKING:
    from bot.store.writer import Work

MAX_ACTIVE_LINKS = 200
"""Links of one partner in use; more would make every list of the deployment slow."""


@dataclass(frozen=True, slots=True)
class LinkRefusal:
    """Why a form about a link was refused, and what was typed: nothing is lost."""

    message: str
    name: str = ""
    language: str = ""
    link: int = 0
    """The link that was to be renamed; 0 for a new one."""


@get("/links")
async def _links(request: RoomRequest) -> Response:
    return await _links_page(request)


@post("/links", "name", "language")
async def _make(request: RoomRequest) -> Response:
    """Make a link, or say what is wrong with its name or language."""
    name, language = request.form.get("name", ""), request.form.get("language", "")
    refused = LinkRefusal("", name, language)
    if language not in request.context.link_languages:
        return await _refuse(request, refused, request.locale(texts.LINK_LANGUAGE_MISSING))
    add, new = request.context.campaigns.add, NewCampaign(name, request.member.partner, language)

    def make(work: Work) -> Campaign | None:
        links = Campaigns.of_partner(work, request.partner_id)
        if sum(it.is_active for it in links) >= MAX_ACTIVE_LINKS:
            return None
        return add(work, new, request.actor, request.now)

    try:
        made = await request.write(make)
    except (NameRefusedError, CampaignNameTakenError) as error:
        return await _refuse(request, refused, name_message(request, error, name))
    if made is None:
        many = request.locale(texts.TOO_MANY_LINKS, count=str(MAX_ACTIVE_LINKS))
        return await _refuse(request, refused, many)
    request.flash(texts.LINK_MADE, name=made.name)
    return request.redirect(f"/links/{made.id}")


@get("/links/{number}")
async def _link(request: RoomRequest) -> Response:
    return await _link_page(request)


@post("/links/{number}/name", "name")
async def _rename(request: RoomRequest) -> Response:
    number, name, campaigns = (
        request.number("number"),
        request.form.get("name", ""),
        request.context.campaigns,
    )

    def rename(work: Work) -> str:
        link = own_link(work, request, number)
        campaigns.rename(work, link, name, request.actor, request.now)
        return own_link(work, request, number).name

    try:
        new_name = await request.write(rename)
    except (NameRefusedError, CampaignNameTakenError) as error:
        message = name_message(request, error, name)
        return await _link_page(request, LinkRefusal(message, name, link=number))
    request.flash(texts.LINK_RENAMED, name=new_name)
    return request.redirect(f"/links/{number}")


@get("/links/{number}/end")
async def _ask_end(request: RoomRequest) -> Response:
    number = request.number("number")
    link = await request.read(lambda work: own_link(work, request, number))
    return request.render("end_link.html", link=link)


@post("/links/{number}/end")
async def _end(request: RoomRequest) -> Response:
    number, campaigns = request.number("number"), request.context.campaigns

    def end(work: Work) -> str:
        link = own_link(work, request, number)
        campaigns.revoke(work, link.code, request.actor, request.now)
        return link.name

    name = await request.write(end)
    request.flash(texts.LINK_ENDED, name=name)
    return request.redirect("/links")


def own_link(work: Work, request: RoomRequest, number: int) -> Campaign:
    """Return a link of the member's partner; raise NothingHereError for any other number."""
    links = Campaigns.of_partner(work, request.partner_id)
    found = next((it for it in links if it.id == number), None)
    if found is None:
        raise NothingHereError("no link of this partner")
    return found


def name_message(
    request: RoomRequest, error: NameRefusedError | CampaignNameTakenError, name: str
) -> str:
    """Return in words why a name was refused, and the fix."""
    if isinstance(error, NameRefusedError):
        problem = texts.NAME_PROBLEMS[error.problem]
        return request.locale(problem, longest=str(MAX_NAME_LENGTH))
    return request.locale(texts.LINK_NAME_TAKEN, name=" ".join(name.split()))


async def _refuse(request: RoomRequest, refused: LinkRefusal, message: str) -> Response:
    return await _links_page(request, LinkRefusal(message, refused.name, refused.language))


async def _links_page(request: RoomRequest, refused: LinkRefusal | None = None) -> Response:
    links = await request.read(lambda work: Campaigns.of_partner(work, request.partner_id))
    return request.render(
        "links.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        links=[it for it in links if it.is_active], ended=[it for it in links if not it.is_active],
        languages=request.context.link_languages, longest=str(MAX_NAME_LENGTH), refused=refused,
    )  # fmt: skip


async def _link_page(request: RoomRequest, refused: LinkRefusal | None = None) -> Response:
    number = request.number("number")
    link = await request.read(lambda work: own_link(work, request, number))
    partner, now, zone = request.partner_id, request.now, request.context.zone
    months = await request.read(lambda work: load_partner_figures(work, partner, now, zone))
    figures = [(it, own.chats) for it in months for own in it.links if own.campaign_id == number]
    username = await request.context.find_username()
    address = campaign_url(username, link.code) if username and link.is_active else ""
    return request.render(
        "link.html", status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        link=link, address=address, figures=figures, longest=str(MAX_NAME_LENGTH), refused=refused,
    )  # fmt: skip
