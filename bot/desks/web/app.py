"""Application of the desk, with one answer to every unknown address, and its web server.

The server listens on this computer only, unless the settings say otherwise.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route as StarletteRoute

from bot.asgi_server import listen_for, serving
from bot.asgi_server.connection_limits import ConnectionLimits
from bot.asgi_server.open_files import connections_with_files
from bot.desks.web import static_files
from bot.desks.web.administration import (
    deployment,
    directory,
    hours,
    invitations,
    languages,
    offices,
    partners,
    phrases,
    posters,
    retention,
    source_offer,
    staff,
)
from bot.desks.web.assist import machine_help
from bot.desks.web.auth import account, enrolment, login_pages
from bot.desks.web.case import (
    actions,
    bundle,
    evidence,
    export,
    law,
    looks,
    moved,
    referral_sheet,
    send_checks,
    send_file,
    typed_times,
)
from bot.desks.web.case import pages as case_pages
from bot.desks.web.casework import duty_proof, plan_pages
from bot.desks.web.exports import (
    bodies_abroad,
    case_file,
    htcds_export,
    htcds_import,
    sealed_package,
    synthetic,
)  # fmt: skip
from bot.desks.web.interpreting import interpreters
from bot.desks.web.interpreting import page as interpreting_page
from bot.desks.web.interpreting import panel as interpreting_panel
from bot.desks.web.live import emergency_notices, own_cases, sse, undo
from bot.desks.web.middleware import DeskEndpoint
from bot.desks.web.opening import joining
from bot.desks.web.opening import pages as opening_pages
from bot.desks.web.queue import pages as queue_pages
from bot.desks.web.queue import saved_views
from bot.desks.web.queue import search as search_pages
from bot.desks.web.record import pages as record_pages
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, Route, check_routes, with_pages
from bot.desks.web.services import entry_pages, finder_page, worklist_pages
from bot.desks.web.team import (
    approvals,
    audit,
    call_browsers,
    connected_cases,
    figures,
    key_requests,
    partner_keys,
    practice,
    roster,
    shift,
    shift_notice,
    training,
    week_plan,
    workload,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from starlette.responses import Response
    from starlette.types import ASGIApp

    from bot.desks.web.context import DeskContext

KEEP_ALIVE_SECONDS, BACKLOG, MAX_CONNECTIONS = 75, 512, 1200
MODULES = (
    static_files, login_pages, enrolment, queue_pages, opening_pages, joining, saved_views,
    search_pages, shift, case_pages, record_pages, plan_pages, law, evidence, export, bundle,
    htcds_export, htcds_import,
    actions, referral_sheet, send_checks, send_file, duty_proof, looks, machine_help, moved,
    sse, own_cases, emergency_notices, typed_times, account, audit, workload, approvals,
    key_requests, partner_keys, call_browsers, undo,
    connected_cases, roster, week_plan, shift_notice, figures,
    invitations, staff, languages, directory, phrases, partners, posters, hours, offices,
    deployment, retention,
    finder_page, worklist_pages, entry_pages,
    source_offer, training, practice, interpreting_page, interpreting_panel, interpreters,
    bodies_abroad, sealed_package, case_file, synthetic,
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
        for it in with_pages(check_routes(routes))
    ]
    # Any other address and method gets the same answer as a forbidden one.
    rest = DeskEndpoint(context, Route("/{path:anything}", _unknown_address, Permission.PUBLIC))
    return Starlette(routes=[*known, StarletteRoute("/{path:anything}", rest)])


@contextlib.asynccontextmanager
async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    limits: ConnectionLimits | None = None,
    *,
    setting: str = "HAVEN_DESK_LISTEN",
) -> AsyncIterator[int]:
    """Serve while the context lasts; yield the port.

    Headers of proxies are ignored: access never depends on them. `setting` names where the address
    is from.

    Raises:
        SettingError: the port is taken.
    """
    listener = listen_for(setting, host, port, BACKLOG)
    config = uvicorn.Config(
        app, http=(limits or ConnectionLimits()).protocol,  # type: ignore[arg-type]
        ws="none", lifespan="off", log_config=None, access_log=False, date_header=False,
        server_header=False, proxy_headers=False, timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1, limit_concurrency=connections_with_files(MAX_CONNECTIONS),
        h11_max_incomplete_event_size=16384,
    )  # fmt: skip
    async with serving(config, listener):
        yield listener.getsockname()[1]
