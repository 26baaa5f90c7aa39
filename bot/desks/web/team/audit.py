"""Audit log page, and its verification."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.desks.web.routes import Permission, get, post
from bot.desks.web.team.access_report import staff_names
from bot.store.statements import select_by
from bot.store.tables.main import audit
from bot.vault.audit.log import AUDIT_COLUMNS, AuditBreak, AuditRow, iter_rows

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest

ROWS_SHOWN = 200
_NEWEST = select_by(audit, *AUDIT_COLUMNS, order_by=audit.c.id.desc(), limit=bindparam("most"))


@get("/audit", Permission.AUDIT)
async def audit_page(request: DeskRequest) -> Response:
    """Show the newest rows."""
    return await _page(request, None)


@post("/audit/check", Permission.AUDIT)
async def verify_log(request: DeskRequest) -> Response:
    """Verify the whole log."""
    writer = request.context.database.writer
    found = await asyncio.to_thread(lambda: request.context.audit.verify(iter_rows(writer)))
    return await _page(request, found)


async def _page(request: DeskRequest, check: object) -> Response:
    rows = await request.read(lambda work: work.rows(_NEWEST, ROWS_SHOWN))
    staff = await request.read(request.context.staff.all)
    return request.render(
        "audit.html", rows=[AuditRow(*row) for row in rows], check=check,
        is_broken=isinstance(check, AuditBreak), names=staff_names(request, staff),
    )  # fmt: skip
