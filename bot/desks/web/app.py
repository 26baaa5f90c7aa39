"""The desk as an application: its doors behind their gates, and one answer to everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route as StarletteRoute

from bot.desks.web import static_files
from bot.desks.web.auth import (
    account,
    demo_login,
    enrolment,
    login_pages,
    passkey_login,
    passkey_pages,
)
from bot.desks.web.case import actions, drafts, evidence, export, law, send_checks
from bot.desks.web.case import pages as case_pages
from bot.desks.web.live import alerts, sse
from bot.desks.web.middleware import DeskEndpoint
from bot.desks.web.queue import bulk_close
from bot.desks.web.queue import pages as queue_pages
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route, check_routes
from bot.desks.web.team import access_report, approvals, audit, shift, staff
from bot.desks.web.team import pages as team_pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from bot.desks.web.context import DeskContext
    from bot.desks.web.request import DeskRequest

ROUTES = (
    *static_files.ROUTES,
    *login_pages.ROUTES,
    *demo_login.ROUTES,
    *enrolment.ROUTES,
    *queue_pages.ROUTES,
    *alerts.ROUTES,
    *shift.ROUTES,
    *case_pages.ROUTES,
    *law.ROUTES,
    *evidence.ROUTES,
    *export.ROUTES,
    *actions.ROUTES,
    *send_checks.ROUTES,
    *bulk_close.ROUTES,
    *drafts.ROUTES,
    *sse.ROUTES,
    *account.ROUTES,
    *passkey_pages.ROUTES,
    *passkey_login.ROUTES,
    *audit.ROUTES,
    *team_pages.ROUTES,
    *access_report.ROUTES,
    *approvals.ROUTES,
    *staff.ROUTES,
)
"""Every address of the desk."""


class AnyPathConvertor(StringConvertor):
    """A part of an address with anything in it: ends of lines, which `path` would let past."""

    regex = r"[\s\S]*"


register_url_convertor("anything", AnyPathConvertor())


async def _unknown_address(_request: DeskRequest) -> Response:
    raise NotFoundError("no such address")


def build_app(context: DeskContext, desk_routes: Iterable[Route] = ROUTES) -> Starlette:
    """Return the application of one desk.

    Raises:
        NoPermission: an address does not say who may use it.
    """
    known = check_routes(desk_routes)
    routes = [
        StarletteRoute(it.path, DeskEndpoint(context, it), methods=[it.method]) for it in known
    ]
    # Whatever is left, under whatever method: the same answer as to what is not theirs.
    nowhere = DeskEndpoint(context, Route("/{path:anything}", _unknown_address, Permission.PUBLIC))
    return Starlette(routes=[*routes, StarletteRoute("/{path:anything}", nowhere)])
