"""Page of figures for supervisors and administrators: a month, the year before it, and files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.desks.web.request import NotFoundError, Response
from bot.desks.web.routes import Permission, get
from bot.desks.web.security_headers import SANDBOX_CSP
from bot.desks.web.team import figure_texts as texts
from bot.desks.web.team.figure_view import code_name, figure_views, service_table
from bot.hotline.figures.model import FEWEST_PUBLISHED, FEWEST_SHOWN
from bot.hotline.figures.months import load_months
from bot.hotline.figures.report import as_csv, as_json
from bot.hotline.figures.sources import OTHER

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest
    from bot.hotline.figures.model import ShownMonth

PUBLISHED = "published"
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@get("/figures", Permission.TEAM)
async def _figures_page(request: DeskRequest) -> Response:
    months, wanted = await _load(request), request.http.query_params.get("month", "")
    month = next((it for it in months if it.name == wanted), months[-1] if months else None)
    is_published = _is_published(request)
    views = figure_views(request, month, months) if month else []
    codes = [*(it.code for it in request.context.place.services), OTHER]
    services = service_table(views, [code_name(request, "service", code) for code in codes])
    return request.render(
        "figures.html", months=months, month=month, is_published=is_published,
        figures=views, services=services, states=texts.SERVICE_FIGURE_STATES,
        fewest=FEWEST_PUBLISHED if is_published else FEWEST_SHOWN,
        names=texts.FIGURE_NAMES, notes=texts.FIGURE_NOTES, dimensions=texts.FIGURE_DIMENSIONS,
        is_unknown=bool(wanted) and month is not None and month.name != wanted,
    )  # fmt: skip


@get("/figures/csv", Permission.TEAM)
async def _figures_as_csv(request: DeskRequest) -> Response:
    return await _file(request, "csv")


@get("/figures/json", Permission.TEAM)
async def _figures_as_json(request: DeskRequest) -> Response:
    return await _file(request, "json")


async def _file(request: DeskRequest, kind: str) -> Response:
    """Return all months, or the one that is asked for, as a file."""
    wanted = request.http.query_params.get("month", "")
    months = [it for it in await _load(request) if wanted in {"", it.name}]
    if wanted and not months:
        raise NotFoundError("no such month")
    name = "-".join(("haven-figures", *([wanted] if wanted else ["all"])))
    name += f"-{PUBLISHED}" if _is_published(request) else ""
    headers = {
        "content-disposition": f'attachment; filename="{name}.{kind}"',
        "content-security-policy": SANDBOX_CSP, "cache-control": "no-store",
    }  # fmt: skip
    body = as_csv(months) if kind == "csv" else as_json(months)
    return Response(body, media_type=MEDIA_TYPES[kind], headers=headers)


async def _load(request: DeskRequest) -> list[ShownMonth]:
    await request.read(request.context.offices.plan)  # its rows name offices
    return await request.read(partial(load_months, is_published=_is_published(request)))


def _is_published(request: DeskRequest) -> bool:
    return request.http.query_params.get("version", "") == PUBLISHED
