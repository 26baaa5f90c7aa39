"""Posters, cards, tiles and stickers of a partner's own links: chosen, looked at, saved."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.partner_room import texts
from bot.desks.partner_room.request import NothingHereError, Response, RoomRequest
from bot.desks.partner_room.routes import get
from bot.desks.poster_form import FORM_VALUES, PREVIEW_PPI, find_fault, read_form
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.errors import DocumentError
from bot.partners.partners import Campaigns
from bot.posters.content import PosterSender
from bot.posters.maker import MEDIA_TYPES

if TYPE_CHECKING:
    from bot.partners.partners import Campaign


@get("/posters")
async def _posters(request: RoomRequest) -> Response:
    links = await _own_links(request)
    form = read_form(request.http.query_params, links)
    fault = await find_fault(form, partial(_sender, request)) if links else None
    if fault is None and request.context.poster_maker.what_is_missing():
        fault = texts.POSTER_NOT_MADE
    return request.render("posters.html", links=links, poster=form, fault=fault, **FORM_VALUES)


@get("/posters/file")
async def _file(request: RoomRequest) -> Response:
    """Return the file to save, or the picture that the page shows."""
    asked = request.http.query_params
    form = read_form(asked, await _own_links(request))
    if await find_fault(form, partial(_sender, request)) is not None:
        raise NothingHereError("no such poster")
    order = form.plan()
    try:
        made = await request.context.poster_maker.make(
            order, await _sender(request), PREVIEW_PPI if "preview" in asked else None
        )
    except DocumentError:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return request.render("error.html", status=status, message=texts.POSTER_NOT_MADE)
    headers = {"content-security-policy": SANDBOX_CSP}
    if "preview" not in asked:
        headers["content-disposition"] = f'attachment; filename="{order.file_name}"'
    return Response(made, media_type=MEDIA_TYPES[order.form], headers=headers)


async def _own_links(request: RoomRequest) -> list[Campaign]:
    """Return the partner's links that work, the newest first."""
    found = await request.read(lambda work: Campaigns.of_partner(work, request.partner_id))
    return [it for it in reversed(found) if it.is_active]


async def _sender(request: RoomRequest) -> PosterSender:
    context = request.context
    today = datetime.fromtimestamp(request.now / SECOND, context.zone).date()
    username = await context.find_username()
    return PosterSender(username, context.organisation, context.find_place(), today)
