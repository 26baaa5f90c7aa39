"""The audit log as it may be looked at: who did what to which id, and whether it holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.desks.web.routes import NO_FIELDS, Door, May
from bot.desks.web.team.access_report import called
from bot.store.compiled import Prepared
from bot.store.tables.main import audit
from bot.vault.audit.log import COLUMNS, Broken, Row, pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit

SHOWN = 200
_NEWEST = Prepared(
    lambda _: (
        select(*(audit.c[name] for name in COLUMNS))
        .order_by(audit.c.id.desc())
        .limit(bindparam("most"))
    ),
    "most",
)


async def log(visit: Visit) -> Response:
    """Show the newest rows."""
    return await _page(visit, None)


async def check(visit: Visit) -> Response:
    """Check the whole log, from its first row to its last."""
    writer = visit.front.database.writer
    found = await asyncio.to_thread(lambda: visit.front.audit.verify(pages(writer)))
    return await _page(visit, found)


async def _page(visit: Visit, found: object) -> Response:
    rows = await visit.front.reads.run(lambda work: work.rows(_NEWEST, SHOWN))
    staff = await visit.front.reads.run(visit.front.staff.all)
    return visit.page(
        "audit.html", rows=[Row(*row) for row in rows], found=found,
        is_broken=isinstance(found, Broken), names=called(visit, staff),
        clock=lambda at: visit.tongue.clock(at, visit.now),
    )  # fmt: skip


DOORS = (
    Door("/audit", log, May.AUDIT),
    Door("/audit/check", check, May.AUDIT, "POST", NO_FIELDS),
)
