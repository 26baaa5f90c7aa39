"""Posters, cards, tiles and stickers of a partner's own links: chosen, looked at, saved.

The page changes nothing: what stands on a sheet is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.clock import SECOND
from bot.desks.partner_room import texts
from bot.desks.partner_room.request import NothingHereError, Response, RoomRequest
from bot.desks.partner_room.routes import get
from bot.desks.web.administration import poster_texts
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.documents.content import PrintFormat
from bot.errors import DocumentError
from bot.languages import LANGUAGES
from bot.partners.names import NameRefusedError
from bot.partners.partners import Campaign, Campaigns
from bot.posters.content import PosterSender, build_content
from bot.posters.maker import MEDIA_TYPES
from bot.posters.order import Openness, PosterChoice, PosterKind, PosterRefusedError, plan_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import QueryParams

    from bot.text import Text

PREVIEW_PPI = 100.0


@dataclass(frozen=True, slots=True)
class RoomPoster:
    """What the form of the page says."""

    links: tuple[Campaign, ...]
    choice: PosterChoice

    @property
    def query(self) -> str:
        """Return it as the query of an address, without the format."""
        return urlencode([
            *(("link", str(it.id)) for it in self.links), ("kind", self.choice.kind.value),
            ("openness", self.choice.openness.value),
            *(("language", it) for it in self.choice.languages),
        ])  # fmt: skip


@get("/posters")
async def _posters(request: RoomRequest) -> Response:
    links = await _own_links(request)
    poster = read_poster(request.http.query_params, links)
    fault = await _find_fault(request, poster) if links else None
    return request.render(
        "posters.html", links=links, poster=poster, fault=fault, languages=list(LANGUAGES),
        kinds=poster_texts.KINDS, openness=poster_texts.OPENNESS,
        formats=[it.value for it in PrintFormat],
    )  # fmt: skip


@get("/posters/file")
async def _file(request: RoomRequest) -> Response:
    """Return the file to save, or the picture that the page shows."""
    asked = request.http.query_params
    poster = read_poster(asked, await _own_links(request))
    if await _find_fault(request, poster) is not None:
        raise NothingHereError("no such poster")
    order = plan_order(poster.links, poster.choice)
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


def read_poster(asked: QueryParams, links: Sequence[Campaign]) -> RoomPoster:
    """Return what was asked for; without an answer the newest link, discreetly, in its language."""
    numbers = set(asked.getlist("link"))
    chosen = tuple(it for it in links if str(it.id) in numbers) if asked else tuple(links[:1])
    kind, openness, form = (asked.get(it, "") for it in ("kind", "openness", "format"))
    languages = tuple(it for it in LANGUAGES if it in asked.getlist("language"))
    return RoomPoster(
        chosen,
        PosterChoice(
            PosterKind(kind) if kind in list(PosterKind) else PosterKind.A4,
            Openness(openness) if openness in list(Openness) else Openness.DISCREET,
            languages,
            PrintFormat(form) if form in list(PrintFormat) else PrintFormat.PDF,
        ),
    )


async def _find_fault(request: RoomRequest, poster: RoomPoster) -> Text | None:
    """Return why nothing can be printed; None if it can."""
    try:
        order = plan_order(poster.links, poster.choice)
        sender = await _sender(request)
        if sender.username:
            build_content(order, sender)
    except PosterRefusedError as refused:
        return poster_texts.REFUSALS[refused.reason]
    except NameRefusedError:
        return poster_texts.NAME_REFUSED
    return None if sender.username else poster_texts.BOT_UNKNOWN


async def _sender(request: RoomRequest) -> PosterSender:
    context = request.context
    today = datetime.fromtimestamp(request.now / SECOND, context.zone).date()
    username = await context.find_username()
    return PosterSender(username, context.organisation, context.find_place(), today)
