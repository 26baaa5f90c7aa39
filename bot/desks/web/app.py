"""The desk as an application: its doors behind their gates, and one answer to everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route

from bot.desks.web import (
    auditing,
    begun,
    case_law,
    case_pages,
    changes,
    closing,
    doubts,
    evidence_pages,
    own,
    passkey_pages,
    passkey_way_in,
    queue_pages,
    rehearsing,
    ringing,
    shell,
    shift_pages,
    signing,
    staff_pages,
    streaming,
    team_pages,
    transcript,
    two_pages,
    welcome,
    who_read,
)
from bot.desks.web.doors import Door, May, checked
from bot.desks.web.gate import Gate
from bot.desks.web.visit import NotThere

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from bot.desks.web.front import Front
    from bot.desks.web.visit import Visit

DOORS = (
    *shell.DOORS,
    *signing.DOORS,
    *rehearsing.DOORS,
    *welcome.DOORS,
    *queue_pages.DOORS,
    *ringing.DOORS,
    *shift_pages.DOORS,
    *case_pages.DOORS,
    *case_law.DOORS,
    *evidence_pages.DOORS,
    *transcript.DOORS,
    *changes.DOORS,
    *doubts.DOORS,
    *closing.DOORS,
    *begun.DOORS,
    *streaming.DOORS,
    *own.DOORS,
    *passkey_pages.DOORS,
    *passkey_way_in.DOORS,
    *auditing.DOORS,
    *team_pages.DOORS,
    *who_read.DOORS,
    *two_pages.DOORS,
    *staff_pages.DOORS,
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
