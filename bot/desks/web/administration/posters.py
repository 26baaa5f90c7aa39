"""Page that makes posters, cards, tiles and stickers for the links of partners.

The page changes nothing and tells nothing about people: what stands on a sheet is public.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bot.clock import SECOND
from bot.desks.web.administration import poster_texts as texts
from bot.desks.web.auth.step_up import file_download
from bot.desks.web.request import NotFoundError, Response
from bot.desks.web.routes import Permission, get
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

    from bot.desks.web.request import DeskRequest
    from bot.posters.order import PosterOrder
    from bot.text import Text

PAGE = "/administration/posters"
PREVIEW_PPI = 100.0


@dataclass(frozen=True, slots=True)
class PosterForm:
    """What the form of the page says."""

    links: tuple[Campaign, ...]
    choice: PosterChoice

    @property
    def query(self) -> str:
        """Return it as the query of an address, without the format."""
        return urlencode([
            *(("link", it.code) for it in self.links), ("kind", self.choice.kind.value),
            ("openness", self.choice.openness.value),
            *(("language", it) for it in self.choice.languages),
        ])  # fmt: skip

    def plan(self) -> PosterOrder:
        """Return the order, as `plan_order`."""
        return plan_order(self.links, self.choice)


@get(PAGE, Permission.STAFF)
async def _posters_page(request: DeskRequest) -> Response:
    links = await _active_links(request)
    form = read_form(request.http.query_params, links)
    fault = await _find_fault(request, form) if links else None
    return request.render(
        "posters.html", links=links, form=form, fault=fault, languages=list(LANGUAGES),
        kinds=texts.KINDS, openness=texts.OPENNESS, formats=[it.value for it in PrintFormat],
    )  # fmt: skip


@get(f"{PAGE}/file", Permission.STAFF)
async def _poster_file(request: DeskRequest) -> Response:
    """Return the file to save, or the picture that the page shows."""
    asked = request.http.query_params
    form = read_form(asked, await _active_links(request))
    fault = await _find_fault(request, form)
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


def read_form(asked: QueryParams, links: Sequence[Campaign]) -> PosterForm:
    """Return what was asked for; without an answer the newest link, discreetly, in its language."""
    codes = asked.getlist("link")
    chosen = tuple(it for it in links if it.code in codes) if asked else tuple(links[:1])
    kind, openness, form = (asked.get(it, "") for it in ("kind", "openness", "format"))
    languages = tuple(it for it in LANGUAGES if it in asked.getlist("language"))
    return PosterForm(
        chosen,
        PosterChoice(
            PosterKind(kind) if kind in list(PosterKind) else PosterKind.A4,
            Openness(openness) if openness in list(Openness) else Openness.DISCREET,
            languages,
            PrintFormat(form) if form in list(PrintFormat) else PrintFormat.PDF,
        ),
    )


async def _find_fault(request: DeskRequest, form: PosterForm) -> Text | None:
    """Return why nothing can be printed; None if it can."""
    try:
        order = form.plan()  # first: Telegram need not be asked for what cannot be printed
        sender = await _sender(request)
        if sender.username:
            build_content(order, sender)
    except PosterRefusedError as refused:
        return texts.REFUSALS[refused.reason]
    except NameRefusedError:
        return texts.NAME_REFUSED
    return None if sender.username else texts.BOT_UNKNOWN


async def _sender(request: DeskRequest) -> PosterSender:
    context = request.context
    today = datetime.fromtimestamp(request.now / SECOND, context.zone).date()
    return PosterSender(await context.find_username(), context.organisation, context.place, today)
