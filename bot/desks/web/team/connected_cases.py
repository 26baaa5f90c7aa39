"""Page of connections for supervisors: which cases have something in common, never the value.

Opening a case from here takes the ordinary access to it, and a reason where it is a colleague's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.routes import Permission, get
from bot.hotline.connections.kinds import KIND_NAMES

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response

MAX_GROUPS = 100
"""Groups of cases on the page, those with most cases first."""


@get("/connections", Permission.SUPERVISION)
async def _connections_page(request: DeskRequest) -> Response:
    connections = request.context.connections
    groups = await request.read(connections.shared) if connections.is_on else []
    return request.render(
        "connections.html", groups=groups[:MAX_GROUPS], left=max(0, len(groups) - MAX_GROUPS),
        kind_names=KIND_NAMES, reason=request.context.settings.connections,
    )  # fmt: skip
