"""Page that makes posters, cards, tiles and stickers for the links of partners."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks import poster_texts as texts
from bot.desks.poster_form import FORM_VALUES, PREVIEW_PPI, PosterForm, find_fault, read_form
from bot.desks.web.auth.step_up import file_download
from bot.desks.web.request import NotFoundError, Response
from bot.desks.web.routes import Permission, get
from bot.errors import DocumentError
from bot.partners.partners import Campaign, Campaigns
from bot.posters.content import PosterSender
from bot.posters.maker import MEDIA_TYPES

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest
    from bot.text import Text

PAGE = "/administration/posters"


@get(PAGE, Permission.STAFF)
async def _posters_page(request: DeskRequest) -> Response:
    links = await _active_links(request)
    form = read_form(request.http.query_params, links)
    fault = await find_fault(form, partial(_sender, request)) if links else None
    why = request.context.poster_maker.what_is_missing()
    return request.render(
        "posters.html", links=links, form=form, fault=fault or (texts.NOT_MADE if why else None),
        why="" if fault else why, **FORM_VALUES,
    )  # fmt: skip


@get(f"{PAGE}/file", Permission.STAFF)
async def _poster_file(request: DeskRequest) -> Response:
    """Return the file to save, or the picture that the page shows."""
    asked = request.http.query_params
    form = read_form(asked, await _active_links(request))
    fault = await find_fault(form, partial(_sender, request))
    if fault is not None:
        return _refuse(request, form, fault)
    order, is_preview = form.plan(), "preview" in asked
    try:
        made = await request.context.poster_maker.make(
            order, await _sender(request), PREVIEW_PPI if is_preview else None
        )
    except DocumentError as error:
        return _refuse(request, form, texts.NOT_MADE, str(error))
    if is_preview:
        return Response(made, media_type=MEDIA_TYPES[order.form])
    return file_download(order.file_name, made, MEDIA_TYPES[order.form])


def _refuse(request: DeskRequest, form: PosterForm, fault: Text, why: str = "") -> Response:
    if "preview" in request.http.query_params:
        raise NotFoundError("no picture")
    request.flash(fault, is_refused=True, why=why)
    return request.redirect(f"{PAGE}?{form.query}")


async def _active_links(request: DeskRequest) -> list[Campaign]:
    """Return the links that work, the newest first."""
    found = await request.read(Campaigns.all)
    return [it for it in reversed(found) if it.is_active]


async def _sender(request: DeskRequest) -> PosterSender:
    context = request.context
    today = datetime.fromtimestamp(request.now / SECOND, context.zone).date()
    return PosterSender(await context.find_username(), context.organisation, context.place, today)
