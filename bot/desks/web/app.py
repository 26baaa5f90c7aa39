"""Starlette application of the desk: all routes, and one answer to every other address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route as StarletteRoute

from bot.desks.web import static_files
from bot.desks.web.auth import account, enrolment, login_pages, passkey_pages
from bot.desks.web.case import actions, evidence, export, law, send_checks
from bot.desks.web.case import pages as case_pages
from bot.desks.web.live import sse
from bot.desks.web.middleware import DeskEndpoint
from bot.desks.web.queue import bulk_close
from bot.desks.web.queue import pages as queue_pages
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, Route, check_routes
from bot.desks.web.team import access_report, approvals, audit, shift, staff
from bot.desks.web.team import pages as team_pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from bot.desks.web.context import DeskContext

MODULES = (
    static_files, login_pages, enrolment, queue_pages, shift, case_pages, law, evidence, export,
    actions, send_checks, bulk_close, sse, account, passkey_pages, audit, team_pages, access_report,
    approvals, staff,
)  # fmt: skip
ROUTES: tuple[Route, ...] = tuple(
    it for module in MODULES for it in vars(module).values() if isinstance(it, Route)
)


class AnyPathConvertor(StringConvertor):
    """Path parameter that matches anything, line breaks included; Starlette's `path` does not."""

    regex = r"[\s\S]*"


register_url_convertor("anything", AnyPathConvertor())


async def _unknown_address(_request: DeskRequest) -> Response:
    raise NotFoundError("no such address")


def build_app(context: DeskContext, routes: Iterable[Route] = ROUTES) -> Starlette:
    """Return the application of one desk; raise RouteError if one does not say who may use it."""
    known = [
        StarletteRoute(it.path, DeskEndpoint(context, it), methods=[it.method])
        for it in check_routes(routes)
    ]
    # Any other address and method gets the same answer as a forbidden one.
    rest = DeskEndpoint(context, Route("/{path:anything}", _unknown_address, Permission.PUBLIC))
    return Starlette(routes=[*known, StarletteRoute("/{path:anything}", rest)])
