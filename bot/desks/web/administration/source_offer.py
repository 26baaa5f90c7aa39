"""Page that offers the source code to everyone who reaches the desk, as the licence asks.

AGPL-3.0, section 13. It names no version: strangers read it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.routes import Permission, get

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response


@get("/source", Permission.PUBLIC)
async def _source_page(request: DeskRequest) -> Response:
    settings = request.context.settings
    return request.render("source.html", source=settings.source, contact=settings.contact)
