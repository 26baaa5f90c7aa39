"""The desk as an application: its doors behind their gates, and one answer to everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route

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
from bot.desks.web.middleware import Gate
from bot.desks.web.queue import bulk_close
from bot.desks.web.queue import pages as queue_pages
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, checked
from bot.desks.web.team import access_report, approvals, audit, shift, staff
from bot.desks.web.team import pages as team_pages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from bot.desks.web.context import Front
    from bot.desks.web.request import Visit

DOORS = (
    *static_files.DOORS,
    *login_pages.DOORS,
    *demo_login.DOORS,
    *enrolment.DOORS,
    *queue_pages.DOORS,
    *alerts.DOORS,
    *shift.DOORS,
    *case_pages.DOORS,
    *law.DOORS,
    *evidence.DOORS,
    *export.DOORS,
    *actions.DOORS,
    *send_checks.DOORS,
    *bulk_close.DOORS,
    *drafts.DOORS,
    *sse.DOORS,
    *account.DOORS,
    *passkey_pages.DOORS,
    *passkey_login.DOORS,
    *audit.DOORS,
    *team_pages.DOORS,
    *access_report.DOORS,
    *approvals.DOORS,
    *staff.DOORS,
)
"""Every address of the desk."""


class Anything(StringConvertor):
    """A part of an address with anything in it: ends of lines, which `path` would let past."""

    regex = r"[\s\S]*"


register_url_convertor("anything", Anything())


async def _nowhere(_visit: Visit) -> Response:
    raise NotThere("no such address")


def build(front: Front, doors: Iterable[Door] = DOORS) -> Starlette:
    """Return the application of one desk.

    Raises:
        NoPermission: an address does not say who may use it.
    """
    known = checked(doors)
    routes = [Route(it.path, Gate(front, it), methods=[it.method]) for it in known]
    # Whatever is left, under whatever method: the same answer as to what is not theirs.
    nowhere = Gate(front, Door("/{path:anything}", _nowhere, May.ANYBODY))
    return Starlette(routes=[*routes, Route("/{path:anything}", nowhere)])
